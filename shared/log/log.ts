import type { LogMiddleware } from "tslog";
import { Logger } from "tslog/slim";
import { currentContext } from "./context.ts";
import { describeError } from "./error-text.ts";
import { flatFormat, jsonFormat, treeFormat } from "./format.ts";
import type { Fields, FieldValue, Format, Level, LogRecord } from "./record.ts";
import { redactFields, redactText } from "./redact.ts";
import { openSink, type Sink } from "./sink.ts";

export { withContext } from "./context.ts";
export { elapsed, step } from "./step.ts";

export type LogFormat = "tree" | "flat" | "json";
export type LogLevel = "debug" | "info" | "warn" | "error";

export type Log = {
  debug(message: string, fields?: Fields): void;
  info(message: string, fields?: Fields): void;
  warn(message: string, fields?: Fields): void;
  /** Logs `cause`, any caught value, with its message, its chain of causes and its stack. */
  error<F extends object>(message: string, fields?: F & ErrorFields<F>): void;
  /** Writes buffered lines before it returns. Call it before a signal may end the process. */
  flush(): void;
};

type ErrorFields<F> = { cause?: unknown } & { [Name in Exclude<keyof F, "cause">]: FieldValue };

export type LogOptions = {
  format: LogFormat;
  level: LogLevel | "silent";
  /** Receives each record's text immediately, in place of the buffered stream. */
  write?: (text: string) => void;
  /** stdout by default. */
  stream?: "stdout" | "stderr";
  /** Google Cloud project of the traces that JSON lines name. */
  projectId?: string | undefined;
  now?: () => Date;
};

// tslog's entry for each line: the middleware fills it in, the transport's format prints it.
type Entry = { args: [LogRecord]; _logMeta: { date: Date; logLevelName: string } };

const LEVELS = { debug: "DEBUG", info: "INFO", warn: "WARN", error: "ERROR" } as const;
// Above FATAL, tslog's highest level.
const SILENT = 7;

/** Opens a log. The redactor masks passwords, tokens, cookies and feed credentials in everything that it prints. */
export function createLog(options: LogOptions): Log {
  const sink = options.write === undefined ? openSink(options.stream === "stderr" ? 2 : 1) : unbuffered(options.write);
  const format = chooseFormat(options);
  const logger = new Logger<Entry>({
    type: "hidden",
    minLevel: options.level === "silent" ? SILENT : LEVELS[options.level],
    argumentsArrayName: "args",
    ...(options.now === undefined ? {} : { clock: options.now }),
    middleware: [toRecord],
    attachedTransports: [
      {
        // tslog types the level as string, but only the four methods below are called.
        format: ({ args, _logMeta: meta }) => format(args[0], { at: meta.date, level: meta.logLevelName as Level }),
        write: (_entry, text) => sink.write(text),
      },
    ],
  });
  return {
    debug: (message, fields) => void logger.debug(message, fields),
    info: (message, fields) => void logger.info(message, fields),
    warn: (message, fields) => void logger.warn(message, fields),
    error: (message, fields) => void logger.error(message, fields),
    flush: sink.flush,
  };
}

const toRecord: LogMiddleware<Entry> = (entry) => {
  // The four methods of Log pass only these arguments.
  const [message, { cause, ...fields } = {}] = entry.args as [string, (Fields & { cause?: unknown })?];
  const record: LogRecord = {
    message: redactText(message),
    fields: redactFields(fields),
    context: currentContext(),
    error: cause === undefined ? undefined : describeError(cause),
  };
  entry.args = [record];
  return entry;
};

function chooseFormat({ format, projectId }: LogOptions): Format {
  if (format === "tree") return treeFormat();
  return format === "flat" ? flatFormat() : jsonFormat(projectId);
}

function unbuffered(write: (text: string) => void): Sink {
  return { write, flush() {} };
}
