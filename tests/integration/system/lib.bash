# shellcheck shell=bash
# What the system tests share: a folder of their own, a hub and connectors as processes of their
# own, checks that count. Believes nothing that a program says of itself: what is expected comes from
# the exported files and the generator's truth, read with awk and sqlite3.
#
# PENTAD_BIN    the programs (CTest sets it; default build/dev/bin)
# PENTAD_KEEP   keep the folder for a look
set -uo pipefail

top=$(cd "$(dirname "${BASH_SOURCE[0]}")/../../.." && pwd)
PENTAD_BIN=${PENTAD_BIN:-$top/build/dev/bin}
export LC_ALL=C.UTF-8
unset PENTAD_CONFIG PENTAD_TRUST
export ASAN_OPTIONS=${ASAN_OPTIONS:-detect_leaks=1} UBSAN_OPTIONS=${UBSAN_OPTIONS:-print_stacktrace=1}
parties=(congress discipline organization finance audit office)

name=$(basename "$0")
for program in pentad pentad-hub pentad-connector pentad-city; do
    [ -x "$PENTAD_BIN/$program" ] || { echo "skipped: $PENTAD_BIN/$program isn't built"; exit 77; }
done
for tool in sqlite3 curl openssl; do
    command -v "$tool" >/dev/null || { echo "skipped: $tool is not installed (ops/setup installs it)"; exit 77; }
done
PATH=$PENTAD_BIN:$PATH

work=$(mktemp -d "${TMPDIR:-/tmp}/pentad-$name.XXXXXX")
began=$SECONDS
passed=0 failed=0
declare -A running=()

finish() {
    local status=$? pid log
    for pid in "${!running[@]}"; do kill -KILL "$pid" 2>/dev/null; done
    for pid in "${!running[@]}"; do wait "$pid" 2>/dev/null; done
    # A sanitizer's word counts wherever a program said it; it is shown with the tag CTest looks for.
    while IFS= read -r log; do
        failed=$((failed + 1))
        echo "NOT OK a sanitizer spoke in $log:"
        grep -n -m 3 -A 12 -E 'SUMMARY:|runtime error:|ERROR: ' "$log" | head -n 60
    done < <(find "$work" -name '*.log' -exec grep -lE 'SUMMARY:|runtime error:' {} +)
    if [ -n "${PENTAD_KEEP:-}" ]; then echo "kept: $work"; else rm -rf "$work"; fi
    echo "$name: $passed held, $failed did not, $((SECONDS - began)) s"
    if [ "$failed" -gt 0 ] && [ "$status" = 0 ]; then status=1; fi
    exit "$status"
}
trap finish EXIT
trap 'exit 130' INT TERM

# ---- checks --------------------------------------------------------------------------------------

held() { passed=$((passed + 1)); echo "ok     $*"; }
broke() { failed=$((failed + 1)); echo "NOT OK $*"; }
give_up() { broke "$*"; exit 1; }

# is WHAT EXPECTED GOT
is() {
    if [ "$2" = "$3" ]; then held "$1"; else
        broke "$1"
        printf '  expected: %s\n  got:      %s\n' "$2" "$3" | cut -c 1-2000
    fi
}
# same WHAT FILE FILE: the same lines, in any order
same() {
    sort "$2" >"$work/same.a"
    sort "$3" >"$work/same.b"
    if cmp -s "$work/same.a" "$work/same.b"; then held "$1 ($(wc -l <"$2") lines)"; else
        broke "$1: $(wc -l <"$2") lines expected, $(wc -l <"$3") found"
        diff "$work/same.a" "$work/same.b" | head -n 10 | cut -c 1-400
    fi
}
# exits WHAT STATUS COMMAND…: what it prints is in $work/out.log
exits() {
    local what=$1 want=$2 got=0
    shift 2
    "$@" >"$work/out.log" 2>&1 </dev/null || got=$?
    if [ "$got" = "$want" ]; then held "$what"; else
        broke "$what: exit status $got instead of $want: $*"
        tail -n 12 "$work/out.log" | cut -c 1-400
    fi
}
# says WHAT REGEX: the last command of `exits` printed that
says() {
    if grep -qE -- "$2" "$work/out.log"; then held "$1"; else
        broke "$1: nothing like /$2/ in:"
        tail -n 12 "$work/out.log" | cut -c 1-400
    fi
}
is_json() {
    if [ "$(sqlite3 :memory: "SELECT json_valid(readfile('$2'))")" = 1 ]; then held "$1"; else
        broke "$1: not JSON:"
        head -c 400 "$2"
    fi
}
# A number from 0 below $1 out of the stream that $seed starts.
draw() {
    seed_state=$(((seed_state * 6364136223846793005 + 1442695040888963407) & 0x7fffffffffffffff))
    drawn=$(((seed_state >> 24) % $1))
}
# flip FILE OFFSET: changes one bit of that byte, whatever it was; $drawn says which.
flip() {
    local byte
    draw 8
    byte=$(od -An -tu1 -j "$2" -N 1 "$1")
    printf '%b' "\\x$(printf %02x $((byte ^ (1 << drawn))))" | dd of="$1" bs=1 seek="$2" conv=notrunc status=none
}

