import assert from "node:assert/strict";
import { test } from "node:test";
import { HtmlValidate } from "html-validate";
import { LIMITS } from "../../shared/feed/model.ts";
import { notesHtml, pickNotes } from "../../shared/feed/notes.ts";

const BASE = "https://example.com/episodes/1";
const REL = 'rel="nofollow noopener noreferrer"';

test("notesHtml() makes paragraphs, line breaks and links of plain text", () => {
  const html = notesHtml("Tom & Jo <3\nsee https://example.com/a?b=1&c=(2).\n\nBye", BASE);

  assert.equal(
    html,
    `<p>Tom &amp; Jo &lt;3<br>see <a href="https://example.com/a?b=1&amp;c=(2)" ${REL}>https://example.com/a?b=1&amp;c=(2)</a>.</p><p>Bye</p>`,
  );
});

test("notesHtml() keeps the elements of text and maps their likes", () => {
  const html = notesHtml(
    "<h1>T</h1><div><b>b</b> <i>i</i> <sub>1</sub></div><pre>a\n  b</pre><hr><blockquote>q</blockquote>",
    BASE,
  );

  assert.equal(
    html,
    "<h3>T</h3><p><strong>b</strong> <em>i</em> <sub>1</sub></p><pre>a\n  b</pre><hr><blockquote><p>q</p></blockquote>",
  );
});

test("notesHtml() resolves links and drops those that are not http, https or mailto", () => {
  const html = notesHtml(
    '<p><a href="/x" target="_top" onclick="y()">a</a> <a href="mailto:a@b.c">m</a> <a href="javascript:x()">j</a></p>',
    BASE,
  );

  assert.equal(html, `<p><a href="https://example.com/x" ${REL}>a</a> <a href="mailto:a@b.c" ${REL}>m</a> j</p>`);
});

test("notesHtml() writes nothing that was escaped as markup", () => {
  assert.equal(
    notesHtml("<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>", BASE),
    "<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>",
  );
  assert.equal(notesHtml("&lt;img src=x onerror=alert(1)&gt;", BASE), "<p>&lt;img src=x onerror=alert(1)&gt;</p>");
});

test("notesHtml() keeps terms, cells and other blocks apart", () => {
  assert.equal(notesHtml("<dl><dt>Host</dt><dd>Ann Lee</dd></dl>", BASE), "<p>Host</p><p>Ann Lee</p>");
  assert.equal(
    notesHtml(
      "<table><tr><th>Time</th><th>Topic</th></tr><tr><td>00:00</td> <td><b>Intro</b></td><td></td></tr></table>",
      BASE,
    ),
    "<p>Time | Topic</p><p>00:00 | <strong>Intro</strong></p>",
  );
  assert.equal(
    notesHtml("one<section>two</section><figure>three<figcaption>four</figcaption></figure>", BASE),
    "<p>one</p><p>two</p><p>three</p><p>four</p>",
  );
});

test("notesHtml() reads markup that was escaped too often", () => {
  assert.equal(notesHtml("&lt;p&gt;Hello &lt;b&gt;you&lt;/b&gt;&lt;/p&gt;", BASE), "<p>Hello <strong>you</strong></p>");
  assert.equal(notesHtml("One&amp;lt;br /&amp;gt;two", BASE), "<p>One<br>two</p>");
  assert.equal(notesHtml("&lt;p&gt;&lt;script&gt;x()&lt;/script&gt;y&lt;/p&gt;", BASE), "<p>y</p>");
  assert.equal(notesHtml("Write &lt;p&gt; first", BASE), "<p>Write &lt;p&gt; first</p>");
});

test("notesHtml() drops scripts, styles, images, frames and handlers", () => {
  const vectors = [
    "<script>x()</script>",
    "<img src=x onerror=x()>",
    "<svg onload=x()><script>x()</script></svg>",
    "<iframe src=//x></iframe>",
    "<style>p{}</style>",
    "<math><mi//xlink:href='data:x,<script>x()</script>'>",
    "<a href='jav&#x09;ascript:x()'>t</a>",
    "<p style='position:fixed' class=c id=i>t</p>",
    "<<script>script>x()<</script>/script>",
    "<a href=' &#14; javascript:x()'>t</a>",
    "<noscript><p title='</noscript><img src=x onerror=x()>'>",
    "<form action=x><input autofocus onfocus=x()>",
    "<base href=//x>",
    "<a href='https://e.com/\" onmouseover=\"x()'>t</a>",
    "<!--><img src=x onerror=x()>-->",
    "<textarea></textarea><svg/onload=x()>",
  ];
  for (const vector of vectors) {
    const rest = (notesHtml(vector, BASE) ?? "").replace(
      /<\/?(?:p|a href="https?:[^"<>]*" rel="[a-z ]+"|a|br|em|strong)>/g,
      "",
    );
    assert.doesNotMatch(rest, /[<>]/, vector);
  }
});

test("notesHtml() writes HTML that is valid in a division, whatever came in", async () => {
  const validator = new HtmlValidate({
    extends: ["html-validate:recommended"],
    rules: { "no-trailing-whitespace": "off" },
  });
  const pieces = [
    "<p>",
    "</p>",
    "<li>",
    "</li>",
    "<ul>",
    "</ul>",
    "<ol>",
    "<b>",
    "</b>",
    "<a href=x>",
    "</a>",
    "<h2>",
    "<h5>",
    "</h2>",
    "<br>",
    "<hr>",
    "<blockquote>",
    "</blockquote>",
    "<pre>",
    "</pre>",
    "text ",
    " & https://e.com/?a=1&b ",
    "\n\n",
    "<table><tr><td>",
    "</div>",
    "<div>",
  ];
  let seed = 7;
  const next = () => {
    seed = (seed * 48_271) % 2_147_483_647;
    return pieces[seed % pieces.length] ?? "";
  };

  for (let i = 0; i < 300; i++) {
    const source = Array.from({ length: 1 + (i % 30) }, next).join("");
    const report = await validator.validateString(
      `<h1>Show</h1><h2>Episode</h2><div>${notesHtml(source, BASE) ?? ""}</div>`,
    );

    assert.deepEqual(
      report.results.flatMap(({ messages }) => messages.map(({ message }) => message)),
      [],
      source,
    );
  }
});

test("notesHtml() bounds what it writes and what it takes", () => {
  for (const piece of [
    "<b>x<p>",
    "&amp;",
    "<a href='http://e.com/'>x",
    "http://e.com/ ",
    "a\n",
    "<ul><li>",
    "<i",
    `a${" ".repeat(500)}`,
  ]) {
    const html = notesHtml(piece.repeat(LIMITS.notes / piece.length), BASE) ?? "";

    assert.ok(html.length <= LIMITS.notesHtml, `${piece} ${html.length}`);
  }
});

test("notesHtml() returns undefined for markup without text", () => {
  assert.equal(notesHtml("<p><br></p><ul><li></li></ul><img src=x>", BASE), undefined);
});

test("pickNotes() takes the first with text, unless a later one is more than twice as long", () => {
  assert.equal(pickNotes([undefined, "<p><br></p>", "short", "shorter"]), "short");
  assert.equal(pickNotes(["<iframe src='x'></iframe>Listen", "These are the real notes"]), "These are the real notes");
  assert.equal(pickNotes([" ", undefined]), undefined);
});
