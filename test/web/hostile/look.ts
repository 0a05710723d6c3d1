import { TRACE } from "./notes.ts";

/** What is in a page once all in it was loaded, focused, hovered over and clicked. */
export type Look = {
  /** What notes must not have done; begins with the number of the notes in the page. */
  threats: string[];
  /** Each element outside of notes, as the way to it and the names of its attributes. */
  shapes: string[];
  numNotes: number;
};

const TAGS = "a blockquote br code em h3 h4 h5 h6 hr li ol p pre strong sub sup ul".split(" ");
const EVENTS =
  "focus focusin mouseover mouseenter pointerenter pointerdown mousedown click keydown blur toggle animationstart load error";

/** An expression that makes a promise of a `Look`, to be evaluated in the page. */
export const LOOK = `(async () => {
  const threats = [];
  const HTML = "http://www.w3.org/1999/xhtml";
  const SCHEMES = ["http:", "https:", "mailto:"];
  const notes = [...document.querySelectorAll(".prose")];

  for (const [index, note] of notes.entries()) {
    const walker = document.createTreeWalker(note, NodeFilter.SHOW_ALL & ~NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
      const node = walker.currentNode;
      const found = (what) => threats.push(index + ": " + what);
      if (node.nodeType !== Node.ELEMENT_NODE) { found("node " + node.nodeName); continue; }
      const tag = node.localName;
      if (!${JSON.stringify(TAGS)}.includes(tag) || node.namespaceURI !== HTML) found("<" + tag + ">");
      for (const { name } of node.attributes) {
        if (tag !== "a" || !["href", "rel"].includes(name)) found("<" + tag + " " + name + ">");
      }
      if (tag !== "a") continue;
      if (!SCHEMES.includes(node.protocol)) found("link to " + node.href);
      if (node.rel !== "nofollow noopener noreferrer") found("link of " + node.rel);
    }
  }

  const shapes = new Set();
  for (const element of document.querySelectorAll("*")) {
    for (const { name, value } of element.attributes) {
      if (/^on|^style$|^srcdoc$|^ping$/.test(name)) threats.push("<" + element.localName + " " + name + ">");
      if (/^(href|src|action|formaction|poster|data|cite)$/.test(name) && !SCHEMES.includes(new URL(value, location).protocol))
        threats.push("<" + element.localName + " " + name + "=" + value + ">");
    }
    if (element.parentElement?.closest(".prose")) continue;
    const way = [];
    for (let parent = element; parent; parent = parent.parentElement) way.unshift(parent.localName);
    shapes.add(way.join(">") + "[" + [...element.attributes].map(({ name }) => name).sort() + "]");
  }
  if (!document.body?.lastElementChild?.matches("footer.site")) threats.push("the footer is not the last");

  // A good link would lead away; a bad one may do what it can.
  addEventListener("click", (event) => {
    const link = event.target.closest?.("a");
    if (!link || SCHEMES.includes(link.protocol)) event.preventDefault();
  });
  for (const element of document.querySelectorAll("main *:not(audio, video, source)")) {
    // A chapter's time plays the episode, as it is meant to.
    const plays = element.closest(".position > a") && !element.closest(".prose");
    for (const name of ${JSON.stringify(EVENTS)}.split(" ")) {
      if (plays && name === "click") continue;
      element.dispatchEvent(new MouseEvent(name, { bubbles: name === "click" || name.startsWith("mouse"), cancelable: true }));
    }
  }
  // A link to a script runs it later.
  for (let i = 0; i < 3; i++) await new Promise((resolve) => setTimeout(resolve));
  if ("${TRACE}" in window) threats.push("a script ran");
  if (frames.length > 0) threats.push("a frame is in the page");
  return { threats, shapes: [...shapes], numNotes: notes.length };
})()`;
