#!/usr/bin/env bash
# Puts the pgbouncer of Debian's next release into a folder, with the libraries that it needs, and leaves the system as it
# is: tests run podcore behind an old pgbouncer and a current one. It takes root, apt and its sources.
set -euo pipefail
target=${1:-/opt/podcore-pgbouncer}
release=trixie
[ -x "$target/run" ] && exit 0

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$work"/{lists/partial,cache/archives/partial,sources} "$target"
: > "$work/status"
# The same mirrors, of the other release.
for file in /etc/apt/sources.list /etc/apt/sources.list.d/*; do
  [ -f "$file" ] || continue
  sed -E "s/\b(bookworm|$(. /etc/os-release; echo "$VERSION_CODENAME"))\b/$release/g" "$file" > "$work/sources/$(basename "$file")"
done
apt() {
  apt-get -qq -o Dir::Etc::SourceList="$work/sources/sources.list" -o Dir::Etc::SourceParts="$work/sources" \
    -o Dir::State::Lists="$work/lists" -o Dir::State::Status="$work/status" -o Dir::Cache="$work/cache" \
    -o APT::Sandbox::User=root "$@"
}
apt update
(
  cd "$work"
  # What it is linked with.
  apt download pgbouncer libc6 libevent-2.1-7t64 libssl3t64 libcares2 libsystemd0 libpam0g libaudit1 libcap-ng0 libldap2 \
    libsasl2-2 libcap2 libzstd1 zlib1g
  for package in *.deb; do dpkg-deb -x "$package" "$target"; done
)
cat > "$target/run" <<RUN
#!/bin/sh
lib=$target/usr/lib/x86_64-linux-gnu
exec "\$lib/ld-linux-x86-64.so.2" --library-path "\$lib" $target/usr/sbin/pgbouncer "\$@"
RUN
chmod -R a+rX "$target"
chmod +x "$target/run"
"$target/run" --version
