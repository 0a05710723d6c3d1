/**
 * A program for `node -e`: loads the artifacts that its arguments name, by absolute path, and prints as JSON what V8 did
 * with each one's code cache: `accepted`, `rejected` or `missing`.
 */
export const CODE_CACHE_CHECK = `
const vm = require("node:vm"), { Script } = vm, states = {};
vm.Script = class extends Script {
  constructor(code, options) {
    super(code, options);
    states[options.filename] = options.cachedData === undefined ? "missing" : this.cachedDataRejected ? "rejected" : "accepted";
  }
};
for (const path of process.argv.slice(1)) require(path);
console.log(JSON.stringify(states));`;
