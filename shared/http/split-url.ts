/** Splits a requested URL, which is path and query. */
export function splitUrl(url: string): { path: string; search: string; query: URLSearchParams } {
  const at = url.indexOf("?");
  const [path, search] = at === -1 ? [url, ""] : [url.slice(0, at), url.slice(at)];
  return { path, search, query: new URLSearchParams(search) };
}
