import { createSocket } from "node:dgram";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const HEADER_BYTES = 12;
const TYPE_A = 1;

type NameServer = {
  /** Has a process of podcore ask this server. */
  environment: Record<string, string>;
  close(): void;
};

/** Starts a name server (RFC 1035) on loopback for which every name has the one address 127.0.0.1. */
export async function startNameServer(): Promise<NameServer> {
  const socket = createSocket("udp4");
  socket.on("message", (query, sender) => socket.send(answer(query), sender.port, sender.address));
  await new Promise<void>((resolve) => socket.bind(0, "127.0.0.1", resolve));
  const preload = pathToFileURL(join(import.meta.dirname, "own-resolver.ts")).href;
  return {
    environment: {
      NODE_OPTIONS: `--import ${preload}`,
      TEST_NAME_SERVER: `127.0.0.1:${socket.address().port}`,
    },
    close: () => socket.close(),
  };
}

/** Answers the query's one question: 127.0.0.1 for type A, nothing for other types. */
function answer(query: Buffer): Buffer {
  let end = HEADER_BYTES;
  while ((query[end] ?? 0) !== 0) end += 1 + (query[end] ?? 0);
  const question = query.subarray(HEADER_BYTES, end + 5);
  const isA = query.readUInt16BE(end + 1) === TYPE_A;
  const header = Buffer.alloc(HEADER_BYTES);
  query.copy(header, 0, 0, 2);
  // A response without error, to a query that may recur; one question.
  header.writeUInt16BE(0x8180, 2);
  header.writeUInt16BE(1, 4);
  header.writeUInt16BE(isA ? 1 : 0, 6);
  // The question's name (a pointer to it), type A, class IN, 60 s, 4 bytes.
  const record = Buffer.from([0xc0, HEADER_BYTES, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 127, 0, 0, 1]);
  return Buffer.concat([header, question, ...(isA ? [record] : [])]);
}
