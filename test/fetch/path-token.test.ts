import assert from "node:assert/strict";
import test from "node:test";
import { carriesSecret } from "../../shared/fetch/feed-url.ts";
import { findPathToken } from "../../shared/fetch/path-token.ts";

for (const { path, token } of [
  { path: "feeds/j302h20ihio23jq8Lw", token: "j302h20ihio23jq8Lw" },
  { path: "podcast/auth/8fj3kd92ldk3", token: "8fj3kd92ldk3" },
  { path: "private/k3j9d8f7/rss", token: "k3j9d8f7" },
  { path: "feed/1f2e3d4c-1111-4222-8333-444455556666.xml", token: "1f2e3d4c-1111-4222-8333-444455556666" },
  { path: "rss/d41d8cd98f00b204e9800998ecf8427e.xml", token: "d41d8cd98f00b204e9800998ecf8427e" },
  { path: "x/QmFzZTY0-dXJs_c2FmZQ/feed", token: "QmFzZTY0-dXJs_c2FmZQ" },
  { path: "feeds/wvbnmqrtzxcvbnml", token: "wvbnmqrtzxcvbnml" },
  { path: "feeds/402917740283719275502183", token: "402917740283719275502183" },
  { path: "private/abcdefgh", token: "abcdefgh" },
  { path: "private/1234567890", token: "1234567890" },
  { path: "show/kqzwpxhtbvmrgdjfcnlx/rss", token: "kqzwpxhtbvmrgdjfcnlx" },
]) {
  test(`findPathToken() finds the token in /${path}`, () => {
    assert.equal(findPathToken(`https://example.com/${path}`), token);
  });
}

for (const path of [
  "feed.xml",
  "99percentinvisible2024/feed",
  "TheJoeRoganExperienceExtra2024/feed.xml",
  "s01e01-the-100-best-90s-songs-of-2020-and-1999/rss",
  "programmes/p02nq0gn/episodes/downloads.rss",
  "show/1234567890123456/feed",
  "private/feed.xml",
  "private/my-podcast-2024.xml",
  "members/thedailyshow",
  "feeds/%E3%83%9D%E3%83%83%E3%83%89%E3%82%AD%E3%83%A3%E3%82%B9%E3%83%88",
  "feeds/11656430/posts/default",
  "feeds/20260302T100000Z",
  "donaudampfschifffahrtsgesellschaft/rss.xml",
  "2026-03-02t10-00-00z/feed",
]) {
  test(`findPathToken() finds none in /${path}`, () => {
    assert.equal(findPathToken(`https://example.com/${path}`), undefined);
  });
}

for (const url of [
  "https://feeds.simplecast.com/54nAGcIl",
  "https://feeds.megaphone.fm/WWO3519750118",
  "https://feeds.acast.com/public/shows/3d2b1f8e-0000-4a5b-8c6d-7e8f90a1b2c3",
  "https://anchor.fm/s/1a2b3c4d5e6f7a8b/podcast/rss",
  "https://feeds.buzzsprout.com/1234567.rss",
  "https://feeds.redcircle.com/1f2e3d4c-1111-4222-8333-444455556666",
  "https://www.omnycontent.com/d/playlist/1f2e3d4c-1111-4222-8333-444455556666/1f2e3d4c-1111-4222-8333-444455556667/1f2e3d4c-1111-4222-8333-444455556668/podcast.rss",
  "https://feeds.audiomeans.fr/feed/d7c6111b-04c1-46bc-b74c-d941a90d37fb.xml",
  "https://feeds.soundon.fm/podcasts/44833083-490d-4f97-a782-fd5e34c0abef.xml",
  "https://api.soundon.fm/v2/podcasts/112ff502-bab6-4695-a926-702a6e1eb0b2/feed.xml",
  "https://open.firstory.me/rss/user/ck9v6941v8d7y0873as9967l8",
  "https://feed.ausha.co/Loa7srdWGm1b",
  "https://rss.castbox.fm/everest/e259dc88289a44a2afcf8cc424fe2c47.xml",
  "https://rss.podplaystudio.com/4035.xml",
  "https://rss.podplaystudio.com/1f2e3d4c-1111-4222-8333-444455556666.xml",
  "https://sphinx.acast.com/p/open/s/639392cb2b1e5a0011ab12cd/feed.xml",
  "https://rss.libsyn.com/shows/219497/destinations/2381312.xml",
  "https://show.libsyn.com/rss",
  "https://rss.art19.com/1f2e3d4c-1111-4222-8333-444455556666",
  "https://rss.pdrl.fm/8516fd/www.omnycontent.com/d/playlist/1f2e3d4c-1111-4222-8333-444455556666/1f2e3d4c-1111-4222-8333-444455556667/1f2e3d4c-1111-4222-8333-444455556668/podcast.rss",
  "https://feeds.soundcloud.com/users/soundcloud:users:123456789/sounds.rss",
]) {
  test(`findPathToken() finds none in what a host gives to everybody: ${url}`, () => {
    assert.equal(findPathToken(url), undefined);
    assert.equal(carriesSecret(url), false);
  });
}

for (const url of [
  "https://blah.supercast.tech/feeds/39h2jijlkfsdh",
  "https://show.supportingcast.fm/content/abc.rss",
  "https://www.patreon.com/rss/show?auth=abc",
  "https://show.memberful.com/rss/1?auth=abc",
  "https://anchor.fm/s/1a2b3c/podcast/auth/abc",
  "https://private.captivate.fm/a/b",
  "https://feeds.acast.com/private/shows/a",
]) {
  test(`carriesSecret() knows what a host gives to one subscriber: ${url}`, () => {
    assert.equal(carriesSecret(url), true);
  });
}

