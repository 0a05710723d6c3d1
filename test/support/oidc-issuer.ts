import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { after } from "node:test";
import { exportJWK, generateKeyPair, type JSONWebKeySet, type JWTPayload, SignJWT } from "jose";

export type OidcIssuer = {
  url: string;
  /** The paths that were asked for, in order. */
  asked: string[];
  /** Answers that replace the right ones, by path. */
  answers: Record<string, { status: number; body: string }>;
  /** Signs a token with a key of the issuer's, or with one that only claims to be. */
  sign(claims: JWTPayload, options?: { isForged?: boolean }): Promise<string>;
};

export const DISCOVERY = "/.well-known/openid-configuration";
export const KEYS = "/openid/v1/jwks";

/** Starts an issuer of OIDC tokens as a Kubernetes API server is one, on loopback. */
export async function startOidcIssuer(): Promise<OidcIssuer> {
  const asked: string[] = [];
  const answers: OidcIssuer["answers"] = {};
  const stranger = await generateKeyPair("RS256");
  const keyPair = await generateKeyPair("RS256");
  const keySet = async (): Promise<JSONWebKeySet> => ({
    keys: [{ ...(await exportJWK(keyPair.publicKey)), kid: "1", use: "sig", alg: "RS256" }],
  });
  const server = createServer(async ({ url: path = "" }, response) => {
    asked.push(path);
    const right = path === KEYS ? await keySet() : { issuer: url, jwks_uri: url + KEYS };
    const { status, body } = answers[path] ?? { status: 200, body: JSON.stringify(right) };
    response.writeHead(status, { "content-type": "application/json" }).end(body);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  after(() => server.close());
  // A server that listens on TCP has an AddressInfo.
  const { port } = server.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}`;

  return {
    url,
    asked,
    answers,
    sign: (claims, { isForged = false } = {}) =>
      new SignJWT(claims)
        .setProtectedHeader({ alg: "RS256", kid: "1" })
        .sign(isForged ? stranger.privateKey : keyPair.privateKey),
  };
}
