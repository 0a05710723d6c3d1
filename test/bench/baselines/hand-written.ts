// What a page of a podcast and its 50 newest episodes costs by hand: node:http, postgres.js, one string. No log, no
// router, no escaping, no headers, no check of the schema.
import { createServer } from "node:http";
import postgres from "postgres";

const sql = postgres(process.env.DATABASE_URL ?? "", { max: 5, fetch_types: false, onnotice: () => {} });

const server = createServer((request, response) => {
  answer(request.url ?? "/").then(
    (body) => {
      response.writeHead(200, { "content-type": "text/html; charset=utf-8" });
      response.end(body);
    },
    (error: unknown) => {
      response.writeHead(500);
      response.end(String(error));
    },
  );
});
server.listen(Number(process.env.PORT), process.env.HOST);

async function answer(url: string): Promise<string> {
  const [, id] = /^\/podcasts\/(\d+)/.exec(url) ?? [];
  if (id === undefined) return "ok";
  const [[podcast], episodes] = await Promise.all([
    sql`select p.*, l.feed_url from podcast p join podcast_feed_location l on l.podcast_id = p.id and l.is_current
      where p.id = ${id}`,
    sql`select * from episode where podcast_id = ${id} order by published_at desc, id desc limit 51`,
  ]);
  const items = episodes.map(
    ({ id: episodeId, title, published_at, description_html }) =>
      `<li><a href="/podcasts/${id}/episodes/${episodeId}">${title}</a> ${published_at.toISOString()}<p>${description_html.slice(0, 200)}</p></li>`,
  );
  return `<!DOCTYPE html><title>${podcast?.title}</title><h1>${podcast?.title}</h1><p>${podcast?.description}</p><ul>${items.join("\n")}</ul>`;
}
