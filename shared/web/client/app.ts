// What pages do beyond links and forms: togglers that need no new page, and a player that remembers where it was.
// Without this script the same forms are sent as forms.

// How often the place in an episode is told while it plays. What is lost when the power goes is no more than this.
const REPORT_INTERVAL_MS = 15_000;
// A place this near the start is not worth going back to.
const MARGIN_SECONDS = 5;

// Whoever logs out is nobody by the time that the page is left: what is told then would make an account of it.
let isLoggingOut = false;
// One after the other: what is said last is what is stored, and a visitor's first two changes make one account, not two.
let last: Promise<unknown> = Promise.resolve();

type State = Record<string, boolean | number | null>;

/** Sends a form's fields, and answers what is stored from then on. Throws an Error for the reader. */
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
      body: new URLSearchParams(fields),
      keepalive,
    });
  } catch {
    throw new Error("Not saved: podcore cannot be reached.");
  }
  const answer = await reply.json().catch(() => ({}));
  if (reply.ok) return answer;
  throw new Error(`Not saved: ${answer.errors?.[0]?.message ?? `the server answered ${reply.status}`}`);
}

/** Shows what is stored on every toggler of that name on the page. */
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

function tell(element: Element | null, message: string): void {
  if (element !== null) element.textContent = message;
}

function enhanceToggle(form: HTMLFormElement): void {
  const fault = form.querySelector("[role=alert]");
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const button = form.querySelector("button");
    // A second press while the first is under way is the same press.
    if (button === null || form.ariaBusy === "true") return;
    form.ariaBusy = "true";
    tell(fault, "");
    try {
      show(form.action, await send(form.action, { [button.name]: button.value }));
    } catch (error) {
      tell(fault, error instanceof Error ? error.message : String(error));
    } finally {
      form.ariaBusy = "false";
    }
  });
}

function enhancePlayer(player: HTMLMediaElement): void {
  const url = new URL(player.dataset.state ?? "", document.baseURI).href;
  const fault = document.querySelector("#player-fault");
  let toldSeconds = Number(player.dataset.position);
  let toldAtMs = 0;

  async function report(fields: Record<string, string>): Promise<void> {
    if (isLoggingOut) return;
    toldAtMs = Date.now();
    try {
      show(url, await send(url, fields, true));
      tell(fault, "");
    } catch (error) {
      tell(fault, error instanceof Error ? error.message : String(error));
    }
  }

  function reportPosition(): void {
    const seconds = Math.floor(player.currentTime);
    if (player.ended || seconds === toldSeconds || seconds < MARGIN_SECONDS) return;
    toldSeconds = seconds;
    // It tells of a failure itself.
    void report({ position_seconds: String(seconds) });
  }

  // Before anything is loaded this is where it will start (HTML, default playback start position).
  if (toldSeconds >= MARGIN_SECONDS) player.currentTime = toldSeconds;
  player.addEventListener("play", () => {
    toldAtMs = Date.now();
  });
  player.addEventListener("timeupdate", () => {
    if (!player.paused && Date.now() - toldAtMs >= REPORT_INTERVAL_MS) reportPosition();
  });
  player.addEventListener("pause", reportPosition);
  player.addEventListener("ended", () => report({ played: "true" }));
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden") reportPosition();
  });
}

function watchLogout(form: HTMLFormElement): void {
  form.addEventListener("submit", () => {
    isLoggingOut = true;
  });
  // Back on a page that the browser has kept as it was: it is another's by now, or nobody's.
  addEventListener("pageshow", ({ persisted }) => {
    if (persisted && isLoggingOut) location.reload();
  });
}

for (const form of document.querySelectorAll<HTMLFormElement>('form[action="/logout"]')) watchLogout(form);
for (const form of document.querySelectorAll<HTMLFormElement>("form.toggle")) enhanceToggle(form);
for (const player of document.querySelectorAll<HTMLMediaElement>("[data-state]")) enhancePlayer(player);
