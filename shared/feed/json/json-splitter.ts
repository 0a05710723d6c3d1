// Characters of one item and of everything outside of items. Real items have up to 100 000.
const MAX_TEXT = 1_048_576;

const MARKS = /["\\{}[\]]/g;
const ITEMS_KEY = /"items"\s{0,20}:\s{0,20}$/;

export type JsonSplitter = {
  write(text: string): void;
  /** Returns the text around the items, with an empty list in their place; undefined if it is too long. */
  result(): { top: string | undefined; isComplete: boolean };
};

/**
 * Splits a JSON Feed into its items' texts, so that none has to be parsed at once with others. Passes `undefined` for an
 * item that is too long. Takes time linear in the text's length.
 */
export function jsonSplitter(onItem: (text: string | undefined) => void): JsonSplitter {
  let depth = 0;
  let isString = false;
  // Where in all text the character is that a backslash escapes.
  let escapedAt = -1;
  let offset = 0;
  let isInItems = false;
  let isComplete = false;
  let top: string | undefined = "";
  let item: string | undefined = "";

  function add(whole: string | undefined, text: string): string | undefined {
    return whole === undefined || whole.length + text.length > MAX_TEXT ? undefined : whole + text;
  }

  return {
    write(text) {
      let start = 0;
      for (const { 0: mark, index } of text.matchAll(MARKS)) {
        if (isComplete) return;
        if (isString) {
          if (offset + index === escapedAt) continue;
          if (mark === "\\") escapedAt = offset + index + 1;
          else if (mark === '"') isString = false;
        } else if (mark === '"') isString = true;
        else if (mark === "{" || mark === "[") {
          if (mark === "[" && depth === 1 && !isInItems) {
            top = add(top, text.slice(start, index));
            start = index;
            isInItems = ITEMS_KEY.test(top?.slice(-50) ?? "");
            if (isInItems) top = add(top, "[");
          } else if (isInItems && depth === 2) start = index;
          depth++;
        } else if (mark !== "\\") {
          depth--;
          if (isInItems && depth === 2) {
            onItem(add(item, text.slice(start, index + 1)));
            item = "";
          } else if (isInItems && depth === 1) {
            isInItems = false;
            start = index;
          }
          isComplete = depth <= 0;
          if (isComplete) top = add(top, text.slice(start, index + 1));
        }
      }
      offset += text.length;
      if (isComplete) return;
      if (!isInItems) top = add(top, text.slice(start));
      else if (depth > 2) item = add(item, text.slice(start));
    },
    result: () => ({ top, isComplete }),
  };
}
