#!/usr/bin/env bash
# Builds the image without a Docker daemon or a registry, and prints the size of each layer. The Dockerfile's last stage
# is built as it stands; what it takes from elsewhere is made here: a base of Debian packages in place of the image that
# BASE names, and what the build stage leaves, by the same collect.sh with the node_modules that are here.
#   knative/image/build.sh [folder]      where the image goes, as an OCI layout; dist/image unless given
# Takes Debian (of the release that the base is to be of), buildah and binutils, `npm install` done, and root or
# `buildah unshare`. All but the folder is removed at the end.
set -euo pipefail
cd "$(dirname "$0")/../.."
out=$(realpath -m "${1:-dist/image}")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
chmod 755 "$work"

main() {
  collect
  download
  assemble_base
  sed -n '/^ARG BASE/p' Dockerfile >"$work/Dockerfile"
  awk '/^FROM/ { is_last = !/ AS build$/ } is_last' Dockerfile >>"$work/Dockerfile"
  build --file "$work/Dockerfile" --build-arg BASE=localhost/base --build-context "build=$work" \
    --tag podcore "$work/empty"
  rm -rf "$out"
  mkdir -p "$(dirname "$out")"
  in_store push --quiet podcore "oci:$out:podcore"
  node_modules/.bin/node knative/image/print-layers.mjs "$out"
}

# Runs in a copy of what .dockerignore lets in: so it is enough, and dist/ is left alone.
collect() {
  printf 'FROM scratch\nCOPY . /src/\n' >"$work/Dockerfile"
  build --file "$work/Dockerfile" --output "type=local,dest=$work" .
  ln -s "$PWD/node_modules" "$work/src/node_modules"
  timeout 300 "$work/src/knative/image/collect.sh" "$work/out"
}

# What the node binary is linked with, the certificates, and whom the licences of gcc's libraries are kept by.
download() {
  local gcc_base
  gcc_base=$(apt-cache depends --important libgcc-s1 | awk '/gcc-[0-9]+-base/ { print $2; exit }')
  mkdir "$work/debs" "$work/base" "$work/empty"
  cd "$work/debs"
  timeout 120 apt-get download --quiet=2 --option APT::Sandbox::User=root \
    base-files ca-certificates "$gcc_base" libc6 libgcc-s1 libstdc++6
  cd "$OLDPWD"
}

# One layer for each package, of its libraries and copyright alone.
assemble_base() {
  local archive package folder from to
  to=$work/base/root
  mkdir -p "$to"/{etc,tmp,usr/lib,usr/lib64}
  chmod 1777 "$to/tmp"
  ln -s usr/lib usr/lib64 "$to"
  echo 'nonroot:x:65532:65532:nonroot:/:/sbin/nologin' >"$to/etc/passwd"
  echo 'nonroot:x:65532:' >"$to/etc/group"
  echo 'hosts: files dns' >"$to/etc/nsswitch.conf"
  printf 'FROM scratch\nCOPY root /\n' >"$work/Dockerfile"

  for archive in "$work"/debs/*.deb; do
    package=$(dpkg-deb --field "$archive" Package)
    from=$work/debs/$package
    to=$work/base/$package
    dpkg-deb --extract "$archive" "$from"
    # Of old releases the packages still write to /lib, which is a link here as on an installed system.
    for folder in lib lib64; do
      [ -d "$from/$folder" ] || continue
      mkdir -p "$from/usr/$folder"
      cp -a "$from/$folder/." "$from/usr/$folder"
      rm -r "${from:?}/$folder"
    done
    mkdir -p "$to/var/lib/dpkg/status.d"
    # What vulnerability scanners look for.
    dpkg-deb --field "$archive" >"$to/var/lib/dpkg/status.d/$package"
    copy_wanted "$from" "$to" "$package"
    if [ "$package" = ca-certificates ]; then
      mkdir -p "$to/etc/ssl/certs"
      cat "$from"/usr/share/ca-certificates/mozilla/*.crt >"$to/etc/ssl/certs/ca-certificates.crt"
    fi
    echo "COPY $package /" >>"$work/Dockerfile"
  done
  echo 'ENV PATH=/usr/local/bin:/usr/bin' >>"$work/Dockerfile"
  build --file "$work/Dockerfile" --tag base "$work/base"
}

# Node takes no character sets from glibc: two thirds of it. Of the licences some are links to another package's folder.
copy_wanted() {
  cd "$1"
  find . ! -type d ! -path '*/gconv/*' ! -path './usr/share/gdb/*' \( -name '*.so' -o -name '*.so.*' -o -name os-release \
    -o -path "./usr/share/doc/$3/copyright" -o -path "./usr/share/doc/$3" \) -exec cp -a --parents {} "$2" \;
  cd "$OLDPWD"
}

# The same content has the same digest, whenever it is built.
build() {
  in_store build --quiet --layers --timestamp 0 "$@" >/dev/null
}

# A store that ends with this script. vfs works on every file system.
in_store() {
  timeout 300 buildah --root "$work/store" --runroot "$work/run" --storage-driver vfs "$@"
}

main
