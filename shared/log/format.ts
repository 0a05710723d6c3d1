import type { Format, Level, LogRecord, Pair } from "./record.ts";
import { escapeControls } from "./redact.ts";

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const NAMES: Record<Level, string> = { DEBUG: "DEBG", INFO: "INFO", WARN: "WARN", ERROR: "ERRO" };
// https://cloud.google.com/logging/docs/reference/v2/rest/v2/LogEntry#LogSeverity
const SEVERITIES: Record<Level, string> = { DEBUG: "DEBUG", INFO: "INFO", WARN: "WARNING", ERROR: "ERROR" };

const RESERVED = new Set(["severity", "message", "time"]);

/**
 * Formats records as a tree for a terminal. Each context field is a heading, indented by its depth, with its records
 * below. A heading is printed only if it differs from the last record's, so interleaved requests repeat their headings.
 */
export function treeFormat(): Format {
  let printed: readonly Pair[] = [];
  return (record, { at, level }) => {
    let text = "";
    let isSame = true;
    for (const [depth, pair] of record.context.entries()) {
      isSame &&= isSamePair(pair, printed[depth]);
      if (!isSame) text += `${" ".repeat(depth)}${escapeControls(pairText(pair))}\n`;
    }
    printed = record.context;
    const indent = " ".repeat(record.context.length);
    const pairs = [...record.fields, ...errorPairs(record)];
    text += `${indent}${lineText(record.message, { at, level, pairs })}\n`;
    for (const line of record.error?.stack ?? []) text += `${indent}  ${escapeControls(line)}\n`;
    return text;
  };
}

/**
 * Formats each record as one line: its own fields, then the context's, innermost first. Each name appears once, so of
 * nested steps the line names the inner one. An error's stack stays on the line, escaped.
 */
export function flatFormat(): Format {
  return (record, { at, level }) => {
    const all = allPairs(record, "stack");
    // A request with a traceparent but no X-Request-Id uses the trace's ID as its own. Print it once.
    if (all.get("trace_id") === all.get("request_id")) all.delete("trace_id");
    const pairs = [...all];
    return `${lineText(record.message, { at, level, pairs })}\n`;
  };
}

/** Formats each record as a line of JSON for https://cloud.google.com/logging/docs/structured-logging. */
export function jsonFormat(projectId: string | undefined): Format {
  return (record, { at, level }) => {
    const line = new Map<string, unknown>([
      ["severity", SEVERITIES[level]],
      ["message", record.message],
      ["time", at.toISOString()],
    ]);
    for (const [name, value] of allPairs(record, "stack_trace")) {
      if (name === "trace_id") line.set("logging.googleapis.com/trace", traceName(pairValue(value), projectId));
      // A field must not overwrite severity, message or time.
      else line.set(RESERVED.has(name) ? `${name}_` : name, jsonValue(value));
    }
    return `${JSON.stringify(Object.fromEntries(line))}\n`;
  };
}

/** Returns the record's own fields, then the context's, innermost first. The first pair with a name wins. */
function allPairs(record: LogRecord, stackName: string): Map<string, Pair[1]> {
  const stack: Pair[] = record.error?.stack.length ? [[stackName, record.error.stack.join("\n")]] : [];
  const pairs = new Map<string, Pair[1]>();
  for (const [name, value] of [...record.fields, ...errorPairs(record), ...stack, ...record.context.toReversed()]) {
    if (!pairs.has(name)) pairs.set(name, value);
  }
  return pairs;
}

function errorPairs({ error }: LogRecord): Pair[] {
  if (error === undefined) return [];
  const cause: Pair[] = error.causes.length === 0 ? [] : [["cause", error.causes.join("; ")]];
  return [["error", error.message], ...cause];
}

function lineText(message: string, { at, level, pairs }: { at: Date; level: Level; pairs: readonly Pair[] }): string {
  let text = `${dateText(at)} ${NAMES[level]} ${message}`;
  for (const pair of pairs) text += `, ${pairText(pair)}`;
  return escapeControls(text);
}

/** Formats an instant as `Mar 25 10:27:05.938`, in the process's time zone. */
function dateText(at: Date): string {
  const time = `${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`;
  return `${MONTHS[at.getMonth()]} ${two(at.getDate())} ${time}.${String(at.getMilliseconds()).padStart(3, "0")}`;
}

function two(value: number): string {
  return value < 10 ? `0${value}` : `${value}`;
}

function isSamePair(pair: Pair, other: Pair | undefined): boolean {
  return pair === other || (other !== undefined && pairText(pair) === pairText(other));
}

function pairText([name, value]: Pair): string {
  return `${name}: ${pairValue(value)}`;
}

function pairValue(value: Pair[1]): string {
  if (Array.isArray(value)) return `[${value.join(", ")}]`;
  return value instanceof Date ? instantText(value) : String(value);
}

/** Returns a field's JSON value. A bigint always becomes a string, so that a field has one type in the log's index. */
export function jsonValue(value: Pair[1]): unknown {
  return Array.isArray(value) || typeof value === "boolean" || Number.isFinite(value) ? value : pairValue(value);
}

function instantText(instant: Date): string {
  return Number.isNaN(instant.getTime()) ? "an invalid date" : instant.toISOString();
}

function traceName(traceId: string, projectId: string | undefined): string {
  return projectId === undefined ? traceId : `projects/${projectId}/traces/${traceId}`;
}
