// A restart of Postgres or a failover is mostly over by then.
export const RETRY_AFTER_SECONDS = "5";

/**
 * A failure whose message the reader is meant to see. `message` says what could not be done, then the value in quotes.
 * Anything else that is thrown is a 500: logged with its cause, and never shown.
 */
export class UserError extends Error {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: number, message: string, options: { headers?: Record<string, string>; cause?: unknown } = {}) {
    super(message, { cause: options.cause });
    this.name = "UserError";
    this.status = status;
    // RFC 9110 10.2.3: whoever is told to come back is told when.
    this.headers = { ...(status === 503 && { "retry-after": RETRY_AFTER_SECONDS }), ...options.headers };
  }
}

export function badRequest(message: string): UserError {
  return new UserError(400, `Bad request: ${message}`);
}

/** @param detail what is wrong with the value, which is quoted in it */
export function badParameter(parameter: string, detail: string): UserError {
  return badRequest(`Error parsing parameter "${parameter}": ${detail}`);
}

export function missingParameter(parameter: string): UserError {
  return badRequest(`Missing parameter "${parameter}"`);
}

export function notFound(resource: string, id: string | number | bigint): UserError {
  return new UserError(404, `Not found: resource "${resource}" with ID ${id} was not found.`);
}

export function notFoundGeneral(message: string): UserError {
  return new UserError(404, `Not found: ${message}`);
}

export function unauthorized(headers: Record<string, string> = {}): UserError {
  const message = "Unauthorized: You need to present valid credentials to access this endpoint.";
  return new UserError(401, message, { headers });
}

export function tooManyRequests(message: string, retryAfterSeconds: number): UserError {
  return new UserError(429, message, { headers: { "retry-after": String(retryAfterSeconds) } });
}
