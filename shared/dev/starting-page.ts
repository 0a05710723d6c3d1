// Short, so that the site appears soon after it is ready.
const REFRESH_SECONDS = 2;

type Reply = { status: number; headers: Record<string, string>; body: string };

/** Makes the 503 for requests that arrive during the start: a page that reloads itself, or text for other clients. */
export function startingReply({ accept = "" }: { accept?: string | undefined }, stage: string): Reply {
  const headers = {
    "cache-control": "no-store",
    "retry-after": String(REFRESH_SECONDS),
    "x-content-type-options": "nosniff",
  };
  if (!accept.includes("text/html")) {
    const body = `podcore is starting: ${stage}\n`;
    return { status: 503, headers: { ...headers, "content-type": "text/plain; charset=utf-8" }, body };
  }
  return { status: 503, headers: { ...headers, "content-type": "text/html; charset=utf-8" }, body: page(stage) };
}

function page(stage: string): string {
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>podcore is starting</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="refresh" content="${REFRESH_SECONDS}">
<link rel="icon" href="data:,">
<style>body { font: 1.1rem/1.5 system-ui, sans-serif; max-width: 34rem; margin: 20vh auto; padding: 0 1rem }</style>
</head>
<body>
<main>
<h1>podcore is starting</h1>
<p role="status">${stage}</p>
<p>This page reloads by itself until podcore is ready.</p>
</main>
</body>
</html>
`;
}
