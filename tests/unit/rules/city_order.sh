#!/bin/bash
# city_order.sh GENERATOR PROGRAM REPOSITORY: however the streams' batches lie among each other, as long
# as each stream keeps its own order and no batch passes a tick, figures, states and conditions are
# the same.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
seed=${PENTAD_SEED:-$((EPOCHSECONDS + $$))}
"$1" --out "$dir/city" --seed 7 --scale 0.01 >/dev/null
"$2" "$dir/city" "$3" 0 "$dir/plain"
[ "$(wc -l <"$dir/plain")" -gt 10000 ] || { echo "hardly anything was written"; exit 1; }
"$2" "$dir/city" "$3" "$seed" "$dir/among"
cmp "$dir/plain" "$dir/among" || {
    echo "PENTAD_SEED=$seed gives another ledger:"
    diff "$dir/plain" "$dir/among" | head -n 20
    exit 1
}
echo "$(wc -l <"$dir/plain") lines alike"
