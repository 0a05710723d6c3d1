import { type Html, html } from "./html.ts";

type Toggle = {
  action: string;
  /** Of the field that says what is to be from now on. */
  name: string;
  isOn: boolean;
  /** What the button says while it is on, and while it is off: what pressing it does. */
  words: { on: string; off: string };
};

/** A button that turns something on or off: a form, which the page's script sends without leaving the page. */
export function toggle({ action, name, isOn, words }: Toggle): Html {
  return html`<form class="toggle" action="${action}" method="post"><button type="submit" name="${name}" value="${String(!isOn)}"${
    isOn ? html` class="on"` : ""
  } data-on="${words.on}" data-off="${words.off}">${isOn ? words.on : words.off}</button><span class="fault" role="alert"></span></form>`;
}
