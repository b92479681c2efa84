#!/usr/bin/env bash
# Results from the shipped data and a report about them:   examples/report/make.sh [THALWEG] [FOLDER]
set -euo pipefail
cd "$(dirname "$0")/../.."
thalweg=${1:-build/release/bin/thalweg}
folder=${2:-build/report}
mkdir -p "$folder"

iris=(--dataset examples/iris/iris.npz --torch-weight-decay 0.02 --torch-loss mse-mean)
petal=(--dataset examples/optimal-set/petal.csv --target-column petal_width --beta 0.01)
prepared=(--bias --standardize)
run() {
  local name=$1
  shift
  "$thalweg" "$@" --quiet --json >"$folder/$name.json"
}

run certify certify "${iris[@]}" --network examples/iris/wide.npz --certificate "$folder/wide.cert"
run check check "$folder/wide.cert" --dataset examples/iris/iris.npz --network examples/iris/wide.npz
run narrow certify "${iris[@]}" --network examples/iris/narrow.npz
run path path "${petal[@]}" --network examples/path/stuck.npz --widen 3 --curves
run optimal-set optimal-set "${petal[@]}" "${prepared[@]}"
run predictions optimal-set --dataset examples/optimal-set/symmetric.csv --target-column y --bias --beta 0.1 \
  --predict examples/optimal-set/line.csv
run width width "${petal[@]}" "${prepared[@]}" --search 2-4
run regularization path-regularization --dataset examples/iris/small.npz --bias
run arrangement arrangement --dataset examples/arrangement/points.npz --bias

results=()
for name in certify check narrow path optimal-set predictions width regularization arrangement; do
  results+=("$folder/$name.json")
done
"$thalweg" report "${results[@]}" --title "Thalweg: the shipped examples" --out "$folder/report.html"
