import type { Letter } from "../../mail/send-mail.ts";

type Site = { publicUrl: string };
/** `secret`: what the link holds, and only the link. */
type Code = Site & { secret: string; expiresAt: Date };

/** To an address that somebody has signed up with. */
export function signUpMail({ publicUrl, secret, expiresAt }: Code): Letter {
  const link = `${publicUrl}/verify?code=${secret}`;
  return letter(`Confirm your e-mail address for ${hostOf(publicUrl)}`, {
    link,
    text: `somebody, most likely you, has signed up at ${publicUrl}
with this e-mail address. This link confirms the address and opens the account:

${link}

It works until ${instantText(expiresAt)}. If it was not you, you can ignore
this mail: without the link no account is made.`,
  });
}

/** To an address that an operator wants to have an account. */
export function inviteMail({ publicUrl, secret, expiresAt }: Code): Letter {
  const link = `${publicUrl}/verify?code=${secret}`;
  return letter(`Your invitation to ${hostOf(publicUrl)}`, {
    link,
    text: `you are invited to have an account at ${publicUrl}
This link lets you choose a password, and opens the account:

${link}

It works until ${instantText(expiresAt)}. If you do not care for an account,
you can ignore this mail: without the link none is made.`,
  });
}

/** To the owner of an account that somebody has tried to make once more. */
export function accountExistsMail({ publicUrl }: Site): Letter {
  const link = `${publicUrl}/login`;
  return letter(`You already have an account at ${hostOf(publicUrl)}`, {
    link,
    text: `somebody, most likely you, has signed up at ${publicUrl}
with this e-mail address, which has an account there already. Log in here:

${link}

If you have forgotten your password, choose another:

${publicUrl}/password-reset

If it was not you, you can ignore this mail: nothing has changed.`,
  });
}

/** To the owner of an account whose password somebody has asked to reset. */
export function passwordResetMail({ publicUrl, secret, expiresAt }: Code): Letter {
  const link = `${publicUrl}/password-reset?code=${secret}`;
  return letter(`Choose a new password for ${hostOf(publicUrl)}`, {
    link,
    text: `somebody, most likely you, has asked for a new password for your account at
${publicUrl}
This link lets you choose one:

${link}

It works until ${instantText(expiresAt)}. If it was not you, you can ignore
this mail: your password stays as it is.`,
  });
}

/** To the owner of an account who cannot log in because too many wrong passwords were tried. */
export function loginLinkMail({ publicUrl, secret, expiresAt }: Code): Letter {
  const link = `${publicUrl}/login-link?code=${secret}`;
  return letter(`Log in to ${hostOf(publicUrl)}`, {
    link,
    text: `somebody, most likely you, has asked for a link to log in at
${publicUrl}
This link logs in the browser that opens it, without a password:

${link}

It works once, until ${instantText(expiresAt)}. If it was not you,
you can ignore this mail: nobody can log in without the link.`,
  });
}

/** To the address that an account is to have. */
export function newEmailMail({ publicUrl, secret, expiresAt }: Code): Letter {
  const link = `${publicUrl}/email-change?code=${secret}`;
  return letter(`Confirm your new e-mail address for ${hostOf(publicUrl)}`, {
    link,
    text: `somebody, most likely you, wants to use this e-mail address for an account at
${publicUrl}
This link confirms the new address:

${link}

It works until ${instantText(expiresAt)}. The account's old address has to
be confirmed as well: a mail to it has a link of its own. If it was not you,
you can ignore this mail: nothing changes.`,
  });
}

/** To the address that an account has until another one is confirmed. */
export function oldEmailMail({ publicUrl, secret, expiresAt, newEmail }: Code & { newEmail: string }): Letter {
  const link = `${publicUrl}/email-change?code=${secret}`;
  return letter(`Confirm or stop the change of your e-mail address for ${hostOf(publicUrl)}`, {
    link,
    text: `somebody who knows your password, most likely you, wants to change the e-mail
address of your account at ${publicUrl} to

${newEmail}

Here you can confirm this, or stop it:

${link}

It works until ${instantText(expiresAt)}. Nothing changes before both
addresses are confirmed. If it was not you, stop it and choose a new password:

${publicUrl}/password-reset`,
  });
}

/** To an address that was to become another account's, and has an account already. */
export function emailTakenMail({ publicUrl }: Site): Letter {
  const link = `${publicUrl}/login`;
  return letter(`You already have an account at ${hostOf(publicUrl)}`, {
    link,
    text: `somebody, most likely you, wants to use this e-mail address for another account
at ${publicUrl}
It has an account already. Log in to that here:

${link}

To use the address for the other account, delete this one first. If it was
not you, you can ignore this mail: nothing has changed.`,
  });
}

/** To the owner of an account whose password was changed. */
export function passwordChangedMail({ publicUrl }: Site): Letter {
  return letter(`Your password for ${hostOf(publicUrl)} was changed`, {
    text: `the password of your account at ${publicUrl}
was changed. All other browsers were logged out.

If it was not you, choose a new password at once, and revoke the API keys that
you do not know:

${publicUrl}/password-reset`,
  });
}

/** To the old address of an account that has another one now. */
export function emailChangedMail({ publicUrl, newEmail }: Site & { newEmail: string }): Letter {
  return letter(`Your e-mail address for ${hostOf(publicUrl)} was changed`, {
    text: `the e-mail address of your account at ${publicUrl} is now

${newEmail}

Mails to this address open the account no longer. If you did not confirm
this, tell whoever runs the site.`,
  });
}

function letter(subject: string, { text, link }: { text: string; link?: string }): Letter {
  return { subject, text: `Hello,\n\n${text}\n`, ...(link === undefined ? {} : { link }) };
}

function hostOf(publicUrl: string): string {
  return new URL(publicUrl).host;
}

/** To the minute, rounded down, in the one time zone that a reader anywhere can make out: `25 November 2026, 14:05 UTC`. */
function instantText(instant: Date): string {
  const text = new Intl.DateTimeFormat("en-GB", { dateStyle: "long", timeStyle: "short", timeZone: "UTC" });
  return `${text.format(instant).replace(" at ", ", ")} UTC`;
}
