#!/bin/sh
# Builds, and puts the image's contents into folder $1: node/ (for /usr/local) and app/. Requires a finished `npm install`.
set -eu
out=$1
cd "$(dirname "$0")/../.."
PATH=$PWD/node_modules/.bin:$PATH

node build.mjs --keep-manifests
node knative/image/warm-caches.ts dist

# Source maps stay in dist/. They are five times as large as the artifacts, and are only needed to read stack traces.
mkdir -p "$out/app/dist" "$out/node"
cp dist/*.cjs dist/*.cjs.cache dist/THIRD_PARTY_LICENSES "$out/app/dist"
cp knative/image/launch.cjs "$out/app"

# npm's package `node` gets its binary from this package, which also has the license. `npm install` has cached both.
package=$(node -p '`node-${process.platform}-${process.arch}@${process.versions.node}`')
archive=$(npm pack --silent --prefer-offline --pack-destination "$out" "$package")
tar -xzf "$out/$archive" -C "$out/node" --strip-components=1 --no-same-owner package/bin/node package/LICENSE
rm "$out/$archive"
# Debugging symbols are a seventh of the binary. V8 accepts the caches made by the unstripped node.
strip --strip-all "$out/node/bin/node"
