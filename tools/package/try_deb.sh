#!/usr/bin/env bash
# try_deb.sh [--library]: installs the packages that build_deb.sh made into an empty Debian 12, made by debootstrap in a
# temporary folder, and uses them there as a new user would: certifies the shipped example, has the certificate checked,
# reads the man page, completes a command, imports the Python package, with --library also builds a program with the C++
# library; then removes everything. As root; needs debootstrap and the network for Debian's packages. The empty Debian is
# made once and kept as build/deb/debian.tar.
set -euo pipefail
cd "$(dirname "$0")/../.."
packages=$PWD/build/deb/packages
empty=$PWD/build/deb/debian.tar

root=$(mktemp -d)
clean_up() {
  umount "$root/proc" 2>/dev/null || true
  rm -rf --one-file-system "$root"
}
trap clean_up EXIT

if [ -e "$empty" ]; then
  tar -C "$root" -xf "$empty"
else
  debootstrap --variant=minbase bookworm "$root" >/dev/null
  tar -C "$root" --exclude='./proc/*' -cf "$empty" .
fi
# Daemons' users, too, must find what is in it.
chmod 755 "$root"
mount -t proc proc "$root/proc"
mkdir "$root/packages"
cp "$packages"/*.deb tools/package/use_program.sh tools/package/use_python.py "$root/packages"

inside() {
  env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8 DEBIAN_FRONTEND=noninteractive DEBCONF_NOWARNINGS=yes chroot "$root" "$@"
}
apt_install() {
  inside apt-get install -y -qq --no-install-recommends -o Dpkg::Use-Pty=0 "$@" >/dev/null
}
inside apt-get update -qq
# dpkg alone says what is missing; apt then brings exactly that.
inside bash -c 'dpkg -i packages/thalweg_*.deb' >/dev/null 2>&1 || true
apt_install --fix-broken
apt_install man-db bash-completion
inside bash -euo pipefail /packages/use_program.sh

if compgen -G "$packages/python3-thalweg_*.deb" >/dev/null; then
  apt_install "./packages/$(basename "$packages"/python3-thalweg_*.deb)"
  inside python3 /packages/use_python.py
fi

if [ "${1:-}" = --library ]; then
  apt_install "./packages/$(basename "$packages"/libthalweg-dev_*.deb)" g++ cmake make
  cp -r tests/house/consumer "$root/root"
  inside bash -euo pipefail -c 'cmake -S /root/consumer -B /root/build -DCMAKE_BUILD_TYPE=Release >/dev/null
    cmake --build /root/build >/dev/null
    /root/build/consumer
    /root/build/verify_consumer'
fi

inside apt-get purge -y -qq -o Dpkg::Use-Pty=0 '^(python3-|lib)?thalweg(-dev)?$' >/dev/null
left=$(inside find /usr /etc /var/lib -path /var/lib/dpkg -prune -o -name '*thalweg*' -print)
[ -z "$left" ] || { echo "try_deb: left behind after removal: $left"; exit 1; }
echo "try_deb: installed, used and removed in an empty Debian"
