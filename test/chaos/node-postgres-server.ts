// What the same pages would meet on node-postgres with its defaults: its pool, one query a request, an error is a 503.
import { createServer } from "node:http";
import pg from "pg";

const pool = new pg.Pool({
  connectionString: process.env.DATABASE_URL,
  ...(process.env.DATABASE_CONNECTIONS !== undefined && { max: Number(process.env.DATABASE_CONNECTIONS) }),
});
// Its documentation asks for this; without it, a lost idle connection ends the process.
pool.on("error", () => {});

createServer((request, response) => {
  if (request.url === "/health") return void response.end();
  const id = Number(/\d+/.exec(request.url ?? "")?.[0] ?? 1);
  pool
    .query(
      "select * from podcast p join episode e on e.podcast_id = p.id where p.id = $1 order by e.id desc limit 50",
      [id],
    )
    .then(
      ({ rows }) => response.writeHead(rows.length > 0 ? 200 : 404).end(JSON.stringify(rows)),
      () => response.writeHead(503).end(),
    );
}).listen(Number(process.env.PORT), "127.0.0.1");
