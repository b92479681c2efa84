#!/usr/bin/env bash
# From a fresh Debian 12 machine to a verified certificate: installs what is missing, builds the two programs, and certifies
# the shipped networks (examples/iris) on the shipped data. docs/tutorial.md explains what is printed.
set -euo pipefail
cd "$(dirname "$0")/.."

./tools/setup.sh
./tools/build.sh --target thalweg thalweg-check

run() {
  echo
  echo "\$ $*"
  "$@"
}
objective=(--torch-weight-decay 0.02 --torch-loss mse-mean)
out=build/quickstart
mkdir -p "$out"

echo
echo "== A wide network, trained for long: is it a global minimum?"
run build/release/bin/thalweg certify --dataset examples/iris/iris.npz --network examples/iris/wide.npz \
  "${objective[@]}" --certificate "$out/wide.cert"
run build/release/bin/thalweg-check "$out/wide.cert"

echo
echo "== A narrow network that training left in a worse valley: how far is it, and what is better?"
run build/release/bin/thalweg certify --dataset examples/iris/iris.npz --network examples/iris/narrow.npz \
  "${objective[@]}" --improved "$out/improved.npz" --certificate "$out/narrow.cert"
run build/release/bin/thalweg-check "$out/narrow.cert"

echo
echo "== The improved network, certified again"
run build/release/bin/thalweg certify --dataset examples/iris/iris.npz --network "$out/improved.npz" \
  "${objective[@]}" --certificate "$out/improved.cert"
run build/release/bin/thalweg-check "$out/improved.cert"