for (const url of [
  "https://rss.art19.com/x/j302h20ihio23jq8Lw",
  "https://show.libsyn.com/j302h20ihio23jq8Lw/rss",
  "https://rss.pdrl.fm/817ebc/example.com/feeds/j302h20ihio23jq8Lw",
]) {
  test(`findPathToken() exempts no more of a host than it gives to everybody: ${url}`, () => {
    assert.equal(findPathToken(url), "j302h20ihio23jq8Lw");
  });
}

const DIGITS = "0123456789";
const SMALL = "abcdefghijklmnopqrstuvwxyz";
const CAPITALS = SMALL.toUpperCase();

// Of each kind 3 000 tokens are drawn, the same each time. `feeds`, `show`, `private`: how many of 1 000 may be missed
// after that parent; one and a half times what was measured.
for (const { kind, characters, length, ...bounds } of [
  { kind: "digits", characters: DIGITS, length: 24, feeds: 0, show: 0, private: 0 },
  { kind: "hex", characters: "0123456789abcdef", length: 24, feeds: 5, show: 10, private: 0 },
  { kind: "small letters", characters: SMALL, length: 20, feeds: 50, show: 85, private: 5 },
  { kind: "base32", characters: `${CAPITALS}234567`, length: 26, feeds: 5, show: 5, private: 0 },
  { kind: "letters of both cases", characters: SMALL + CAPITALS, length: 24, feeds: 5, show: 5, private: 0 },
  { kind: "base36", characters: DIGITS + SMALL, length: 20, feeds: 5, show: 10, private: 0 },
  { kind: "base62", characters: DIGITS + SMALL + CAPITALS, length: 16, feeds: 15, show: 30, private: 0 },
  { kind: "base64url", characters: `${DIGITS}${SMALL}${CAPITALS}-_`, length: 22, feeds: 5, show: 5, private: 0 },
  { kind: "small letters", characters: SMALL, length: 8, private: 45 },
]) {
  for (const [parent, bound] of Object.entries(bounds)) {
    test(`findPathToken() misses at most ${bound} of 1 000 tokens of ${length} ${kind} after /${parent}/`, (t) => {
      const draw = randomOf(1);
      const token = () => Array.from({ length }, () => characters[Math.floor(draw() * characters.length)]).join("");
      const tokens = Array.from({ length: 3_000 }, token);

      const missed = tokens.filter((drawn) => findPathToken(`https://example.com/${parent}/${drawn}`) === undefined);

      t.diagnostic(`missed ${missed.length} of 3 000`);
      assert.ok(missed.length <= bound * 3, `${missed.length}: ${missed.slice(0, 5)}`);
    });
  }
}

/** Numbers from 0 to 1 that look random and are the same each time (mulberry32). */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

test("findPathToken() takes no podcast's name for a token, in any of many languages, with or without spaces", () => {
  const names = `99% Invisible; Serial; This American Life; Radiolab; The Joe Rogan Experience; Stuff You Should Know;
    Hardcore History; My Brother My Brother And Me; Welcome to Night Vale; Planet Money; Freakonomics Radio; Darknet
    Diaries; The Rest Is History; In Our Time; Desert Island Discs; No Such Thing As A Fish; Conan O Brien Needs A Friend;
    Call Her Daddy; Crime Junkie; Lage der Nation; Gemischtes Hack; Fest und Flauschig; Zeit Verbrechen; Freak Show; Logbuch
    Netzpolitik; Methodisch inkorrekt; Was bisher geschah; Eine Stunde History; Wissenschaft auf die Ohren; Les Couilles sur
    la table; Transfert; Affaires sensibles; La poudre; Le code a change; Entendez-vous l eco; Nadie sabe nada; Todo concreta;
    Entiende tu mente; Radio Ambulante; La cultureta; Il podcast di Alessandro Barbero; Muschio selvaggio; Indagini; Cafe da
    manha; Mamilos; Nao inviabilize; Alex och Sigges podcast; P3 Dokumentar; Sommar och vinter i P1; Vaerter taler ud;
    Mads og monopolet; Afhoert; Wolfgang Wee Uncut; Loerdagsraadet; Krimipodden; Auta antti; Jaljilla; Imu; De Dag; Zelfspodcast;
    Weer een dag; Raport o stanie swiata; Dzialo zamkowe; Podcast kryminalny; Przesluchanie; Ceske podcasty; Vinohradska 12;
    Kanapky; Partizan; Orulunk Vincent; Vorbitorincii; Meditatii; Raport z ksiezyca; Podcastul de filme; Podkesmas; Rintik
    sedu; Do you see what I see; Nihongo con Teppei; Hidamari radio; Gooaye; Bailingguo; Donaudampfschifffahrtsgesellschaft`
    .split(";")
    .map((name) =>
      name
        .trim()
        .toLowerCase()
        .replaceAll(/[^a-z0-9]+/g, " ")
        .trim(),
    );
  const slugs = names.flatMap((name) => [
    name.replaceAll(" ", "-"),
    name.replaceAll(" ", ""),
    name.replaceAll(" ", "_"),
  ]);

  const wrong = slugs.flatMap((slug) =>
    ["feeds", "show"]
      .filter((parent) => findPathToken(`https://example.com/${parent}/${slug}.xml`) !== undefined)
      .map(() => slug),
  );

  assert.ok(slugs.length > 200);
  assert.deepEqual(wrong, []);
});

test("findPathToken() reads a URL of any shape in linear time", () => {
  const startMs = performance.now();
  for (const part of ["a1".repeat(1_000), "-".repeat(1_990), "/".repeat(1_990), "aA1-".repeat(490)]) {
    for (let i = 0; i < 20; i += 1) findPathToken(`https://example.com/${part}`);
  }

  // Some 10 ms in fact.
  assert.ok(performance.now() - startMs < 2_000);
});
