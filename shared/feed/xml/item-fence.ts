export type ItemFence = { write(text: string): void; end(): void };

/** What the fence needs of the tokenizer behind it, and of the tree that is built from its tokens. */
export type Fenced = {
  write(text: string): void;
  /** Writes text that only ends a construct. It is not the feed's, so no element or text may come of it. */
  writeEnd(text: string): void;
  /** Name of the open item's element, in lower case; undefined outside of items. */
  openItem(): string | undefined;
};

type Construct = "cdata" | "comment" | "instruction";
const ENDS: Record<Construct, string> = { cdata: "]]>", comment: "-->", instruction: "?>" };
const STARTS: Record<string, Construct> = { "<![CDATA[": "cdata", "<!--": "comment", "<?": "instruction" };
// Ends a tag, whichever quote is open in it, and everything else. What does not end anything is text.
const ANY_END = `"'>-->?>]]>`;

const MARKS = /<!--|-->|<!\[CDATA\[|\]\]>|<\?|\?>|<\/((?:[\w.-]+:)?(?:item|Item|ITEM|entry|Entry|ENTRY))\s*>/g;
const CDATA_MARKS = /\]\]>|<!\[CDATA\[/g;

// Text that may be the start of a mark, which the next piece of the feed continues.
const MAX_MARK = 100;
const MARK_STARTS = /(?:\]\]?|--?|\?)$/;

// A CDATA section may contain an item's end tag, as notes about RSS do. It is believed if it ends soon after.
const MAX_HELD = 32_768;

/**
 * Keeps damage within its item. A comment, CDATA section, processing instruction or quote that is never closed would
 * swallow the items that follow, or the rest of the feed. The fence closes it before the item's end tag. Comments outside
 * of items may contain whole items, and are left alone.
 */
export function itemFence({ write, writeEnd, openItem }: Fenced): ItemFence {
  let construct: Construct | undefined;
  // Text that was not written yet.
  let held = "";

  /** Writes text, and returns what has to wait for the text that follows. */
  function pass(text: string, isLast: boolean): string {
    let start = 0;
    let at = 0;
    for (let mark = nextOf(MARKS, { text, at }); mark !== null; mark = nextOf(MARKS, { text, at })) {
      const [found, name] = mark;
      at = mark.index + found.length;
      if (name === undefined) {
        if (construct === undefined) {
          construct = STARTS[found];
          if (construct === undefined) continue;
          // So that the tree knows whether this is within an item.
          write(text.slice(start, at));
          start = at;
        } else if (ENDS[construct] === found) construct = undefined;
        continue;
      }
      if (construct === undefined) {
        write(text.slice(start, mark.index));
        start = mark.index;
      }
      if (openItem() !== name.toLowerCase()) continue;
      let isOpenEnded = false;
      if (construct === "cdata") {
        const next = nextOf(CDATA_MARKS, { text, at });
        isOpenEnded = next === null && !isLast;
        if (next?.[0] === "]]>") {
          at = next.index;
          continue;
        }
      }
      write(text.slice(start, mark.index));
      start = mark.index;
      if (construct === "cdata" && isOpenEnded && text.length - start < MAX_HELD) return text.slice(start);
      if (construct !== undefined) writeEnd(ENDS[construct]);
      write(found);
      if (openItem() !== undefined) {
        // A tag that is still open has swallowed the end tag.
        writeEnd(ANY_END);
        write(found);
      }
      construct = undefined;
      start = at;
    }
    write(text.slice(start));
    return "";
  }

  return {
    write(text) {
      const whole = held + text;
      const end = whole.length - unfinishedLength(whole);
      held = pass(whole.slice(0, end), false) + whole.slice(end);
    },
    end() {
      pass(held, true);
      held = "";
    },
  };
}

function nextOf(pattern: RegExp, { text, at }: { text: string; at: number }): RegExpExecArray | null {
  pattern.lastIndex = at;
  return pattern.exec(text);
}

/** Length of the end of a text that may be the start of a mark. */
function unfinishedLength(text: string): number {
  const bracket = text.lastIndexOf("<");
  if (bracket !== -1 && text.length - bracket <= MAX_MARK && !text.includes(">", bracket)) return text.length - bracket;
  return MARK_STARTS.exec(text.slice(-2))?.[0].length ?? 0;
}
