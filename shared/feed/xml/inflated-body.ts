import { gunzip } from "node:zlib";
import { FeedError } from "../feed-error.ts";

// The fetcher's limit for bodies with a Content-Encoding.
const MAX_BYTES = 16 * 1_048_576;

/** Returns an upper bound for a body's size after inflation. The size stated in a gzip file is not reliable. */
export function maxInflatedBytes(body: Buffer): number {
  return isGzip(body) ? MAX_BYTES : body.length;
}

/**
 * Inflates a body that is a gzip file served without Content-Encoding. Returns other bodies unchanged.
 *
 * @throws FeedError
 */
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
