import { type CrawlOverview, LISTS, type ListName, NUM_COUNTED_MAX } from "../../operator/crawl-overview.ts";
import { NUM_DUE_MAX } from "../../operator/slow-hosts.ts";
import { type Html, html } from "../html.ts";
import type { Page } from "../layout.ts";
import { OPERATOR_PATH, operatorPath } from "../links.ts";
import { actionForm, instantTag, visitText } from "../operator-parts.ts";
import { pagingNav } from "../paging.ts";

type PodcastItem = NonNullable<CrawlOverview["podcasts"]>["items"][number];
type HostItem = NonNullable<CrawlOverview["hosts"]>["items"][number];
type JobItem = NonNullable<CrawlOverview["jobs"]>["items"][number];

const WORDS: Readonly<Record<ListName, { title: string; about: string }>> = {
  "other-show": {
    title: "Another show",
    about: "Another show is at the feed's address. Nothing of it is stored until you decide.",
  },
  failing: { title: "Failing", about: "The last crawl failed. Those that have failed most often come first." },
  hollow: {
    title: "Hollow",
    about: "The feed has lost its episodes or its title. What was known before is kept.",
  },
  "same-guid": {
    title: "Same GUID",
    about:
      "Public podcasts that have a podcast:guid in common. Anyone can claim one, so they are not merged unless their episodes agree.",
  },
  moving: {
    title: "Moving",
    about: "The host says that the feed has moved. It is followed after five crawls within a week or more.",
  },
  unfinished: { title: "Unfinished", about: "A crawler ended during the last crawl, perhaps because of the feed." },
  merged: { title: "Merged", about: "Merged into another podcast within the last month, which can be undone." },
  "taken-down": { title: "Taken down", about: "Hidden, and not crawled." },
  hosts: {
    title: "Slow hosts",
    about: "These hosts asked podcore to wait. They are asked more slowly until they have answered often enough.",
  },
  jobs: {
    title: "Parked jobs",
    about: "These jobs failed too often. They are kept for a month, unless what they are about is deleted.",
  },
};

/** The operator's first page: counts, and one list or the results of a search. */
export function operatorPage(view: CrawlOverview): Page {
  const { query, list } = view;
  const title = query !== undefined ? "Search" : list === undefined ? "Crawl" : WORDS[list].title;
  return {
    titles: title === "Crawl" ? ["Crawl"] : [title, "Crawl"],
    isPersonal: true,
    main: html`<h1>Crawl</h1>
<form class="find" action="${OPERATOR_PATH}">
<label for="query">Title, feed URL, host or ID of a podcast</label>
<input type="search" id="query" name="query" maxlength="2000"${query !== undefined && html` value="${query}"`}>
<button type="submit" class="button">Find podcasts</button>
</form>
${listNav(view)}
${query === undefined ? list !== undefined && listSection(view, list) : searchSection(view, query)}`,
  };
}

function listNav({ counts, list, query }: CrawlOverview): Html {
  return html`<nav class="lists" aria-label="Lists">
<ul>
${LISTS.map(
  (name) => html`<li><a href="${OPERATOR_PATH}?list=${name}"${
    name === list && query === undefined && html` aria-current="page"`
  }>${WORDS[name].title}${countTag(counts[name])}</a></li>
`,
)}
</ul>
</nav>`;
}

function countTag(count: number | undefined): Html | undefined {
  if (count === undefined) return undefined;
  return html` <span class="count">${count >= NUM_COUNTED_MAX ? `${NUM_COUNTED_MAX}+` : count}</span>`;
}

function listSection(view: CrawlOverview, list: ListName): Html {
  const { title, about } = WORDS[list];
  return html`<section aria-labelledby="list">
<h2 id="list">${title}</h2>
<p class="muted">${about}</p>
${items(view)}
${paging(view, `${OPERATOR_PATH}?list=${list}`)}
</section>`;
}

function searchSection(view: CrawlOverview, query: string): Html {
  return html`<section aria-labelledby="list">
<h2 id="list" dir="auto">Podcasts for “${query}”</h2>
${items(view)}
${paging(view, `${OPERATOR_PATH}?query=${encodeURIComponent(query)}`)}
</section>`;
}

