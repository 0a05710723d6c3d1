import assert from "node:assert/strict";
import test from "node:test";
import { reachOf } from "../../shared/push/reach.ts";

for (const [publicUrl, reach] of [
  ["https://podcore.example.com", "internet"],
  ["http://podcore.example.com:8080", "internet"],
  ["https://8.8.8.8", "internet"],
  ["https://[2606:4700::1111]", "internet"],
  ["http://localhost:8080", "loopback"],
  ["http://127.0.0.2:8080", "loopback"],
  ["http://[::1]:8080", "loopback"],
  ["http://192.168.1.5:8080", "none"],
  ["http://[fd00::1]", "none"],
  ["http://podbox", "none"],
  ["http://podbox.local", "none"],
  ["http://podbox.home.arpa", "none"],
] as const) {
  test(`reachOf() says of ${publicUrl}: ${reach}`, () => {
    assert.equal(reachOf({ publicUrl }), reach);
  });
}
