#!/bin/sh
# Passes all tests: installs what is missing, checks format and lints, runs every test.
#
# Tests against Kafka start a broker of their own from Maven artifacts. DATELINE_TEST_KAFKA=host:port uses a given one;
# where neither can be had, those tests are named as skipped, unless DATELINE_TEST_KAFKA_REQUIRED=1.
# Tests of the pages need Chromium and its driver, likewise: DATELINE_TEST_BROWSER_REQUIRED=1; those of docs/recipes.md and
# python/ DuckDB, pandas and maturin (tests/tools.sh): DATELINE_TEST_PYTHON_REQUIRED=1; that of the Debian package cargo-deb:
# DATELINE_TEST_DEB_REQUIRED=1.
set -eu
cd "$(dirname "$0")/.."

sh tests/packages.sh
if cargo fmt --version >/dev/null 2>&1; then cargo fmt --all --check; fi
# What downloads and hardly needs a core runs beside the compiler.
{ sh tests/packages.sh test && sh tests/policy.sh && sh tests/deploy/check.sh; } &
beside=$!
trap wait EXIT
# What has no tests, clippy compiles: linked, every example and the command would hold the model for nothing.
cargo test --no-run --lib --test '*'
wait "$beside"
# The tests mostly wait, so what is left for the compiler runs beside them; not at once, because cargo lets no other
# cargo at the build folder until it has started them.
{
    sleep 10
    if cargo clippy --version >/dev/null 2>&1; then nice cargo clippy --quiet --workspace --all-targets -- -D warnings; fi
    RUSTDOCFLAGS="-D warnings" nice cargo doc --quiet --workspace --no-deps --document-private-items
    nice cargo test --quiet --doc
} &
beside=$!
cargo test --lib --test '*' "$@"
wait "$beside"
