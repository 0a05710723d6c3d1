export type Answer = { status: number; headers: Headers; body: string; location: string };
export type Visitor = {
  get(path: string, headers?: Record<string, string>): Promise<Answer>;
  /** Sends a form as the site's own pages do. */
  post(path: string, fields?: Record<string, string>, headers?: Record<string, string>): Promise<Answer>;
  /** What it sends as Cookie. */
  cookie(): string | undefined;
  setCookie(header: string | undefined): void;
};

export const FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:150.0) Gecko/20100101 Firefox/150.0";

/** A browser without a screen: keeps the site's cookies, follows no redirect. `address`: what a proxy says that it comes from. */
export function createVisitor(
  url: string,
  { userAgent = FIREFOX, address = "203.0.113.7" }: { userAgent?: string; address?: string } = {},
): Visitor {
  const jar = new Map<string, string>();
  const cookieHeader = () => [...jar].map(([name, value]) => `${name}=${value}`).join("; ");

  async function send(method: string, path: string, init: { headers?: Record<string, string>; body?: string }) {
    const reply = await fetch(url + path, {
      ...init,
      method,
      redirect: "manual",
      headers: {
        accept: "text/html",
        "user-agent": userAgent,
        "x-forwarded-for": address,
        ...(jar.size === 0 ? {} : { cookie: cookieHeader() }),
        ...init.headers,
      },
    });
    for (const line of reply.headers.getSetCookie()) {
      const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      if (/Domain=|Path=\/[^;]/.test(line)) continue;
      if (/Max-Age=0\b/.test(line)) jar.delete(name);
      else jar.set(name, value);
    }
    const body = await reply.text();
    return { status: reply.status, headers: reply.headers, body, location: reply.headers.get("location") ?? "" };
  }

  return {
    get: (path, headers = {}) => send("GET", path, { headers }),
    post: (path, fields = {}, headers = {}) =>
      send("POST", path, {
        body: new URLSearchParams(fields).toString(),
        headers: {
          "content-type": "application/x-www-form-urlencoded",
          origin: url,
          "sec-fetch-site": "same-origin",
          ...headers,
        },
      }),
    cookie: () => (jar.size === 0 ? undefined : cookieHeader()),
    setCookie(header) {
      jar.clear();
      for (const [, name = "", value = ""] of (header ?? "").matchAll(/([^=; ]+)=([^;]*)/g)) jar.set(name, value);
    },
  };
}
