import { isPlayablePath } from "./media.ts";

/**
 * What identifies a media file although its URL changes: without the scheme, without the hosts that count downloads, and
 * in `file` also without the query, if the path names a file.
 */
export type MediaKey = { exact: string; file: string | undefined };

// "host.example" within the path of "https://count.example/e/host.example/show/1.mp3".
const HOST = /^(?:[a-z0-9-]+\.)+[a-z]{2,24}$/i;

/** Returns what identifies the media file of an absolute URL. */
export function mediaKeyOf(url: string): MediaKey {
  const { host, pathname, search } = new URL(url);
  const segments = pathname.split("/");
  // The last segment is the file. A counter's own "redirect.mp3" is no host either.
  const start = segments.findLastIndex(
    (segment, i) => i < segments.length - 1 && segment.length <= 253 && HOST.test(segment) && !isPlayablePath(segment),
  );
  const path = start < 0 ? `${host}${pathname}` : segments.slice(start).join("/");
  return { exact: `${path}${search}`, file: isPlayablePath(path) ? path : undefined };
}
