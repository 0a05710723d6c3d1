import { COMMON_PASSWORDS } from "./common-passwords.gen.ts";

// Made with the first password that somebody chooses: most requests need none of it.
let passwords: ReadonlySet<string> | undefined;

/** True for one of the ten thousand commonest passwords of 8 characters or more, in any case (NIST SP 800-63B 3.1.1.2). */
export function isCommonPassword(password: string): boolean {
  passwords ??= readPasswords(COMMON_PASSWORDS);
  return passwords.has(password.toLowerCase());
}

/** Reads the list as build.mjs writes it: a capital for how many letters of the one before are the same, then the rest. */
function readPasswords(text: string): Set<string> {
  let before = "";
  const read = text.match(/[A-Z][^A-Z]*/g) ?? [];
  return new Set(
    read.map((entry) => {
      before = before.slice(0, entry.charCodeAt(0) - 65) + entry.slice(1);
      return before;
    }),
  );
}