# ---- a city's hub and connectors -------------------------------------------------------------------

# world_make DIR CODES FIRST_DAY: keys, the genesis ceremony, certificates, a hub's configuration.
world_make() {
    local w=$1 codes=$2 first=$3 p alg i=0 proposals=() signed=()
    local uscc=(11370100004188899P 11370100004188004H 113701000041880207 11370100004188047Y
        113701000041886295 11370100004188813W 11370100004188880T)
    mkdir -p "$w"
    {
        pentad ca create --pki "$w/pki" --origin test.example/hub &&
            for p in hub "${parties[@]}"; do
                alg=ed25519
                case $p in audit | discipline) alg=p256 ;; esac
                [ "$p" = hub ] && alg='ed25519 --origin test.example/hub'
                # shellcheck disable=SC2086
                pentad ca keygen --keys "$w/$p/keys" --party "$p" --name "$p" --uscc "${uscc[$i]}" \
                    --stream main --alg $alg || return 1
                proposals+=(--party "$w/$p/keys/party.json")
                i=$((i + 1))
            done &&
            pentad ca genesis propose --pki "$w/pki" --log-vkey "$w/hub/keys/log.vkey" \
                --clock replay --first-day "$first" --code-family "$codes" "${proposals[@]}" \
                --out "$w/pki/proposal.dsse" &&
            for p in hub "${parties[@]}"; do
                pentad ca genesis sign --in "$w/pki/proposal.dsse" --key "$w/$p/keys/signing.key" \
                    --out "$w/pki/signed-$p.dsse" || return 1
                signed+=(--in "$w/pki/signed-$p.dsse")
            done &&
            pentad ca genesis seal "${signed[@]}" --out "$w/pki/genesis.dsse" \
                --entry "$w/hub/genesis.entry" --policy "$w/policy" &&
            pentad ca issue --pki "$w/pki" --keys "$w/hub/keys" --identity pentad:hub/role/server \
                --san IP:127.0.0.1 --san DNS:localhost &&
            for p in "${parties[@]}"; do
                pentad ca issue --pki "$w/pki" --keys "$w/$p/keys" \
                    --identity "pentad:$p/role/connector" || return 1
            done
    } >"$w/ceremony.log" 2>&1 || { tail -n 5 "$w/ceremony.log"; give_up "the ceremony failed"; }
    world_port "$w" 0
}

# The hub's configuration; a restarted hub takes the port it had.
world_port() {
    cat >"$1/hub/hub.yaml" <<END
data: data
listen: {address: 127.0.0.1, port: $2}
tls: {cert: keys/tls.crt, key: keys/tls.key, ca: keys/ca.crt, crl: keys/crl.pem}
keys: {log: keys/log.key, signing: keys/signing.key}
genesis: genesis.entry
END
}

