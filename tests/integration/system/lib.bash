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

# ---- waiting -----------------------------------------------------------------------------------------

patience=180 # seconds for whatever must come: a busy machine, under sanitizers

# comes COMMAND…: as soon as it succeeds; false when it doesn't within that time
comes() {
    local deadline=$((SECONDS + patience))
    until "$@" >/dev/null 2>&1; do
        [ "$SECONDS" -lt "$deadline" ] || return 1
        sleep 0.05
    done
}
# until_holds WHAT COMMAND…
until_holds() {
    local what=$1
    shift
    comes "$@" || give_up "$what: not within $patience s"
    held "$what"
}
# until_is WHAT EXPECTED COMMAND…: what it comes to print
until_is() {
    local what=$1 want=$2
    shift 2
    prints() { [ "$("$@")" = "$want" ]; }
    comes prints "$@"
    is "$what" "$want" "$("$@")"
}

# ---- a city's hub and connectors -------------------------------------------------------------------

# Which signing keys are not Ed25519.
declare -A algorithm=([audit]=p256 [discipline]=sm2)
declare -A signing=() # which stand elsewhere than in signing.key: pkcs11: URIs
genesis_more=() # further options of `genesis propose`
clock=replay     # or live
hub_more=''     # further lines of hub.yaml
before_genesis=() # a command on the genesis before anybody signs it
declare -A ends=() # whose connector ends with another status than 0: 1 where it has dead letters
attesting=()    # who folds the log and attests the hub's snapshots

