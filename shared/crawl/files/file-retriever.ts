import { setTimeout as sleep } from "node:timers/promises";
import type { Context } from "../../context.ts";
import type { FileKind } from "../../db/schema.ts";
import { MAX_CHAPTERS_BYTES, MAX_TRANSCRIPT_BYTES } from "../../feed/files/file-limits.ts";
import { FetchError } from "../../fetch/errors.ts";
import { hostKeyOf } from "../../fetch/feed-hosts.ts";
import type { FetchReply } from "../../fetch/fetch.ts";
import { redactPaths } from "../../fetch/redact.ts";
import { crawlerUserAgent } from "../../fetch/user-agent.ts";
import { step } from "../../log/log.ts";
import { present } from "../../present.ts";
import { pauseIfAsked, RetrievalError } from "../feed-retriever.ts";
import { takeHostTurn } from "../hosts/take-host-turn.ts";
import { HostBusyError } from "../passing-failure.ts";
import { withFeedCredentials } from "../with-feed-credentials.ts";
import type { RequestedFile } from "./find-requested-file.ts";

// What the job's time leaves beside two fetches.
const MAX_WAIT_MS = 4_000;
// The rest of a file that comes more slowly is not worth a worker.
const TIMEOUT_MS = 12_000;
const LIMITS: Record<FileKind, { maxBytes: number; accept: string }> = {
  chapters: { maxBytes: MAX_CHAPTERS_BYTES, accept: "application/json+chapters, application/json;q=0.9, */*;q=0.1" },
  transcript: {
    maxBytes: MAX_TRANSCRIPT_BYTES,
    accept: "text/vtt, application/json;q=0.9, application/x-subrip;q=0.9, text/html;q=0.8, */*;q=0.1",
  },
};

/**
 * Fetches a file in its host's turn, with the validators of the stored content if that is from the same URL. Sends the
 * feed's user name and password if the file is on its origin.
 *
 * @returns a reply with content or a 304
 * @throws RetrievalError
 */
export async function retrieveFile(
  ctx: Context,
  { file, url }: { file: RequestedFile; url: string },
): Promise<FetchReply> {
  const host = hostKeyOf(url);
  const waitMs = await takeHostTurn(ctx.db, { host, withinMs: MAX_WAIT_MS });
  if (waitMs === undefined) throw new HostBusyError(host);
  await sleep(waitMs, undefined, { signal: ctx.signal });
  const validators = url === file.url ? present({ etag: file.etag, lastModified: file.lastModified }) : {};
  const request = {
    ...{ url: withFeedCredentials(url, file.feedUrl ?? ""), ...validators, ...LIMITS[file.kind] },
    ...{ signal: ctx.signal, timeoutMs: Math.min(TIMEOUT_MS, ctx.config.fetchTimeoutMs) },
    userAgent: crawlerUserAgent(ctx.config, file),
  };
  const reply = await step(ctx.log, "fetch_file", () =>
    ctx.fetch(request).catch((cause: unknown) => {
      if (!(cause instanceof FetchError) || cause.kind === "aborted") throw cause;
      throw new RetrievalError(file.isPrivate ? redactPaths(cause.message) : cause.message, { cause });
    }),
  );
  await pauseIfAsked(ctx, reply);
  if (![200, 203, 304].includes(reply.status))
    throw new RetrievalError(`The file's host responded with status: ${reply.status}`, { reply });
  return reply;
}
