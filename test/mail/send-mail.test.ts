import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:net";
import test, { after, beforeEach } from "node:test";
import tls from "node:tls";
import { readConfig } from "../../shared/config.ts";
import { freePort } from "../../shared/dev/free-port.ts";
import { UserError } from "../../shared/errors.ts";
import { createLog, type LogFormat } from "../../shared/log/log.ts";
import { sendMail } from "../../shared/mail/send-mail.ts";
import { authority, goodCert, key, otherHostCert } from "../fetch/certificates.ts";
import { startMailServer } from "../support/mail-server.ts";

const server = await startMailServer();
after(server.close);
// What trusts an operator's own authority does it so, or by NODE_EXTRA_CA_CERTS.
tls.setDefaultCACertificates([authority]);

const LETTER = {
  to: "reader@example.com",
  id: "0123456789abcdef",
  date: new Date("2026-11-27T10:00:00Z"),
  subject: "Confirm your e-mail address",
  text: "Hello,\n\nopen this:\n\nhttps://casts.example.org/verify?code=abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG\n",
  link: "https://casts.example.org/verify?code=abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG",
};

let lines: string[] = [];
beforeEach(() => {
  lines = [];
  server.mails.splice(0);
  server.refusal = undefined;
});

function contextWith(options: { environment?: Record<string, string>; format?: LogFormat; signal?: AbortSignal } = {}) {
  const { environment, format = "flat", signal = new AbortController().signal } = options;
  return {
    config: readConfig({ PODCORE_PUBLIC_URL: "https://casts.example.org", SMTP_URL: server.url, ...environment }),
    log: createLog({ format, level: "debug", write: (text) => lines.push(text) }),
    signal,
  };
}

test("sendMail() sends plain text from the site, with its id and date, marked as written by a program", async () => {
  await sendMail(contextWith(), LETTER);

  const [mail] = server.mails;
  const { date = "", "message-id": id, ...headers } = mail?.headers ?? {};
  assert.deepEqual(
    [mail?.from, mail?.to, mail?.ehlo],
    ["podcore@casts.example.org", ["reader@example.com"], "casts.example.org"],
  );
  assert.deepEqual(headers, {
    from: "podcore@casts.example.org",
    to: "reader@example.com",
    subject: "Confirm your e-mail address",
    "auto-submitted": "auto-generated",
    "content-type": "text/plain; charset=utf-8",
    "content-transfer-encoding": "quoted-printable",
    "mime-version": "1.0",
  });
  assert.equal(id, "<0123456789abcdef@casts.example.org>");
  assert.equal(new Date(date).toISOString(), "2026-11-27T10:00:00.000Z");
  assert.equal(mail?.text.trimEnd(), LETTER.text.trimEnd());
});

test("sendMail() sends as PODCORE_MAIL_FROM says, with a name too", async () => {
  await sendMail(contextWith({ environment: { PODCORE_MAIL_FROM: "Casts <hello@example.org>" } }), LETTER);

  assert.deepEqual(
    server.mails.map(({ from, headers }) => [from, headers.from]),
    [["hello@example.org", "Casts <hello@example.org>"]],
  );
});

test("sendMail() sends nothing to what is more than one address, or has a header in it", async () => {
  const hostile = [
    "a@example.com\r\nBcc: evil@example.com",
    "a@example.com\nSubject: Buy",
    "a@example.com, evil@example.com",
    "a@example.com>\r\nRCPT TO:<evil@example.com",
    '"a" <evil@example.com>',
    "a@example.com\u2028Bcc: evil@example.com",
    "evil@example.com:a@example.com;",
  ];

  // Some nodemailer refuses, others the server.
  for (const to of hostile) await sendMail(contextWith(), { ...LETTER, to }).catch(() => {});

  assert.deepEqual(server.mails, []);
});

test("sendMail() encrypts by STARTTLS where it is offered, and logs in", async () => {
  const secure = await startMailServer({ key, cert: goodCert, disabledCommands: [], authOptional: false });
  after(secure.close);

  await sendMail(contextWith({ environment: { SMTP_URL: `smtp://casts:right@${secure.host}` } }), LETTER);

  assert.deepEqual(
    secure.mails.map(({ isSecure, user }) => [isSecure, user]),
    [[true, "casts"]],
  );
});

