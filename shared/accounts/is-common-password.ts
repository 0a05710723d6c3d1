import { COMMON_PASSWORDS } from "./common-passwords.gen.ts";

// Parsed on first use, because most requests do not need it.
let passwords: ReadonlySet<string> | undefined;

/** True for the ten thousand most common passwords of at least 8 characters, in any case (NIST SP 800-63B 3.1.1.2). */
export function isCommonPassword(password: string): boolean {
  passwords ??= readPasswords(COMMON_PASSWORDS);
  return passwords.has(password.toLowerCase());
}

/**
 * Reads the list that build.mjs writes, with prefixes removed: a capital letter says how many characters of the
 * previous entry to repeat (A = 0), then the rest follows.
 */
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
