// With 8 bits and mono, the smallest format that every browser plays.
const SAMPLES_PER_SECOND = 8_000;
const NOTE_SECONDS = 0.5;
const HEADER_BYTES = 44;
const SILENCE = 128;
const LOUDNESS = 50;

/** Makes a sound file (RIFF WAVE, PCM) of `seconds` that repeats `notes` (in hertz). Without notes, it is silent. */
export function chimes({ notes, seconds }: { notes: readonly number[]; seconds: number }): Buffer {
  const numSamples = SAMPLES_PER_SECOND * seconds;
  const file = Buffer.alloc(HEADER_BYTES + numSamples, SILENCE);
  file.write("RIFF", 0);
  file.writeUInt32LE(file.length - 8, 4);
  file.write("WAVEfmt ", 8);
  file.writeUInt32LE(16, 16);
  file.writeUInt16LE(1, 20);
  file.writeUInt16LE(1, 22);
  file.writeUInt32LE(SAMPLES_PER_SECOND, 24);
  file.writeUInt32LE(SAMPLES_PER_SECOND, 28);
  file.writeUInt16LE(1, 32);
  file.writeUInt16LE(8, 34);
  file.write("data", 36);
  file.writeUInt32LE(numSamples, 40);
  if (notes.length === 0) return file;
  const samplesPerNote = SAMPLES_PER_SECOND * NOTE_SECONDS;
  for (let i = 0; i < numSamples; i += 1) {
    const hertz = notes[Math.floor(i / samplesPerNote) % notes.length] ?? 0;
    // Each note starts loud and fades out.
    const fading = Math.exp((-4 * (i % samplesPerNote)) / samplesPerNote);
    const wave = Math.sin((2 * Math.PI * hertz * i) / SAMPLES_PER_SECOND);
    file[HEADER_BYTES + i] = SILENCE + Math.round(LOUDNESS * fading * wave);
  }
  return file;
}
