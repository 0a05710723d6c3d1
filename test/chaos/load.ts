import { Agent, request } from "node:http";

export type Answer = {
  /** 0 where the connection failed or ended before an answer. */
  status: number;
  code: string | undefined;
  retryAfter: string | undefined;
  startedAt: number;
  elapsedMs: number;
  body: string;
};
export type Target = { url: string; method?: string; headers?: Record<string, string>; body?: string };

const TIMEOUT_MS = 40_000;

/** Sends one request and tells how it went; never throws. */
export function send(target: Target, agent?: Agent): Promise<Answer> {
  const startedAt = performance.now();
  const { url, method = "GET", headers = {}, body } = target;
  return new Promise((resolve) => {
    const finish = (answer: Partial<Answer>) =>
      resolve({
        status: 0,
        code: undefined,
        retryAfter: undefined,
        body: "",
        ...answer,
        startedAt,
        elapsedMs: performance.now() - startedAt,
      });
    const sent = request(url, { method, headers, ...(agent && { agent }), timeout: TIMEOUT_MS }, (response) => {
      let text = "";
      response.setEncoding("utf8");
      response.on("data", (chunk) => {
        text += chunk;
      });
      response.on("error", (error: NodeJS.ErrnoException) => finish({ code: error.code ?? error.message }));
      response.on("end", () =>
        finish({ status: response.statusCode ?? 0, retryAfter: response.headers["retry-after"], body: text }),
      );
    });
    sent.on("timeout", () => sent.destroy(new Error("no answer")));
    sent.on("error", (error: NodeJS.ErrnoException) => finish({ code: error.code ?? error.message }));
    sent.end(body);
  });
}

/**
 * Sends requests at a constant rate, whether or not those before were answered, the targets in turn.
 *
 * @param until resolves when no more are to be sent; at most `maxSeconds`
 */
export async function load(
  targets: readonly Target[],
  { perSecond, until, maxSeconds }: { perSecond: number; until: Promise<unknown>; maxSeconds: number },
): Promise<Answer[]> {
  const agent = new Agent({ keepAlive: true, maxSockets: 512 });
  const answers: Promise<Answer>[] = [];
  let isOver = false;
  void until.then(() => {
    isOver = true;
  });
  const startedAt = performance.now();
  while (!isOver && performance.now() - startedAt < maxSeconds * 1_000) {
    const numDue = Math.floor(((performance.now() - startedAt) / 1_000) * perSecond) - answers.length;
    for (let i = 0; i < numDue; i += 1) {
      const target = targets[answers.length % targets.length];
      if (target !== undefined) answers.push(send(target, agent));
    }
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  const all = await Promise.all(answers);
  agent.destroy();
  return all;
}

/** Counts answers by status or error code, and by the reason of an error: `200: 1990, 503 (not answered within ...): 8`. */
export function tally(answers: readonly Answer[]): string {
  const counts = new Map<string, number>();
  for (const { status, code, body } of answers) {
    const [, reason] = /Service unavailable: ([^<"]*)/.exec(body) ?? [];
    const key = code ?? (reason === undefined ? String(status) : `${status} (${reason})`);
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return [...counts]
    .sort()
    .map(([key, num]) => `${key}: ${num}`)
    .join(", ");
}

export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}
