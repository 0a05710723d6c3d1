import type { ServerResponse } from "node:http";
import type { HttpFunction } from "@google-cloud/functions-framework";
import { type Config, readConfig } from "../../config.ts";
import { createErrorReporter, type ErrorReporter } from "../../log/error-reporter.ts";
import { createLog, type Log } from "../../log/log.ts";
import { type App, createApp, type RenderErrorPage } from "../app.ts";
import type { BodyDigest } from "../body-digest.ts";
import type { Mount } from "../router.ts";
import { hangUpOf, type ReadRequest, send, urlOf } from "./gate.ts";
import { callOnce } from "./once.ts";
import { probeReply } from "./probes.ts";
import { serve } from "./serve.ts";

type Opened = { app: App; config: Config; log: Log; reporter: ErrorReporter };
export type ArtifactOptions = {
  /** Name of the artifact and of the handler that it exports. */
  name: string;
  mounts: readonly Mount[];
  renderErrorPage?: RenderErrorPage;
};

/**
 * Makes an artifact's exports: its handler under its name, for the functions framework's command. When run by node, serves
 * on PORT, or with `--once` calls its function once.
 */
export function createArtifact(
  options: ArtifactOptions,
  argv: readonly string[] | undefined,
): Record<string, HttpFunction> {
  const { name } = options;
  let opened: Opened | undefined;

  function open(): Opened {
    if (opened === undefined) {
      const config = readConfig();
      const isOnce = argv?.includes("--once") ?? false;
      const stream = isOnce ? "stderr" : "stdout";
      const ownLog = createLog({
        format: config.logFormat ?? (process[stream].isTTY ? "tree" : "flat"),
        level: config.logLevel,
        stream,
        projectId: config.gcpProject,
      });
      const reporter = createErrorReporter(ownLog, { dsn: config.sentryDsn, environment: config.env, name });
      const { log } = reporter;
      opened = { app: createApp({ renderErrorPage: undefined, ...options, config, log }), config, log, reporter };
    }
    return opened;
  }

  async function handler(request: ReadRequest, response: ServerResponse): Promise<void> {
    const { app, config } = open();
    // The gate answers probes, except when the framework's own command runs this handler. Then only this starts the app.
    const probe = probeReply(request, { app, config });
    if (probe !== undefined) {
      app.start();
      return send(response, probe, request.method);
    }
    const { method = "GET", headers, rawBody = Buffer.alloc(0) } = request;
    const url = urlOf(request);
    const { remoteAddress } = request.socket;
    const hungUp = hangUpOf(response);
    const bodyDigest = request.bodyDigest ?? (await digestOf(rawBody, app.openDigest({ method, url, headers })));
    const reply = await app.handle({ method, url, headers, body: rawBody, bodyDigest, remoteAddress, hungUp });
    send(response, reply, method);
  }

  /** Under the framework's own command, which has read the whole body. */
  async function digestOf(body: Buffer, opening: Promise<BodyDigest | undefined>): Promise<Buffer | undefined> {
    // It is logged where it fails.
    const digest = await opening.catch(() => undefined);
    digest?.update(body);
    return digest?.end();
  }

  if (argv !== undefined) {
    run().catch((error: unknown) => {
      process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
      process.exitCode = 1;
    });
  }
  return { [name]: handler };

  async function run(): Promise<void> {
    const [flag, params, ...rest] = argv ?? [];
    if (flag === undefined) return serve({ name, handle: handler, ...open() });
    if (flag !== "--once" || rest.length > 0) {
      throw new Error(
        `Cannot use the arguments "${argv?.join(" ")}": usage: ${name}.cjs [--once ['{"json":"params"}']]`,
      );
    }
    await callOnce(open(), params);
  }
}
