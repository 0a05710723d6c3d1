import { createHmac } from "node:crypto";
import { text } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import { startOrigin } from "./origin.ts";

/** How a hub behaves. One without a wish is a fair one. */
export type Manner = {
  /** Of its replies to requests; 202 unless set. */
  status?: number;
  headers?: Record<string, string>;
  /** Waits this long before it replies. */
  delayMs?: number;
  /** Does not verify what it is asked for. */
  isMute?: boolean;
  /** What it verifies with in place of what it was asked for: `hub.topic`, `hub.lease_seconds`, ... An empty value leaves one out. */
  verifiesWith?: Record<string, string>;
};

export type Subscription = { callback: string; topic: string; secret: string; leaseSeconds: string };
export type HubRequest = Record<string, string> & { path: string };
type Answer = { status: number; body: string };
type Delivery = {
  body?: string | Buffer;
  method?: "sha1" | "sha256" | "sha384" | "sha512";
  /** In place of the right one; "" sends none. */
  signature?: string;
};

export type Hub = {
  url: string;
  /** What it was asked for, in the order it came. */
  requests: HubRequest[];
  /** What the callbacks answered to its verifications. */
  verifications: Answer[];
  /** The newest subscription to a topic that was asked for, verified or not. @throws Error if there is none */
  subscriptionTo(topic: string): Subscription;
  /** Asks a callback by GET, as for a verification. */
  ask(callback: string, query: Record<string, string>): Promise<Answer>;
  /** Pushes to a subscription. @returns the callback's status */
  push(to: Pick<Subscription, "callback" | "secret">, delivery?: Delivery): Promise<number>;
  /** Waits until no verification is under way. */
  settle(): Promise<void>;
  close(): Promise<void>;
};

/**
 * Starts a WebSub hub on loopback, fair unless `manner` says otherwise. A test may change `manner` as it goes.
 *
 * @param options.reaches where the hub finds the site whose callbacks have another origin
 */
export async function startHub(options: { manner?: Manner; reaches?: string; host?: string } = {}): Promise<Hub> {
  const { manner = {}, reaches, host } = options;
  const requests: HubRequest[] = [];
  const verifications: Answer[] = [];
  const underWay = new Set<Promise<void>>();
  const origin = await startOrigin(
    (request, response) => {
      void text(request).then(async (body) => {
        const asked = { ...Object.fromEntries(new URLSearchParams(body)), path: request.url ?? "" };
        requests.push(asked);
        await sleep(manner.delayMs ?? 0);
        response.writeHead(manner.status ?? 202, manner.headers).end();
        if (manner.isMute || (manner.status ?? 202) >= 300) return;
        const verifying = verify(asked).finally(() => underWay.delete(verifying));
        underWay.add(verifying);
      });
    },
    host === undefined ? {} : { host },
  );

  async function verify(asked: HubRequest): Promise<void> {
    const query = {
      "hub.mode": asked["hub.mode"] ?? "",
      "hub.topic": asked["hub.topic"] ?? "",
      "hub.challenge": `challenge-${requests.length}`,
      ...(asked["hub.lease_seconds"] !== undefined && { "hub.lease_seconds": asked["hub.lease_seconds"] }),
      ...manner.verifiesWith,
    };
    verifications.push(await ask(asked["hub.callback"] ?? "", query));
  }

  async function ask(callback: string, query: Record<string, string>): Promise<Answer> {
    const url = reached(callback);
    for (const [name, value] of Object.entries(query)) if (value !== "") url.searchParams.set(name, value);
    const reply = await fetch(url);
    return { status: reply.status, body: await reply.text() };
  }

  function reached(callback: string): URL {
    const { pathname, search } = new URL(callback);
    return new URL(pathname + search, reaches ?? callback);
  }

  return {
    url: `${origin.url}/`,
    requests,
    verifications,
    subscriptionTo(topic) {
      const asked = requests.findLast((one) => one["hub.topic"] === topic && one["hub.mode"] === "subscribe");
      if (asked === undefined) throw new Error(`The hub was not asked for "${topic}"`);
      return {
        callback: asked["hub.callback"] ?? "",
        topic,
        secret: asked["hub.secret"] ?? "",
        leaseSeconds: asked["hub.lease_seconds"] ?? "",
      };
    },
    ask,
    async push({ callback, secret }, { body = "<rss/>", method = "sha256", signature } = {}) {
      const signed = signature ?? `${method}=${createHmac(method, secret).update(body).digest("hex")}`;
      const reply = await fetch(reached(callback), {
        method: "POST",
        headers: { "content-type": "application/rss+xml", ...(signed !== "" && { "x-hub-signature": signed }) },
        body,
      });
      await reply.arrayBuffer();
      return reply.status;
    },
    async settle() {
      while (underWay.size > 0) await Promise.all(underWay);
    },
    close: origin.close,
  };
}

/** What a feed's channel says of its hub and its own URL. */
export function hubLinks(hub: Pick<Hub, "url"> | undefined, topic: string): string {
  if (hub === undefined) return "";
  return `<atom:link xmlns:atom="http://www.w3.org/2005/Atom" rel="hub" href="${hub.url}"/><atom:link xmlns:atom="http://www.w3.org/2005/Atom" rel="self" href="${topic}"/>`;
}
