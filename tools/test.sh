#!/usr/bin/env bash
# Installs what is missing, builds, and runs every test: the release build's, the unit tests under the address and
# undefined-behaviour sanitizers, and each fuzz target for a few seconds. Ends with CTest's closing line; the exit status
# is not 0 when anything failed. Arguments are passed on to the final `ctest`, for example `-L unit`.
set -euo pipefail
cd "$(dirname "$0")/.."

./tools/setup.sh all
./tools/build.sh
for preset in asan-ubsan fuzz; do
  cmake --preset "$preset"
  cmake --build --preset "$preset" --parallel "$(nproc)" --target thalweg_tests_built
done

# One CTest run over the three build trees.
mkdir -p build/all
printf 'subdirs("%s")\n' "$PWD/build/release" "$PWD/build/asan-ubsan" "$PWD/build/fuzz" > build/all/CTestTestfile.cmake
ctest --test-dir build/all --output-on-failure --no-tests=error --parallel "$(nproc)" "$@"
