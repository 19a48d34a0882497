#!/bin/sh
# Holds a Debian package to what it promises.
#
#   sh tests/deploy/deb.sh FILE              unpacks it into a folder of its own; neither root nor a bare machine is needed
#   sh tests/deploy/deb.sh FILE --install    installs, uses, upgrades, removes and purges it, on a Debian that may be spoilt:
#                                            a container, a chroot; as root
#   sh tests/deploy/deb.sh FILE --boot DIR   boots a bare Debian in DIR, made by debootstrap and kept, with systemd as its first
#                                            process, and has it start, reload, stop and purge workers; as root, with
#                                            systemd-container and debootstrap
set -eu
file=$(readlink -f "${1:?name the package, as deploy/deb/build.sh prints it}")
cd "$(dirname "$0")/../.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# Variables that the program would take for settings, or refuse.
for name in $(env | sed -n 's/^\(DATELINE_[A-Z0-9_]*\)=.*/\1/p'); do unset "$name"; done
ok() { echo "deb: $1 ok"; }
fail() { echo "deb: $1" >&2; [ -z "${2:-}" ] || cat "$2" >&2; exit 1; }
# contains FILE TEXT
contains() { grep -qF -- "$2" "$1" || fail "expected \"$2\":" "$1"; }

# The program at a path reads an article and finds its settings in order.
program() {
    "$1" --version >"$work/log" 2>&1 || fail "--version" "$work/log"
    contains "$work/log" "dateline $(dpkg-deb -f "$file" Version | sed 's/-[^-]*$//')"
    "$1" extract config/samples/night-raid.txt >"$work/log" 2>&1 || fail "extract" "$work/log"
    contains "$work/log" "ASSAULT"
    (cd "$work" && "$1" check --env-file "$2" >"$work/log" 2>&1) || fail "check" "$work/log"
    contains "$work/log" "The configuration is valid."
}

unpacked() {
    dpkg-deb -x "$file" "$work/root"
    dpkg-deb -e "$file" "$work/control"
    root=$work/root
    # What anybody may look for, with its mode; whose it is.
    dpkg-deb -c "$file" | awk '$2 != "0/0" && $2 != "root/root" { print; bad = 1 } END { exit bad }' >"$work/log" || fail "not all is root's:" "$work/log"
    while read -r mode path; do
        [ -f "$root/$path" ] || fail "$path is missing"
        [ "$(stat -c %a "$root/$path")" = "$mode" ] || fail "$path has mode $(stat -c %a "$root/$path") and not $mode"
    done <<END
755 usr/bin/dateline
644 usr/lib/systemd/system/dateline@.service
640 etc/dateline/dateline.env
644 usr/share/man/man1/dateline.1.gz
644 usr/share/man/man1/dateline-topics-plan.1.gz
644 usr/share/bash-completion/completions/dateline
644 usr/share/zsh/vendor-completions/_dateline
644 usr/share/fish/vendor_completions.d/dateline.fish
644 usr/share/doc/dateline/copyright
644 usr/share/doc/dateline/changelog.gz
644 usr/share/doc/dateline/changelog.Debian.gz
644 usr/share/doc/dateline/THIRD-PARTY.md
644 usr/share/doc/dateline/native.txt
644 usr/share/doc/dateline/crates.txt.gz
END
    [ "$(cat "$work/control/conffiles")" = /etc/dateline/dateline.env ] || fail "conffiles:" "$work/control/conffiles"
    grep -vE '^(#.*)?$' "$root/etc/dateline/dateline.env" >"$work/log" && fail "the environment file sets something:" "$work/log"
    ok "files, modes, owners, conffile"

    for script in postinst prerm postrm; do sh -n "$work/control/$script"; done
    grep -nE 'enable|[^-]start ' "$work/control/postinst" | grep -v ':#' >"$work/log" && fail "the installation starts something:" "$work/log"
    contains "$work/control/control" "libssl3"
    contains "$work/control/control" "procps"
    gzip -dc "$root/usr/share/doc/dateline/changelog.Debian.gz" | sed -n 1p >"$work/log"
    contains "$work/log" "dateline ($(dpkg-deb -f "$file" Version)) stable;"
    gzip -dc "$root/usr/share/doc/dateline/crates.txt.gz" >"$work/log"
    contains "$work/log" "serde_json "
    ok "scripts, dependencies, changelog, notices"

    bash -c ". '$root/usr/share/bash-completion/completions/dateline' && complete -p dateline" >/dev/null
    if command -v man >/dev/null; then
        LC_ALL=C.UTF-8 MANWIDTH=80 man -l "$root/usr/share/man/man1/dateline-run.1.gz" >"$work/log" 2>&1 || fail "man" "$work/log"
        contains "$work/log" "Run the worker until SIGTERM or SIGINT"
    fi
    if command -v systemd-analyze >/dev/null; then
        sed "s#/usr/bin/dateline#$root/usr/bin/dateline#" "$root/usr/lib/systemd/system/dateline@.service" >"$work/dateline@0.service"
        systemd-analyze verify --man=no "$work/dateline@0.service" >"$work/log" 2>&1 || fail "the unit" "$work/log"
    fi
    ok "completions, manual pages, unit"

    program "$root/usr/bin/dateline" "$root/etc/dateline/dateline.env"
    ok "the program runs"
}