# hub_start DIR: sets hub_pid and url.
hub_start() {
    local w=$1 i port
    rm -f "$w/hub/data/port"
    pentad-hub --config "$w/hub/hub.yaml" >>"$w/hub/hub.log" 2>&1 &
    hub_pid=$!
    running[$hub_pid]=hub
    for ((i = 0; i < 1200; i++)); do
        [ -s "$w/hub/data/port" ] && break
        kill -0 "$hub_pid" 2>/dev/null || { tail -n 20 "$w/hub/hub.log"; give_up "the hub ended at its start"; }
        sleep 0.05
    done
    [ -s "$w/hub/data/port" ] || give_up "the hub doesn't listen after a minute"
    port=$(cat "$w/hub/data/port")
    url=https://127.0.0.1:$port
    world_port "$w" "$port"
}
# stop PID SIGNAL: sets `stopped` to its exit status. The braces keep the shell's own "Killed" quiet.
stop() {
    local i late=''
    stopped=0
    {
        kill "-$2" "$1"
        for ((i = 0; i < 600; i++)); do
            kill -0 "$1" || break
            sleep 0.05
        done
        kill -0 "$1" && late=1 && kill -KILL "$1"
        wait "$1" || stopped=$?
    } 2>/dev/null
    [ -z "$late" ] || broke "${running[$1]} didn't end within 30 s of SIG$2"
    unset "running[$1]"
}

# world_city DIR SEED SCALE UNTIL: the city's exports and the sample configurations.
world_city() {
    local w=$1 p
    pentad-city --out "$w/city" --seed "$2" --scale "$3" >"$w/city.log" 2>&1 || give_up "pentad-city failed"
    for p in "${parties[@]}"; do
        mv "$w/city/$p" "$w/$p/export"
        cp -R "$top/connectors/$p/mappings" "$w/$p/"
        sed -e "s|^hub: .*|hub: $url|" -e "s|^until: .*|until: $4|" \
            "$top/connectors/$p/connector.yaml" >"$w/$p/connector.yaml"
    done
}

declare -A connector=()
# connector_start DIR PARTY
connector_start() {
    pentad-connector --config "$1/$2/connector.yaml" --once --report "$1/$2/report.json" \
        >>"$1/$2/connector.log" 2>&1 &
    connector[$2]=$!
    running[$!]="the connector of $2"
}
# connectors_wait DIR SECONDS
connectors_wait() {
    local p rc deadline=$((SECONDS + $2)) left=1
    while [ "$left" -gt 0 ] && [ "$SECONDS" -lt "$deadline" ]; do
        left=0
        for p in "${parties[@]}"; do kill -0 "${connector[$p]}" 2>/dev/null && left=$((left + 1)); done
        [ "$left" = 0 ] || sleep 0.2
    done
    for p in "${parties[@]}"; do
        if kill -0 "${connector[$p]}" 2>/dev/null; then
            tail -n 3 "$1/$p/connector.log"
            tail -n 3 "$1/hub/hub.log"
            give_up "the connector of $p isn't done after $2 s, at $(tick_of "$1")"
        fi
        rc=0
        wait "${connector[$p]}" || rc=$?
        unset "running[${connector[$p]}]"
        [ "$rc" = 0 ] || { tail -n 5 "$1/$p/connector.log"; give_up "the connector of $p ended with $rc"; }
    done
}
tick_of() { pentad status --data "$1/hub/data" --json 2>/dev/null | sed -n 's/.*"tick_day": \([0-9]*\).*/\1/p'; }
ledger() { sqlite3 -readonly "$1/hub/data/ledger.db" "$2"; }

# world_run DIR SEED SCALE UNTIL SECONDS: everything from keys to the last tick; the hub stays.
world_run() {
    local p
    world_make "$1" cn 2019-01-01
    hub_start "$1"
    world_city "$1" "$2" "$3" "$4"
    for p in "${parties[@]}"; do connector_start "$1" "$p"; done
    connectors_wait "$1" "$5"
}
# get DIR PARTY PATH [curl options]: as that party's connector asks
get() {
    local w=$1 p=$2 path=$3
    shift 3
    curl -sS --max-time 60 --cacert "$w/$p/keys/ca.crt" --cert "$w/$p/keys/tls.crt" \
        --key "$w/$p/keys/tls.key" "$@" "$url$path"
}
