import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import test, { after } from "node:test";
import { createContext, Script } from "node:vm";
import { APP_JS } from "../../../shared/web/app-js.gen.ts";

// The script runs over a real server and what it needs of a page; in a browser, listening-flow.test.ts sees it at work.
const held: ServerResponse[] = [];
const bodies: string[] = [];
const server = createServer(async (request, response) => {
  bodies.push(String(await request.toArray()));
  held.push(response);
}).listen(0, "127.0.0.1");
await once(server, "listening");
after(() => server.close());
const address = server.address();
assert.ok(address !== null && typeof address === "object");
const action = `http://127.0.0.1:${address.port}/state`;

/** A page with one toggler, and how to press it. */
function openPage() {
  const classes = new Set<string>();
  const button = {
    name: "subscribed",
    value: "true",
    textContent: "Subscribe",
    dataset: { on: "Unsubscribe", off: "Subscribe" },
    classList: { toggle: (name: string, isOn: boolean) => (isOn ? classes.add(name) : classes.delete(name)) },
  };
  const fault = { textContent: "" };
  let submit = (_event: { preventDefault(): void }): Promise<void> => Promise.resolve();
  const form = {
    action,
    ariaBusy: "false",
    querySelector: (selector: string) => (selector === "button" ? button : fault),
    addEventListener: (_type: string, listener: typeof submit) => {
      submit = listener;
    },
  };
  const document = { querySelectorAll: (selector: string) => (selector === "form.toggle" ? [form] : []) };
  new Script(APP_JS).runInContext(createContext({ document, fetch, URLSearchParams, Error }));
  return {
    press: () => submit({ preventDefault: () => {} }),
    shown: () => ({ text: button.textContent, isOn: classes.has("on"), fault: fault.textContent }),
  };
}

async function heldReply(): Promise<ServerResponse> {
  for (;;) {
    const reply = held.shift();
    if (reply !== undefined) return reply;
    await new Promise((wake) => setTimeout(wake, 5));
  }
}

test("a toggler shows what is stored, once the server has said so", async () => {
  const { press, shown } = openPage();

  const pressed = press();
  const reply = await heldReply();
  const before = shown();
  reply.end('{"subscribed":true}');
  await pressed;

  assert.deepEqual(bodies.splice(0), ["subscribed=true"]);
  assert.deepEqual(before, { text: "Subscribe", isOn: false, fault: "" });
  assert.deepEqual(shown(), { text: "Unsubscribe", isOn: true, fault: "" });
});

test("a toggler stays as it was and says why, when the server refuses or cannot be reached", async () => {
  const { press, shown } = openPage();

  const refused = press();
  (await heldReply()).writeHead(404).end('{"errors":[{"message":"There is no such podcast"}]}');
  await refused;
  const afterRefusal = shown();
  const lost = press();
  (await heldReply()).destroy();
  await lost;

  assert.deepEqual(afterRefusal, {
    text: "Subscribe",
    isOn: false,
    fault: "Not saved: There is no such podcast",
  });
  assert.deepEqual(shown(), { text: "Subscribe", isOn: false, fault: "Not saved: cannot reach the server." });
});

test("a toggler that is pressed twice is pressed once", async () => {
  const { press } = openPage();
  bodies.splice(0);

  const first = press();
  const reply = await heldReply();
  await press();
  reply.end('{"subscribed":true}');
  await first;

  assert.deepEqual(bodies, ["subscribed=true"]);
});
