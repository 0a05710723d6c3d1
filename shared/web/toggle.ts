import { type Html, html } from "./html.ts";

type Toggle = {
  action: string;
  /** Name of the field with the new value. */
  name: string;
  isOn: boolean;
  /** The button's label while it is on, and while it is off: what pressing it does. */
  words: { on: string; off: string };
};

/** A button that turns something on or off. It is a form, which the page's script sends without leaving the page. */
export function toggle({ action, name, isOn, words }: Toggle): Html {
  return html`<form class="toggle" action="${action}" method="post"><button type="submit" name="${name}" value="${String(!isOn)}"${
    isOn ? html` class="on"` : ""
  } data-on="${words.on}" data-off="${words.off}">${isOn ? words.on : words.off}</button><span class="error-text" role="alert"></span></form>`;
}
