#!/bin/sh
# Fetches the checkers that are no Debian packages, what docs/recipes.md runs (tests/requirements.txt), what Dateline's wheel
# depends on (as files, for clean environments), and cargo-deb, into target/tools, once.
set -eu
cd "$(dirname "$0")/.."
wanted=tests/requirements.txt
tools=target/tools/python
if ! cmp -s "$wanted" "$tools/requirements.txt"; then
    rm -rf "$tools"
    mkdir -p target/tools
    python3 -m venv "$tools"
    "$tools/bin/pip" install --quiet --disable-pip-version-check -r "$wanted"
    rm -rf target/tools/wheels
    "$tools/bin/pip" download --quiet --disable-pip-version-check --no-deps -d target/tools/wheels "$(grep '^pyarrow==' "$wanted")"
    cp "$wanted" "$tools/requirements.txt"
fi
sh deploy/deb/build.sh --tool
