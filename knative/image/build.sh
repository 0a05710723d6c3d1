#!/usr/bin/env bash
# Builds the image without a Docker daemon or a registry, and prints the size of each layer. It uses the Dockerfile's last
# stage unchanged, but makes its inputs here: Debian packages replace the base image, and the same collect.sh runs with the
# local node_modules in place of the build stage.
#   knative/image/build.sh [folder]      writes the image as an OCI layout to folder; dist/image by default
# Requires Debian (of the base's release), buildah, binutils, a finished `npm install`, and root or `buildah unshare`.
# Leaves nothing behind but the folder.
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

# Runs collect.sh in a copy of the files that .dockerignore allows. This shows that they suffice, and leaves dist/ unchanged.
collect() {
  printf 'FROM scratch\nCOPY . /src/\n' >"$work/Dockerfile"
  build --file "$work/Dockerfile" --output "type=local,dest=$work" .
  ln -s "$PWD/node_modules" "$work/src/node_modules"
  timeout 900 "$work/src/knative/image/collect.sh" "$work/out"
}

# Downloads the libraries that the node binary links to, the certificates, and the package with the licenses of gcc's libraries.
download() {
  local gcc_base
  gcc_base=$(apt-cache depends --important libgcc-s1 | awk '/gcc-[0-9]+-base/ { print $2; exit }')
  mkdir "$work/debs" "$work/base" "$work/empty"
  cd "$work/debs"
  timeout 120 apt-get download --quiet=2 --option APT::Sandbox::User=root \
    base-files ca-certificates "$gcc_base" libc6 libgcc-s1 libstdc++6
  cd "$OLDPWD"
}

# Makes one layer for each package, with only its libraries and copyright.
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
    # Packages of old releases still write to /lib, which is a link here, as on an installed system.
    for folder in lib lib64; do
      [ -d "$from/$folder" ] || continue
      mkdir -p "$from/usr/$folder"
      cp -a "$from/$folder/." "$from/usr/$folder"
      rm -r "${from:?}/$folder"
    done
    mkdir -p "$to/var/lib/dpkg/status.d"
    # Vulnerability scanners read this.
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

# Omits glibc's character sets, two thirds of its size, which Node does not use. Some licenses are links to another package's
# folder.
copy_wanted() {
  cd "$1"
  find . ! -type d ! -path '*/gconv/*' ! -path './usr/share/gdb/*' \( -name '*.so' -o -name '*.so.*' -o -name os-release \
    -o -path "./usr/share/doc/$3/copyright" -o -path "./usr/share/doc/$3" \) -exec cp -a --parents {} "$2" \;
  cd "$OLDPWD"
}

# Builds reproducibly: the same content has the same digest.
build() {
  in_store build --quiet --layers --timestamp 0 "$@" >/dev/null
}

# Runs buildah with a temporary store. vfs works on every file system.
in_store() {
  timeout 300 buildah --root "$work/store" --runroot "$work/run" --storage-driver vfs "$@"
}

main
