import type { Letter } from "../../mail/send-mail.ts";

type Site = { publicUrl: string };
/** `secret` appears in the link and nowhere else. */
type Code = Site & { secret: string; expiresAt: Date };

/** Sent to an address that was entered at sign-up. */
export function signUpMail({ publicUrl, secret, expiresAt }: Code): Letter {
  const link = `${publicUrl}/verify?code=${secret}`;
  return letter(`Confirm your email address for ${hostOf(publicUrl)}`, {
    link,
    text: `Someone, probably you, signed up at ${publicUrl}
with this email address. To confirm the address and create the account, open
this link:

${link}

The link expires on ${instantText(expiresAt)}. If you did not sign up, you
can ignore this email: no account is created without the link.`,
  });
}

/** Sent to an address that an operator invites. */
export function inviteMail({ publicUrl, secret, expiresAt }: Code): Letter {
  const link = `${publicUrl}/verify?code=${secret}`;
  return letter(`Your invitation to ${hostOf(publicUrl)}`, {
    link,
    text: `You are invited to create an account at ${publicUrl}
To choose a password and create the account, open this link:

${link}

The link expires on ${instantText(expiresAt)}. If you do not want an account,
you can ignore this email: none is created without the link.`,
  });
}

/** Sent to an account whose address was entered at sign-up again. */
export function accountExistsMail({ publicUrl }: Site): Letter {
  const link = `${publicUrl}/login`;
  return letter(`You already have an account at ${hostOf(publicUrl)}`, {
    link,
    text: `Someone, probably you, tried to sign up at ${publicUrl}
with this email address, but you already have an account there. Log in here:

${link}

If you have forgotten your password, choose a new one here:

${publicUrl}/password-reset

If this was not you, you can ignore this email: nothing has changed.`,
  });
}

/** Sent to an account for which a password reset was requested. */
export function passwordResetMail({ publicUrl, secret, expiresAt }: Code): Letter {
  const link = `${publicUrl}/password-reset?code=${secret}`;
  return letter(`Choose a new password for ${hostOf(publicUrl)}`, {
    link,
    text: `Someone, probably you, asked to reset the password of your account at
${publicUrl}
To choose a new password, open this link:

${link}

The link expires on ${instantText(expiresAt)}. If this was not you, you can
ignore this email: your password stays the same.`,
  });
}

/** Sent to an account whose login is blocked after too many wrong passwords. */
export function loginLinkMail({ publicUrl, secret, expiresAt }: Code): Letter {
  const link = `${publicUrl}/login-link?code=${secret}`;
  return letter(`Log in to ${hostOf(publicUrl)}`, {
    link,
    text: `Someone, probably you, asked for a link to log in at
${publicUrl}
To log in without a password, open this link in your browser:

${link}

The link works once and expires on ${instantText(expiresAt)}. If this was not
you, you can ignore this email: nobody can log in without the link.`,
  });
}

/** Sent to the new address of an account, to confirm it. */
export function newEmailMail({ publicUrl, secret, expiresAt }: Code): Letter {
  const link = `${publicUrl}/email-change?code=${secret}`;
  return letter(`Confirm your new email address for ${hostOf(publicUrl)}`, {
    link,
    text: `Someone, probably you, wants to use this email address for an account at
${publicUrl}
To confirm the new address, open this link:

${link}

The link expires on ${instantText(expiresAt)}. The change must also be
confirmed with the link that we sent to the account's current address. If this
was not you, you can ignore this email: nothing will change.`,
  });
}

/** Sent to the current address of an account, to confirm or stop a change. */
export function oldEmailMail({ publicUrl, secret, expiresAt, newEmail }: Code & { newEmail: string }): Letter {
  const link = `${publicUrl}/email-change?code=${secret}`;
  return letter(`Confirm or stop the change of your email address for ${hostOf(publicUrl)}`, {
    link,
    text: `Someone who knows your password, probably you, wants to change the email
address of your account at ${publicUrl} to

${newEmail}

To confirm or stop the change, open this link:

${link}

The link expires on ${instantText(expiresAt)}. Nothing changes until both
addresses are confirmed. If this was not you, stop the change and choose a new
password:

${publicUrl}/password-reset`,
  });
}

/** Sent to an address that another account wants to use, but that has an account already. */
export function emailTakenMail({ publicUrl }: Site): Letter {
  const link = `${publicUrl}/login`;
  return letter(`You already have an account at ${hostOf(publicUrl)}`, {
    link,
    text: `Someone, probably you, wants to use this email address for another account at
${publicUrl}
The address already has an account there. Log in to it here:

${link}

To use the address for the other account, delete this one first. If this was
not you, you can ignore this email: nothing has changed.`,
  });
}

/** Sent to an account whose password was changed. */
export function passwordChangedMail({ publicUrl }: Site): Letter {
  return letter(`Your password for ${hostOf(publicUrl)} was changed`, {
    text: `The password of your account at ${publicUrl}
was changed. All other browsers were logged out.

If this was not you, choose a new password now, and revoke any API keys that
you do not recognize:

${publicUrl}/password-reset`,
  });
}

/** Sent to the previous address of an account whose address was changed. */
export function emailChangedMail({ publicUrl, newEmail }: Site & { newEmail: string }): Letter {
  return letter(`Your email address for ${hostOf(publicUrl)} was changed`, {
    text: `The email address of your account at ${publicUrl} is now

${newEmail}

You can no longer log in or reset the password with this address. If you did
not confirm the change, contact the people who run the site.`,
  });
}

function letter(subject: string, { text, link }: { text: string; link?: string }): Letter {
  return { subject, text: `Hello,\n\n${text}\n`, ...(link === undefined ? {} : { link }) };
}

function hostOf(publicUrl: string): string {
  return new URL(publicUrl).host;
}

/** Formats an instant as `25 November 2026, 14:05 UTC`, rounded down. UTC, because the reader's time zone is unknown. */
function instantText(instant: Date): string {
  const text = new Intl.DateTimeFormat("en-GB", { dateStyle: "long", timeStyle: "short", timeZone: "UTC" });
  return `${text.format(instant).replace(" at ", ", ")} UTC`;
}
