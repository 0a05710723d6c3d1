import type { Context } from "../context.ts";
import { UserError } from "../errors.ts";
import { isMailOff } from "./is-mail-off.ts";

// For each of: to resolve the name, to connect, to be greeted, and every silence after that. A relay is at hand, and
// what is slow today is tried again; RFC 5321 4.5.3.2 would wait for minutes.
const STEP_TIMEOUT_MS = 10_000;

/** What a mail says, in plain text, and the link in it that its reader is to follow; none of one that only tells. */
export type Letter = { subject: string; text: string; link?: string };

/** `id`: of this mail and no other, for its Message-ID. `date`: when it was asked for. */
type Mail = Letter & { to: string; id: string; date: Date };

/**
 * Sends a plain text mail to one address; in development without a mail server it logs the mail's link instead. A
 * recipient that the server refuses for good is logged, and no error: asking again would not help.
 *
 * @returns false if it was refused for good
 * @throws UserError 502 where the server cannot be reached or does not take the mail now
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
  // Loaded with the first mail: most ticks send none.
  const { createTransport } = await import("nodemailer");
  // What the URL's query says goes before these.
  const transport = createTransport({
    url: config.smtpUrl,
    // A server says EHLO's name in its log and may refuse one that is no host.
    name: hostname,
    // Where there is a password, it is not sent in the clear because somebody on the way has taken STARTTLS out.
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
      // As an object it is one address, whatever it holds, and never a list.
      to: { name: "", address: to },
      subject,
      text,
      messageId: `<${id}@${hostname}>`,
      date,
      // RFC 3834 5: so that no out-of-office reply comes.
      headers: { "Auto-Submitted": "auto-generated" },
      signal,
    });
    log.info("Mail sent", { subject });
    return true;
  } catch (cause) {
    const reason = reasonOf(cause, to);
    if (!isRefusedForGood(cause))
      throw new UserError(502, `Cannot send mail by "${server.host}": ${reason}`, { cause });
    log.warn("Mail refused", { subject, reason });
    return false;
  } finally {
    transport.close();
  }
}

/** The mailbox is none, says the server (RFC 5321 4.2.1: 5yz); what it has against the sender can be mended. */
function isRefusedForGood(error: unknown): boolean {
  if (!(error instanceof Error && "command" in error && "responseCode" in error)) return false;
  return error.command === "RCPT TO" && Number(error.responseCode) >= 500;
}

/** What went wrong, without the address, which servers like to repeat. */
function reasonOf(error: unknown, to: string): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.replaceAll(new RegExp(RegExp.escape(to), "gi"), "...");
}
