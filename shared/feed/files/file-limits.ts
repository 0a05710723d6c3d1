// 500 chapters with two URLs each take 200 kB.
export const MAX_CHAPTERS_BYTES = 1_048_576;
// Three hours with a JSON object for each word take 2.5 MB.
export const MAX_TRANSCRIPT_BYTES = 4 * 1_048_576;
