#!/bin/sh
# SPDX-FileCopyrightText: The Waybill developers
# SPDX-License-Identifier: Apache-2.0
#
# Installs what is missing on Debian; does nothing when all is there.
#   setup.sh build    what the built targets link
#   setup.sh test     and the programs that the tests run
#   setup.sh bench    and the programs that the benchmark measures against
set -eu

what=${1:-build}
build="libxml2-dev libarchive-dev libxxhash-dev libsqlite3-dev libinotifytools0-dev pkg-config"
test="sqlite3 samba smbclient libxml2-utils strace zip unzip python3"
bench="python3 python3-lxml php-cli php-sqlite3 php-xml php-zip unzip zip"

die() {
    printf 'waybill setup: %s\n' "$*" >&2
    exit 1
}

swift=${SWIFT:-swift}
get='from https://www.swift.org/install/linux/'
if ! command -v "$swift" >/dev/null 2>&1; then
    die "no '$swift' found: put Swift 6.3 or newer on PATH, $get"
fi
number='s/.*Swift version \([0-9][0-9]*\)\.\([0-9][0-9]*\).*/\1 \2/p'
version=$("$swift" --version 2>/dev/null | sed -n "$number" | head -n 1)
major=${version%% *}
minor=${version##* }
[ -n "$version" ] || die "'$swift --version' names no version"
if [ "$major" -lt 6 ] || { [ "$major" -eq 6 ] && [ "$minor" -lt 3 ]; }; then
    die "Swift $major.$minor is too old: 6.3 or newer is needed, $get"
fi

case $what in
    build) wanted=$build ;;
    test) wanted="$build $test" ;;
    bench)
        wanted="$build $bench"
        # A Python of another origin that has lxml is as good.
        if python3 -c 'import lxml' 2>/dev/null; then wanted="$build ${bench#python3 python3-lxml }"; fi
        ;;
    *) die "unknown set of packages '$what': build, test or bench" ;;
esac

if ! command -v dpkg-query >/dev/null 2>&1 || ! command -v apt-get >/dev/null 2>&1; then
    die "this is no Debian (apt-get is missing): install by hand what Debian calls: $wanted"
fi
missing=
for name in $wanted; do
    state=$(dpkg-query -W -f '${db:Status-Status}' "$name" 2>/dev/null || true)
    [ "$state" = installed ] || missing="$missing $name"
done
[ -n "$missing" ] || exit 0

root=
if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null 2>&1 || die "as root, run: apt-get install$missing"
    root="sudo"
    if [ -n "${CI:-}" ] || [ ! -t 0 ]; then root="sudo -n"; fi
fi
printf 'installing:%s\n' "$missing"
# Words on purpose: each package and each word of `sudo -n` is an argument.
# shellcheck disable=SC2086
$root apt-get update -q </dev/null || die "apt-get update failed (network? permissions?)"
# shellcheck disable=SC2086
$root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends $missing </dev/null ||
    die "could not install:$missing"
