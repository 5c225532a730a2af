#!/bin/sh
# city_truth.sh GENERATOR CHECKER REPOSITORY: makes a small city and checks what the rules find.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
"$1" --out "$dir" --seed 7 --scale 0.02 >/dev/null
"$2" "$dir" "$3"
