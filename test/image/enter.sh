#!/bin/sh
# Does what a container runtime does with an image's root folder: mounts it read-only with /dev and /proc in it, and runs
# a command there as the image's user, without a way to more privileges. The network stays the host's. Takes root.
#   enter.sh root folder uid gid path command...
exec unshare --mount sh -euc '
  root=$1 folder=$2 uid=$3 gid=$4 path=$5
  shift 5
  mount --bind "$root" "$root"
  mount -o remount,bind,ro "$root"
  mount --rbind /dev "$root/dev"
  mount -t proc proc "$root/proc"
  setpriv=$(command -v setpriv) unshare=$(command -v unshare)
  export PATH="$path"
  exec "$setpriv" --no-new-privs "$unshare" --root "$root" --wd "$folder" --setuid "$uid" --setgid "$gid" "$@"
' sh "$@"
