import { createRemoteJWKSet, customFetch, decodeJwt, errors, type JWTPayload, jwtVerify } from "jose";
import { UserError } from "../errors.ts";
import { invalidToken } from "./authorize.ts";

type Keys = ReturnType<typeof createRemoteJWKSet>;
type Expected = { issuer: string; audience: string; subjects: readonly string[] };

// Algorithms that clusters sign with. All are asymmetric, so that a token cannot select a symmetric one.
const ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"];
// Difference between the clocks of two nodes.
const CLOCK_TOLERANCE_SECONDS = 30;
// Ten times as long as an API server in the same cluster takes.
const TIMEOUT_MS = 5_000;
// Enough for a hundred RSA keys.
const MAX_BYTES = 65_536;
// A token with an unknown key ID triggers a new fetch of the keys, at most twice a minute. So does any token after a failure.
const COOLDOWN_MS = 30_000;
// Ten times the max-age of Kubernetes' API server. A new key has an unknown ID and is fetched at once anyway.
const KEYS_MAX_AGE_MS = 600_000;

/** `failed`: the failure that began the cooldown, during which the issuer is not asked again. */
type Source = { keys: Promise<Keys>; failed: { error: unknown; atMs: number } | undefined };
// Sources of keys by issuer; a process has one issuer.
const sources = new Map<string, Source>();

/**
 * Requires a valid ID token (OpenID Connect Core 3.1.3.7): issuer, audience, expiry, and one of the subjects.
 *
 * @throws UserError 401 for an invalid token, 403 for another subject, 503 if the issuer's keys cannot be fetched
 */
export async function requireOidcToken(token: string, { issuer, audience, subjects }: Expected): Promise<void> {
  const { sub = "" } = await verify(token, { issuer, audience });
  if (!subjects.includes(sub)) {
    throw new UserError(403, `Forbidden: "${sub}" is not one of PODCORE_OIDC_SUBJECTS`);
  }
}

async function verify(token: string, { issuer, audience }: Omit<Expected, "subjects">): Promise<JWTPayload> {
  try {
    // Checked before any key is fetched, so that tokens of other issuers cause no traffic.
    if (decodeJwt(token).iss !== issuer) throw invalidToken(token);
    const { payload } = await jwtVerify(token, await findKeys(issuer), {
      issuer,
      audience,
      algorithms: ALGORITHMS,
      clockTolerance: CLOCK_TOLERANCE_SECONDS,
      requiredClaims: ["exp", "sub"],
    });
    return payload;
  } catch (error) {
    if (!(error instanceof errors.JOSEError)) throw error;
    // The issuer's response is not a key set, or not JSON.
    if (error instanceof errors.JWKSInvalid || error.code === errors.JOSEError.code) {
      throw startCooldown(issuer, cannotFetch(issuer, error));
    }
    throw invalidToken(token);
  }
}

/**
 * Returns the issuer's key set, which fetches keys when a token needs them. Discovers the key set's URL once, and again
 * after a failure, since the keys may have moved.
 */
function findKeys(issuer: string): Promise<Keys> {
  const known = sources.get(issuer);
  const isOver = known?.failed !== undefined && Date.now() - known.failed.atMs >= COOLDOWN_MS;
  if (known !== undefined && !isOver) return known.keys;
  const keys = discover(issuer);
  sources.set(issuer, { keys, failed: undefined });
  keys.catch((error) => startCooldown(issuer, error));
  return keys;
}

/** Starts the issuer's cooldown, unless it has one. @returns the error */
function startCooldown(issuer: string, error: unknown): unknown {
  const source = sources.get(issuer);
  if (source !== undefined) source.failed ??= { error, atMs: Date.now() };
  return error;
}

/** Finds the issuer's key set (OpenID Connect Discovery 4). */
async function discover(issuer: string): Promise<Keys> {
  const text = await fetchText(`${issuer.replace(/\/$/, "")}/.well-known/openid-configuration`);
  const { issuer: named, jwks_uri: uri } = parse(text);
  const isSafe = typeof uri === "string" && (uri.startsWith("https:") || issuer.startsWith("http:"));
  if (named !== issuer || !isSafe || !URL.canParse(uri)) {
    throw cannotFetch(issuer, new Error(`The discovery document names issuer "${named}" and jwks_uri "${uri}"`));
  }
  return createRemoteJWKSet(new URL(uri), {
    cooldownDuration: COOLDOWN_MS,
    cacheMaxAge: KEYS_MAX_AGE_MS,
    [customFetch]: async (url) => {
      const failed = sources.get(issuer)?.failed;
      if (failed !== undefined) throw failed.error;
      try {
        return new Response(await fetchText(url));
      } catch (error) {
        throw startCooldown(issuer, error);
      }
    },
  });
}

function parse(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}

/** Fetches text. @throws UserError 503, after which a PingSource retries */
async function fetchText(url: string): Promise<string> {
  try {
    const reply = await fetch(url, { redirect: "error", signal: AbortSignal.timeout(TIMEOUT_MS) });
    if (reply.status !== 200) throw new Error(`The issuer answered ${reply.status}`);
    const chunks: Uint8Array[] = [];
    let numBytes = 0;
    for await (const chunk of reply.body ?? []) {
      numBytes += chunk.length;
      if (numBytes > MAX_BYTES) throw new Error(`The issuer sent more than ${MAX_BYTES} bytes`);
      chunks.push(chunk);
    }
    return Buffer.concat(chunks).toString();
  } catch (cause) {
    throw cannotFetch(url, cause);
  }
}

function cannotFetch(url: string, cause: unknown): UserError {
  return new UserError(503, `Service unavailable: cannot fetch the OIDC issuer's keys from "${url}"`, { cause });
}
