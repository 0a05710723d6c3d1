import type { Socket } from "node:net";
import postgres from "postgres";
import { databaseFailure, findCode } from "./failure.ts";
import { connectSocket, type Endpoint } from "./socket.ts";

/** What a connection is opened with. */
export type ConnectionOptions = {
  url: string;
  endpoint: Endpoint;
  /** Start-up parameters of the session, and `application_name`. */
  parameters: Record<string, string | number>;
  /** Called with the first that the server says. */
  onAnswer?: () => void;
  /** Aborted while the session is being opened, it destroys the socket. */
  signal?: AbortSignal;
};

export type StatementOptions = {
  /** Rows as arrays, not objects. */
  asValues: boolean;
  signal: AbortSignal;
  timeoutMs: number;
  /** Whether the statement is prepared under a name, which costs a third less each time after the first. */
  isPrepared: boolean;
};
/** Rows, with what the driver knows of them. */
export type Rows = postgres.RowList<postgres.Row[]>;

/** One session of Postgres's. It runs one statement at a time, and is thrown away at its first failure. */
export type Connection = {
  readonly openedAt: number;
  /** Whether it may serve others: not once it was lost, or a statement failed that may have left something behind. */
  readonly isClean: boolean;
  /** When the last statement was answered, by `performance.now()`. */
  answeredAt: number;
  /** Called after each answer. */
  onAnswered: (() => void) | undefined;
  /** Calls back once, when the session ends in whichever way. */
  onLost: (() => void) | undefined;
  run(text: string, parameters: readonly unknown[], options: StatementOptions): Promise<Rows>;
  /** Says goodbye to Postgres. */
  close(): void;
  /** Drops the socket: for a session that does not answer. */
  destroy(): void;
};

/** To connect, and then again to log in. Well within a request's deadline. */
const CONNECT_TIMEOUT_MS = 5_000;
// How long a statement that was cancelled may take to end.
const CANCEL_TIMEOUT_MS = 1_000;

/**
 * The values' forms do not depend on what the role, the database or the server is set to. Instants stay text: drizzle
 * reads them.
 */
const asText = (value: unknown): unknown => value;
const TYPES = {
  bytea: {
    to: 17,
    from: [17],
    serialize: (value: Uint8Array) => `\\x${Buffer.from(value).toString("hex")}`,
    parse: parseBytea,
  },
};
// timestamptz, date, time, timestamp and their arrays; as drizzle's own set-up has them.
const TEXT_TYPES = [1184, 1082, 1083, 1114, 1182, 1185, 1115, 1231];
const JSON_TYPES = [114, 3802];

/**
 * Opens a session with a client of the driver's that serves it alone and is never used again.
 *
 * The driver (postgres 3.4.9) cannot be trusted with a connection that ends: it forgets connections that fail to open,
 * reconnects without end or delay (porsager/postgres #1193, #1214), writes to a socket that is gone (#1154, #1208,
 * #1176), strands what waits for a reserved one (#1195), and counts rows on from a result that was broken off. None of
 * that can happen to a client that opens once, is asked one thing at a time, and is dropped when anything fails.
 *
 * @throws Error of the socket's, or what Postgres answered to the login
 */
