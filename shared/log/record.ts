export type FieldValue = string | number | boolean | bigint | Date | undefined | string[];

/** A line's fields, without its message. Names are snake_case, as printed; undefined values are left out. */
export type Fields = Record<string, FieldValue>;

export type Pair = readonly [name: string, value: Exclude<FieldValue, undefined>];

/** One call of a log method, with its secrets masked. A format needs only time and level besides. */
export type LogRecord = {
  message: string;
  fields: readonly Pair[];
  /** Outermost first. */
  context: readonly Pair[];
  error: ErrorText | undefined;
};

export type ErrorText = {
  message: string;
  /** Messages of its causes, nearest first. */
  causes: string[];
  /**
   * Lines: `Name: message`, its frames, then `Caused by: Name: message` and so on. Empty if the value was not an error.
   */
  stack: string[];
};

export type Level = "DEBUG" | "INFO" | "WARN" | "ERROR";

/** Formats one record as one or more lines, each with its line break. */
export type Format = (record: LogRecord, stamp: { at: Date; level: Level }) => string;
