#!/bin/sh
# Installs the Debian packages that building (and, with "test", testing) Dateline needs and that are missing here.
set -eu

packages="g++ make pkg-config libssl-dev zlib1g-dev"
if [ "${1:-}" = test ]; then
    command -v java >/dev/null || packages="$packages openjdk-17-jre-headless"
    command -v mvn >/dev/null || packages="$packages maven"
    command -v systemd-analyze >/dev/null || packages="$packages systemd"
    python3 -c "import ensurepip" 2>/dev/null || packages="$packages python3-venv"
    # The driver comes with its browser; fonts, because a page without any text measures nothing.
    command -v chromedriver >/dev/null || packages="$packages chromium chromium-driver fonts-dejavu-core"
    # Tells which packages the Debian package depends on.
    command -v dpkg-shlibdeps >/dev/null || packages="$packages dpkg-dev"
    # Brings promtool. Its server starts only where an init system runs, and on the port 9090, which no test uses.
    command -v promtool >/dev/null || packages="$packages prometheus"
fi

missing=""
for package in $packages; do
    dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q "ok installed" || missing="$missing $package"
done
[ -z "$missing" ] && exit 0

if ! command -v apt-get >/dev/null; then
    echo "install what corresponds to these Debian packages:$missing" >&2
    exit 1
fi
as_root=""
[ "$(id -u)" = 0 ] || as_root=sudo
$as_root apt-get update -qq
# shellcheck disable=SC2086 # a list of words
DEBIAN_FRONTEND=noninteractive $as_root apt-get install -y -qq --no-install-recommends $missing
