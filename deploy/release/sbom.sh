#!/bin/sh
# Writes the bill of materials of a release in CycloneDX, target/sbom/dateline.cdx.json, and says what is in it. The output goes
# with the release, not into the repository.
#
# The crates are those that Cargo.lock gives the binary on this platform, as the release is built: default features, no tests,
# no build tools. The C sources that some of them compile are in THIRD-PARTY.md; the libraries of the system are what the
# Debian package depends on.
set -eu
cd "$(dirname "$0")/../.."
version=0.5.9 # of cargo-cyclonedx
tool=target/tools/bin/cargo-cyclonedx
"$tool" cyclonedx --version 2>/dev/null | grep -q " $version\$" ||
    CARGO_TARGET_DIR=target/tools/build cargo install --quiet --locked --root target/tools "cargo-cyclonedx@$version"

# The day of the last commit makes the same bytes of the same commit. Each file lies beside a Cargo.toml at first.
SOURCE_DATE_EPOCH=$(git log -1 --format=%ct)
export SOURCE_DATE_EPOCH
"$tool" cyclonedx --quiet --format json --spec-version 1.5 --no-build-deps --describe binaries
mkdir -p target/sbom
bill=target/sbom/dateline.cdx.json
mv dateline_bin.cdx.json "$bill"
# Of packages that are no part of the binary.
git ls-files --others --exclude-standard '*.cdx.json' | xargs -r rm
python3 - "$bill" <<'END'
import json, sys
bill = json.load(open(sys.argv[1], encoding="utf-8"))
parts = bill["components"]
unlicensed = [part["name"] for part in parts if not part.get("licenses")]
without = f"; without a licence: {', '.join(unlicensed)}" if unlicensed else ""
about = bill["metadata"]["component"]
print(f"{sys.argv[1]}: CycloneDX {bill['specVersion']}, {about['name']} {about['version']}, {len(parts)} components{without}")
END