# All files but what package managers and installed tools keep for themselves.
files() {
    find / -xdev \( -path /proc -o -path /sys -o -path /dev -o -path /tmp -o -path /root -o -path /run -o -path /var/cache \
        -o -path /var/log -o -path /var/lib/apt -o -path /var/lib/dpkg \) -prune -o -print | sort
}

installed() {
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -qq
    # Installed with nothing there but what it asks for. What comes with it stays behind a purge, and is no part of the comparison.
    apt-get install -y -qq --no-install-recommends "$file" >"$work/log" 2>&1 || fail "apt install" "$work/log"
    program dateline /etc/dateline/dateline.env
    apt-get purge -y -qq dateline >"$work/log" 2>&1 || fail "apt purge" "$work/log"
    ok "it asks for all that it needs"
    apt-get install -y -qq --no-install-recommends man-db systemd lintian >"$work/log" 2>&1 || fail "apt" "$work/log"
    files >"$work/before"

    apt-get install -y -qq --no-install-recommends "$file" >"$work/log" 2>&1 || fail "apt install" "$work/log"
    dpkg-query -W -f '${Package} ${Version}: ${Status}, ${Installed-Size} kB\n' dateline
    dpkg --verify dateline >"$work/log" || fail "dpkg --verify" "$work/log"
    [ ! -s "$work/log" ] || fail "dpkg --verify" "$work/log"
    [ "$(stat -c '%a %U:%G' /etc/dateline/dateline.env)" = "640 root:root" ] || fail "who may read the environment file"
    command -v dateline
    dateline --version
    program dateline /etc/dateline/dateline.env
    ok "installed; reads an article; its settings are in order"

    man -w dateline dateline-run dateline-topics-plan
    cp /usr/lib/systemd/system/dateline@.service "$work/dateline@0.service"
    systemd-analyze verify "$work/dateline@0.service" >"$work/log" 2>&1 || fail "the unit" "$work/log"
    [ ! -e /etc/systemd/system/multi-user.target.wants/dateline@0.service ] || fail "the installation enabled a worker"
    lintian --allow-root --fail-on error "$file" || fail "lintian"
    ok "manual pages, unit, lintian"

    dateline demo >"$work/log" 2>&1 || fail "demo" "$work/log"
    sed -n '/ articles in, /p' "$work/log"
    ok "a worker runs on an embedded broker"

    echo DATELINE__KAFKA__GROUP_ID=mine >>/etc/dateline/dateline.env
    apt-get install -y -qq --reinstall "$file" >"$work/log" 2>&1 || fail "apt install --reinstall" "$work/log"
    dateline check --env-file /etc/dateline/dateline.env >"$work/log" 2>&1 || fail "check" "$work/log"
    contains "$work/log" 'kafka.group_id = "mine"'
    ok "settings survive an upgrade"

    apt-get remove -y -qq dateline >"$work/log" 2>&1 || fail "apt remove" "$work/log"
    [ ! -e /usr/bin/dateline ] || fail "the program is still there"
    [ -f /etc/dateline/dateline.env ] || fail "a removal took the settings"
    mkdir -p /var/lib/private/dateline/0 && ln -s private/dateline /var/lib/dateline
    apt-get purge -y -qq dateline >"$work/log" 2>&1 || fail "apt purge" "$work/log"
    files >"$work/after"
    diff "$work/before" "$work/after" || fail "a purge left something behind, or took too much"
    ok "a removal keeps the settings, a purge leaves nothing behind"
}

