import type { ErrorText } from "./record.ts";
import { escapeControls, redactText } from "./redact.ts";

// Enough for each of our wrappers around a driver's error. It also ends a circular chain.
const MAX_CAUSES = 5;
// V8 keeps ten by default.
const MAX_FRAMES = 20;

type ErrorLike = { name?: unknown; message: string; stack?: unknown; cause?: unknown };

/** One error of a chain, with its secrets masked. */
export type ErrorLink = {
  /** Undefined if the thrown value was not an error. */
  name: string | undefined;
  message: string;
  /** `at name (file:1:2)`, one line each, innermost call first. */
  frames: string[];
};

/** Describes any thrown value and its causes, with secrets masked. */
export function describeError(thrown: unknown): ErrorText {
  const links = listLinks(thrown);
  const [first, ...causes] = links.map(({ message }) => message);
  const stack = links.flatMap(({ name, message, frames }, i) => {
    if (name === undefined) return [];
    const head = redactText(`${name}: ${message}`);
    return [escapeControls(i === 0 ? head : `Caused by: ${head}`), ...frames.map((frame) => `    ${frame}`)];
  });
  return { message: first ?? "", causes, stack };
}

/** Returns the thrown value and its causes, nearest first. */
export function listLinks(thrown: unknown): ErrorLink[] {
  const links: ErrorLink[] = [];
  let link = thrown;
  do {
    const message = redactText(messageOf(link));
    if (isErrorLike(link)) links.push({ name: String(link.name ?? "Error"), message, frames: framesOf(link) });
    else links.push({ name: undefined, message, frames: [] });
    link = isErrorLike(link) ? link.cause : undefined;
  } while (link !== undefined && links.length <= MAX_CAUSES);
  return links;
}

function messageOf(thrown: unknown): string {
  if (typeof thrown === "string") return thrown;
  if (!isErrorLike(thrown)) return `not an error but ${thrown === null ? "null" : typeof thrown}`;
  if (thrown.message !== "") return thrown.message;
  // Node's error has no message if none of a host's addresses answered.
  if (thrown instanceof AggregateError) return thrown.errors.map(aggregatedMessage).join(" and ");
  return String(thrown.name);
}

function aggregatedMessage(thrown: unknown): string {
  return isErrorLike(thrown) ? thrown.message : typeof thrown;
}

/** Returns the frames at the end of a stack. The stack's start repeats the message, which may look like frames. */
function framesOf({ message, stack }: ErrorLike): string[] {
  if (typeof stack !== "string") return [];
  const messageAt = stack.indexOf(message);
  const lines = stack.slice(messageAt === -1 ? 0 : messageAt + message.length).split("\n");
  return lines
    .slice(lines.findLastIndex((line) => !/^\s+at /.test(line)) + 1)
    .filter((line) => !line.includes("node:internal/"))
    .slice(0, MAX_FRAMES)
    .map((line) => escapeControls(redactText(line.trim())));
}

// Not instanceof: errors also come from workers and other realms.
function isErrorLike(thrown: unknown): thrown is ErrorLike {
  return typeof thrown === "object" && thrown !== null && "message" in thrown && typeof thrown.message === "string";
}
