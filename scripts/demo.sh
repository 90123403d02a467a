#!/usr/bin/env bash
# SPDX-FileCopyrightText: The Waybill developers
# SPDX-License-Identifier: Apache-2.0
#
# Shows a sample exchange on its whole way, in a temporary root.
#   demo.sh PATH-TO-WAYBILL
# Ends by itself: 0 when both runs of the sample were applied.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/.."
waybill=$(realpath "${1:-.build/release/waybill}")
sample=$PWD/Tests/Fixtures/demo
limit=${DEMO_TIMEOUT:-120}
[ -x "$waybill" ] || { echo "demo: no program at $waybill: make build" >&2; exit 1; }

root=$(mktemp -d "${TMPDIR:-/tmp}/waybill-demo.XXXXXX")
agent=

stop_agent() {
    [ -n "$agent" ] || return 0
    kill -TERM "$agent" 2>/dev/null || true
    wait "$agent" || true
    agent=
}
trap 'stop_agent; rm -rf "$root"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

w() { "$waybill" --root "$root" --no-color "$@"; }
step() { printf '\n== %s\n' "$*"; }

fail() {
    printf '\ndemo: %s\n' "$*" >&2
    w status >&2 || true
    w queue >&2 || true
    echo '-- the last lines of the agent:' >&2
    tail -n 40 "$root/agent.log" >&2 || true
    exit 1
}

# Waits until a command succeeds; fails when the agent dies or time is up.
wait_for() {
    local what=$1 deadline=$((SECONDS + limit))
    shift
    until "$@"; do
        kill -0 "$agent" 2>/dev/null || fail "the agent ended while waiting for: $what"
        [ "$SECONDS" -lt "$deadline" ] || fail "not within $limit s: $what"
        sleep 0.2
    done
}

# Packages that ended in the archive, told by the <id>.json beside each file.
archived() { find "$root/spool/archive" -type f -name '[0-9]*.json' 2>/dev/null | wc -l; }

# True when so many packages are in the archive and nothing is left in in/, pictures included.
taken() {
    if find "$root/spool/quarantine" -mindepth 1 -maxdepth 1 -type d 2>/dev/null | grep -q .; then
        fail 'a package of the sample went into quarantine'
    fi
    [ "$(archived)" -ge "$1" ] && ! find "$in" -type f ! -name '.*' | grep -q .
}

query() {
    command -v sqlite3 >/dev/null 2>&1 || return 0
    printf '   $ sqlite3 "file:var/store/catalogue.db?mode=ro" "%s"\n' "$1"
    sqlite3 -batch -header -column "file:$root/var/store/catalogue.db?mode=ro" "$1"
}

sql="SELECT p.sku, p.name, r.price_type_name, r.value, r.currency
     FROM v1_product p JOIN v1_price r ON r.source = p.source AND r.offer = p.id ORDER BY 1, 3"
stock="SELECT p.sku, s.warehouse_name, s.quantity
     FROM v1_product p JOIN v1_stock s ON s.source = p.source AND s.offer = p.id ORDER BY 1, 2"

step "a new root: $root"
"$waybill" init "$root"

step 'the agent starts in the background'
"$waybill" --root "$root" run >"$root/agent.log" 2>&1 </dev/null &
agent=$!
wait_for 'the agent to listen' test -S "$root/var/run/waybill.sock"
in=$root/spool/partners/erp-1c/in

step '1C exports its whole catalogue into spool/partners/erp-1c/in'
cp -r "$sample/1-full/." "$in/"
(cd "$sample/1-full" && find . -type f | sort)
wait_for 'the whole catalogue in the archive' taken 2
w status
w find DR-650
query "$sql"

step '1C exports what changed since: a name, a price, the stock'
cp -r "$sample/2-change/." "$in/"
(cd "$sample/2-change" && find . -type f | sort)
wait_for 'the changes in the archive' taken 4
w status
w find DR-650
w find DR-850
query "$sql"
query "$stock"

step 'the last package, whole'
last=$(find "$root/spool/archive" -type f -name '[0-9]*.json' -printf '%f\n' | sort | tail -n 1)
w show "${last%.json}"

step 'where each file went'
(cd "$root" && find spool media -type f ! -name README.md | sort)

step 'the agent stops'
kill -TERM "$agent"
code=0
wait "$agent" || code=$?
agent=
if [ "$code" -ne 0 ]; then
    tail -n 20 "$root/agent.log" >&2
    echo "demo: the agent ended with $code" >&2
    exit 1
fi

cat <<'TEXT'

Done; the temporary root is gone again. To go on:

  make run                              the agent on this folder: drop files into spool/partners/erp-1c/in
  .build/release/waybill --help         every command
  docs/getting-started-1c.md            point your 1C at it
TEXT
