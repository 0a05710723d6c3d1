import assert from "node:assert/strict";
import { test } from "node:test";
import { GraphQLError } from "graphql";
import { validateEmail, validatePassword } from "../../shared/accounts/credentials.ts";
import { isBot } from "../../shared/accounts/sign-in.ts";
import { identify } from "../../shared/auth/identify.ts";
import { hashSecret } from "../../shared/auth/secret.ts";
import { readCookies, siteFor } from "../../shared/auth/session-cookie.ts";
import { readConfig } from "../../shared/config.ts";
import { decodeInstantCursor, decodeNumberCursor } from "../../shared/db/cursor.ts";
import { isOwnHost } from "../../shared/dev/gateway-hosts.ts";
import { readDirectoryLink } from "../../shared/directory/directory-link.ts";
import { readHits } from "../../shared/directory/itunes-search.ts";
import { UserError } from "../../shared/errors.ts";
import { normalizeFeedUrl } from "../../shared/fetch/feed-url.ts";
import { readCacheMaxAgeMs, readHeaders, readRetryAfterMs } from "../../shared/fetch/headers.ts";
import { redactPaths, redactUrl } from "../../shared/fetch/redact.ts";
import { readDocument } from "../../shared/graphql/documents.ts";
import { parseId } from "../../shared/graphql/ids.ts";
import { readQueryRequest } from "../../shared/graphql/read-request.ts";
import { toInstant } from "../../shared/graphql/types/fields.ts";
import { authorizeOperator } from "../../shared/http/authorize.ts";
import { clientAddress } from "../../shared/http/client-address.ts";
import { prefersHtml } from "../../shared/http/error-reply.ts";
import { requireServiceHost } from "../../shared/http/host.ts";
import { readFlag, readForm } from "../../shared/http/read-form.ts";
import { readRequestId } from "../../shared/http/request-id.ts";
import { requireSameOrigin } from "../../shared/http/same-origin.ts";
import { readCloudEvent } from "../../shared/http/server/cloud-event.ts";
import { redactText } from "../../shared/log/redact.ts";
import { textOfNotes } from "../../shared/search/documents/documents.ts";
import { normalizeQuery, parseQuery } from "../../shared/search/search-query.ts";
import { findableWords } from "../../shared/search/words.ts";
import { localPath, slug, unslugId } from "../../shared/web/links.ts";
import { browserText, startOf, startOfNotes } from "../../shared/web/words.ts";
import { OPERATOR_TOKEN } from "../support/artifact.ts";
import { measureBlock } from "../support/block-meter.ts";
import { createContext } from "../support/context.ts";
import { PUMPED } from "../support/pump.ts";

const CONFIG = readConfig({});
const OPERATED = readConfig({ PODCORE_OPERATOR_TOKEN: OPERATOR_TOKEN });
// Nothing that is pumped is a key, so the database is never asked.
const CONTEXT = createContext({ databaseUrl: "postgres://nobody@127.0.0.1:1/nothing" });
// Ten times the aim.
const MAX_BLOCK_MS = 150;

