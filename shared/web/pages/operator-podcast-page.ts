import type { CrawlReport } from "../../operator/crawl-report.ts";
import { notice } from "../form.ts";
import { type Html, html } from "../html.ts";
import type { Page } from "../layout.ts";
import { OPERATOR_ACTION_PATH, OPERATOR_PATH, operatorPath, podcastPath } from "../links.ts";
import { actionForm, hiddenFields, instantTag, visitText } from "../operator-parts.ts";

export type ReportView = {
  report: CrawlReport;
  /** What was just done; comes from the URL. */
  done: string | undefined;
};

const DONE: Readonly<Record<string, string>> = {
  same: "Decided: the next crawl makes this podcast what is at its address.",
  other: "Decided: this podcast stays as it is, and the show that was found is a podcast of its own.",
  merged: "Merged.",
  unmerged: "The merge is undone.",
  blocked: "Taken down.",
  unblocked: "The podcast is shown again, and due for a crawl.",
};

/** All about the crawl of one podcast, for the operator. */
export function operatorPodcastPage({ report, done }: ReportView): Page {
  const { title, isPrivate } = report;
  return {
    titles: [title, "Crawl"],
    isPersonal: true,
    main: html`<p><a href="${OPERATOR_PATH}">Crawl</a></p>
<h1 dir="auto">${title}</h1>
<p class="muted">${isPrivate && "Private. "}Podcast ${report.podcastId}, stored ${instantTag(report.createdAt)}. ${publicLink(report)}</p>
${done !== undefined && Object.hasOwn(DONE, done) && notice(DONE[done] ?? "")}
${quarantineSection(report)}
${report.mergedInto && mergedIntoSection(report, report.mergedInto)}
${statusSection(report)}
${feedUrlSection(report)}
${decisionSection(report)}
${mergedSection(report)}
${sameGuidSection(report)}
${report.mergedInto === undefined && takedownSection(report)}`,
  };
}

/** Nobody sees the page of a podcast that is hidden, and the operator's browser that of a private one only if its account does. */
function publicLink({ podcastId: id, title, takenDown, mergedInto }: CrawlReport): Html | undefined {
  if (takenDown !== undefined || mergedInto !== undefined) return undefined;
  return html`<a href="${podcastPath({ id, title })}">Its page</a>`;
}

function quarantineSection({ podcastId, quarantine }: CrawlReport): Html | undefined {
  if (quarantine === undefined) return undefined;
  const { foundUrl, title, author, podcastGuid, numItems, since, lastSeenAt } = quarantine;
  return html`<section aria-labelledby="quarantine">
<h2 id="quarantine">Another show at its address</h2>
<dl class="facts">
${fact("Title", html`<bdi>${title}</bdi>`)}
${fact("Author", author && html`<bdi>${author}</bdi>`)}
${fact("podcast:guid", podcastGuid)}
${fact("Episodes", String(numItems))}
${fact("Found at", foundUrl)}
${fact("Since", instantTag(since))}
${fact("Last seen", instantTag(lastSeenAt))}
</dl>
<p>Nothing of it is stored. If this podcast has become that show, the next crawl stores it. If not, this podcast stays as it is and is not crawled any more, and the other show is added as a podcast of its own.</p>
<div class="toggles">
${actionForm({ action: "resolve-same", fields: { podcastId }, label: "It is the same podcast" })}
${actionForm({ action: "resolve-other", fields: { podcastId }, label: "It is another podcast" })}
</div>
</section>`;
}

function mergedIntoSection({ podcastId: loserId }: CrawlReport, into: NonNullable<CrawlReport["mergedInto"]>): Html {
  return html`<section aria-labelledby="merged-into">
<h2 id="merged-into">Merged</h2>
<p>It was merged into <a href="${operatorPath(into.podcastId)}"><bdi>${into.title ?? `podcast ${into.podcastId}`}</bdi></a>, ${instantTag(into.at)}. That can be undone for a month.</p>
<div class="toggles">
${actionForm({ action: "unmerge", fields: { loserId }, label: "Undo the merge" })}
</div>
</section>`;
}

function statusSection(report: CrawlReport): Html {
  const { lastStatus, redirects, lastError, lastErrorAt, numFailures, numUnfinished, etag, lastModified } = report;
  const { nextVisit, host, move, goneSince, hollowSince } = report;
  return html`<section aria-labelledby="status">
<h2 id="status">Last crawl</h2>
<dl class="facts">
${fact("Status", lastStatus === undefined ? "No reply" : String(lastStatus))}
${fact("Error", lastError && html`<bdi>${lastError}</bdi>${lastErrorAt && html` (${instantTag(lastErrorAt)})`}`)}
${fact("Failures in a row", numFailures > 0 && String(numFailures))}
${fact("Crawlers that ended", numUnfinished > 0 && String(numUnfinished))}
${fact("Redirects", redirects && html`${redirects.map((hop) => html`<span>${hop.status} to ${hop.host}</span> `)}`)}
${fact("Gone since", goneSince && instantTag(goneSince))}
${fact("Hollow since", hollowSince && instantTag(hollowSince))}
${fact("Seems to move to", move && html`${move.url}, seen ${move.numSeen === 1 ? "once" : `${move.numSeen} times`}${move.since && html` since ${instantTag(move.since)}`}`)}
${fact("Last request", instantOrNever(report.lastAttemptedAt))}
${fact("Last success", instantOrNever(report.lastSucceededAt))}
${fact("Last change", instantOrNever(report.lastChangedAt))}
${fact("ETag", etag && html`<code>${etag}</code>`)}
${fact("Last-Modified", lastModified && html`<code>${lastModified}</code>`)}
${fact("Next visit", visitText(nextVisit))}
${fact("Host", host && hostText(host))}
</dl>
</section>`;
}

