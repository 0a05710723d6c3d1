// What people and programs leave in texts: ends and starts of constructs, quotes, and bytes of another charset.
const STRAYS = [
  "<",
  "< ",
  "<?",
  "<? ",
  "<?php ",
  "<!--",
  "<!",
  "<![CDATA[",
  "]]>",
  "-->",
  "?>",
  "&",
  "&amp",
  "&#0;",
  "&nbsp;",
  '"',
  "'",
  ">",
  "/>",
  "<b",
  '<a href="',
  "</b>",
  "</title>",
  "<description>",
  "\0",
  "\xff",
  "\xe9",
  "\x80",
];

/** Returns the same pseudo-random numbers for the same seed, from 0 to `limit` - 1. */
export type Random = (limit: number) => number;
export function randomOf(seed: number): Random {
  let state = (seed * 48_271 + 11) % 2_147_483_647 || 1;
  return (limit) => {
    state = (state * 48_271) % 2_147_483_647;
    return Math.floor((state / 2_147_483_647) * limit);
  };
}

/**
 * Splits a feed, as bytes in a string, around the contents of its first items: what comes before, the first item's inside,
 * what is between, and so on. Leaves out long and later items.
 */
export function splitAtItems(
  bytes: string,
  { maxItems, maxLength }: { maxItems: number; maxLength: number },
): string[] {
  const parts: string[] = [];
  let outside = "";
  let from = 0;
  for (const { 0: whole, 1: start = "", 2: inside = "", 3: end = "", index } of bytes.matchAll(ITEM)) {
    outside += bytes.slice(from, index);
    from = index + whole.length;
    if (parts.length >= maxItems * 2 || inside.length > maxLength || inside.includes("<item")) continue;
    parts.push(outside + start, inside);
    outside = end;
  }
  return [...parts, outside + bytes.slice(from)];
}

const ITEM = /(<(?:item|entry)(?:\s[^>]*)?(?<!\/)>)(.*?)(<\/(?:item|entry)>)/gs;

/** Damages the inside of an item in up to three places. */
export function damage(inside: string, random: Random): string {
  let damaged = inside;
  for (let count = 1 + random(3); count > 0; count--) damaged = damageOnce(damaged, random);
  return damaged;
}

function damageOnce(text: string, random: Random): string {
  const at = random(text.length + 1);
  const length = 1 + random(random(2) === 0 ? 8 : 200);
  const rest = text.slice(at);
  switch (random(8)) {
    case 0:
      return text.slice(0, at);
    case 1:
      return text.slice(0, at) + rest.slice(length);
    case 2:
      return text.slice(0, at) + rest.slice(0, length) + rest;
    case 3:
      // A tag less.
      return text.slice(0, at) + rest.replace(/<[^>]*>/, "");
    case 4:
      // The end of a construct less.
      return text.slice(0, at) + rest.replace(/\]\]>|-->|"/, "");
    case 5:
      return text.slice(0, at) + String.fromCharCode(random(256)) + rest.slice(1);
    default:
      return text.slice(0, at) + (STRAYS[random(STRAYS.length)] ?? "") + rest;
  }
}
