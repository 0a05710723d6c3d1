// Prints the layers of an image in an OCI layout with their unpacked and transferred sizes, and the image's digest.
//   node knative/image/print-layers.mjs folder
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";

const [folder] = process.argv.slice(2);
const { manifests } = JSON.parse(await readFile(join(folder, "index.json"), "utf8"));
const { config, layers } = JSON.parse(await readBlob(manifests[0]));
const { history } = JSON.parse(await readBlob(config));
const steps = history.filter((step) => !step.empty_layer);

print("layer", "unpacked", "sent");
const sum = { numBytes: 0, numBytesSent: 0 };
for (const [i, layer] of layers.entries()) {
  const sent = await readBlob(layer);
  const unpacked = gunzipSync(sent);
  sum.numBytes += unpacked.length;
  sum.numBytesSent += sent.length;
  print(nameOf(unpacked, steps[i]), megabytes(unpacked.length), megabytes(sent.length));
}
print("total", megabytes(sum.numBytes), megabytes(sum.numBytesSent));
console.log(manifests[0].digest);

function readBlob({ digest }) {
  return readFile(join(folder, "blobs", digest.replace(":", "/")));
}

/** Returns the Debian package in a layer, or the path that the Dockerfile copies it to. */
function nameOf(tar, { created_by: step }) {
  const [, name] = /var\/lib\/dpkg\/status\.d\/([a-z0-9.+-]+)/.exec(tar.toString("latin1")) ?? [];
  return name ?? / in (\S+)/.exec(step)?.[1] ?? step;
}

function megabytes(numBytes) {
  return `${(numBytes / 1e6).toFixed(2)} MB`;
}

function print(name, ...sizes) {
  console.log(name.padEnd(20) + sizes.map((size) => size.padStart(12)).join(""));
}
