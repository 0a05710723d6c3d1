import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import assetGet from "../../functions/web/asset-get.ts";
import { readConfig } from "../../shared/config.ts";
import type { Reply } from "../../shared/http/function.ts";
import { securityHeaders } from "../../shared/http/security-headers.ts";
import { findAsset } from "../../shared/web/assets.ts";
import { production } from "./pages.ts";

export type Site = { url(name: string): string; close(): Promise<void> };

/** Serves made pages by name on loopback, with the assets and the headers that the real site has. */
export async function serveSite(pages: Map<string, Reply>): Promise<Site> {
  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? "/", "http://localhost");
    const reply = pages.get(searchParams.get("page") ?? "") ?? assetReply(pathname);
    if (reply === undefined) response.writeHead(404).end();
    else
      response.writeHead(reply.status ?? 200, { ...securityHeaders(readConfig({})), ...reply.headers }).end(reply.body);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  // Listening on TCP, so the address is no string.
  const { port } = server.address() as AddressInfo;
  return {
    url: (name) => `http://127.0.0.1:${port}/?page=${encodeURIComponent(name)}`,
    async close() {
      server.close();
      server.closeAllConnections();
      await once(server, "close");
    },
  };
}

function assetReply(path: string): Reply | undefined {
  const asset = findAsset(path.split("/").at(-1) ?? "");
  return asset && assetGet.render({ asset, cacheControl: "no-store" }, production);
}
