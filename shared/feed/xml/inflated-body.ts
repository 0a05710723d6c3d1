import { gunzip } from "node:zlib";
import { FeedError } from "../feed-error.ts";

// As much as a fetch takes of a body that says that it is compressed.
const MAX_BYTES = 16 * 1_048_576;

/** How large a body is at most when it is inflated. A gzip file does not say that in a way to rely on. */
export function maxInflatedBytes(body: Buffer): number {
  return isGzip(body) ? MAX_BYTES : body.length;
}

/** Inflates a body that was stored compressed and is served without saying so. Any other is returned as it is. */
export function inflatedBody(body: Buffer): Promise<Buffer> {
  if (!isGzip(body)) return Promise.resolve(body);
  return new Promise((resolve, reject) => {
    gunzip(body, { maxOutputLength: MAX_BYTES }, (error, inflated) => {
      if (error === null) resolve(inflated);
      else reject(feedErrorOf(error));
    });
  });
}

function isGzip(body: Buffer): boolean {
  return body[0] === 0x1f && body[1] === 0x8b;
}

function feedErrorOf({ code }: NodeJS.ErrnoException): FeedError {
  if (code === "ERR_BUFFER_TOO_LARGE") return new FeedError("too-large", "it is over 16 MiB when inflated");
  if (code === "Z_BUF_ERROR") return new FeedError("truncated", "its gzip data ends early");
  return new FeedError("not-a-feed", "its gzip data is damaged");
}