# until_true COMMAND...: within half a minute.
until_true() {
    tries=0
    until "$@" >"$work/log" 2>&1; do
        tries=$((tries + 1))
        [ "$tries" -lt 60 ] || fail "$*" "$work/log"
        sleep 0.5
    done
}

# In the booted Debian.
service() {
    dpkg -i "$file" >"$work/log" 2>&1 || fail "dpkg -i" "$work/log"
    [ "$(systemctl is-enabled dateline@0)" = disabled ] || fail "the installation enabled a worker"
    ! systemctl --quiet is-active 'dateline@*' || fail "the installation started a worker"
    ok "nothing is started by the installation"

    # No broker is there: workers wait for one, and live.
    systemctl enable --now dateline@0 dateline@1 2>"$work/log" || fail "enable" "$work/log"
    until_true dateline health
    until_true env DATELINE__HTTP__PORT_OFFSET=1 dateline health
    user=$(stat -c %u "/proc/$(systemctl show --property MainPID --value dateline@0)")
    # systemd's range for DynamicUser.
    { [ "$user" -ge 61184 ] && [ "$user" -le 65519 ]; } || fail "the worker runs as user $user, not as one made for it"
    [ -d /var/lib/dateline/1 ] || fail "no state folder"
    systemctl reload dateline@0
    until_true sh -c 'journalctl --no-pager --unit dateline@0 | grep -F "reloaded: nothing has changed"'
    ok "two workers run as users of their own (one is $user), answer the health check, and reload"

    apt-get remove -y -qq dateline >"$work/log" 2>&1 || fail "apt remove" "$work/log"
    [ "$(systemctl is-active dateline@0)" = inactive ] || fail "a removal leaves a worker running, or failed"
    journalctl --no-pager --unit dateline@0 >"$work/log"
    contains "$work/log" "dateline@0.service: Deactivated successfully."
    apt-get purge -y -qq dateline >"$work/log" 2>&1 || fail "apt purge" "$work/log"
    find / -xdev \( -path /proc -o -path /sys -o -path /run -o -path /root -o -path /var/lib/dpkg -o -path /var/log -o -path /tmp \) -prune -o \
        -name '*dateline*' -print >"$work/log"
    [ ! -s "$work/log" ] || fail "a purge left behind:" "$work/log"
    ok "a removal stops the workers, a purge takes their state and links"
}

booted() {
    root=$1/root
    if [ ! -x "$root/bin/bash" ]; then
        mkdir -p "$root"
        mirror=$(cat /etc/apt/sources.list.d/debian.sources /etc/apt/sources.list 2>/dev/null |
            sed -n 's/^URIs: *//p; s/^deb \(\[.*\] \)*\([a-z]*:[^ ]*\) .*/\2/p' | sed -n 1p)
        # It has no network: what the package depends on is there.
        debootstrap --variant=minbase --include="systemd-sysv,$(dpkg-deb -f "$file" Depends | sed 's/ ([^)]*)//g; s/ //g')" \
            "$(. /etc/os-release && echo "$VERSION_CODENAME")" "$root" "$mirror" >"$1/log" || fail "debootstrap" "$1/log"
    fi
    cp "$file" "$root/root/dateline.deb"
    cp tests/deploy/deb.sh "$root/root/"
    rm -f "$root/root/log"
    cat >"$root/etc/systemd/system/try.service" <<'END'
[Service]
Type=oneshot
# The script goes to where the repository would be.
ExecStart=/bin/sh -c 'mkdir -p /root/tests/deploy && cp /root/deb.sh /root/tests/deploy/ && sh /root/tests/deploy/deb.sh /root/dateline.deb --service >/root/log 2>&1'
ExecStopPost=/bin/systemctl poweroff --force
END
    mkdir -p "$root/etc/systemd/system/multi-user.target.wants"
    ln -sf ../try.service "$root/etc/systemd/system/multi-user.target.wants/try.service"
    timeout --signal KILL 180 systemd-nspawn --quiet --register=no --keep-unit --directory "$root" --boot --private-network \
        </dev/null >"$1/console" 2>&1 || true
    [ -f "$root/root/log" ] || fail "it did not boot:" "$1/console"
    cat "$root/root/log"
    contains "$root/root/log" "a purge takes their state and links ok"
}

case ${2:-} in
"") unpacked ;;
--install) installed ;;
--service) service ;;
--boot) booted "${3:?name a folder}" ;;
*) fail "what is $2?" ;;
esac
