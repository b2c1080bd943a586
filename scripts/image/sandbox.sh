#!/bin/sh
# Becomes the first process of a container, in namespaces that `unshare` has made:
#   sandbox.sh TREE ro|rw UID GID DIRECTORY (ro|rw PATH PATH_INSIDE)… -- NAME=VALUE… PROGRAM ARGUMENT…
set -eu
tree=$1 mode=$2 uid=$3 gid=$4 directory=$5
shift 5

mount --bind "$tree" "$tree"
mount -t proc -o nosuid,nodev,noexec proc "$tree/proc"
mount -t tmpfs -o nosuid,mode=755,size=64k tmpfs "$tree/dev"
for device in null zero full random urandom; do
  : > "$tree/dev/$device"
  mount --bind "/dev/$device" "$tree/dev/$device"
done
ln -s /proc/self/fd "$tree/dev/fd"
ln -s fd/0 "$tree/dev/stdin"
ln -s fd/1 "$tree/dev/stdout"
ln -s fd/2 "$tree/dev/stderr"
while [ "$1" != -- ]; do
  mount --bind "$2" "$tree$3"
  mount -o "remount,bind,$1" "$tree$3"
  shift 3
done
shift
mount -o "remount,bind,$mode" "$tree"

# setpriv comes first, so that it may read NAME=VALUE only as arguments of env.
exec chroot "$tree" /usr/bin/setpriv --reuid "$uid" --regid "$gid" --clear-groups \
  --inh-caps=-all --bounding-set=-all --no-new-privs -- /usr/bin/env -i -C "$directory" "$@"
