import { html } from "../html.ts";
import type { Page } from "../layout.ts";

export type PrivacyFacts = {
  /** How long each thing is kept, in words such as "1 week". */
  retention: Record<
    | "unseenAccount"
    | "login"
    | "accountBrowser"
    | "apiKey"
    | "verificationCode"
    | "parkedJob"
    | "directorySearch"
    | "mergedPodcast",
    string
  >;
  /** A login ends after so many days without use. */
  loginDays: number;
  /** Where searches are sent. */
  directoryHost: string;
  sendsMail: boolean;
  reportsErrors: boolean;
};

/** What is stored about visitors, for how long, and who else learns of them. */
export function privacyPage(facts: PrivacyFacts): Page {
  const { retention, loginDays, directoryHost, sendsMail, reportsErrors } = facts;
  return {
    titles: ["Privacy"],
    about: {
      path: "/privacy",
      title: "Privacy",
      description: "What this site stores about its visitors, for how long, and what third parties learn about them.",
    },
    main: html`<h1>Privacy</h1>
<article class="prose">
<p>This site runs podcore, which has no advertising, no analytics and no third-party scripts. This page says what podcore stores. The site's operator may store more, such as backups and the access logs of a proxy.</p>

<h2>Without an account</h2>
<p>Reading pages sets no cookie and stores nothing about you, with one exception: how often your network (the first three parts of an IPv4 address, the first half of an IPv6 address) searched, tried to log in, used the API, or opened an episode whose chapters or transcript this server then had to fetch. These counts are reset after at most 15 minutes, and deleted soon after.</p>
<p>Subscribing, marking a favorite or playing an episode creates an account that only your browser's cookie opens. It is deleted with all its data ${retention.unseenAccount} after it was last used, unless you sign up.</p>

<h2>With an account</h2>
<ul>
<li><strong>Your email address</strong>, and your password as a hash that cannot be turned back into it.</li>
<li><strong>What you do with podcasts</strong>: which you added and subscribed to, which episodes you favorited or played, how far and when. If two podcasts turn out to be one, both are kept as they were for ${retention.mergedPodcast}, in case that was a mistake.</li>
<li><strong>Your logins</strong>: when each was created and last used, the IP address of the last use, and the browser's name (User-Agent). A login ends after ${loginDays} days without use, and is deleted ${retention.login} later; logging out deletes it at once. <a href="/account">Your account page</a> lists them.</li>
<li><strong>Your API keys</strong>: name, last use, and the IP address of the last use. A key is stored as a hash. It is deleted when you revoke it, or ${retention.apiKey} after it has expired.</li>
<li><strong>Your last visit</strong>: its time and IP address. Each visit replaces the previous one. It is kept as long as the account.</li>
<li><strong>Browsers that were logged in</strong>, as a hash of a random number, for ${retention.accountBrowser} after the last login. They prevent other people's wrong passwords from locking you out.</li>
<li><strong>Pending links by email</strong>, with the address they are for: until they are used, or ${retention.verificationCode} after they expire. If an email cannot be sent after several attempts, its entry is deleted within ${retention.parkedJob}.</li>
</ul>
<p>Wrong passwords are counted for up to a day, and emails for an hour, under a hash of the email address. podcore's own log contains paths and account numbers, but no IP addresses.</p>

<h2>Cookies</h2>
<p>There are two, and only for accounts: one keeps you logged in, and one identifies your browser. Scripts cannot read them, and they are sent only to this site. A third one exists for a few seconds if cookies of other sites under the same domain had to be removed.</p>

<h2>What third parties learn</h2>
<ul>
<li><strong>Podcast hosts</strong>: pictures and episodes load from their servers, not from here. They see your IP address, your browser's name and that you came from this site, but not which page you were on.</li>
<li><strong>${directoryHost}</strong>: the words that you search for, and the podcast whose link to a directory or secret-looking feed you add, sent by this server without your IP address. This site keeps the words for ${retention.directorySearch}, not who searched.</li>
${sendsMail && html`<li><strong>This site's mail server</strong>: your email address and the emails sent to it.</li>\n`}${
  reportsErrors &&
  html`<li><strong>An error tracker</strong> chosen by this site: what failed, where in the code, and the IDs of the request and of the data concerned.</li>\n`
}</ul>
<p>This server fetches the podcasts, so publishers learn that somebody here follows them, but not who. It also fetches the chapters and the transcript of an episode that somebody opens.</p>

<h2>Export or delete your data</h2>
<p>On <a href="/account">your account page</a> you can export all of this as JSON, or delete the account with all its data, immediately and permanently. Private podcasts that only you had added are deleted with it.</p>
</article>`,
  };
}
