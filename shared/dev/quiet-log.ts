import { isJsonObject } from "../json.ts";
import { escapeControls } from "../log/redact.ts";

type Line = Record<string, unknown>;

/** Turns one JSON line of an artifact's log into text for the terminal; "" if the line is to be hidden. */
export type QuietLog = (line: string) => string;

// Messages that npm start prints itself, or that only help to debug.
const HIDDEN = new Set([
  "Start",
  "Finish",
  "Listening",
  "Draining",
  "Stopped",
  "Migration applied",
  "Schema is up to date",
]);
// Fields that say where a line was logged, not what happened. They are not shown.
const CONTEXT = ["severity", "message", "time", "step", "function", "request_id", "logging.googleapis.com/trace"];
// Failed requests whose reason is kept until they finish. More than one process handles at a time. Drops the oldest.
const MAX_REASONS = 100;

/**
 * Makes the log of `npm start`: one line per request, none for a tick that did nothing, and a frame around a link that
 * the user needs. Shows lines that are not JSON as they are.
 */
export function createQuietLog(): QuietLog {
  // Why a request's step failed, by request ID. The "Request finished" line does not include the reason.
  const reasons = new Map<unknown, string>();

  return (text) => {
    const line = parse(text);
    if (line === undefined) return text === "" ? "" : `${text}\n`;
    const { message, severity, request_id: requestId } = line;
    if (message === "Failed" && severity === "INFO") {
      reasons.set(requestId, String(line.error));
      if (reasons.size > MAX_REASONS) reasons.delete(reasons.keys().next().value);
      return "";
    }
    if (message === "Request finished") {
      const reason = reasons.get(requestId);
      reasons.delete(requestId);
      return requestText(line, reason);
    }
    if (severity === "INFO" && isIdle(line)) return "";
    return line.link === undefined ? lineText(line) : linkText(line);
  };
}

function parse(text: string): Line | undefined {
  try {
    const line: unknown = JSON.parse(text);
    return isJsonObject(line) && typeof line.message === "string" && typeof line.time === "string" ? line : undefined;
  } catch {
    return undefined;
  }
}

/** Formats a finished request. Hides a tick's request unless it failed, because the tick logs its own result. */
function requestText(line: Line, reason: string | undefined): string {
  const { status, method, path, elapsed } = line;
  if (Number(status) < 400 && String(path).startsWith("/tick/")) return "";
  const why = Number(status) >= 400 && reason !== undefined ? `: ${reason}` : "";
  return `${timeOf(line)} ${escapeControls(`${status} ${method} ${path} ${shortened(String(elapsed))}${why}`)}\n`;
}

/** Returns true for hidden messages, and for the result of a tick that found nothing to do. */
function isIdle(line: Line): boolean {
  const message = String(line.message);
  if (HIDDEN.has(message)) return true;
  return / finished$/.test(message) && fieldsOf(line).every(([, value]) => value === 0);
}

function lineText(line: Line): string {
  const { message, severity, stack_trace: stack } = line;
  const level = severity === "INFO" || severity === "DEBUG" ? "" : `${severity} `;
  const isCount = ([name, value]: [string, unknown]) => name.startsWith("num_") && value === 0;
  const fields = fieldsOf(line).filter((field) => !isCount(field));
  const pairs = fields.map(([name, value]) => `, ${name}: ${Array.isArray(value) ? value.join(", ") : value}`);
  const frames = typeof stack === "string" ? stack.split("\n").slice(1) : [];
  return [
    `${timeOf(line)} ${level}${escapeControls(`${message}${pairs.join("")}`)}`,
    ...frames.map(escapeControls),
    "",
  ].join("\n");
}

/** Frames a link. The link has a line of its own, so that a triple click selects exactly the link. */
function linkText(line: Line): string {
  const { message, subject, link } = line;
  const head = `${timeOf(line)} ${escapeControls(`${message} (${subject})`)}`;
  const rule = "─".repeat(Math.min(Math.max(head.length, String(link).length), 100));
  return `\n${rule}\n${head}\n\n${escapeControls(String(link))}\n${rule}\n\n`;
}

function fieldsOf(line: Line): [string, unknown][] {
  return Object.entries(line).filter(([name]) => !CONTEXT.includes(name) && name !== "stack_trace");
}

/** Formats a time as `20:41:07`, in the process's time zone. */
function timeOf({ time }: Line): string {
  return new Date(String(time)).toTimeString().slice(0, 8);
}

/** Shortens a duration: `9.808µs` becomes `10µs`. Only comparisons need three decimals. */
function shortened(elapsed: string): string {
  const value = Number.parseFloat(elapsed);
  const unit = elapsed.replace(/^[\d.]+/, "");
  return Number.isNaN(value) ? elapsed : `${unit === "s" ? value.toFixed(1) : Math.round(value)}${unit}`;
}
