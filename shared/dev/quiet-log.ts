import { isJsonObject } from "../json.ts";
import { escapeControls } from "../log/redact.ts";

type Line = Record<string, unknown>;

/** Turns an artifact's JSON log, line by line, into what a terminal shows of it; "" for lines that it does not show. */
export type QuietLog = (line: string) => string;

// Said by npm start itself, or of interest only where somebody looks for a fault.
const HIDDEN = new Set([
  "Start",
  "Finish",
  "Listening",
  "Draining",
  "Stopped",
  "Migration applied",
  "Schema is up to date",
]);
// What a line's other fields are not: about where it was logged.
const CONTEXT = ["severity", "message", "time", "step", "function", "request_id", "logging.googleapis.com/trace"];
// Requests whose reason to fail is kept until they finish. More than one process has at a time; the oldest goes first.
const MAX_REASONS = 100;

/**
 * Makes the log of `npm start`: one line a request, none for a tick that did nothing, and a frame around a link that
 * somebody waits for. What is not JSON is shown as it is.
 */
export function createQuietLog(): QuietLog {
  // Why a request's step failed, by the request's id. The line that says it has finished does not repeat that.
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

/** A tick's request says nothing that its own lines do not, unless it fails. */
function requestText(line: Line, reason: string | undefined): string {
  const { status, method, path, elapsed } = line;
  if (Number(status) < 400 && String(path).startsWith("/tick/")) return "";
  const why = Number(status) >= 400 && reason !== undefined ? `: ${reason}` : "";
  return `${timeOf(line)} ${escapeControls(`${status} ${method} ${path} ${shortened(String(elapsed))}${why}`)}\n`;
}

/** True for steps, and for the result of a tick that found nothing to do. */
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

/** The link stands alone on its line, so that a triple click takes it and nothing else. */
function linkText(line: Line): string {
  const { message, subject, link } = line;
  const head = `${timeOf(line)} ${escapeControls(`${message} (${subject})`)}`;
  const rule = "─".repeat(Math.min(Math.max(head.length, String(link).length), 100));
  return `\n${rule}\n${head}\n\n${escapeControls(String(link))}\n${rule}\n\n`;
}

function fieldsOf(line: Line): [string, unknown][] {
  return Object.entries(line).filter(([name]) => !CONTEXT.includes(name) && name !== "stack_trace");
}

/** `20:41:07`, in the process's time zone. */
function timeOf({ time }: Line): string {
  return new Date(String(time)).toTimeString().slice(0, 8);
}

/** `9.808µs` is `10µs`: three decimals are for those who compare. */
function shortened(elapsed: string): string {
  const value = Number.parseFloat(elapsed);
  const unit = elapsed.replace(/^[\d.]+/, "");
  return Number.isNaN(value) ? elapsed : `${unit === "s" ? value.toFixed(1) : Math.round(value)}${unit}`;
}
