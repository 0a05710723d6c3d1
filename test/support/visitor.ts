export type Answer = { status: number; headers: Headers; body: string; location: string };
export type Visitor = {
  get(path: string, headers?: Record<string, string>): Promise<Answer>;
  /** Sends a form as the site's own pages do. */
  post(path: string, fields?: Record<string, string>, headers?: Record<string, string>): Promise<Answer>;
  cookie(): string | undefined;
  setCookie(value: string | undefined): void;
};

export const FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:150.0) Gecko/20100101 Firefox/150.0";

/** A browser without a screen: keeps the site's cookie, follows no redirect. `address`: what a proxy says that it comes from. */
export function createVisitor(
  url: string,
  { userAgent = FIREFOX, address = "203.0.113.7" }: { userAgent?: string; address?: string } = {},
): Visitor {
  let cookie: string | undefined;

  async function send(method: string, path: string, init: { headers?: Record<string, string>; body?: string }) {
    const reply = await fetch(url + path, {
      method,
      redirect: "manual",
      body: init.body,
      headers: {
        accept: "text/html",
        "user-agent": userAgent,
        "x-forwarded-for": address,
        ...(cookie === undefined ? {} : { cookie }),
        ...init.headers,
      },
    });
    for (const line of reply.headers.getSetCookie()) {
      const [pair = ""] = line.split(";");
      cookie = /Max-Age=0\b/.test(line) ? undefined : pair;
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
    cookie: () => cookie,
    setCookie: (value) => {
      cookie = value;
    },
  };
}
