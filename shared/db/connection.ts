import type { Socket } from "node:net";
import postgres from "postgres";
import { databaseFailure, errorCodeOf } from "./failure.ts";
import { CONNECT_TIMEOUT_MS, connectSocket, type Endpoint } from "./socket.ts";

export type ConnectionOptions = {
  url: string;
  endpoint: Endpoint;
  /** Start-up parameters of the session, and `application_name`. */
  parameters: Record<string, string | number>;
  /** Called when the server's first bytes arrive. */
  onAnswer?: () => void;
  /** Destroys the socket if it is aborted while the session is being opened. */
  signal?: AbortSignal;
};

export type StatementOptions = {
  /** Returns rows as arrays instead of objects. */
  asValues: boolean;
  signal: AbortSignal;
  timeoutMs: number;
  /** Prepares the statement under a name, which makes each run after the first a third cheaper. */
  isPrepared: boolean;
};
/** Rows with the driver's result metadata. */
export type Rows = postgres.RowList<postgres.Row[]>;

/** One Postgres session. It runs one statement at a time and is discarded after most failures; see `isClean`. */
export type Connection = {
  readonly openedAt: number;
  /** Whether it can be reused. False once it is lost, or after a failed statement that may have left session state behind. */
  readonly isClean: boolean;
  /** When the last answer arrived, by `performance.now()`. */
  answeredAt: number;
  /** Called after each answer. */
  onAnswered: (() => void) | undefined;
  /** Called once, when the session ends for any reason. */
  onLost: (() => void) | undefined;
  run(text: string, parameters: readonly unknown[], options: StatementOptions): Promise<Rows>;
  /** Ends the session with Postgres's Terminate message, without waiting. */
  close(): void;
  /** Destroys the socket. For a session that does not answer. */
  destroy(): void;
};

// How long a cancelled statement may take to end.
const CANCEL_TIMEOUT_MS = 1_000;

// Parsers and serializers that do not depend on settings of the role, database or server. Instants stay text: drizzle
// parses them.
const asText = (value: unknown): unknown => value;
const TYPES = {
  bytea: {
    to: 17,
    from: [17],
    serialize: (value: Uint8Array) => `\\x${Buffer.from(value).toString("hex")}`,
    parse: parseBytea,
  },
};
// timestamptz, date, time, timestamp and their arrays, as in drizzle's own setup.
const TEXT_TYPES = [1184, 1082, 1083, 1114, 1182, 1185, 1115, 1231];
const JSON_TYPES = [114, 3802];

/**
 * Opens a session on a driver client of its own, which is never reused.
 *
 * The driver (postgres 3.4.9) mishandles connections that end. It forgets connections that fail to open, reconnects
 * without limit or delay (porsager/postgres #1193, #1214), writes to closed sockets (#1154, #1208, #1176), strands callers
 * that wait for a reserved connection (#1195), and adds the rows of an interrupted result to the next one's count. None of
 * these affect a client that connects once, runs one statement at a time, and is dropped after a failure.
 *
 * @throws Error of the socket, or Postgres's answer to the login
 */
