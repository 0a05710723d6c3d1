import { builtinModules, createRequire } from "node:module";
import type { Plugin } from "esbuild";

/** Loads builtins only when one of their properties is read. They take milliseconds, and a start needs none of them. */
export function lazyBuiltins(): Plugin {
  const lazy = [
    "child_process",
    "crypto",
    "dns",
    "dns/promises",
    "https",
    "querystring",
    "string_decoder",
    "tls",
    "worker_threads",
    "zlib",
  ];
  const require = createRequire(import.meta.url);
  return {
    name: "lazy-builtins",
    setup(build) {
      build.onResolve({ filter: /^(node:)?[a-z_/]+$/ }, ({ path, namespace }) => {
        const name = path.replace("node:", "");
        if (namespace === "lazy" || !lazy.includes(name) || !builtinModules.includes(name)) return undefined;
        return { path: name, namespace: "lazy" };
      });
      build.onLoad({ filter: /.*/, namespace: "lazy" }, ({ path }) => ({
        contents: `for (const key of ${JSON.stringify(Object.keys(require(path)))})
          Object.defineProperty(exports, key, { enumerable: true, get: () => require("node:${path}")[key] });`,
      }));
    },
  };
}

/**
 * Replaces parts of packages that podcore does not need by small stand-ins:
 * - Tables of nodemailer, a third of its size. Mails have no attachments, and SMTP_URL names the server.
 * - The CSS parser of sanitize-html, nearly 100 kB. Notes keep no styles: if the parser throws, sanitize-html drops the
 *   attribute.
 */
export function standIns(): Plugin {
  const modules: Record<string, string> = {
    "mime-types.js":
      'export const detectMimeType = () => "application/octet-stream"; export const detectExtension = () => "bin";',
    postcss: "exports.parse = () => { throw new Error('No styles are kept'); };",
    "services.js": "export const services = {};",
  };
  return {
    name: "stand-ins",
    setup(build) {
      build.onResolve({ filter: new RegExp(`^(${Object.keys(modules).join("|")})$`) }, ({ path }) => ({
        path,
        namespace: "stand-in",
      }));
      build.onResolve({ filter: /\/(mime-types|services)\.js$/ }, ({ path, importer }) =>
        /[\\/]nodemailer[\\/]/.test(importer) ? { path: path.replace(/.*\//, ""), namespace: "stand-in" } : undefined,
      );
      build.onLoad({ filter: /.*/, namespace: "stand-in" }, ({ path }) => ({ contents: modules[path] ?? "" }));
    },
  };
}
