#!/usr/bin/env bash
# Installs the Debian 12 packages that building and testing Thalweg needs. Does nothing when all are there.
set -euo pipefail

packages=(
  # tools
  g++ cmake ninja-build pkg-config python3 clang-format-14
  # libraries
  libeigen3-dev libexpected-dev libspdlog-dev libfmt-dev nlohmann-json3-dev libzip-dev nettle-dev libgmp-dev libmpfr-dev libcli11-dev
  libcgal-dev libboost-dev libopenblas-dev libonnx-dev libprotobuf-dev
  # tests and fuzzers
  libgtest-dev libgmock-dev librapidcheck-dev clang-14 libclang-rt-14-dev
)

missing=()
for package in "${packages[@]}"; do
  state=$(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null || true)
  [ "$state" = installed ] || missing+=("$package")
done
if [ ${#missing[@]} -eq 0 ]; then
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
