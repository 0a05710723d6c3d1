// Enhances pages with toggle buttons that need no reload, a player that remembers its position, and dates of the reader's
// time zone. Without this script, browsers submit the same forms, and dates are in UTC.

// How often the playback position is reported. A power failure loses no more than this.
const REPORT_INTERVAL_MS = 15_000;
// A position this close to the start is not worth resuming.
const MARGIN_SECONDS = 5;

// A report that is sent while the browser is logging out would create a new account.
let isLoggingOut = false;
// Reports are sent one after another: the last one wins, and a visitor's first two changes do not create two accounts.
let last: Promise<unknown> = Promise.resolve();

// Names the cookies that this page was made for. Set only if another host could change them; forms send it as a field.
let pageToken = document.querySelectorAll<HTMLInputElement>("[name=page_token]")[0]?.value ?? "";

type State = Record<string, boolean | number | null>;

/** Sends a form's fields, and returns the stored state. Throws an Error to show to the user. */
function send(url: string, fields: Record<string, string>, keepalive = false): Promise<State> {
  const sent = last.then(() => post(url, fields, keepalive));
  last = sent.catch(() => {});
  return sent;
}

async function post(url: string, fields: Record<string, string>, keepalive: boolean): Promise<State> {
  let reply: Response;
  try {
    reply = await fetch(url, {
      method: "POST",
      headers: { accept: "application/json" },
      body: new URLSearchParams(pageToken === "" ? fields : { ...fields, page_token: pageToken }),
      keepalive,
    });
  } catch {
    throw new Error("Not saved: cannot reach the server.");
  }
  // The browser has other cookies than when the page was made, for example because the first change created an account.
  if (reply.redirected) pageToken = new URL(reply.url).searchParams.get("page_token") ?? pageToken;
  const answer = await reply.json().catch(() => ({}));
  if (reply.ok) return answer;
  throw new Error(`Not saved: ${answer.errors?.[0]?.message ?? `the server answered ${reply.status}`}`);
}

/** Shows the stored state on the page's toggle buttons for this URL. */
function show(url: string, state: State): void {
  for (const form of document.querySelectorAll<HTMLFormElement>("form.toggle")) {
    const button = form.querySelector("button");
    if (form.action !== url || button === null) continue;
    const value = state[button.name];
    if (typeof value !== "boolean") continue;
    button.value = String(!value);
    button.textContent = (value ? button.dataset.on : button.dataset.off) ?? "";
    button.classList.toggle("on", value);
  }
}

function setText(element: Element | null, message: string): void {
  if (element !== null) element.textContent = message;
}

function enhanceToggle(form: HTMLFormElement): void {
  const errorLine = form.querySelector("[role=alert]");
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const button = form.querySelector("button");
    // Ignores a second press while the first is being sent.
    if (button === null || form.ariaBusy === "true") return;
    form.ariaBusy = "true";
    setText(errorLine, "");
    try {
      show(form.action, await send(form.action, { [button.name]: button.value }));
    } catch (error) {
      setText(errorLine, error instanceof Error ? error.message : String(error));
    } finally {
      form.ariaBusy = "false";
    }
  });
}

function enhancePlayer(player: HTMLMediaElement): void {
  const url = new URL(player.dataset.state ?? "", document.baseURI).href;
  const errorLine = document.querySelector("#player-error");
  let reportedSeconds = Number(player.dataset.position);
  let reportedAtMs = 0;

  async function report(fields: Record<string, string>): Promise<void> {
    if (isLoggingOut) return;
    reportedAtMs = Date.now();
    try {
      show(url, await send(url, fields, true));
      setText(errorLine, "");
    } catch (error) {
      setText(errorLine, error instanceof Error ? error.message : String(error));
    }
  }

  function reportPosition(): void {
    const seconds = Math.floor(player.currentTime);
    if (player.ended || seconds === reportedSeconds || seconds < MARGIN_SECONDS) return;
    reportedSeconds = seconds;
    // Shows its own errors.
    void report({ position_seconds: String(seconds) });
  }

  // Before the media loads, this sets where playback starts (HTML, default playback start position).
  if (reportedSeconds >= MARGIN_SECONDS) player.currentTime = reportedSeconds;
  player.addEventListener("play", () => {
    reportedAtMs = Date.now();
  });
  player.addEventListener("timeupdate", () => {
    if (!player.paused && Date.now() - reportedAtMs >= REPORT_INTERVAL_MS) reportPosition();
  });
  player.addEventListener("pause", reportPosition);
  player.addEventListener("ended", () => report({ played: "true" }));
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden") reportPosition();
  });
}

/** Links to a position in the media move the player, instead of leaving the page. */
function followPositions(player: HTMLMediaElement): void {
  const media = player.querySelector("source")?.src.replace(/#.*/s, "");
  document.addEventListener("click", (event) => {
    const link = event.target instanceof Element ? event.target.closest<HTMLAnchorElement>(".position > a") : null;
    const isPlain = event.button === 0 && !(event.metaKey || event.ctrlKey || event.shiftKey || event.altKey);
    const [, seconds] = /^#t=([\d.]+)$/.exec(link?.hash ?? "") ?? [];
    if (!isPlain || seconds === undefined || link?.href.replace(/#.*/s, "") !== media) return;
    event.preventDefault();
    player.currentTime = Number(seconds);
    // The player itself shows why it cannot play.
    player.play().catch(() => {});
  });
}

function watchLogout(form: HTMLFormElement): void {
  form.addEventListener("submit", () => {
    isLoggingOut = true;
  });
  // The browser restored the page from its back/forward cache after the logout, so its content is out of date.
  addEventListener("pageshow", ({ persisted }) => {
    if (persisted && isLoggingOut) location.reload();
  });
}

/** Shows a date of the page, which is in UTC, in the reader's time zone. */
function showLocally(time: HTMLTimeElement): void {
  // Midnight is what feeds write that only know the day.
  if (/T00:00:00(?:\.000)?Z$/.test(time.dateTime)) return;
  const at = new Date(time.dateTime);
  const day = `${at.getDate()} ${at.toLocaleString("en", { month: "short" })} ${at.getFullYear()}`;
  time.textContent = (time.textContent ?? "")
    .replace(/\d{1,2} [A-Z][a-z]{2} \d{4}/, day)
    .replace(/\d\d:\d\d UTC/, at.toTimeString().slice(0, 5));
}

for (const time of document.querySelectorAll<HTMLTimeElement>("time[datetime]")) showLocally(time);
for (const form of document.querySelectorAll<HTMLFormElement>('form[action="/logout"]')) watchLogout(form);
for (const form of document.querySelectorAll<HTMLFormElement>("form.toggle")) enhanceToggle(form);
for (const player of document.querySelectorAll<HTMLMediaElement>("[data-state]")) {
  enhancePlayer(player);
  followPositions(player);
}
