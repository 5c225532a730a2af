#!/bin/bash
# asof.sh GENERATOR PROGRAM REPOSITORY: what the ledger said on a day is what it says when asked later
# as of that day.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
seed=${PENTAD_SEED:-$((EPOCHSECONDS + $$))}
echo "PENTAD_SEED=$seed"
"$1" --out "$dir" --seed 7 --scale 0.01 >/dev/null
"$2" "$dir" "$3" "$seed"
