# Sourced by ops/bench and tests/torture: a small exchange in a folder, made the real way. The
# caller has set -euo pipefail, the programs in PATH.
# shellcheck shell=bash

exchange_parties=(congress discipline organization finance audit office)

exchange_uscc() {
    case "$1" in
        congress) echo 11370100004188004H ;;
        discipline) echo 113701000041880207 ;;
        organization) echo 11370100004188047Y ;;
        finance) echo 113701000041886295 ;;
        audit) echo 11370100004188813W ;;
        office) echo 11370100004188880T ;;
        hub) echo 11370100004188899P ;;
    esac
}

# exchange_create DIR [ca genesis propose options…]: keys, ceremony, certificates of DIR's parties:
# DIR/pki, DIR/policy, DIR/hub/keys, DIR/<party>/keys.
exchange_create() {
    local dir=$1 p origin proposed=() signed=()
    shift
    pentad ca create --pki "$dir/pki" --origin pentad.example/hub
    for p in hub "${exchange_parties[@]}"; do
        origin=()
        [ "$p" != hub ] || origin=(--origin pentad.example/hub)
        pentad ca keygen --keys "$dir/$p/keys" --party "$p" --name "$p" \
            --uscc "$(exchange_uscc "$p")" --stream main ${origin[@]+"${origin[@]}"}
        proposed+=(--party "$dir/$p/keys/party.json")
    done
    pentad ca genesis propose --pki "$dir/pki" --log-vkey "$dir/hub/keys/log.vkey" \
        --code-family cn --quorum 0 "$@" "${proposed[@]}" --out "$dir/pki/proposal.dsse"
    for p in hub "${exchange_parties[@]}"; do
        pentad ca genesis sign --in "$dir/pki/proposal.dsse" --key "$dir/$p/keys/signing.key" \
            --out "$dir/pki/signed-by-$p.dsse"
        signed+=(--in "$dir/pki/signed-by-$p.dsse")
    done
    pentad ca genesis seal "${signed[@]}" --out "$dir/pki/genesis.dsse" \
        --entry "$dir/hub/genesis.entry" --policy "$dir/policy"
    pentad ca issue --pki "$dir/pki" --keys "$dir/hub/keys" --identity pentad:hub/role/server \
        --san IP:127.0.0.1 --san DNS:localhost
    for p in "${exchange_parties[@]}"; do
        pentad ca issue --pki "$dir/pki" --keys "$dir/$p/keys" --identity "pentad:$p/role/connector"
    done
}

# exchange_stream DIR PARTY STREAM: a certificate of its own for one stream, in
# DIR/<party>/load/<stream>, and the party's signing key beside it: what pentad-load takes.
exchange_stream() {
    local dir=$1 party=$2 stream=$3 load=$1/$2/load
    mkdir -p "$load"
    [ -e "$load/signing.key" ] || cp "$dir/$party/keys/signing.key" "$load/signing.key"
    pentad ca keygen --tls-only --keys "$load/$stream" --party "$party" \
        --identity "pentad:$party/stream/$stream"
    pentad ca issue --pki "$dir/pki" --keys "$load/$stream" \
        --identity "pentad:$party/stream/$stream"
}

# exchange_hub_config DIR DATA PORT: DIR/hub/DATA.yaml, a hub whose log is in DIR/hub/DATA.
exchange_hub_config() {
    cat >"$1/hub/$2.yaml" <<END
data: $2
listen: {address: 127.0.0.1, port: $3}
tls: {cert: keys/tls.crt, key: keys/tls.key, ca: keys/ca.crt, crl: keys/crl.pem}
keys: {log: keys/log.key, signing: keys/signing.key}
genesis: genesis.entry
log_level: warn
END
}

# exchange_hub_start DIR DATA: starts it, waits until it listens; sets hub_pid and hub_port.
exchange_hub_start() {
    local dir=$1 data=$1/hub/$2
    rm -f "$data/port"
    pentad-hub --config "$dir/hub/$2.yaml" >>"$dir/hub/$2.log" 2>&1 &
    hub_pid=$!
    for _ in $(seq 3600); do
        [ ! -s "$data/port" ] || break
        kill -0 "$hub_pid" 2>/dev/null || break
        sleep 0.05
    done
    if [ ! -s "$data/port" ]; then
        echo "the hub did not start:" >&2
        tail -n 20 "$dir/hub/$2.log" >&2
        return 1
    fi
    # shellcheck disable=SC2034
    hub_port=$(cat "$data/port")
}
