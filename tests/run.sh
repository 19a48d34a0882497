#!/bin/sh
# Passes all tests: installs what is missing, checks format and lints, runs every test.
#
# Tests against Kafka start a broker of their own from Maven artifacts. DATELINE_TEST_KAFKA=host:port uses a given one;
# where neither can be had, those tests are named as skipped, unless DATELINE_TEST_KAFKA_REQUIRED=1.
# Tests of the pages need Chromium and its driver, likewise: DATELINE_TEST_BROWSER_REQUIRED=1.
set -eu
cd "$(dirname "$0")/.."

sh tests/packages.sh test
if cargo fmt --version >/dev/null 2>&1; then cargo fmt --check; fi
if cargo clippy --version >/dev/null 2>&1; then cargo clippy --quiet --all-targets -- -D warnings; fi
sh tests/policy.sh
sh tests/deploy/check.sh
RUSTDOCFLAGS="-D warnings" cargo doc --quiet --no-deps --document-private-items
cargo test "$@"