function hostText({ name, pausedUntil, slowness }: NonNullable<CrawlReport["host"]>): Html {
  return html`${name}${
    pausedUntil === undefined
      ? slowness > 1 && html`, asked ${Math.round(slowness * 10) / 10} times less often than usual`
      : html`, left alone until ${instantTag(pausedUntil)}`
  }`;
}

function feedUrlSection({ feedUrls }: CrawlReport): Html {
  return html`<section aria-labelledby="feed-urls">
<h2 id="feed-urls">Feed URLs</h2>
${
  feedUrls.length === 0
    ? html`<p>None.</p>`
    : html`<p class="muted">It is found by each of them. One is crawled.</p>
<ul class="reports">
${feedUrls.map(
  ({ url, isCurrent, firstRetrievedAt, lastRetrievedAt }) => html`<li>
<p>${url}${isCurrent && html` <strong>(crawled)</strong>`}</p>
<p class="muted">First found ${instantTag(firstRetrievedAt)}, last ${instantTag(lastRetrievedAt)}</p>
</li>
`,
)}</ul>`
}
</section>`;
}

function decisionSection({ decisions }: CrawlReport): Html | undefined {
  if (decisions.length === 0) return undefined;
  return html`<section aria-labelledby="decisions">
<h2 id="decisions">Decisions about other shows</h2>
<ul class="reports">
${decisions.map(
  ({ decision, title, feedUrl, at, leadsToId }) => html`<li>
<p>${
    decision === "same"
      ? html`This podcast has become <bdi>${title}</bdi>.`
      : html`<bdi>${title}</bdi> is another podcast. This one has lost the feed URL${leadsToId !== undefined && html`, which leads to <a href="${operatorPath(leadsToId)}">podcast ${leadsToId}</a> now`}.`
  }</p>
<p class="muted">${instantTag(at)}: ${feedUrl}</p>
</li>
`,
)}</ul>
</section>`;
}

function mergedSection({ merged }: CrawlReport): Html | undefined {
  if (merged.length === 0) return undefined;
  return html`<section aria-labelledby="merged">
<h2 id="merged">Merged into this podcast</h2>
<ul class="reports">
${merged.map(
  ({ podcastId: loserId, title, at }) => html`<li class="acted">
<p><a href="${operatorPath(loserId)}"><bdi>${title}</bdi></a>, ${instantTag(at)}</p>
${actionForm({ action: "unmerge", fields: { loserId }, label: "Undo", of: `the merge of podcast ${loserId}` })}
</li>
`,
)}</ul>
</section>`;
}

function sameGuidSection({ podcastId: winnerId, sameGuid }: CrawlReport): Html | undefined {
  if (sameGuid.length === 0) return undefined;
  return html`<section aria-labelledby="same-guid">
<h2 id="same-guid">Same podcast:guid</h2>
<p class="muted">If they are one show, merge the copy into the podcast that stays. If the other one stays, merge on its page.</p>
<ul class="reports">
${sameGuid.map(
  ({ podcastId: loserId, title }) => html`<li class="acted">
<p><a href="${operatorPath(loserId)}"><bdi>${title}</bdi></a> (podcast ${loserId})</p>
${actionForm({ action: "merge", fields: { winnerId, loserId }, label: "Merge into this one", of: `podcast ${loserId}` })}
</li>
`,
)}</ul>
</section>`;
}

function takedownSection({ podcastId, takenDown }: CrawlReport): Html {
  if (takenDown !== undefined) {
    return html`<section aria-labelledby="takedown">
<h2 id="takedown">Taken down</h2>
<p>${takenDown.at && html`${instantTag(takenDown.at)}: `}<bdi>${takenDown.reason}</bdi></p>
<div class="toggles">
${actionForm({ action: "unblock", fields: { podcastId }, label: "Show it again" })}
</div>
</section>`;
  }
  return html`<section aria-labelledby="takedown">
<h2 id="takedown">Take down</h2>
<p class="muted">It is hidden, not crawled, and cannot be added again. Its listeners see the reason.</p>
<form class="find" action="${OPERATOR_ACTION_PATH}" method="post">
<input type="hidden" name="action" value="block">
${hiddenFields({ podcastId })}
<label for="reason">Reason</label>
<input type="text" id="reason" name="reason" maxlength="500" required>
<button type="submit" class="danger">Take down</button>
</form>
</section>`;
}

/** A term and its value; nothing without a value. */
function fact(term: string, value: Html | string | false | undefined): Html | undefined {
  if (value === undefined || value === false || value === "") return undefined;
  return html`<div><dt>${term}</dt>
<dd>${value}</dd></div>
`;
}

function instantOrNever(instant: Date | undefined): Html | string {
  return instant === undefined ? "Never" : instantTag(instant);
}
