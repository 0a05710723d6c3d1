#!/bin/sh
# Builds, and puts into the folder $1 what the image holds: node/ (for /usr/local) and app/. Run where `npm install` was.
set -eu
out=$1
cd "$(dirname "$0")/../.."
PATH=$PWD/node_modules/.bin:$PATH

node build.mjs --keep-manifests
node shared/dev/code-caches.ts

# Source maps stay in dist/: they weigh five times what they map, and are read where a stack trace is.
mkdir -p "$out/app/dist" "$out/node"
cp dist/*.cjs dist/*.cjs.cache dist/THIRD_PARTY_LICENSES "$out/app/dist"

# npm's `node` takes its binary out of a package that has the licence too; npm has both in its cache since `npm install`.
package=$(node -p '`node-${process.platform}-${process.arch}@${process.versions.node}`')
archive=$(npm pack --silent --prefer-offline --pack-destination "$out" "$package")
tar -xzf "$out/$archive" -C "$out/node" --strip-components=1 --no-same-owner package/bin/node package/LICENSE
rm "$out/$archive"
# Debugging symbols are a seventh of it. V8 makes no difference between this node and the one that made the caches.
strip --strip-all "$out/node/bin/node"
