// Prints the layers of an image in an OCI layout, with their sizes unpacked and as they are sent.
//   node knative/image/print-layers.mjs folder
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";

const [folder] = process.argv.slice(2);
const index = await readJson("index.json");
const { digest } = index.manifests[0];
const { config, layers } = await readJson(blobPath(digest));
const { history } = await readJson(blobPath(config.digest));
const steps = history.filter((step) => !step.empty_layer).map(({ created_by }) => created_by);

const sum = { numBytes: 0, numBytesSent: 0 };
console.log(`${"layer".padEnd(28)}${"unpacked".padStart(12)}${"sent".padStart(12)}`);
for (const [i, layer] of layers.entries()) {
  const packed = await readFile(join(folder, blobPath(layer.digest)));
  const numBytes = gunzipSync(packed).length;
  sum.numBytes += numBytes;
  sum.numBytesSent += packed.length;
  print(steps[i], numBytes, packed.length);
}
print("total", sum.numBytes, sum.numBytesSent);
console.log(digest);
