import assert from "node:assert/strict";
import { join, relative, resolve } from "node:path";
import test from "node:test";
import { check } from "recheck";
import { type Node, SyntaxKind } from "typescript/unstable/ast";
import { isCallExpression, isNewExpression } from "typescript/unstable/ast/is";
import { API } from "typescript/unstable/sync";

const ROOT = resolve(import.meta.dirname, "../..");

// They run on a developer's machine, and read nothing of a stranger's.
const UNCHECKED_FOLDERS = ["shared/dev/"];

const CUT_BY_LOG = "log/redact.ts cuts to 2 000 characters first";
/** Patterns that may take more than linear time, and what bounds the text that they meet. */
const BOUNDED: [RegExp, why: string][] = [
  [/\/\/(?:[^\s/?#@:]*:(?!\d+[/?#])\S{0,200}|[^\s/?#]*)@/g, CUT_BY_LOG],
  [/%2F%2F[^\s/?#&]{0,200}%40/gi, CUT_BY_LOG],
  [/^\s*--.*$/gm, "db/apply-migration.ts reads the project's own migrations"],
  [/^at (?:(?:async )?(.*?) \()?(.+?):(\d+):(\d+)\)?$/, "log/error-text.ts passes each frame through redactText()"],
  [/<\?xml[^>]*?\sencoding\s*=\s*["']([^"']*)["']/i, "feed/charset.ts looks at 1 024 bytes"],
  // These two are linear by its automaton, and not always by its fuzzer, which a busy machine makes it choose.
  [
    /(?<!\d)(\d{1,2})(?:st|nd|rd|th|er|º|ª|\.)?(?:[\s,.-]|de|of|d|ta)*$/,
    "feed/date.ts reads no date of over 400 characters",
  ],
  [
    /^[a-zA-Z0-9.!#$%&'*+/=?^_`{|}~-]+@[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?(?:\.[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?)*$/,
    "accounts/credentials.ts reads no address of over 254 characters",
  ],
  [/[(<[]?[^\s()<>[\]@]+@[^\s()<>[\]@]+[)>\]]?/g, "feed/fields.ts looks for names in 400 characters"],
  [/^[\s,;:–—-]+|[\s,;:–—-]+$/g, "feed/fields.ts looks for names in 400 characters"],
  [/[\s:.]+$/, "feed/duration.ts reads no duration of over 100 characters"],
  [/<[^>]*>/g, "feed/date.ts reads no date of over 400 characters"],
  [/^(?:(?:(\d*)\s*:)?\s*(\d*)\s*:)?\s*(\d+(?:[.,]\d*)?)$/, "feed/duration.ts reads no time of over 100 characters"],
];

/** Files that make patterns out of strings, and out of which. */
const MADE: Record<string, string> = {
  "shared/http/router.ts": "the paths of functions/routes.ts: a parameter ends at the next slash",
  "shared/log/redact.ts": "the source of a literal, and the names of secrets, in texts that the log has cut",
  "shared/secret-names.ts": "lists of words, which are tried once at each place of a name",
  "shared/mail/send-mail.ts": "an e-mail address with all of it escaped: a text without operators",
};

// A pattern takes some 50 ms, the hardest 2 s; as much again for a busy machine, tenfold.
const CHECK_TIMEOUT_MS = 40_000;

const { literals, makers } = findPatterns();

test("every pattern takes time that grows with its text's length alone, or meets text that was cut first", {
  timeout: 600_000,
}, async () => {
  const excepted = new Set(BOUNDED.map(([pattern]) => String(pattern)));

  const faults: string[] = [];
  for (const [literal, file] of literals) {
    if (excepted.has(literal)) continue;
    const end = literal.lastIndexOf("/");
    const found = await check(literal.slice(1, end), literal.slice(end + 1), { timeout: CHECK_TIMEOUT_MS });
    if (found.status === "vulnerable") faults.push(`${file}: ${literal}: ${found.complexity.summary}`);
    if (found.status === "unknown") faults.push(`${file}: ${literal}: cannot tell (${found.error.kind})`);
  }

  assert.deepEqual(
    faults,
    [],
    "A regular expression must not take more than linear time (test/house/patterns.test.ts). Rewrite it, or cut the text that it meets and add it to BOUNDED there with what cuts",
  );
  assert.ok(literals.size > 100, `found only ${literals.size} patterns`);
});

test("every exception to that is a pattern that there is", () => {
  assert.deepEqual(
    BOUNDED.filter(([pattern]) => !literals.has(String(pattern))),
    [],
    "BOUNDED in test/house/patterns.test.ts names patterns that no source has: remove or update them",
  );
  assert.deepEqual(
    [...makers].sort(),
    Object.keys(MADE).sort(),
    "A file that makes a RegExp of a string is named in MADE in test/house/patterns.test.ts, with what the string is. Use a literal, or add the file",
  );
});

/** Finds the literals of all sources with a file of each, and the files that construct patterns. */
function findPatterns(): { literals: Map<string, string>; makers: Set<string> } {
  const literals = new Map<string, string>();
  const makers = new Set<string>();
  const api = new API({ cwd: ROOT });
  try {
    const openProjects = ["tsconfig.json", "shared/web/client/tsconfig.json"].map((file) => join(ROOT, file));
    for (const { program } of api.updateSnapshot({ openProjects }).getProjects()) {
      for (const path of program.getSourceFileNames()) {
        const file = relative(ROOT, path);
        if (!/^(functions|shared)\//.test(file) || UNCHECKED_FOLDERS.some((folder) => file.startsWith(folder)))
          continue;
        const visit = (node: Node): void => {
          if (node.kind === SyntaxKind.RegularExpressionLiteral) literals.set(node.getText(), file);
          if ((isNewExpression(node) || isCallExpression(node)) && node.expression.getText() === "RegExp")
            makers.add(file);
          node.forEachChild(visit);
        };
        program.getSourceFile(path)?.forEachChild(visit);
      }
    }
  } finally {
    api.close();
  }
  return { literals, makers };
}