export async function openConnection(options: ConnectionOptions): Promise<Connection> {
  const { url, endpoint, parameters } = options;
  let socket: Socket | undefined = await connectSocket(endpoint, CONNECT_TIMEOUT_MS, options.signal);
  // The driver listens later, and would wait for a socket that is closed by then.
  socket.once("close", lose);
  socket.once("data", () => options.onAnswer?.());
  // Of a statement that was being run when the server ended the session, the driver tells only that this was closed.
  let lastChunk: Buffer | undefined;
  socket.on("data", (chunk) => {
    lastChunk = chunk;
  });
  const openedAt = performance.now();
  let isOpen = true;
  let isClean = true;
  let isCancelling = false;
  let failRunning: ((error: Error) => void) | undefined;
  let tail: Promise<unknown> = Promise.resolve();

  const client = postgres(url, {
    max: 1,
    // Of several hosts the driver would pass over the errors of all but the last.
    ...("host" in endpoint && endpoint),
    // The pool decides about these.
    idle_timeout: 0,
    max_lifetime: 0,
    connect_timeout: CONNECT_TIMEOUT_MS / 1_000,
    // One flight less for each connect; nothing here passes or reads Postgres arrays.
    fetch_types: false,
    onnotice: () => {},
    onclose: lose,
    connection: parameters,
    types: TYPES,
    // The driver's README documents it and its types forgot it.
    ...({ socket: nextSocket } as object),
  });
  for (const type of TEXT_TYPES) {
    client.options.parsers[type] = asText;
    client.options.serializers[type] = asText;
  }
  for (const type of JSON_TYPES) client.options.serializers[type] = asText;

  const connection: Connection = {
    openedAt,
    get isClean() {
      return isOpen && isClean;
    },
    answeredAt: openedAt,
    onAnswered: undefined,
    onLost: undefined,
    run: (text, values, statement) => {
      // One after another, also within a transaction whose code asks for several at once.
      const result = tail.then(() => run(text, values, statement));
      tail = result.catch(() => {});
      return result;
    },
    close() {
      isOpen = false;
      // It does not wait: the driver sends its goodbye when nothing runs.
      void client.end({ timeout: 1 }).catch(() => {});
    },
    destroy() {
      socketInUse?.destroy();
      lose();
      void client.end({ timeout: 0 }).catch(() => {});
    },
  };
  let socketInUse: Socket | undefined = socket;
  return connection;

  /** The driver asks for a socket when it connects, reconnects, or cancels. Only the first and the last are served. */
  function nextSocket(): Socket | Promise<Socket> {
    if (isCancelling) return connectSocket(endpoint, CANCEL_TIMEOUT_MS);
    const first = socket;
    socket = undefined;
    if (first === undefined || first.destroyed || !isOpen)
      throw databaseFailure("CONNECTION_LOST", "The connection to Postgres was lost");
    return first;
  }

  function lose(): void {
    isOpen = false;
    socketInUse = undefined;
    failRunning?.(lossOf(lastChunk));
    const { onLost } = connection;
    connection.onLost = undefined;
    onLost?.();
  }

  async function run(text: string, values: readonly unknown[], options: StatementOptions): Promise<Rows> {
    const { asValues, signal, timeoutMs, isPrepared } = options;
    if (!isOpen) throw databaseFailure("CONNECTION_LOST", "The connection to Postgres was lost");
    if (signal.aborted) {
      // Within a transaction, what came before is not to be committed by whoever has the connection next.
      isClean = false;
      throw signal.reason;
    }
    // The driver's type names what it can serialise; drizzle has made texts, numbers, booleans and buffers of all values.
    const query = client.unsafe(text, values as postgres.ParameterOrJSON<never>[], {
      prepare: isPrepared,
      // Several statements in one text are only possible so.
      ...({ simple: values.length === 0 && !isPrepared } as object),
    });
    const { promise, resolve, reject } = Promise.withResolvers<Rows>();
    failRunning = reject;
    const cancel = (): void => {
      // The server may get to it when the next statement runs: there is to be none.
      isClean = false;
      clearTimeout(timer);
      timer = setTimeout(() => {
        reject(databaseFailure("NO_ANSWER", "Postgres does not answer"));
        connection.destroy();
      }, CANCEL_TIMEOUT_MS);
      isCancelling = true;
      // Fails where the server cannot be reached; the timer sees to that.
      Promise.resolve(query.cancel()).catch(() => {});
    };
    let timer = setTimeout(cancel, timeoutMs);
    signal.addEventListener("abort", cancel, { once: true });
    (asValues ? query.values() : query).then(
      // The driver types rows of values as another list.
      (rows: unknown) => resolve(rows as Rows),
      reject,
    );
    try {
      const rows = await promise;
      if (!isWhole(rows))
        throw databaseFailure("WRONG_RESULT", `Postgres sent ${rows.count} rows, ${rows.length} came`);
      connection.answeredAt = performance.now();
      connection.onAnswered?.();
      return rows;
    } catch (error) {
      const cause = isOpen || isKnown(error) ? error : lossOf(lastChunk);
      // A constraint's refusal comes before any row and leaves nothing behind; all else might.
      if (!isConstraintViolation(cause)) isClean = false;
      if (signal.aborted) throw signal.reason;
      throw isKnown(cause) ? cause : databaseFailure("CONNECTION_LOST", "The connection to Postgres was lost", cause);
    } finally {
      clearTimeout(timer);
      signal.removeEventListener("abort", cancel);
      failRunning = undefined;
      isCancelling = false;
    }
  }
}

/**
 * Whether a result has as many rows as its command tag says. The driver counts rows for the connection and starts anew
 * only when a statement completes, so that after one that was broken off the next result begins with holes.
 */
function isWhole(rows: Rows): boolean {
  // Several statements in one text have several results; none of them is read.
  if (rows.count == null) return true;
  // What writes without RETURNING counts rows and sends none.
  return rows.length === rows.count || (rows.command !== "SELECT" && rows.length === 0);
}

// A FATAL of class 57: the server is being shut down, or an administrator has ended the session. As a WARNING, which a
// crash and a standby that lags send, it says nothing of whether the statement was done.
const SHUTDOWN = /\0VFATAL\0C(57P0[13])\0M([^\0]*)/;

/** Why a connection ended, by the last that came from the server. With TLS that cannot be read, and nothing is known. */
function lossOf(lastChunk: Buffer | undefined): Error {
  const [, code, message] = SHUTDOWN.exec(lastChunk?.toString("latin1") ?? "") ?? [];
  if (code === undefined) return databaseFailure("CONNECTION_LOST", "The connection to Postgres was lost");
  return Object.assign(new Error(`Postgres ended the session: ${message}`), { code });
}

function isConstraintViolation(error: unknown): boolean {
  return error instanceof postgres.PostgresError && error.code.startsWith("23");
}

/** Whether an error says what happened; the driver's own of lost connections do not. */
function isKnown(error: unknown): boolean {
  const code = findCode(error) ?? "";
  return error instanceof postgres.PostgresError || /^57P0/.test(code) || ["NO_ANSWER", "WRONG_RESULT"].includes(code);
}

/** Reads both forms that bytea_output has. */
function parseBytea(text: string): Buffer {
  if (text.startsWith("\\x")) return Buffer.from(text.slice(2), "hex");
  const bytes = text.replace(/\\(\\|[0-3][0-7]{2})/g, (_, code: string) =>
    code === "\\" ? "\\" : String.fromCharCode(Number.parseInt(code, 8)),
  );
  return Buffer.from(bytes, "latin1");
}
