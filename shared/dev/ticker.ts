import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";

// On Knative it is five minutes. Shorter here, because a developer is waiting.
const INTERVAL_MS = 60_000;

type Receiver = { port: number; operatorToken: string };
/** Sends each tick a CloudEvent as a PingSource would, at once and then every minute, until `signal` is aborted. */
export function startTicker({
  ticks,
  signal,
  ...receiver
}: Receiver & { ticks: readonly string[]; signal: AbortSignal }): void {
  for (const tick of ticks) void repeat({ tick, signal, receiver });
}

type Repeated = { tick: string; signal: AbortSignal; receiver: Receiver };
async function repeat({ tick, signal, receiver }: Repeated): Promise<void> {
  while (!signal.aborted) {
    await send(tick, receiver).catch((error: unknown) => {
      if (!signal.aborted) console.error(`Cannot send the tick "${tick}": ${String(error)}`);
    });
    await sleep(INTERVAL_MS, undefined, { signal }).catch(() => {});
  }
}

async function send(tick: string, { port, operatorToken }: Receiver): Promise<void> {
  const response = await fetch(`http://127.0.0.1:${port}/tick/${tick}`, {
    method: "POST",
    headers: {
      "ce-id": randomUUID(),
      "ce-source": `/apis/v1/namespaces/local/pingsources/${tick}`,
      "ce-type": "dev.knative.sources.ping",
      "ce-time": new Date().toISOString(),
      "ce-specversion": "1.0",
      "content-type": "application/json",
      authorization: `Bearer ${operatorToken}`,
    },
    body: "{}",
  });
  const text = await response.text();
  if (!response.ok) throw new Error(text);
}
