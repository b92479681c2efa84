#!/usr/bin/env bash
# check_format.sh ROOT: fails when a C++ file is not formatted by clang-format 14 with the repository's configuration.
set -euo pipefail
cd "$1"
find src include tools tests examples \( -name '*.cpp' -o -name '*.hpp' \) -print0 |
  xargs -0 --no-run-if-empty clang-format-14 --dry-run --Werror
