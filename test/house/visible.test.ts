import assert from "node:assert/strict";
import { glob, readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import test from "node:test";

const ROOT = resolve(import.meta.dirname, "../..");
// Where readers are answered from. What crawls and cleans reads whatever there is.
const READERS = "{shared/{podcasts,listening,search,accounts,graphql,web},functions}/**/*.ts";

// What reads shows without asking who may see them, and why that is right.
const EXCEPTIONS: Record<string, string> = {
  "shared/accounts/account-remover.ts": "deletes the private podcasts that only this account had",
  "shared/podcasts/find-feed-location.ts": "tells an id alone, to what adds podcasts and refuses what was taken down",
  "shared/podcasts/identity/find-known-show.ts": "compares public podcasts with a new feed, and tells an id alone",
  "shared/podcasts/identity/find-successor.ts": "tells where a podcast went, and the title only of a public one",
  "shared/podcasts/identity/show-joiner.ts":
    "stores URLs of a podcast that find-known-show found, and tells an id alone",
  "shared/podcasts/identity/list-quarantined.ts": "an operator's, who sees whatever there is",
  "shared/podcasts/identity/quarantine-resolver.ts": "an operator's, who sees whatever there is",
  "shared/podcasts/settle-privacy.ts": "decides who may see a podcast",
  "shared/podcasts/num-episodes.ts": "a fragment, used for a podcast that was just stored or is being removed",
  "shared/podcasts/podcast-adder.ts": "reads what it has just stored, after it has asked whether it was taken down",
  "shared/podcasts/podcast-blocker.ts": "an operator's, who sees whatever there is",
  "shared/podcasts/podcast-remover.ts": "an operator's, who sees whatever there is",
  "shared/podcasts/privacy-judge.ts": "decides who may see a show, and tells the URLs that it reads to nobody",
  "shared/podcasts/visible.ts": "the rule itself",
  "shared/search/documents/document-writer.ts": "writes documents, of which each search shows what its caller may see",
};

test("every statement that finds, lists, counts or searches shows goes through shared/podcasts/visible.ts", async () => {
  const wrong: string[] = [];
  let numRead = 0;
  for await (const file of glob(READERS, { cwd: ROOT })) {
    const text = await readFile(join(ROOT, file), "utf8");
    // An account's own rows name a podcast by its id, and tell nothing of it.
    const readsShows =
      /\b(?:from|innerJoin|leftJoin)\((?:podcast|episode)\w*[,)]|\b(?:from|join) (?:podcast|episode)|\$\{(?:podcast|episode)\}/.test(
        text,
      );
    if (!readsShows || file in EXCEPTIONS) continue;
    numRead += 1;
    if (!/from "[./a-z]*\/(?:visible|list-directory-podcasts|find-takedowns)\.ts"/.test(text)) wrong.push(file);
  }

  assert.ok(numRead > 12, `only ${numRead} were read`);
  assert.deepEqual(
    wrong,
    [],
    "What reads podcasts or episodes for a reader asks shared/podcasts/visible.ts who may see them: use isVisible() there. If the statement is not for readers, name the file with the reason in EXCEPTIONS in test/house/visible.test.ts",
  );
});