function paging({ after, podcasts, hosts, jobs }: CrawlOverview, path: string): Html | undefined {
  const nextAfter = (podcasts ?? hosts ?? jobs)?.after;
  return pagingNav({ path, after, nextAfter, words: { first: "First page", next: "Next page" } });
}

function items({ podcasts, hosts, jobs }: CrawlOverview): Html {
  const rows = [
    ...(podcasts?.items.map(podcastItem) ?? []),
    ...(hosts?.items.map(hostItem) ?? []),
    ...(jobs?.items.map(jobItem) ?? []),
  ];
  return rows.length === 0
    ? html`<p>None.</p>`
    : html`<ul class="reports">
${rows}</ul>`;
}

function podcastItem(podcast: PodcastItem): Html {
  const { podcastId, title, feedUrl, isPrivate, nextVisit } = podcast;
  return html`<li>
<h3 dir="auto"><a href="${operatorPath(podcastId)}">${title}</a></h3>
<p class="muted">${isPrivate && "Private. "}${feedUrl ?? "No feed URL"}</p>
${troublesOf(podcast).map((trouble) => html`<p>${trouble}</p>\n`)}
<p class="muted">Next visit: ${visitText(nextVisit)}</p>
</li>
`;
}

function troublesOf(podcast: PodcastItem): Html[] {
  const { foundTitle, numFailures, lastError, hollowSince, sameGuidIds, movesTo, takenDownReason, mergedIntoId } =
    podcast;
  return [
    foundTitle !== undefined && html`Another show is at its address: <bdi>${foundTitle}</bdi>`,
    numFailures > 0 &&
      html`${numFailures === 1 ? "The last crawl failed" : `The last ${numFailures} crawls failed`}: <bdi>${lastError ?? "no reason was recorded"}</bdi>`,
    hollowSince !== undefined && html`Without title or episodes since ${instantTag(hollowSince)}`,
    sameGuidIds.length > 0 &&
      html`Has the podcast:guid of ${sameGuidIds.map((id, i) => html`${i > 0 && ", "}<a href="${operatorPath(id)}">podcast ${id}</a>`)}`,
    movesTo !== undefined && html`Moves to ${movesTo}`,
    takenDownReason !== undefined && html`Taken down: <bdi>${takenDownReason}</bdi>`,
    mergedIntoId !== undefined && html`Merged into <a href="${operatorPath(mergedIntoId)}">podcast ${mergedIntoId}</a>`,
  ].filter((trouble) => trouble !== false);
}

function hostItem({ host, pausedUntil, slowness, numDue }: HostItem): Html {
  return html`<li>
<h3><a href="${OPERATOR_PATH}?query=${encodeURIComponent(host)}">${host}</a></h3>
<p>${
    pausedUntil === undefined
      ? html`Asked ${Math.round(slowness * 10) / 10} times less often than usual`
      : html`Left alone until ${instantTag(pausedUntil)}`
  }. ${numDue >= NUM_DUE_MAX ? `${NUM_DUE_MAX} or more` : numDue} of its podcasts ${numDue === 1 ? "is" : "are"} due.</p>
</li>
`;
}

function jobItem({ jobId, name, subject, numErrors, lastError, createdAt, parkedAt }: JobItem): Html {
  const about = Object.entries(subject).map(([key, id]) =>
    key === "podcastId" ? html` <a href="${operatorPath(id)}">podcast ${id}</a>` : html` ${key} ${id}`,
  );
  return html`<li class="acted">
<div>
<h3>${name}${about.length > 0 && html`:${about}`}</h3>
<p>Failed ${numErrors === 1 ? "once" : `${numErrors} times`}: <bdi>${lastError ?? "no reason was recorded"}</bdi></p>
<p class="muted">Stored ${instantTag(createdAt)}, parked ${instantTag(parkedAt)}</p>
</div>
${actionForm({ action: "retry", fields: { jobId }, label: "Retry", of: `job ${jobId}` })}
</li>
`;
}
