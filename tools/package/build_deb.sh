#!/usr/bin/env bash
# Builds the release preset in a folder of its own, without tests, and packs it: thalweg, libthalweg-dev and python3-thalweg
# (.deb) in build/deb/packages. Arguments are passed on to CMake, for example -DTHALWEG_MAINTAINER="Name <address>".
set -euo pipefail
cd "$(dirname "$0")/../.."

# The packages' changelog has the date of the commit.
export SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct)}
cmake --preset release -B build/deb -DCMAKE_INSTALL_PREFIX=/usr -DTHALWEG_BUILD_TESTS=OFF \
  -DTHALWEG_PYTHON_DIR=lib/python3/dist-packages "$@"
cmake --build build/deb --parallel "$(nproc)"
rm -rf build/deb/packages
mkdir build/deb/packages
cpack -G DEB --config build/deb/CPackConfig.cmake -B build/deb/packages
ls -l build/deb/packages/*.deb
