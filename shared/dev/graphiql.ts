import { readFileSync } from "node:fs";

type Reply = { status: number; headers: Record<string, string>; body: string | Buffer };

type Asset = { contentType: string; url(): URL };

// GraphiQL's editor writes style attributes, so styles may be inline; scripts may not.
const PAGE_HEADERS = {
  "content-type": "text/html; charset=utf-8",
  "content-security-policy":
    "default-src 'none'; script-src 'self'; connect-src 'self'; img-src data:; font-src data:; style-src 'self' 'unsafe-inline'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'",
  "x-content-type-options": "nosniff",
};

const STYLE = "text/css; charset=utf-8";
const SCRIPT = "text/javascript; charset=utf-8";

// The packages' browser builds, relative to the module that each package resolves to.
const ASSETS = new Map<string, Asset>([
  [
    "/graphiql/graphiql.css",
    { contentType: STYLE, url: () => new URL("../graphiql.min.css", import.meta.resolve("graphiql")) },
  ],
  [
    "/graphiql/graphiql.js",
    { contentType: SCRIPT, url: () => new URL("../graphiql.min.js", import.meta.resolve("graphiql")) },
  ],
  [
    "/graphiql/react.js",
    { contentType: SCRIPT, url: () => new URL("umd/react.production.min.js", import.meta.resolve("react")) },
  ],
  [
    "/graphiql/react-dom.js",
    { contentType: SCRIPT, url: () => new URL("umd/react-dom.production.min.js", import.meta.resolve("react-dom")) },
  ],
]);

const PAGE = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <title>podcore GraphiQL</title>
    <link rel="icon" href="data:,">
    <link rel="stylesheet" href="/graphiql/graphiql.css">
    <style>body { margin: 0 } #graphiql { height: 100vh }</style>
  </head>
  <body>
    <div id="graphiql"></div>
    <script src="/graphiql/react.js"></script>
    <script src="/graphiql/react-dom.js"></script>
    <script src="/graphiql/graphiql.js"></script>
    <script src="/graphiql/open.js"></script>
  </body>
</html>
`;

const OPEN = `const fetcher = GraphiQL.createFetcher({ url: "/graphql" });
const defaultQuery = "{\\n  podcasts(first: 5) {\\n    nodes {\\n      id\\n      title\\n    }\\n  }\\n}\\n";
ReactDOM.createRoot(document.getElementById("graphiql")).render(React.createElement(GraphiQL, { fetcher, defaultQuery }));
`;

/** Serves GraphiQL from node_modules, so that it works offline. Returns undefined for other paths. */
export function graphiqlReply(path: string): Reply | undefined {
  if (path === "/graphiql") return { status: 200, headers: PAGE_HEADERS, body: PAGE };
  if (path === "/graphiql/open.js") return { status: 200, headers: assetHeaders(SCRIPT), body: OPEN };
  const asset = ASSETS.get(path);
  if (asset === undefined) return undefined;
  return { status: 200, headers: assetHeaders(asset.contentType), body: readFileSync(asset.url()) };
}

function assetHeaders(contentType: string): Reply["headers"] {
  return { "content-type": contentType, "x-content-type-options": "nosniff" };
}
