import { readFileSync } from "node:fs";

type Reply = { status: number; headers: Record<string, string>; body: string | Buffer };

type Asset = { contentType: string; url(): URL };

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
    <script>
      const fetcher = GraphiQL.createFetcher({ url: "/graphql" });
      const defaultQuery = "{\\n  podcasts(first: 5) {\\n    nodes {\\n      id\\n      title\\n    }\\n  }\\n}\\n";
      ReactDOM.createRoot(document.getElementById("graphiql")).render(React.createElement(GraphiQL, { fetcher, defaultQuery }));
    </script>
  </body>
</html>
`;

/** Serves GraphiQL from node_modules, so that it works offline. Returns undefined for other paths. */
export function graphiqlReply(path: string): Reply | undefined {
  if (path === "/graphiql") return { status: 200, headers: { "content-type": "text/html; charset=utf-8" }, body: PAGE };
  const asset = ASSETS.get(path);
  if (asset === undefined) return undefined;
  return { status: 200, headers: { "content-type": asset.contentType }, body: readFileSync(asset.url()) };
}
