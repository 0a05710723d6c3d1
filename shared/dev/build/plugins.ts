import { builtinModules, createRequire } from "node:module";
import type { Plugin } from "esbuild";

/** Builtins that take milliseconds to load and that a start does not need: loaded when a property of theirs is first read. */
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
 * Parts of packages that podcore does without. Tables of nodemailer's, a third of it: mails have no attachments, and their
 * server is a URL, not a brand. And the CSS parser of sanitize-html, nearly 100 kB: notes keep no styles, and what it throws
 * drops the attribute.
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
