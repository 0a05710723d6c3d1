/** What a mail says, in plain text, and the link in it that its reader is to follow. */
export type Letter = { subject: string; text: string; link: string };

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

function letter(subject: string, { text, link }: { text: string; link: string }): Letter {
  return { subject, link, text: `Hello,\n\n${text}\n` };
}

function hostOf(publicUrl: string): string {
  return new URL(publicUrl).host;
}

/** To the minute, rounded down, in the one time zone that a reader anywhere can make out: `25 November 2026, 14:05 UTC`. */
function instantText(instant: Date): string {
  const text = new Intl.DateTimeFormat("en-GB", { dateStyle: "long", timeStyle: "short", timeZone: "UTC" });
  return `${text.format(instant).replace(" at ", ", ")} UTC`;
}
