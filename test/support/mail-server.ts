import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { SMTPServer, type SMTPServerOptions } from "smtp-server";

/** A mail as it came. */
export type ReceivedMail = {
  /** Of the envelope. */
  from: string;
  to: string[];
  /** As it came, headers and all. */
  raw: string;
  /** By lower-case name, unfolded; of a name that comes twice, the last. */
  headers: Record<string, string>;
  text: string;
  isSecure: boolean;
  user: string | undefined;
  /** What the client said it is. */
  ehlo: string;
};

export type MailServer = {
  /** `127.0.0.1:40001`, what an SMTP_URL has for its host. */
  host: string;
  url: string;
  mails: ReceivedMail[];
  /** Answers the next recipients so, such as `451 try later`, until it is undefined. */
  refusal: string | undefined;
  /** Waited for after a mail has come, before the server says that it has taken it. */
  beforeTaken: () => Promise<void>;
  close(): Promise<void>;
};

/** Starts a real SMTP server on a free loopback port, that keeps what it takes. */
export async function startMailServer(options: SMTPServerOptions = {}): Promise<MailServer> {
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ["STARTTLS"],
    onRcptTo(_address, _session, callback) {
      callback(mailServer.refusal === undefined ? null : refuse(mailServer.refusal));
    },
    onAuth({ username, password }, _session, callback) {
      if (password === "right") callback(null, { user: username });
      else callback(refuse("535 Wrong password"));
    },
    onData(stream, session, callback) {
      const { mailFrom, rcptTo } = session.envelope;
      text(stream)
        .then((raw) => {
          mailServer.mails.push({
            from: mailFrom === false ? "" : mailFrom.address,
            to: rcptTo.map(({ address }) => address),
            isSecure: session.secure,
            user: session.user === undefined ? undefined : String(session.user),
            ehlo: String(session.hostNameAppearsAs),
            raw,
            ...parseMail(raw),
          });
          return mailServer.beforeTaken();
        })
        .then(() => callback(null), callback);
    },
    ...options,
  });
  // What a client does wrong, or a test makes it do, is the client's to tell.
  server.on("error", () => {});
  const listener = server.listen(0, "127.0.0.1");
  await once(listener, "listening");
  // A server on a TCP port has an address of this form.
  const { port } = listener.address() as AddressInfo;
  const mailServer: MailServer = {
    host: `127.0.0.1:${port}`,
    url: `smtp://127.0.0.1:${port}`,
    mails: [],
    refusal: undefined,
    beforeTaken: async () => {},
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
  return mailServer;
}

function refuse(reply: string): Error {
  return Object.assign(new Error(reply.slice(4)), { responseCode: Number(reply.slice(0, 3)) });
}

function parseMail(raw: string): Pick<ReceivedMail, "headers" | "text"> {
  const end = raw.indexOf("\r\n\r\n");
  const lines = raw
    .slice(0, end)
    .replace(/\r\n[ \t]+/g, " ")
    .split("\r\n");
  const headers = Object.fromEntries(
    lines.map((line) => [line.slice(0, line.indexOf(":")).toLowerCase(), line.slice(line.indexOf(":") + 1).trim()]),
  );
  const body = raw.slice(end + 4).replaceAll("\r\n", "\n");
  const isEncoded = headers["content-transfer-encoding"] === "quoted-printable";
  return { headers, text: isEncoded ? decodeQuotedPrintable(body) : body };
}

/** RFC 2045 6.7 */
function decodeQuotedPrintable(body: string): string {
  const bytes = body
    .replace(/=\n/g, "")
    .replace(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(bytes, "latin1").toString();
}
