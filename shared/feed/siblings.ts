import { createHash } from "node:crypto";
import { mediaKeyOf } from "./media-key.ts";
import type { FeedEpisode } from "./model.ts";
import { titleKeyOf } from "./title-key.ts";

/** What tells an episode apart from others with its GUID. */
type Sibling = Pick<FeedEpisode, "guidSha256" | "mediaUrl" | "title" | "publishedAt">;

export type Siblings = {
  /** Notes an episode. Returns false if it is a duplicate of one with the same GUID. */
  add(episode: Sibling): boolean;
  /** Returns the episode's key: the hash of its GUID or, if several have that, of what tells them apart too. */
  keyOf(episode: Sibling): Buffer;
};

/** Different texts, most often one: 200 000 sets of one text take longer to make than the rest of a group. */
type Texts = string | Set<string> | undefined;
/** Episodes with the same GUID, by their media. */
type Group = { numEpisodes: number; files: Map<string, Texts>; media: Map<string, Version> };
/** Episodes with the same GUID and media URL. */
type Version = { numEpisodes: number; titles: Texts; days: Texts; isUndated: boolean };

/**
 * Tells episodes apart that share a GUID. They are different if their media differ, or both their titles and days. A
 * different query alone does not count while title and day are the same.
 *
 * All episodes of a group have keys of their own, none has the plain GUID's. A new episode at the top would take that
 * from an older one, and its listeners with it. Takes time linear in the number of episodes.
 */
export function createSiblings(): Siblings {
  const firsts = new Map<string, Sibling>();
  // Few feeds have any, so a group is made for the second episode.
  const groups = new Map<string, Group>();

  return {
    add({ guidSha256, mediaUrl, title, publishedAt }) {
      const sibling = { guidSha256, mediaUrl, title, publishedAt };
      const guid = guidSha256.toString("latin1");
      const first = firsts.get(guid);
      if (first === undefined) {
        firsts.set(guid, sibling);
        return true;
      }
      const group = groups.get(guid) ?? groupOf(first);
      groups.set(guid, group);
      return addTo(group, sibling);
    },

    keyOf(episode) {
      const group = groups.get(episode.guidSha256.toString("latin1"));
      return group === undefined || group.numEpisodes === 1 ? episode.guidSha256 : derive(group, episode);
    },
  };
}

function groupOf(first: Sibling): Group {
  const group: Group = { numEpisodes: 0, files: new Map(), media: new Map() };
  addTo(group, first);
  return group;
}

/** Adds an episode, unless it is in the group already. */
function addTo(group: Group, episode: Sibling): boolean {
  const { files, media } = group;
  const { exact, file, title, day } = partsOf(episode);
  const version = media.get(exact) ?? { numEpisodes: 0, titles: undefined, days: undefined, isUndated: false };
  const isKnown =
    has(version.titles, title) ||
    has(version.days, day) ||
    (version.numEpisodes > 0 && (day === "" || version.isUndated));
  const ofFile = files.get(file);
  if (isKnown || has(ofFile, `${day} ${title}`)) return false;
  group.numEpisodes += 1;
  version.numEpisodes += 1;
  version.titles = withText(version.titles, title);
  if (day === "") version.isUndated = true;
  else version.days = withText(version.days, day);
  media.set(exact, version);
  files.set(file, withText(ofFile, `${day} ${title}`));
  return true;
}

function has(texts: Texts, text: string): boolean {
  return typeof texts === "object" ? texts.has(text) : texts === text;
}

/** Adds a text that is not among them. */
function withText(texts: Texts, text: string): Texts {
  if (texts === undefined) return text;
  return typeof texts === "object" ? texts.add(text) : new Set([texts, text]);
}

function numTexts(texts: Texts): number {
  if (texts === undefined) return 0;
  return typeof texts === "object" ? texts.size : 1;
}

function derive({ files, media }: Group, episode: Sibling): Buffer {
  const { exact, file, title, day } = partsOf(episode);
  const numOfMedia = media.get(exact)?.numEpisodes ?? 0;
  // The query may change with each crawl. It counts only where the path is the same for several episodes.
  const parts = [numTexts(files.get(file)) > numOfMedia ? exact : file];
  if (numOfMedia > 1) parts.push(title, day);
  return createHash("sha256").update(episode.guidSha256).update(JSON.stringify(parts)).digest();
}

function partsOf({ mediaUrl, title, publishedAt }: Sibling) {
  const { exact, file = exact } = mediaKeyOf(mediaUrl);
  return { exact, file, title: titleKeyOf(title), day: publishedAt?.toISOString().slice(0, 10) ?? "" };
}
