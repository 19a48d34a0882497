#!/bin/sh
# Holds the dependencies to deny.toml: licences, bans and sources; known vulnerabilities where the advisories' database
# can be reached. cargo-deny is built on first use (about a minute) and kept under target/tools.
set -eu
cd "$(dirname "$0")/.."
version=0.20.2

deny=target/tools/bin/cargo-deny
if [ "$("$deny" --version 2>/dev/null)" != "cargo-deny $version" ]; then
    cargo install --quiet --locked --debug --root target/tools --target-dir target/tools/build "cargo-deny@$version"
    rm -rf target/tools/build
fi
"$deny" --all-features --log-level error check --hide-inclusion-graph -A duplicate licenses bans sources
echo "dependencies: licences, bans, sources ok"
if "$deny" --log-level off fetch db >/dev/null 2>&1; then
    "$deny" --all-features --log-level error check --hide-inclusion-graph advisories
    echo "dependencies: advisories ok"
else
    echo "dependencies: advisories SKIPPED: their database cannot be reached"
fi
python3 tests/notices.py
