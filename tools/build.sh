#!/usr/bin/env bash
# Builds the release preset; the programs are build/release/bin/thalweg and build/release/bin/thalweg-check.
# Arguments are passed on to `cmake --build`, for example `--target thalweg-check`.
set -euo pipefail
cd "$(dirname "$0")/.."

cmake --preset release
cmake --build --preset release --parallel "$(nproc)" "$@"
