import type { Turns } from "./turns.ts";

// Takes about 0.3 ms to write. Checking the time after each value would cost more than writing the value.
const PIECE_LENGTH = 65_536;

/** Writes a large result as JSON in turns, so that it does not keep other requests waiting. */
export async function writeJson(value: unknown, turns: Turns): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let text = "";
  for (const piece of pieces(value)) {
    text += piece;
    if (text.length < PIECE_LENGTH) continue;
    chunks.push(Buffer.from(text));
    text = "";
    await turns.take();
  }
  return Buffer.concat([...chunks, Buffer.from(text)]);
}

/** Yields a value's JSON in pieces. A value without nested objects or lists is one piece. */
function* pieces(value: unknown): Generator<string> {
  if (typeof value !== "object" || value === null) {
    yield JSON.stringify(value);
  } else if (Array.isArray(value)) {
    let before = "[";
    for (const item of value) {
      yield before;
      yield* pieces(item);
      before = ",";
    }
    yield before === "[" ? "[]" : "]";
  } else {
    yield* piecesOfObject(value);
  }
}

function* piecesOfObject(value: object): Generator<string> {
  const entries = Object.entries(value).filter(([, inner]) => inner !== undefined);
  if (!entries.some(([, inner]) => typeof inner === "object" && inner !== null)) {
    yield JSON.stringify(value);
    return;
  }
  let before = "{";
  for (const [key, inner] of entries) {
    yield `${before}${JSON.stringify(key)}:`;
    yield* pieces(inner);
    before = ",";
  }
  yield "}";
}
