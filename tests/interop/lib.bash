# shellcheck shell=bash
# What the tests against other people's software share: a world as the system tests make it, Debian's
# packages, the messages in Python. A package that isn't there is a plain skip.
#
# PENTAD_SHARED  the folder that has data/vectors (default: "shared" beside the project)
interop=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=tests/integration/system/lib.bash
. "$interop/../integration/system/lib.bash"

skip() { echo "skipped: $*"; exit 77; }
python=/usr/bin/python3 # Debian's own: its packages are what is tested with

# needs_python MODULE…
needs_python() {
    local m
    [ -x "$python" ] || skip "python3 is not installed (ops/setup installs it)"
    for m in "$@"; do
        "$python" -c "import $m" 2>/dev/null || skip "python3's $m is not installed (ops/setup installs it)"
    done
    mkdir -p "$work/python"
    protoc --proto_path="$top/proto" --python_out="$work/python" "$top"/proto/pentad/v1/*.proto ||
        give_up "protoc writes no Python"
    export PYTHONPATH=$work/python:$interop PYTHONDONTWRITEBYTECODE=1
}

# go_build NAME SOURCE…: a program from Debian's own Go packages alone, without network or C.
go_build() {
    local out=$1 p
    shift
    command -v go >/dev/null || skip "go is not installed (ops/setup installs it)"
    for p in golang.org/x/mod/sumdb/tlog github.com/google/certificate-transparency/go/merkletree; do
        [ -d "/usr/share/gocode/src/$p" ] || skip "Go's $p is not installed (ops/setup installs it)"
    done
    GOPATH=/usr/share/gocode GO111MODULE=off GOFLAGS='' CGO_ENABLED=0 GOCACHE=$(realpath "$PENTAD_BIN/..")/go-cache GOPROXY=off \
        go build -o "$work/$out" "$@" || give_up "go doesn't build $out"
}

# holds WHAT COMMAND…: it exits with 0; what it prints counts, line by line, as what held.
holds() {
    local what=$1 lines
    shift
    if lines=$("$@" 2>&1); then held "$what"; else broke "$what"; fi
    [ -z "$lines" ] || printf '  %s\n' "${lines//$'\n'/$'\n  '}"
}
port_of() { cat "$1/hub/data/port"; }
