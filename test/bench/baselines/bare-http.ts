// The least that a Node server does: node:http, one constant answer.
import { createServer } from "node:http";

const server = createServer((request, response) => {
  request.resume();
  response.writeHead(200, { "content-type": "text/plain" });
  response.end("ok\n");
});
server.listen(Number(process.env.PORT), process.env.HOST);