export async function openConnection(options: ConnectionOptions): Promise<Connection> {
  const { url, endpoint, parameters } = options;
  let socket: Socket | undefined = await connectSocket(endpoint, CONNECT_TIMEOUT_MS, options.signal);
  // The driver attaches its listeners later, and would wait forever for a socket that has closed by then.
  socket.once("close", lose);
  socket.once("data", () => options.onAnswer?.());
  // If the server ends the session during a statement, the driver reports only a closed connection. The reason is in the
  // server's last message.
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
    // Given several hosts, the driver would report only the last one's error.
    ...("host" in endpoint && endpoint),
    // The pool handles both.
    idle_timeout: 0,
    max_lifetime: 0,
    connect_timeout: CONNECT_TIMEOUT_MS / 1_000,
    // Saves a round trip for each connection; no statement passes or reads Postgres arrays.
    fetch_types: false,
    onnotice: () => {},
    onclose: lose,
    connection: parameters,
    types: TYPES,
    // Documented in the driver's README, but missing from its types.
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
      // Runs statements one after another, even if a transaction's code starts several at once.
      const result = tail.then(() => run(text, values, statement));
      tail = result.catch(() => {});
      return result;
    },
    close() {
      isOpen = false;
      // Not awaited: the driver sends Terminate once no statement is running.
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

  /** Gives the driver a socket when it connects or cancels. It also asks when it reconnects, which is refused. */
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
    failRunning?.(connectionLoss(lastChunk));
    const { onLost } = connection;
    connection.onLost = undefined;
    onLost?.();
  }

  async function run(text: string, values: readonly unknown[], options: StatementOptions): Promise<Rows> {
    const { asValues, signal, timeoutMs, isPrepared } = options;
    if (!isOpen) throw databaseFailure("CONNECTION_LOST", "The connection to Postgres was lost");
    if (signal.aborted) {
      // The connection may be inside a transaction, which its next user must not commit.
      isClean = false;
      throw signal.reason;
    }
    // The driver's type lists what it can serialize; drizzle has converted all values to strings, numbers, booleans and buffers.
    const query = client.unsafe(text, values as postgres.ParameterOrJSON<never>[], {
      prepare: isPrepared,
      // Only the simple protocol allows several statements in one text.
      ...({ simple: values.length === 0 && !isPrepared } as object),
    });
    const { promise, resolve, reject } = Promise.withResolvers<Rows>();
    failRunning = reject;
    const cancel = (): void => {
      // The server may handle the cancellation late and cancel the next statement, so there must be none.
      isClean = false;
      clearTimeout(timer);
      timer = setTimeout(() => {
        reject(databaseFailure("NO_ANSWER", "Postgres does not answer"));
        connection.destroy();
      }, CANCEL_TIMEOUT_MS);
      isCancelling = true;
      // Fails if the server cannot be reached; then the timer ends the statement.
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
      if (!isComplete(rows))
        throw databaseFailure("WRONG_RESULT", `Postgres reported ${rows.count} rows, but ${rows.length} arrived`);
      connection.answeredAt = performance.now();
      connection.onAnswered?.();
      return rows;
    } catch (error) {
      const cause = isOpen || isKnown(error) ? error : connectionLoss(lastChunk);
      // A constraint violation comes before any row and leaves no state behind; other failures may.
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
 * Returns true if a result has as many rows as its command tag says. The driver counts rows per connection and resets the
 * count only when a statement completes. So after an interrupted statement, the next result starts with empty slots.
 */
function isComplete(rows: Rows): boolean {
  // Several statements in one text return several results, which no caller reads.
  if (rows.count == null) return true;
  // A write without RETURNING counts rows but sends none.
  return rows.length === rows.count || (rows.command !== "SELECT" && rows.length === 0);
}

// A FATAL of class 57: the server is shutting down or starting, or an administrator has ended the session. A WARNING of
// this class, which a crash or a lagging standby sends, does not tell whether the statement was executed.
const SHUTDOWN = /\0VFATAL\0C(57P0[13])\0M([^\0]*)/;

/** Makes the error for a lost connection from the server's last message. With TLS the message is unreadable here. */
function connectionLoss(lastChunk: Buffer | undefined): Error {
  const [, code, message] = SHUTDOWN.exec(lastChunk?.toString("latin1") ?? "") ?? [];
  if (code === undefined) return databaseFailure("CONNECTION_LOST", "The connection to Postgres was lost");
  return Object.assign(new Error(`Postgres ended the session: ${message}`), { code });
}

function isConstraintViolation(error: unknown): boolean {
  return error instanceof postgres.PostgresError && error.code.startsWith("23");
}

/** Returns true if an error says what happened. The driver's own errors for lost connections do not. */
function isKnown(error: unknown): boolean {
  const code = errorCodeOf(error) ?? "";
  return error instanceof postgres.PostgresError || /^57P0/.test(code) || ["NO_ANSWER", "WRONG_RESULT"].includes(code);
}

/** Parses both formats of bytea_output, hex and escape. */
function parseBytea(text: string): Buffer {
  if (text.startsWith("\\x")) return Buffer.from(text.slice(2), "hex");
  const bytes = text.replace(/\\(\\|[0-3][0-7]{2})/g, (_, code: string) =>
    code === "\\" ? "\\" : String.fromCharCode(Number.parseInt(code, 8)),
  );
  return Buffer.from(bytes, "latin1");
}
