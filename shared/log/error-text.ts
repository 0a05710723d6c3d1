import type { ErrorText } from "./record.ts";
import { escapeControls, redactText } from "./redact.ts";

// Enough for every wrapper of ours around a driver's error; it also ends a chain that leads back to itself.
const MAX_CAUSES = 5;
// V8 keeps ten frames unless told otherwise.
const MAX_FRAMES = 20;

type ErrorLike = { name?: unknown; message: string; stack?: unknown; cause?: unknown };

/** Describes whatever was thrown, with its secrets masked. */
export function describeError(thrown: unknown): ErrorText {
  const messages: string[] = [];
  const stack: string[] = [];
  let link = thrown;
  do {
    const message = redactText(messageOf(link));
    if (isErrorLike(link)) {
      const head = redactText(`${link.name ?? "Error"}: ${message}`);
      stack.push(escapeControls(messages.length === 0 ? head : `Caused by: ${head}`), ...framesOf(link));
    }
    messages.push(message);
    link = isErrorLike(link) ? link.cause : undefined;
  } while (link !== undefined && messages.length <= MAX_CAUSES);
  return { message: messages[0] ?? "", causes: messages.slice(1), stack };
}

function messageOf(thrown: unknown): string {
  if (typeof thrown === "string") return thrown;
  if (!isErrorLike(thrown)) return `not an error but ${thrown === null ? "null" : typeof thrown}`;
  if (thrown.message !== "") return thrown.message;
  // Node's error for a host none of whose addresses answered has no message of its own.
  if (thrown instanceof AggregateError) return thrown.errors.map(aggregatedMessage).join(" and ");
  return String(thrown.name);
}

function aggregatedMessage(thrown: unknown): string {
  return isErrorLike(thrown) ? thrown.message : typeof thrown;
}

/** The frames end a stack. Its start repeats the message, which may be long, or secret, or look like frames. */
function framesOf({ message, stack }: ErrorLike): string[] {
  if (typeof stack !== "string") return [];
  const messageAt = stack.indexOf(message);
  const lines = stack.slice(messageAt === -1 ? 0 : messageAt + message.length).split("\n");
  return lines
    .slice(lines.findLastIndex((line) => !/^\s+at /.test(line)) + 1)
    .filter((line) => !line.includes("node:internal/"))
    .slice(0, MAX_FRAMES)
    .map((line) => `    ${escapeControls(redactText(line.trim()))}`);
}

// Not instanceof: errors also come from workers and other realms.
function isErrorLike(thrown: unknown): thrown is ErrorLike {
  return typeof thrown === "object" && thrown !== null && "message" in thrown && typeof thrown.message === "string";
}
