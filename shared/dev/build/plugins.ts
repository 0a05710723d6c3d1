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
 * Parts of the functions framework that podcore does without. The gate reads bodies, no file is served, and one domain
 * for each request doubles its cost: what a handler throws is caught by the wrapper, and what floats by serve(). And
 * tables of nodemailer's, a third of it: mails have no attachments, and their server is a URL, not a brand. And the CSS
 * parser of sanitize-html, nearly 100 kB: notes keep no styles (what it throws drops the attribute).
 */
export function standIns(): Plugin {
  const modules: Record<string, string> = {
    "body-parser":
      "const skip = () => (req, res, next) => next(); module.exports = { json: skip, text: skip, raw: skip, urlencoded: skip };",
    debug: "module.exports = () => Object.assign(() => {}, { enabled: false });",
    // Node asks it whether a stray rejection is taken care of: serve() does.
    domain:
      "const domain = { on() {}, emit: (_, reason) => process.emit('unhandledRejection', reason), bind: (fn) => fn, run(fn) { process.domain = domain; return fn(); } }; exports.create = () => domain;",
    "mime-db":
      'module.exports = { "application/json": { extensions: ["json"] }, "text/html": { extensions: ["html"] }, "text/plain": { extensions: ["txt"] } };',
    "mime-types.js":
      'export const detectMimeType = () => "application/octet-stream"; export const detectExtension = () => "bin";',
    minimist: "module.exports = () => ({});",
    postcss: "exports.parse = () => { throw new Error('No styles are kept'); };",
    send: "module.exports = () => { throw new Error('No files are served'); };",
    "services.js": "export const services = {};",
    "serve-static": "module.exports = () => { throw new Error('No files are served'); };",
    "side-channel":
      "module.exports = () => { const map = new Map(); return { get: (k) => map.get(k), set: (k, v) => map.set(k, v), has: (k) => map.has(k) }; };",
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
