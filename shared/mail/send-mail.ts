import type { Context } from "../context.ts";
import { UserError } from "../errors.ts";
import { isMailOff } from "./is-mail-off.ts";

// Applies to DNS, connecting, the greeting, and each silence after that. The relay is usually nearby, and slow mails are
// retried, so the minutes of RFC 5321 4.5.3.2 are not needed.
const STEP_TIMEOUT_MS = 10_000;

/** The content of a plain text mail. `link`: the link in it to follow; undefined in a mail that only informs. */
export type Letter = { subject: string; text: string; link?: string };

/** `id`: unique to this mail, for its Message-ID. `date`: when the mail was requested. */
type Mail = Letter & { to: string; id: string; date: Date };

/**
 * Sends a plain text mail to one address. In development without a mail server it logs the mail's link instead. If the
 * server permanently rejects the recipient, logs that and does not throw, because a retry would not help.
 *
 * @returns false if the recipient was permanently rejected
 * @throws UserError 502 if the server cannot be reached or does not accept the mail now, 503 if mail is off
 */
export async function sendMail(
  { config, log, signal }: Pick<Context, "config" | "log" | "signal">,
  { to, subject, text, link, id, date }: Mail,
): Promise<boolean> {
  if (isMailOff(config)) throw new UserError(503, "Cannot send mail: SMTP_URL is not set");
  if (config.smtpUrl === undefined) {
    if (link === undefined) log.info("Mail is off", { subject });
    else log.info("Mail is off: open the link yourself", { subject, link });
    return true;
  }
  const { hostname } = new URL(config.publicUrl);
  const server = new URL(config.smtpUrl);
  // Loaded for the first mail only: most ticks send none.
  const { createTransport } = await import("nodemailer");
  // Options in the URL's query override these.
  const transport = createTransport({
    url: config.smtpUrl,
    // The name in EHLO. Servers log it and may refuse one that is not a host name.
    name: hostname,
    // An attacker on the network path can remove STARTTLS from the server's reply. Never send a password unencrypted.
    requireTLS: server.password !== "",
    dnsTimeout: STEP_TIMEOUT_MS,
    connectionTimeout: STEP_TIMEOUT_MS,
    greetingTimeout: STEP_TIMEOUT_MS,
    socketTimeout: STEP_TIMEOUT_MS,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  try {
    await transport.sendMail({
      from: config.mailFrom,
      // An object is always one address; a string could be parsed as a list.
      to: { name: "", address: to },
      subject,
      text,
      messageId: `<${id}@${hostname}>`,
      date,
      // RFC 3834 5: prevents out-of-office replies.
      headers: { "Auto-Submitted": "auto-generated" },
      signal,
    });
    log.info("Mail sent", { subject });
    return true;
  } catch (cause) {
    const reason = reasonOf(cause, to);
    if (!isPermanentlyRejected(cause))
      throw new UserError(502, `Cannot send mail by "${server.host}": ${reason}`, { cause });
    log.warn("Mail refused", { subject, reason });
    return false;
  } finally {
    transport.close();
  }
}

/**
 * Returns true if the server permanently rejected the recipient (RFC 5321 4.2.1: 5yz). Rejections of the sender can be
 * fixed, so those are retried.
 */
function isPermanentlyRejected(error: unknown): boolean {
  if (!(error instanceof Error && "command" in error && "responseCode" in error)) return false;
  return error.command === "RCPT TO" && Number(error.responseCode) >= 500;
}

/** Returns the error's message without the recipient's address, which many servers repeat. */
function reasonOf(error: unknown, to: string): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.replaceAll(new RegExp(RegExp.escape(to), "gi"), "...");
}
