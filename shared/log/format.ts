import type { Format, Level, LogRecord, Pair } from "./record.ts";
import { escapeControls } from "./redact.ts";

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const NAMES: Record<Level, string> = { DEBUG: "DEBG", INFO: "INFO", WARN: "WARN", ERROR: "ERRO" };
// https://cloud.google.com/logging/docs/reference/v2/rest/v2/LogEntry#LogSeverity
const SEVERITIES: Record<Level, string> = { DEBUG: "DEBUG", INFO: "INFO", WARN: "WARNING", ERROR: "ERROR" };

const RESERVED = new Set(["severity", "message", "time"]);

/**
 * For a terminal: each field of the context is a heading, indented by its depth, and records stand below it. A heading
 * is printed when it differs from the last record's, so requests that take turns repeat theirs.
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
 * One line a record: its own fields, then the context's from the innermost out, a name once (of nested steps the inner
 * one), so that lines of requests that take turns can be told apart. An error's stack stays on the line, escaped.
 */
export function flatFormat(): Format {
  return (record, { at, level }) => {
    const all = allPairs(record, "stack");
    // A request that came with a trace only has its id for its own: once is enough to search for.
    if (all.get("trace_id") === all.get("request_id")) all.delete("trace_id");
    const pairs = [...all];
    return `${lineText(record.message, { at, level, pairs })}\n`;
  };
}

/** One JSON object a line, as https://cloud.google.com/logging/docs/structured-logging reads it. */
export function jsonFormat(projectId: string | undefined): Format {
  return (record, { at, level }) => {
    const line = new Map<string, unknown>([
      ["severity", SEVERITIES[level]],
      ["message", record.message],
      ["time", at.toISOString()],
    ]);
    for (const [name, value] of allPairs(record, "stack_trace")) {
      if (name === "trace_id") line.set("logging.googleapis.com/trace", traceName(pairValue(value), projectId));
      // A field must not hide what the line is about.
      else line.set(RESERVED.has(name) ? `${name}_` : name, jsonValue(value));
    }
    return `${JSON.stringify(Object.fromEntries(line))}\n`;
  };
}

/** Own fields first, then the context from the innermost out; of a name that comes twice, the first. */
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

/** `Mar 25 10:27:05.938`, in the process's time zone. */
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

/** Ids stay text whatever their size, so that a name has one type in the log's index. */
export function jsonValue(value: Pair[1]): unknown {
  return Array.isArray(value) || typeof value === "boolean" || Number.isFinite(value) ? value : pairValue(value);
}

function instantText(instant: Date): string {
  return Number.isNaN(instant.getTime()) ? "an invalid date" : instant.toISOString();
}

function traceName(traceId: string, projectId: string | undefined): string {
  return projectId === undefined ? traceId : `projects/${projectId}/traces/${traceId}`;
}