test("sendMail() speaks TLS from the start to smtps:", async () => {
  const secure = await startMailServer({ key, cert: goodCert, secure: true });
  after(secure.close);

  await sendMail(contextWith({ environment: { SMTP_URL: `smtps://${secure.host}` } }), LETTER);

  assert.deepEqual(
    secure.mails.map(({ isSecure }) => isSecure),
    [true],
  );
});

test("sendMail() trusts no certificate of another host", async () => {
  const secure = await startMailServer({ key, cert: otherHostCert, secure: true });
  after(secure.close);
  const ctx = contextWith({ environment: { SMTP_URL: `smtps://${secure.host}` } });

  await assert.rejects(sendMail(ctx, LETTER), /Cannot send mail by .*altnames/);
  assert.equal(secure.mails.length, 0);
});

test("sendMail() tells no password in the clear, unless the URL says so", async () => {
  const clear = await startMailServer({ allowInsecureAuth: true });
  after(clear.close);
  const url = `smtp://casts:right@${clear.host}`;

  await assert.rejects(sendMail(contextWith({ environment: { SMTP_URL: url } }), LETTER), UserError);
  await sendMail(contextWith({ environment: { SMTP_URL: `${url}?requireTLS=false` } }), LETTER);

  assert.deepEqual(
    clear.mails.map(({ isSecure, user }) => [isSecure, user]),
    [[false, "casts"]],
  );
});

test("sendMail() fails with the server's words, without password or address, when it refuses for now", async () => {
  const clear = await startMailServer({ allowInsecureAuth: true });
  after(clear.close);
  const url = `smtp://casts:hunter2@${clear.host}?requireTLS=false`;
  server.refusal = "451 Try later, Reader@example.com";

  await assert.rejects(sendMail(contextWith(), LETTER), {
    name: "UserError",
    status: 502,
    message: `Cannot send mail by "${server.host}": Can't send mail - all recipients were rejected: 451 Try later, ...`,
  });
  await assert.rejects(sendMail(contextWith({ environment: { SMTP_URL: url } }), LETTER), {
    message: `Cannot send mail by "${clear.host}": Invalid login: 535 Wrong password`,
  });
});

test("sendMail() logs a recipient that the server refuses for good, and asks no more", async () => {
  server.refusal = "550 No such user: reader@example.com";

  await sendMail(contextWith(), LETTER);

  assert.equal(server.mails.length, 0);
  assert.match(lines.join(""), /Mail refused, .*550 No such user: \.\.\./);
  assert.doesNotMatch(lines.join(""), /reader@example\.com/);
});

test("sendMail() fails, when nobody listens, or when the caller's time is up", async () => {
  const port = await freePort();
  const silent = createServer().listen(0, "127.0.0.1");
  await once(silent, "listening");
  after(() => silent.close());
  const address = silent.address();
  assert.ok(address !== null && typeof address === "object");
  const controller = new AbortController();
  silent.once("connection", () => controller.abort());

  await assert.rejects(
    sendMail(contextWith({ environment: { SMTP_URL: `smtp://127.0.0.1:${port}` } }), LETTER),
    new RegExp(`Cannot send mail by "127\\.0\\.0\\.1:${port}": .*ECONNREFUSED`),
  );
  const environment = { SMTP_URL: `smtp://127.0.0.1:${address.port}` };
  await assert.rejects(sendMail(contextWith({ environment, signal: controller.signal }), LETTER), UserError);
});

for (const format of ["flat", "tree", "json"] as const) {
  test(`sendMail() logs the whole link in development without a mail server, as ${format}`, async () => {
    const links = [LETTER.link, LETTER.link.replace("verify", "password-reset")];
    const ctx = contextWith({ environment: { SMTP_URL: "", PODCORE_ENV: "development" }, format });

    for (const link of links) await sendMail(ctx, { ...LETTER, link });

    assert.match(lines.join(""), /Mail is off: open the link yourself/);
    for (const link of links) assert.ok(lines.join("").includes(link), lines.join(""));
  });
}

test("sendMail() never logs a link in production", async () => {
  await assert.rejects(sendMail(contextWith({ environment: { SMTP_URL: "" } }), LETTER), UserError);
  await sendMail(contextWith(), LETTER);

  assert.equal(server.mails.length, 1);
  assert.match(lines.join(""), /Mail sent/);
  assert.doesNotMatch(lines.join(""), /code|reader@/);
});
