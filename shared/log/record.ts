export type FieldValue = string | number | boolean | bigint | Date | undefined | string[];

/** What a line says beside its message. Names are snake_case, as they are printed; what is undefined is left out. */
export type Fields = Record<string, FieldValue>;

export type Pair = readonly [name: string, value: Exclude<FieldValue, undefined>];

/** One call of a log method, with its secrets already masked: all that a format needs beside time and level. */
export type LogRecord = {
  message: string;
  fields: readonly Pair[];
  /** outermost first */
  context: readonly Pair[];
  error: ErrorText | undefined;
};

export type ErrorText = {
  message: string;
  /** the messages of what caused it, nearest first */
  causes: string[];
  /** single lines: `Name: message`, its frames, then `Caused by: Name: message` and so on; none if no error was thrown */
  stack: string[];
};

export type Level = "DEBUG" | "INFO" | "WARN" | "ERROR";

/** @returns the line or lines of one record, with the last line's end */
export type Format = (record: LogRecord, stamp: { at: Date; level: Level }) => string;