/** What reads the text of a request or a reply, by what that text is. */
const READERS: Record<string, (text: string) => unknown> = {
  "form field": (text) => readForm({ body: Buffer.from(new URLSearchParams({ a: text }).toString()) })("a"),
  "form field that is a flag": (text) => readFlag(() => text, "a"),
  "form field with a feed's URL": normalizeFeedUrl,
  "form field with a URL of the web": (text) => normalizeFeedUrl(`https://x.example/${text}`),
  "link to a directory": readDirectoryLink,
  "URL in an error": (text) => redactUrl(text),
  "URL in an error about a private feed": (text) => redactUrl(`https://${text}`, { isPrivate: true }),
  "error of a private feed": redactPaths,
  "e-mail address": validateEmail,
  password: (password) => validatePassword({ password, confirmation: password }),
  "path to go on to": localPath,
  "id in a path": (text) => unslugId("id", text),
  "text of a search": (text) => normalizeQuery("q", text),
  "query of a search": parseQuery,
  "text that is to be found": (text) => findableWords(text),
  "notes that are to be found": textOfNotes,
  "title in a path": slug,
  "cursor of instants": decodeInstantCursor,
  "cursor of numbers": (text) => decodeNumberCursor(Buffer.from(text).toString("base64url")),
  "GraphQL id": (text) => parseId(text, "podcast"),
  "GraphQL instant": toInstant,
  "GraphQL document": readDocument,
  "GraphQL string in a document": (text) => readDocument(`{ search(query: ${JSON.stringify(text)}) { id } }`),
  "Content-Type header": (text) => readQueryRequest(post({ "content-type": text }), CONFIG),
  "Accept header": prefersHtml,
  "Cookie header": (cookie) => readCookies({ cookie }, CONFIG),
  "session's cookie": hashSecret,
  "X-Forwarded-For header": (text) =>
    clientAddress({ headers: { "x-forwarded-for": text }, remoteAddress: "127.0.0.1" }, CONFIG),
  "X-Request-ID and Traceparent headers": (text) => readRequestId({ "x-request-id": text, traceparent: text }),
  "Authorization header": (text) => authorizeOperator({ authorization: `Bearer ${text}` }, OPERATED),
  "Authorization header of an app": (text) => identify(CONTEXT, asked({ authorization: `Bearer ${text}` })),
  "Authorization header of any scheme": (text) => identify(CONTEXT, asked({ authorization: text })),
  "Host header": (host) => siteFor({ host, "x-forwarded-proto": "http" }, CONFIG),
  "Host header of a Service": (host) => requireServiceHost({ host }, { service: "internal", hosts: CONFIG.hosts }),
  "Host header at the gateway": (host) => isOwnHost(host, { ...CONFIG, host: "0.0.0.0" }),
  "Origin header": (text) => requireSameOrigin({ origin: text, host: "podbox.lan" }, CONFIG.publicUrl),
  "Origin header of a name": (text) =>
    requireSameOrigin({ origin: `http://${text}.lan`, host: "podbox.lan" }, CONFIG.publicUrl),
  "Sec-Fetch-Site header": (text) => requireSameOrigin({ "sec-fetch-site": text }, CONFIG.publicUrl),
  "CloudEvent's headers": (text) => readCloudEvent(cloudEvent(text), Buffer.from("{}")),
  "CloudEvent's body": (text) => readCloudEvent(cloudEvent("1"), Buffer.from(text)),
  "User-Agent header": isBot,
  "User-Agent of a login": browserText,
  "header of a feed's host": (text) => readHeaders(["a", text]),
  "Retry-After header": (text) => readRetryAfterMs({ "retry-after": text, date: text }),
  "Cache-Control header": (text) => readCacheMaxAgeMs({ "cache-control": text, age: text }),
  "reply of a directory": (text) =>
    readHits(JSON.stringify({ results: [{ collectionName: text, artistName: text, feedUrl: text, collectionId: 1 }] })),
  "text in a log": redactText,
  "start of a text": (text) => startOf(text, { maxCharacters: 200 }),
  "start of notes": (text) => startOfNotes(text, { maxCharacters: 200 }),
};

for (const [name, read] of Object.entries(READERS)) {
  test(`${name}: 60 KB block for less than 15 ms, whatever is repeated in them`, async (t) => {
    let worst: [blockMs: number, pattern: string] = [0, ""];
    // What is made once, such as the schema, is not counted.
    await readOrRefuse(read, "a");
    for (const [pattern, text] of PUMPED) {
      const { blockMs } = await measureBlock(async () => readOrRefuse(read, text));
      if (blockMs > worst[0]) worst = [blockMs, pattern];
    }

    t.diagnostic(`blocked for ${worst[0].toFixed(1)} ms, with ${JSON.stringify(worst[1])}`);
    assert.ok(worst[0] < MAX_BLOCK_MS, `blocked for ${worst}`);
  });
}

/** Most of it is refused, in words for the reader. What fails in any other way is a defect. */
async function readOrRefuse(read: (text: string) => unknown, text: string): Promise<void> {
  try {
    await read(text);
  } catch (error) {
    if (!(error instanceof UserError || error instanceof GraphQLError)) throw error;
  }
}

function cloudEvent(text: string): Record<string, string> {
  const names = ["id", "source", "type", "time", "subject", "dataschema", "traceparent"];
  const read = { "ce-specversion": "1.0", "content-type": "application/json" };
  return { ...Object.fromEntries(names.map((name) => [`ce-${name}`, text])), ...read };
}

function asked(headers: Record<string, string>) {
  return { ...post(headers), remoteAddress: "203.0.113.7" };
}

function post(headers: Record<string, string>) {
  return { method: "POST", path: "/graphql", params: {}, query: new URLSearchParams(), headers, body: Buffer.alloc(0) };
}
