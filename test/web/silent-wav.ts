import { chimes } from "../../shared/dev/chimes.ts";
import type { Handler } from "../support/origin.ts";

/** Makes a sound file of silence, `seconds` long (RIFF WAVE, PCM). */
export function silentWav(seconds: number): Buffer {
  return chimes({ notes: [], seconds });
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
