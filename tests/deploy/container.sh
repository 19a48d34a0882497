#!/bin/sh
# Holds an image to what deploy/README.md says of it: without root, rights, network or a file system that it may write to, it
# reads an article, says what is wrong with its settings and that no broker answers, passes the demo, and runs a worker that
# answers the health check and stops when told to.
#
#   sh deploy/container/build.sh && sh tests/deploy/container.sh localhost/dateline:0.2.0
#
# ENGINE is podman or docker with its options.
set -eu
cd "$(dirname "$0")/../.."
image=${1:?name the image}
engine=${ENGINE:-podman}
work=$(mktemp -d)
started=""
trap '[ -z "$started" ] || $engine rm --force "$started" >/dev/null; rm -rf "$work"' EXIT

# The health check is asked by hand below: podman wants systemd for it.
limits="--no-healthcheck --read-only --network none --cap-drop ALL --security-opt no-new-privileges --ulimit nofile=4096:4096 --ulimit nproc=1024:1024"
# Lists of words.
# shellcheck disable=SC2086
contained() { $engine run --rm --interactive $limits "$@"; }
ok() { echo "container: $1 ok"; }
# exits CODE TEXT ARGUMENTS...: the container ends with the code and says the text.
exits() {
    code=$1 says=$2
    shift 2
    ended=0
    contained "$@" </dev/null >"$work/log" 2>&1 || ended=$?
    { [ "$ended" = "$code" ] && grep -q "$says" "$work/log"; } || {
        echo "container: $*: exit code $ended, expected $code and \"$says\":" >&2
        cat "$work/log" >&2
        exit 1
    }
}

contained --entrypoint sh "$image" -c 'id -u; touch /written /usr/local/bin/written || true' </dev/null >"$work/log" 2>&1
[ "$(sed -n 1p "$work/log")" = 65532 ] && [ "$(grep -c "Read-only file system" "$work/log")" = 2 ] || { cat "$work/log" >&2; exit 1; }
ok "user 65532, nothing can be written"

contained --entrypoint sh "$image" -c 'cd /usr/share/doc/dateline && grep -l . LICENSE THIRD-PARTY.md native.txt crates.txt' </dev/null >"$work/log" 2>&1
[ "$(grep -c . "$work/log")" = 4 ] || { cat "$work/log" >&2; exit 1; }
ok "licences of everything in it"

exits 0 "^dateline " "$image" --version
cat "$work/log"
contained "$image" extract --format json - <config/samples/night-raid.txt >"$work/article.json"
grep -q '"schema":"article.enriched/1"' "$work/article.json"
ok "extract reads an article"

exits 78 "kafka.bootstrap_servers" --env DATELINE__KAFKA__BOOTSTRAP_SERVERS=https://kafka "$image"
exits 69 '"exit_code":69' --env DATELINE__KAFKA__TRANSACTION_TIMEOUT=2s --env DATELINE__KAFKA__BROKER_PATIENCE=3s "$image"
sed -n '/"exit_code":69/p' "$work/log"
ok "run says what is wrong with the settings (78), and that no broker answers (69)"

contained "$image" demo >"$work/log" </dev/null
grep -q "^articles.enriched 1[0-9] articles" "$work/log"
ok "demo reads its articles with a whole worker on an embedded broker"

# No broker answers this one, but it lives, and it stops when it is told to.
# shellcheck disable=SC2086
started=$($engine run --detach $limits "$image")
tries=0
until $engine exec "$started" dateline health >"$work/log" 2>&1; do
    tries=$((tries + 1))
    [ "$tries" -lt 60 ] || { cat "$work/log" >&2; $engine logs "$started" >&2; exit 1; }
    sleep 1
done
$engine stop --time 30 "$started" >/dev/null
code=$($engine inspect --format '{{.State.ExitCode}}' "$started")
[ "$code" = 0 ] || { echo "container: the worker ended with exit code $code" >&2; $engine logs "$started" >&2; exit 1; }
ok "a worker answers the health check and stops on SIGTERM"
