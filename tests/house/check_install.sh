#!/usr/bin/env bash
# check_install.sh BUILD CONSUMER WORK VERSION: installs the build tree into an empty prefix, then builds and runs the
# consumer against it twice, by find_package and by pkg-config, and asks the installed checker to refuse a broken file.
set -euo pipefail
build=$1 consumer=$2 work=$3 version=$4
rm -rf "$work"
mkdir -p "$work"

cmake --install "$build" --prefix "$work/first" > "$work/install.log"
# The package must not remember where it was installed.
mv "$work/first" "$work/prefix"
prefix=$work/prefix

cmake -S "$consumer" -B "$work/build" -G Ninja -DCMAKE_BUILD_TYPE=Release -DCMAKE_PREFIX_PATH="$prefix" \
  -DTHALWEG_EXPECTED_VERSION="$version"
cmake --build "$work/build"
"$work/build/consumer"
"$work/build/verify_consumer"

export PKG_CONFIG_PATH="$prefix/lib/pkgconfig:$prefix/lib/$(gcc -print-multiarch)/pkgconfig"
[ "$(pkg-config --modversion thalweg)" = "$version" ]
read -ra flags <<< "$(pkg-config --cflags --libs thalweg)"
g++ -std=c++20 "$consumer/consumer.cpp" "${flags[@]}" -o "$work/consumer_by_pkg_config"
"$work/consumer_by_pkg_config"
read -ra flags <<< "$(pkg-config --cflags --libs thalweg-verify)"
g++ -std=c++20 "$consumer/verify_consumer.cpp" "${flags[@]}" -o "$work/verify_consumer_by_pkg_config"
"$work/verify_consumer_by_pkg_config"

for program in thalweg thalweg-check; do
  [ -x "$prefix/bin/$program" ] || { echo "$program was not installed"; exit 1; }
done
echo "cert 0" > "$work/broken.cert"
status=0
"$prefix/bin/thalweg-check" "$work/broken.cert" || status=$?
[ "$status" -eq 2 ] || { echo "thalweg-check on a malformed file: expected exit 2, got $status"; exit 1; }
