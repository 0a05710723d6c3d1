import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

export type Front = {
  url: string;
  /** Makes a page that is like `shell` but for its notes, and returns its URL. */
  stack(proses: readonly string[]): string;
  close(): Promise<void>;
};

/**
 * Serves a site's pages as they are, and pages that have notes of many, with the site's own headers.
 *
 * @param shell path of the page whose notes are replaced
 * @param hasPolicy false: the Content-Security-Policy is taken off
 */
export async function startFront(options: { site: string; shell: string; hasPolicy: boolean }): Promise<Front> {
  const { site, shell, hasPolicy } = options;
  const stacks: string[] = [];
  const server = createServer(async (request, response) => {
    const stack = stacks[Number(/^\/stacks\/(\d+)$/.exec(request.url ?? "")?.[1])];
    const reply = await fetch(site + (stack === undefined ? request.url : shell));
    const body = Buffer.from(await reply.arrayBuffer());
    for (const [name, value] of reply.headers) {
      if (/^(?:content-(?:length|encoding)|transfer-encoding|connection|keep-alive|date)$/.test(name)) continue;
      if (hasPolicy || name !== "content-security-policy") response.setHeader(name, value);
    }
    response.writeHead(reply.status);
    response.end(stack === undefined ? body : body.toString().replace(proseOf(body.toString()), () => stack));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  // Listening on TCP, so the address is no string.
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    stack: (proses) => `${url}/stacks/${stacks.push(proses.join("\n")) - 1}`,
    async close() {
      server.close();
      server.closeAllConnections();
      await once(server, "close");
    },
  };
}

/** An episode page's notes with the element around them. Where notes left it, what is after them comes along. */
export function proseOf(page: string): string {
  const prose = /<div class="prose"[\s\S]*<\/div>(?=\n<\/section>\n<div class="aside">)/.exec(page)?.[0];
  if (prose === undefined) throw new Error(`There are no notes in the page: ${page.slice(0, 2_000)}`);
  return prose;
}
