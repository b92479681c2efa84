#!/usr/bin/env bash
# setup.sh [all]: installs the Debian 12 packages that building Thalweg needs; with `all` also those that its tests, its
# documents and its own packages need. Fetches the library that magnifies the figures of reports where there is npm.
# Does nothing when all are there.
set -euo pipefail
cd "$(dirname "$0")/.."

packages=(
  # tools
  g++ cmake ninja-build pkg-config python3
  # libraries
  libeigen3-dev libexpected-dev libspdlog-dev libfmt-dev nlohmann-json3-dev libzip-dev nettle-dev libgmp-dev libmpfr-dev libcli11-dev
  libcgal-dev libboost-dev libopenblas-dev libonnx-dev libprotobuf-dev
  # the Python package
  pybind11-dev python3-dev python3-numpy
  # what the configuration of the tests looks for
  libgtest-dev libgmock-dev librapidcheck-dev
)
if [ "${1:-}" = all ]; then
  packages+=(
    # tests and fuzzers
    clang-format-14 clang-14 libclang-rt-14-dev chromium groff-base python3-matplotlib python3-pip python3-sklearn python3-torch
    # documents and packages: site, reference, dependencies of a .deb
    python3-markdown-it doxygen dpkg-dev
  )
  # npm may come from elsewhere than Debian.
  command -v npm >/dev/null || packages+=(npm)
fi

# Figures of reports can be magnified where this works; without it they are still.
fetch_web_library() {
  local web=src/report/web
  if [ -e "$web/node_modules/@panzoom/panzoom/dist/panzoom.min.js" ]; then return; fi
  if ! command -v npm >/dev/null || ! npm ci --prefix "$web" --ignore-scripts --no-audit --no-fund --silent; then
    echo "setup: npm did not fetch the library of $web; reports are built with still figures" >&2
  fi
}

missing=()
for package in "${packages[@]}"; do
  state=$(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null || true)
  [ "$state" = installed ] || missing+=("$package")
done
if [ ${#missing[@]} -eq 0 ]; then
  fetch_web_library
  echo "setup: all ${#packages[@]} packages are installed"
  exit 0
fi

as_root=()
if [ "$(id -u)" -ne 0 ]; then
  if ! command -v sudo >/dev/null; then
    echo "setup: missing packages and neither root nor sudo: ${missing[*]}" >&2
    exit 1
  fi
  as_root=(sudo)
fi
echo "setup: installing ${missing[*]}"
"${as_root[@]}" apt-get update -qq
"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}"
fetch_web_library
