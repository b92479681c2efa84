#!/usr/bin/env bash
# Gated ReLU with 1000 gates on all of Fashion-MNIST (Debian: dataset-fashion-mnist): fashion_mnist.sh PROGRAM FOLDER [options].
# PROGRAM is the built fashion_mnist; FOLDER receives the unpacked data and the checkpoints. Run it again after a kill: it goes on.
set -euo pipefail
program=$1
folder=$2
shift 2
data=/usr/share/datasets/fashion-mnist
if [ ! -d "$data" ]; then
  echo "fashion_mnist: $data is missing; install the package dataset-fashion-mnist" >&2
  exit 3
fi
mkdir -p "$folder"
for set in train t10k; do
  for part in images-idx3-ubyte labels-idx1-ubyte; do
    [ -s "$folder/$set-$part" ] || zcat "$data/$set-$part.gz" > "$folder/$set-$part"
  done
done
exec "$program" "$folder" "$folder/checkpoints" "$@"
