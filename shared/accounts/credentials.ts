import { isCommonPassword } from "./is-common-password.ts";

// NIST SP 800-63B 3.1.1.2 requires at least 8, and no composition rules.
const PASSWORD_MIN_CHARACTERS = 8;

/** Returns what is wrong with an email address, in the words of the original podcore; undefined if it is valid. */
export function validateEmail(email: string): string | undefined {
  if (email === "") return "Please specify an email address.";
  return isEmail(email) ? undefined : "Please specify a valid email address.";
}

/** Returns what is wrong with a new password or its confirmation, or undefined if both are valid. */
export function validatePassword({ password, confirmation }: { password: string; confirmation: string }) {
  if (password === "") return "Please specify a password.";
  if ([...password].length < PASSWORD_MIN_CHARACTERS) {
    return `Password must be at least ${PASSWORD_MIN_CHARACTERS} characters long.`;
  }
  if (isCommonPassword(password)) {
    return "That password is one of the most common ones and easy to guess. Please choose another one.";
  }
  if (confirmation === "") return "Please type your password again in the confirmation box.";
  return confirmation === password ? undefined : "Password and password confirmation didn't match.";
}

// https://html.spec.whatwg.org/multipage/input.html#valid-e-mail-address: what browsers accept in an email field.
const EMAIL =
  /^[a-zA-Z0-9.!#$%&'*+/=?^_`{|}~-]+@[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?(?:\.[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?)*$/;
// RFC 5321 4.5.3.1.3: a path has at most 256 octets, including its brackets.
const EMAIL_MAX_CHARACTERS = 254;

export function isEmail(text: string): boolean {
  return text.length <= EMAIL_MAX_CHARACTERS && EMAIL.test(text);
}
