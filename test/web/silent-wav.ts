import type { Handler } from "../support/origin.ts";

// 8 kHz, 8 bits, mono: the smallest that every browser plays.
const SAMPLES_PER_SECOND = 8_000;

/** Makes a sound file of nothing, `seconds` long (RIFF WAVE, PCM). */
export function silentWav(seconds: number): Buffer {
  const numBytes = SAMPLES_PER_SECOND * seconds;
  const header = Buffer.alloc(44);
  header.write("RIFF", 0);
  header.writeUInt32LE(36 + numBytes, 4);
  header.write("WAVEfmt ", 8);
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(1, 20);
  header.writeUInt16LE(1, 22);
  header.writeUInt32LE(SAMPLES_PER_SECOND, 24);
  header.writeUInt32LE(SAMPLES_PER_SECOND, 28);
  header.writeUInt16LE(1, 32);
  header.writeUInt16LE(8, 34);
  header.write("data", 36);
  header.writeUInt32LE(numBytes, 40);
  return Buffer.concat([header, Buffer.alloc(numBytes, 128)]);
}

/** Serves a file as podcast hosts do: in parts, which is what lets a player skip within it. */
export function serveParts(body: Buffer, contentType: string): Handler {
  return (request, response) => {
    const [, from = "0", to = ""] = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? "") ?? [];
    const [first, last] = [Number(from), to === "" ? body.length - 1 : Number(to)];
    const part = body.subarray(first, last + 1);
    response.writeHead(request.headers.range === undefined ? 200 : 206, {
      "accept-ranges": "bytes",
      "content-length": part.length,
      "content-range": `bytes ${first}-${last}/${body.length}`,
      "content-type": contentType,
    });
    response.end(part);
  };
}
