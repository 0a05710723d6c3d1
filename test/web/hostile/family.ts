/** Notes that try the same kind of evasion. */
export type Family = {
  name: string;
  /** What a reader of the notes would suffer, and how. */
  about: string;
  /** What the first vector does in a page that takes it as it is: the others may need another browser. */
  raw: "runs" | "asks" | "changes" | "nothing";
  /** `RUN` stands for a script that leaves a trace, `CANARY` for a host and port that nothing may ask. */
  vectors: string[];
};
