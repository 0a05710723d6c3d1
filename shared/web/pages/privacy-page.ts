import { html } from "../html.ts";
import type { Page } from "../layout.ts";

export type PrivacyFacts = {
  /** How long each thing is kept, in words such as "1 week". */
  retention: Record<
    "unseenAccount" | "login" | "accountBrowser" | "apiKey" | "verificationCode" | "parkedJob" | "directorySearch",
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
      description: "What this site stores about its visitors, for how long, and what others learn of them.",
    },
    main: html`<h1>Privacy</h1>
<article class="prose">
<p>This site runs podcore, which has no advertising, no analytics and no third-party scripts. This page says what podcore stores. Whoever runs the site may keep more: access logs of a proxy in front of it, and backups, are theirs.</p>

<h2>Without an account</h2>
<p>Reading pages sets no cookie and stores nothing about you, with one exception: how often your network (the first three parts of an IPv4 address, the first half of an IPv6 address) searched, tried to log in or used the API. These counts start anew after at most 15 minutes, and are deleted soon after.</p>
<p>Subscribing, marking a favorite or playing an episode makes an account that only your browser's cookie opens. It is deleted, with all that it holds, ${retention.unseenAccount} after it was last used, unless you sign up.</p>

<h2>With an account</h2>
<ul>
<li><strong>Your email address</strong>, and your password as a hash that cannot be turned back into it.</li>
<li><strong>What you do with podcasts</strong>: which you added and subscribed to, which episodes you favorited or played, how far and when.</li>
<li><strong>Your logins</strong>: when each was made and last used, the IP address that it was last used from, and what the browser calls itself. A login ends after ${loginDays} days without use, and is deleted ${retention.login} later; logging out deletes it at once. <a href="/account">Your account's page</a> lists them.</li>
<li><strong>Your API keys</strong>: name, last use, and the IP address of the last use. A key is stored as a hash. It is deleted when you revoke it, or ${retention.apiKey} after it has expired.</li>
<li><strong>Your last visit</strong>: when it was, and its IP address. Each visit replaces the last one's. It is kept as long as the account.</li>
<li><strong>Browsers that were logged in</strong>, as a hash of a random number, for ${retention.accountBrowser} after the last login. They keep others' wrong passwords from locking you out.</li>
<li><strong>Links by mail</strong> that are under way, with the address that they go to: until they are used, or ${retention.verificationCode} after they expire. A mail that cannot be sent is given up after some tries, and its entry is deleted within ${retention.parkedJob}.</li>
</ul>
<p>Wrong passwords are counted for a day at most, and mails for an hour, under a hash of the email address. podcore's own log has paths and account numbers, and no IP addresses.</p>

<h2>Cookies</h2>
<p>Two, and only for accounts: one keeps you logged in, one tells your browser from others. Both are out of reach of scripts and go to this site alone. A third lasts for a few seconds, where cookies of other sites under the same domain had to be removed.</p>

<h2>What others learn</h2>
<ul>
<li><strong>Podcast hosts</strong>: pictures and episodes load from their servers, not from here. They see your IP address, your browser's name and that you came from this site, but not which page you were on.</li>
<li><strong>${directoryHost}</strong>: the words that you search for, sent by this server without your IP address. This site keeps the words for ${retention.directorySearch}, not who searched.</li>
${sendsMail && html`<li><strong>The mail server</strong> of this site: your email address and the mails to it.</li>\n`}${
  reportsErrors &&
  html`<li><strong>An error tracker</strong> that this site has chosen: what failed, where in the program, and the numbers of the request and of what it was about.</li>\n`
}</ul>
<p>Podcasts are fetched by this server: publishers learn that somebody here follows them, not who.</p>

<h2>Take it with you, or delete it</h2>
<p><a href="/account">Your account's page</a> exports all of this as JSON, and deletes the account with all that it holds, at once and for good. Private podcasts that only you had added are deleted with it.</p>
</article>`,
  };
}
