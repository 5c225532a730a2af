#!/bin/sh
# madrid_keys.sh CHECKER REPOSITORY YEAR LEVEL EXPECTED: skipped (77) where the data aren't there.
set -eu
data=${PENTAD_SHARED:-$2/../shared}/data/real/madrid
[ -d "$data" ] || { echo "skipped: there is no $data"; exit 77; }
exec "$1" "$data" "$2" "$3" "$4" "$5"