# world_make DIR CODES FIRST_DAY: keys, the genesis ceremony, certificates, a hub's configuration.
world_make() {
    local w=$1 codes=$2 first=$3 p alg i=0 proposals=() signed=()
    local uscc=(11370100004188899P 11370100004188004H 113701000041880207 11370100004188047Y
        113701000041886295 11370100004188813W 11370100004188880T)
    mkdir -p "$w"
    {
        pentad ca create --pki "$w/pki" --origin test.example/hub &&
            for p in hub "${parties[@]}"; do
                alg=${algorithm[$p]:-ed25519}
                [ "$p" = hub ] && alg+=' --origin test.example/hub'
                # shellcheck disable=SC2086
                pentad ca keygen ${signing[$p]:+--signing "${signing[$p]}"} --keys "$w/$p/keys" --party "$p" --name "$p" --uscc "${uscc[$i]}" \
                    --stream main --alg $alg || return 1
                proposals+=(--party "$w/$p/keys/party.json")
                i=$((i + 1))
            done &&
            pentad ca genesis propose ${genesis_more[@]+"${genesis_more[@]}"} --pki "$w/pki" --log-vkey "$w/hub/keys/log.vkey" \
                --clock "$clock" --first-day "$first" --code-family "$codes" "${proposals[@]}" \
                --out "$w/pki/proposal.dsse" &&
            { [ "${#before_genesis[@]}" = 0 ] || "${before_genesis[@]}" "$w/pki/proposal.dsse"; } &&
            for p in hub "${parties[@]}"; do
                pentad ca genesis sign --in "$w/pki/proposal.dsse" --key "${signing[$p]:-$w/$p/keys/signing.key}" \
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
keys: {log: keys/log.key, signing: "${signing[hub]:-keys/signing.key}"}
genesis: genesis.entry
$hub_more
END
}

# hub_start DIR: sets hub_pid and url.
hub_start() {
    local w=$1 port
    rm -f "$w/hub/data/port"
    pentad-hub --config "$w/hub/hub.yaml" >>"$w/hub/hub.log" 2>&1 &
    hub_pid=$!
    running[$hub_pid]=hub
    hub_listens_or_ended() { [ -s "$w/hub/data/port" ] || ! kill -0 "$hub_pid"; }
    comes hub_listens_or_ended
    [ -s "$w/hub/data/port" ] || { tail -n 20 "$w/hub/hub.log"; give_up "the hub doesn't start"; }
    port=$(cat "$w/hub/data/port")
    url=https://127.0.0.1:$port
    world_port "$w" "$port"
    comes get "$w" audit /readyz -f || give_up "the hub isn't ready within $patience s"
}
# hub_rests DIR: until the log stands still: all of it is folded and published, every day that all have closed
# is ticked, what the hub says of it is logged. A question that is asked before may find less.
hub_rests() {
    local w=$1
    metric_is() { get "$w" audit /metrics | grep -qx "pentad_$1 $2"; }
    hub_is_quiet() {
        local size due
        size=$(get "$w" audit /checkpoint | sed -n 2p)
        metric_is log_entries "$size" && metric_is fold_lag_entries 0 && metric_is findings_pending 0 || return
        due=$(ledger "$w" "SELECT (SELECT count(*) FROM snap_day WHERE rec IS NULL) + (SELECT count(*) FROM (SELECT min(d) AS closed
            FROM (SELECT max(c.day) AS d FROM f_stream_close c JOIN record r USING (rec) JOIN stream s USING (sid)
            WHERE s.name = 'main' AND s.party <> 'hub' GROUP BY s.sid) HAVING count(*) = ${#parties[@]})
            WHERE closed > (SELECT coalesce(max(day), 0) FROM tick))")
        [ "$due" = 0 ] && metric_is log_entries "$size"
    }
    comes hub_is_quiet || give_up "the hub doesn't come to rest within $patience s"
}
# stop PID SIGNAL: sets `stopped` to its exit status. The braces keep the shell's own "Killed" quiet.
stop() {
    local late=''
    stopped=0
    process_is_gone() { ! kill -0 "$1"; }
    {
        kill "-$2" "$1"
        comes process_is_gone "$1" || { late=1 && kill -KILL "$1"; }
        wait "$1" || stopped=$?
    } 2>/dev/null
    [ -z "$late" ] || broke "${running[$1]} didn't end within $patience s of SIG$2"
    unset "running[$1]"
}

# world_city DIR SEED SCALE UNTIL: the city's exports and the sample configurations.
world_city() {
    local w=$1 p key
    pentad-city --out "$w/city" --seed "$2" --scale "$3" >"$w/city.log" 2>&1 || give_up "pentad-city failed"
    for p in "${parties[@]}"; do
        key=${signing[$p]:-keys/signing.key}
        mv "$w/city/$p" "$w/$p/export"
        cp -R "$top/connectors/$p/mappings" "$w/$p/"
        sed -e "s|^hub: .*|hub: $url|" -e "s|^until: .*|until: $4|" \
            -e "s|^  signing: .*|  signing: '${key//&/\\&}'|" "$top/connectors/$p/connector.yaml" >"$w/$p/connector.yaml"
    done
    for p in ${attesting[@]+"${attesting[@]}"}; do echo 'attest: yes' >>"$w/$p/connector.yaml"; done
}

declare -A connector=()
# connector_start DIR PARTY
connector_start() {
    pentad-connector --config "$1/$2/connector.yaml" --once --report "$1/$2/report.json" \
        >>"$1/$2/connector.log" 2>&1 &
    connector[$2]=$!
    running[$!]="the connector of $2"
}
# connectors_wait DIR SECONDS: until all have ended as asked, and the hub has folded what they sent
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
        [ "$rc" = "${ends[$p]:-0}" ] || { tail -n 5 "$1/$p/connector.log"; give_up "the connector of $p ended with $rc"; }
    done
    hub_rests "$1"
}
# pass_day DIR DAY: connectors run until the hub has logged that day's snapshot, and are stopped on their way.
pass_day() {
    local w=$1 day=$2 p
    snapshot_is_logged() { [ "$(ledger "$w" "SELECT count(*) > 0 FROM snap_day WHERE day >= ${day//-/} AND rec IS NOT NULL")" = 1 ]; }
    for p in "${parties[@]}"; do connector_start "$w" "$p"; done
    comes snapshot_is_logged || give_up "no snapshot of $day within $patience s, at $(tick_of "$w")"
    # 143: it hadn't come to read signals yet.
    for p in "${parties[@]}"; do
        stop "${connector[$p]}" TERM
        [ "$stopped" = 0 ] || [ "$stopped" = 143 ] || give_up "the connector of $p ended with $stopped"
    done
    hub_rests "$w"
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
    [ "${#attesting[@]}" = 0 ] || connectors_again "$1"
}
# Once more: the last attestations came when some had ended.
connectors_again() {
    local p
    for p in "${parties[@]}"; do
        pentad-connector --config "$1/$p/connector.yaml" --once >>"$1/$p/connector.log" 2>&1 &
        connector[$p]=$!
        running[$!]="the connector of $p, once more"
    done
    connectors_wait "$1" 300
}
# get DIR PARTY PATH [curl options]: as that party's connector asks
get() {
    local w=$1 p=$2 path=$3
    shift 3
    curl -sS --max-time 60 --cacert "$w/$p/keys/ca.crt" --cert "$w/$p/keys/tls.crt" \
        --key "$w/$p/keys/tls.key" "$@" "$url$path"
}
