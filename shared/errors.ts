// Most restarts and failovers of Postgres are over by then.
export const RETRY_AFTER_SECONDS = "5";

/**
 * A failure whose message users may see. `message` says what could not be done, then the value in quotes. Any other
 * error becomes a 500: it is logged with its cause and never shown.
 */
export class UserError extends Error {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: number, message: string, options: { headers?: Record<string, string>; cause?: unknown } = {}) {
    super(message, { cause: options.cause });
    this.name = "UserError";
    this.status = status;
    // RFC 9110 10.2.3: a 503 says when to retry.
    this.headers = { ...(status === 503 && { "retry-after": RETRY_AFTER_SECONDS }), ...options.headers };
  }
}

export function badRequest(message: string): UserError {
  return new UserError(400, `Bad request: ${message}`);
}

/** @param detail what is wrong, with the value in quotes */
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
