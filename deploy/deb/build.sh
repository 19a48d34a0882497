#!/bin/sh
# Makes the Debian package, target/debian/dateline_VERSION_ARCH.deb. Build it on the oldest Debian that it is for: it asks for
# the libraries that it was linked with.
#
#   sh deploy/deb/build.sh                builds the release binary first
#   sh deploy/deb/build.sh --no-build     packs target/release/dateline as it is
#   PROFILE=dev sh deploy/deb/build.sh --no-build --fast     the debug binary, hardly compressed; the suite does this
#   sh deploy/deb/build.sh --tool         fetches and builds cargo-deb alone
#
# What is in it stands in Cargo.toml, [package.metadata.deb]; what is made for it goes to target/deb first.
set -eu
cd "$(dirname "$0")/../.."
version=3.8.0 # of cargo-deb
profile=${PROFILE:-release}
target=${CARGO_TARGET_DIR:-target}
folder=$target/$profile
[ "$profile" = dev ] && folder=$target/debug

as_root=""
[ "$(id -u)" = 0 ] || as_root=sudo
command -v dpkg-shlibdeps >/dev/null ||
    { $as_root apt-get update -qq && $as_root apt-get install -y -qq --no-install-recommends dpkg-dev; }
tool=target/tools/bin/cargo-deb
# Its debug profile optimises what compresses, and is built sooner.
[ "$("$tool" --version 2>/dev/null)" = "$version" ] ||
    CARGO_TARGET_DIR=target/tools/build cargo install --quiet --debug --locked --root target/tools "cargo-deb@$version"
[ "${1:-}" = --tool ] && exit 0

if [ "${1:-}" = --no-build ]; then
    shift
else
    DATELINE_COMMIT=$(git rev-parse --short HEAD) cargo build --profile "$profile" --locked --bin dateline
fi
binary=$folder/dateline

made=target/deb
rm -rf "$made"
mkdir -p "$made/completions"
"$binary" man "$made/man" >/dev/null
"$binary" completions bash >"$made/completions/dateline"
"$binary" completions zsh >"$made/completions/_dateline"
"$binary" completions fish >"$made/completions/dateline.fish"
# Packages leave /usr/local to the administrator.
sed 's#/usr/local/bin/#/usr/bin/#; s#(copy config/dateline.env.example)#(every setting is in it)#' \
    'deploy/systemd/dateline@.service' >"$made/dateline@.service"

python3 deploy/licences/crates.py | gzip -9n >"$made/crates.txt.gz"

# Debian's form of changelog: the newest version of CHANGELOG.md with its day, which also dates the files.
newest=$(sed -n 's/^## \([0-9.]*\) (\([0-9-]*\))$/\1 \2/p' CHANGELOG.md | sed -n 1p)
day=${newest#* }
maintainer=$(sed -n '/^\[package.metadata.deb\]/,$ s/^maintainer = "\(.*\)"$/\1/p' Cargo.toml)
cat >"$made/changelog" <<END
dateline (${newest% *}-1) stable; urgency=medium

  * New, and what to do before the upgrade: changelog.gz beside this file.

 -- $maintainer  $(LC_ALL=C date -u -R -d "$day")
END
SOURCE_DATE_EPOCH=$(date -u -d "$day" +%s)
export SOURCE_DATE_EPOCH

# Not there, if the changelog's newest version is not that of Cargo.toml.
file=$target/debian/dateline_${newest% *}-1_$(dpkg --print-architecture).deb
rm -f "$file"
"$tool" deb --quiet --no-build --locked --profile "$profile" "$@" >/dev/null
if [ "$profile" = release ] && command -v lintian >/dev/null; then lintian --allow-root --fail-on error "$file" >&2; fi
ls "$file"
