import { createHash } from "node:crypto";
import type { Writable } from "node:stream";
import { finished } from "node:stream/promises";
import type postgres from "postgres";
import { episodeDocument } from "../../shared/search/documents/documents.ts";
import { hashOf, toArrayText } from "../../shared/search/documents/word-hash.ts";
import { findableWords } from "../../shared/search/words.ts";

// A made-up library: words as frequent as in real texts (Zipf), of eight languages, one of which is written without blanks.

const NUM_LANGUAGES = 8;
const WORDS_PER_LANGUAGE = 60_000;
const SYLLABLES =
  "ba ce di fo gu ka le mi no pu ra se ti vo wu za che shi tho qua bre cli dro fle gra pla str ven mor tal ing ent ism ous".split(
    " ",
  );
const HAN = Array.from({ length: 2_000 }, (_, i) => String.fromCodePoint(0x4e00 + i * 7));
const EPISODES_PER_PODCAST = 100;
const DAY_MS = 86_400_000;
const YEARS = 12;

export type Corpus = { words: string[][]; random(): number; rank(): number };

/** Makes the words of each language, the most frequent first. The same at each run. */
export function makeCorpus(): Corpus {
  let seed = 42;
  // mulberry32
  const random = () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
  const pick = (list: readonly string[]) => list[Math.floor(random() * list.length)] ?? "";
  const words = Array.from({ length: NUM_LANGUAGES }, (_, language) =>
    Array.from({ length: WORDS_PER_LANGUAGE }, (_, rank) => {
      if (language === NUM_LANGUAGES - 1) return pick(HAN) + pick(HAN);
      const length = rank < 50 ? 1 : rank < 2_000 ? 2 : 3 + Math.floor(random() * 2);
      return Array.from({ length }, () => pick(SYLLABLES)).join("") + (rank < 50 ? "" : pick(["", "n", "s", "r"]));
    }),
  );
  // Of Zipf's law with the exponent 1: a rank is as likely as its logarithm is near to the next one's.
  const rank = () => Math.floor(Math.exp(random() * Math.log(WORDS_PER_LANGUAGE))) - 1;
  return { words, random, rank };
}

type Options = { numEpisodes: number; corpus: Corpus; onProgress: (numDone: number) => void };

/**
 * Fills an empty, migrated database with podcasts, episodes and the documents of episodes, over two connections. Leaves
 * podcasts pending.
 */
export async function fillLibrary(sql: postgres.Sql, { numEpisodes, corpus, onProgress }: Options): Promise<void> {
  const numPodcasts = Math.ceil(numEpisodes / EPISODES_PER_PODCAST);
  const names = ["search_episode_words_idx", "search_word_trigrams_idx"];
  const indexes = await sql<{ definition: string }[]>`
    select indexdef as definition from pg_indexes where indexname in ${sql(names)}`;
  // Documents are written one after the other in life. Built at once, the index is the same, only smaller by its gaps.
  for (const name of names) await sql`drop index ${sql(name)}`;
  await fillPodcasts(sql, { numPodcasts, corpus });
  await fillSpelling(sql, corpus);
  await sql`alter table episode disable trigger user`;
  await sql`alter table search_episode drop constraint search_episode_episode_fk`;
  // Searches read no other index of episodes.
  await sql`alter table episode drop constraint episode_podcast_id_guid_unique`;
  for (const name of ["episode_podcast_id_published_at_idx", "episode_podcast_id_new_until_idx"])
    await sql`drop index ${sql(name)}`;
  await copyEpisodes(sql, { numEpisodes, numPodcasts, corpus, onProgress });
  for (const { definition } of indexes) await sql.unsafe(definition);
  await sql`alter table episode enable trigger user`;
  await sql`select setval('episode_id_seq', ${numEpisodes})`;
  await sql`vacuum (analyze) episode, search_episode, podcast`;
}

async function fillPodcasts(sql: postgres.Sql, { numPodcasts, corpus }: { numPodcasts: number; corpus: Corpus }) {
  for (let from = 0; from < numPodcasts; from += 5_000) {
    const rows = Array.from({ length: Math.min(5_000, numPodcasts - from) }, (_, i) => {
      const language = languageOf(from + i + 1);
      const [title, author, description] = [3, 2, 25].map((num) => textOf(corpus, { language, num }));
      return { title, author, description };
    });
    await sql`
      insert into podcast (title, author, description, namespace, feed_kind)
      select title, author, description, '{"persons":[]}', 'rss' from jsonb_to_recordset(${sql.json(rows as never)})
        as new(title text, author text, description text)`;
  }
}

