/**
 * A program for `node -e`. Its arguments are absolute paths of artifacts. Loads each one and prints as JSON what V8 did with
 * its code cache: `accepted`, `rejected` or `missing`.
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
