import type { Context } from "../../context.ts";
import { UserError } from "../../errors.ts";
import { FeedError } from "../../feed/feed-error.ts";
import { chooseTranscripts } from "../../feed/files/choose-transcripts.ts";
import type { ReadTranscript } from "../../feed/files/read-transcript.ts";
import type { Chapter } from "../../feed/model.ts";
import { maxInflatedBytes } from "../../feed/xml/inflated-body.ts";
import type { FetchReply } from "../../fetch/fetch.ts";
import { step } from "../../log/log.ts";
import { createSemaphore } from "../../semaphore.ts";
import { withinFeedMemory } from "../feed-memory.ts";
import { RetrievalError } from "../feed-retriever.ts";
import { isPassing } from "../passing-failure.ts";
import { retrieveFile } from "./file-retriever.ts";
import { findRequestedFile, type RequestedFile, type WhichFile } from "./find-requested-file.ts";
import { recordChapters, recordFileFailure, recordTranscript, recordUnchanged } from "./record-file.ts";

// Of a process' ten jobs: files wait long for slow hosts, and must not keep mails waiting.
const AT_ONCE = 4;
// The best transcript, and another one if that is missing or damaged.
const MAX_CANDIDATES = 2;
// Then the host has been down or busy for too long. A later visit tries again.
const PATIENCE_MS = 24 * 3_600_000;

const slots = createSemaphore(AT_ONCE);

/** A file to fetch. `language` is a transcript's own. */
type Candidate = { url: string; language?: string };
type Content = { kind: "chapters"; chapters: Chapter[] } | { kind: "transcript"; transcript: ReadTranscript };

/**
 * Fetches the chapters or transcript that an episode links to, and stores them. Of several transcripts it takes the best
 * that can be read. What was stored stays if none can be. A failure is recorded with the file, and nothing with the
 * podcast. Does nothing if the episode is gone or hidden.
 *
 * @throws UserError 503 if the job is to be tried again: the host is busy, down or pauses, or this process is busy
 */
export async function run(ctx: Context, which: WhichFile): Promise<void> {
  const file = await findRequestedFile(ctx.db, which);
  if (file === undefined) return;
  const release = slots.tryAcquire();
  if (release === undefined) throw new UserError(503, `Cannot fetch ${which.kind}: too many files are being fetched`);
  try {
    await fetchFirst(ctx, { file, candidates: candidatesOf(file) });
  } finally {
    release();
  }
}

function candidatesOf({ kind, namespace, language }: RequestedFile): Candidate[] {
  if (kind === "chapters") return namespace.chapters === undefined ? [] : [namespace.chapters];
  return chooseTranscripts(namespace.transcripts ?? [], { language, max: MAX_CANDIDATES });
}

type Fetching = { file: RequestedFile; candidates: Candidate[] };

async function fetchFirst(ctx: Context, { file, candidates }: Fetching): Promise<void> {
  let failure = new RetrievalError("The item no longer links to a file");
  for (const candidate of candidates) {
    try {
      await fetchAndStore(ctx, { file, candidate });
      return;
    } catch (error) {
      if (!(error instanceof RetrievalError)) throw error;
      failure = error;
      // The next one may be of a worse kind, so this one is tried again first.
      if (isPassing(error) && file.requestedMs < PATIENCE_MS) throw new UserError(503, error.message);
    }
  }
  const { message } = failure;
  ctx.log.info("File not fetched", { episode_id: file.episodeId, kind: file.kind, reason: message });
  await recordFileFailure(ctx.db, file, { error: message });
}

type One = { file: RequestedFile; candidate: Candidate };
async function fetchAndStore(ctx: Context, { file, candidate }: One): Promise<void> {
  const reply = await retrieveFile(ctx, { file, url: candidate.url });
  const source = { url: candidate.url, etag: reply.etag, lastModified: reply.lastModified };
  if (reply.status === 304) {
    await recordUnchanged(ctx.db, file, source);
    return;
  }
  const content = await read(ctx, { file, reply });
  if (content.kind === "chapters") await recordChapters(ctx.db, file, { source, chapters: content.chapters });
  else await recordTranscript(ctx.db, file, { source, language: candidate.language, transcript: content.transcript });
  ctx.log.info("File fetched", {
    episode_id: file.episodeId,
    kind: file.kind,
    num_entries: content.kind === "chapters" ? content.chapters.length : content.transcript.segments.length,
  });
}

/** @throws RetrievalError if it is not such a file */
async function read(ctx: Context, { file, reply }: { file: RequestedFile; reply: FetchReply }): Promise<Content> {
  const { body, contentType, url } = reply;
  const input = { body, contentType, url, signal: ctx.signal };
  const content = await withinFeedMemory({ numBytes: maxInflatedBytes(body), signal: ctx.signal }, () =>
    step(ctx.log, "read_file", () => contentOf(file, input)),
  ).catch((cause: unknown) => {
    if (!(cause instanceof FeedError)) throw cause;
    throw new RetrievalError(cause.message, { cause, reply });
  });
  if (content === undefined) throw new RetrievalError(`The file has no ${file.kind} that can be read`, { reply });
  return content;
}

type Input = { body: Buffer; contentType: string | undefined; url: string; signal: AbortSignal };
async function contentOf({ kind }: RequestedFile, input: Input): Promise<Content | undefined> {
  // Imported with the first file, like the feed's parser.
  if (kind === "chapters") {
    const { readChapters } = await import("../../feed/files/read-chapters.ts");
    const chapters = await readChapters(input);
    return chapters && { kind, chapters };
  }
  const { readTranscript } = await import("../../feed/files/read-transcript.ts");
  const transcript = await readTranscript(input);
  return transcript && { kind, transcript };
}
