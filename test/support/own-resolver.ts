// Preloaded into a process of podcore (NODE_OPTIONS=--import), so that it asks the name server that a test runs.
import dns from "node:dns/promises";

const server = process.env.TEST_NAME_SERVER ?? "127.0.0.1";
const { Resolver } = dns;
dns.Resolver = class extends Resolver {
  constructor(...options: ConstructorParameters<typeof Resolver>) {
    super(...options);
    this.setServers([server]);
  }
};