async function fillSpelling(sql: postgres.Sql, { words }: Corpus): Promise<void> {
  for (const list of words.slice(0, -1)) {
    await sql`insert into search_word select jsonb_array_elements_text(${sql.json(list.filter((word) => word.length > 3))}) on conflict do nothing`;
  }
}

/** Most are in one language, whose words are therefore in most episodes. */
export function languageOf(podcastId: number): number {
  const share = podcastId % 16;
  if (share < 10) return 0;
  return share === 15 ? NUM_LANGUAGES - 1 : share - 9;
}

function textOf(corpus: Corpus, { language, num }: { language: number; num: number }): string {
  const words = corpus.words[language] ?? [];
  const text = Array.from({ length: num }, () => words[corpus.rank()]);
  return text.join(language === NUM_LANGUAGES - 1 ? "" : " ");
}

type Copied = Options & { numPodcasts: number };
async function copyEpisodes(
  sql: postgres.Sql,
  { numEpisodes, numPodcasts, corpus, onProgress }: Copied,
): Promise<void> {
  const { words, random, rank } = corpus;
  // What documents hold of each word, so that no text has to be read again.
  const hashes = words.slice(0, -1).map((list) =>
    list.map((word) => {
      const found = [...findableWords(word)];
      return { word: found.map((it) => hashOf("word", it)), title: found.map((it) => hashOf("title", it)) };
    }),
  );
  const episodes = batched(
    await sql`
    copy episode (id, podcast_id, guid, guid_sha256, title, published_at, description_html, media_url, namespace, item_sha256)
    from stdin`.writable(),
  );
  const documents = batched(
    await sql`copy search_episode (episode_id, podcast_id, published_at, words) from stdin`.writable(),
  );
  const now = Date.now();
  const sha = `\\\\x${createHash("sha256").digest("hex")}`;
  for (let id = 1; id <= numEpisodes; id++) {
    const podcastId = 1 + Math.floor(random() * numPodcasts);
    const language = languageOf(podcastId);
    // Podcasts get more, year by year; the newest come last, as when they are crawled.
    const at = new Date(now - (1 - Math.sqrt(id / numEpisodes)) * YEARS * 365 * DAY_MS).toISOString();
    const [numTitle, numNotes] = [4 + Math.floor(random() * 5), 12 + Math.floor(random() * 20)];
    const list = words[language] ?? [];
    const known = hashes[language];
    const titleRanks = Array.from({ length: numTitle }, rank);
    const noteRanks = Array.from({ length: numNotes }, rank);
    const blank = known === undefined ? "" : " ";
    const title = titleRanks.map((it) => list[it]).join(blank);
    const notes = noteRanks.map((it) => list[it]).join(blank);
    let hashed: string;
    if (known === undefined) {
      hashed = episodeDocument({
        episodeId: id,
        podcastId,
        publishedAt: at,
        day: at.slice(0, 10),
        title,
        names: "",
        texts: [notes],
      }).words;
    } else {
      const all = new Set([
        hashOf("podcast", podcastId),
        hashOf("date", at.slice(0, 10)),
        hashOf("date", at.slice(0, 7)),
      ]);
      for (const it of titleRanks) for (const hash of known[it]?.title ?? []) all.add(hash);
      for (const it of titleRanks) for (const hash of known[it]?.word ?? []) all.add(hash);
      for (const it of noteRanks) for (const hash of known[it]?.word ?? []) all.add(hash);
      hashed = toArrayText(all);
    }
    const isFull =
      episodes.add(
        `${id}\t${podcastId}\t${id}\t${sha}\t${title}\t${at}\t<p>${notes}</p>\thttps://m.example.com/${id}.mp3\t{"persons":[]}\t${sha}\n`,
      ) || documents.add(`${id}\t${podcastId}\t${at}\t${hashed}\n`);
    if (isFull || id % 1_000 === 0) {
      await episodes.flush();
      await documents.flush();
    }
    if (id % 250_000 === 0) onProgress(id);
  }
  await Promise.all([episodes.end(), documents.end()]);
}

function batched(stream: Writable) {
  let text: string[] = [];
  return {
    add(line: string): boolean {
      text.push(line);
      return text.length > 2_000;
    },
    async flush(): Promise<void> {
      const chunk = text.join("");
      text = [];
      if (chunk !== "" && !stream.write(chunk)) await new Promise((resolve) => stream.once("drain", resolve));
    },
    async end(): Promise<void> {
      await this.flush();
      stream.end();
      await finished(stream);
    },
  };
}
