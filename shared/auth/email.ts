// https://html.spec.whatwg.org/multipage/input.html#valid-e-mail-address: what browsers take in a field for one.
const EMAIL =
  /^[a-zA-Z0-9.!#$%&'*+/=?^_`{|}~-]+@[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?(?:\.[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?)*$/;
// RFC 5321 4.5.3.1.3: a path of 256 octets, less its brackets.
const EMAIL_MAX_CHARACTERS = 254;

export function isEmail(text: string): boolean {
  return text.length <= EMAIL_MAX_CHARACTERS && EMAIL.test(text);
}
