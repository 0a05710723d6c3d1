import assert from "node:assert/strict";
import { glob, readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import test from "node:test";

const SQL = resolve(import.meta.dirname, "../../shared/sql");

// What reads shows without asking who may see them, and why that is right.
const EXCEPTIONS: Record<string, string> = {
  "find-feed-location.ts": "tells an id alone, to what adds podcasts and refuses what was taken down",
  "find-newest-feed-content.ts": "read by the reingester alone; a takedown deletes raw feeds",
  "list-podcasts-with-content.ts": "read by the reingester alone",
};

test("every statement that finds, lists, counts or searches shows goes through shared/sql/visible.ts", async () => {
  const wrong: string[] = [];
  let numRead = 0;
  for await (const file of glob("{find,list,search,count,export}-*.ts", { cwd: SQL })) {
    const text = await readFile(join(SQL, file), "utf8");
    // An account's own rows name a podcast by its id, and tell nothing of it.
    const readsShows =
      /\b(?:from|innerJoin|leftJoin)\((?:podcast|episode)\w*[,)]|\b(?:from|join) (?:podcast|episode)|\$\{(?:podcast|episode)\}/.test(
        text,
      );
    if (!readsShows || file in EXCEPTIONS) continue;
    numRead += 1;
    if (!/from "\.\/(?:visible|list-directory-podcasts|find-takedowns)\.ts"/.test(text)) wrong.push(file);
  }

  assert.ok(numRead > 12, `only ${numRead} were read`);
  assert.deepEqual(wrong, []);
});
