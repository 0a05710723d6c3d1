import { isCommonPassword } from "./is-common-password.ts";

// NIST SP 800-63B 3.1.1.2 asks for 8 at least, and for no rules of composition.
const PASSWORD_MIN_CHARACTERS = 8;

/** What is wrong with an e-mail address that somebody typed, in the original's words; undefined where nothing is. */
export function emailFault(email: string): string | undefined {
  if (email === "") return "Please specify an email address.";
  return isEmail(email) ? undefined : "Please specify a valid email address.";
}

/** What is wrong with a password that somebody chose, and with its confirmation. */
export function passwordFault({ password, confirmation }: { password: string; confirmation: string }) {
  if (password === "") return "Please specify a password.";
  if ([...password].length < PASSWORD_MIN_CHARACTERS) {
    return `Password must be at least ${PASSWORD_MIN_CHARACTERS} characters long.`;
  }
  if (isCommonPassword(password)) {
    return "That password is one of the most common ones, which are guessed first. Please choose another one.";
  }
  if (confirmation === "") return "Please type your password again in the confirmation box.";
  return confirmation === password ? undefined : "Password and password confirmation didn't match.";
}

// https://html.spec.whatwg.org/multipage/input.html#valid-e-mail-address: what browsers take in a field for one.
const EMAIL =
  /^[a-zA-Z0-9.!#$%&'*+/=?^_`{|}~-]+@[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?(?:\.[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?)*$/;
// RFC 5321 4.5.3.1.3: a path of 256 octets, less its brackets.
const EMAIL_MAX_CHARACTERS = 254;

export function isEmail(text: string): boolean {
  return text.length <= EMAIL_MAX_CHARACTERS && EMAIL.test(text);
}
