#!/bin/sh
# Holds everything under deploy/ to the tool that will read it. Each line printed is one file and its judge; a check
# whose tool cannot be had is named as skipped.
set -eu
cd "$(dirname "$0")/../.."
sh tests/tools.sh
bin=target/tools/python/bin
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

ok() { echo "deploy: $1 ok"; }
skip() { echo "deploy: $1 SKIPPED: $2"; }

"$bin/hadolint" deploy/container/Containerfile
ok "container/Containerfile (hadolint)"

"$bin/check-jsonschema" --builtin-schema vendor.compose-spec deploy/compose/compose.yaml >"$work/log" || { cat "$work/log"; exit 1; }
promtool check config --syntax-only deploy/compose/prometheus.yml >"$work/log" || { cat "$work/log"; exit 1; }
ok "compose/ (the compose specification's schema, promtool)"

# An instance of the template, with a program that exists here.
sed 's#/usr/local/bin/dateline#/bin/true#' deploy/systemd/dateline@.service >"$work/dateline@0.service"
# Its manual pages need not be installed here.
systemd-analyze verify --man=no "$work/dateline@0.service"
systemd-analyze security --offline=true --threshold=15 "$work/dateline@0.service" >"$work/log" || { cat "$work/log"; exit 1; }
ok "systemd/dateline@.service (systemd-analyze verify; exposure $(sed -n 's/.*level for .*: \([0-9.]*\) .*/\1/p' "$work/log") of 10)"

if command -v kubectl >/dev/null; then kustomize="kubectl kustomize"
elif command -v kustomize >/dev/null; then kustomize="kustomize build"
else kustomize=""; fi
if [ -z "$kustomize" ]; then
    skip kustomize/ "install kubectl or kustomize"
else
    for overlay in deploy/kustomize/overlays/*/; do
        name=$(basename "$overlay")
        $kustomize "$overlay" >"$work/$name.yaml"
        "$bin/kubernetes-validate" --strict "$work/$name.yaml" >"$work/log" 2>&1 || { cat "$work/log"; exit 1; }
        ok "kustomize/overlays/$name (kustomize, Kubernetes schemas)"
    done
    # Custom resources are judged by the definitions of their own projects, which come with their Go modules.
    keda=github.com/kedacore/keda/v2@v2.21.0
    operator=github.com/prometheus-operator/prometheus-operator@v0.85.0
    if command -v go >/dev/null && (cd "$work" && go mod download "$keda" "$operator" 2>"$work/log"); then
        modules=$(go env GOMODCACHE)
        { cat "$work/production.yaml"; echo ---; cat "$work/production-link.yaml"; } >"$work/both.yaml"
        "$bin/python" tests/deploy/custom_resources.py "$work/both.yaml" \
            "$modules/$keda"/config/crd/bases/keda.sh_*.yaml \
            "$modules/$operator"/example/prometheus-operator-crd/*podmonitors.yaml
    else
        skip "custom resources" "their definitions come by way of Go"
    fi
fi

# Every setting that these files name exists. config/dateline.env.example is held equal to the defaults by a test.
for setting in $(grep -rhoE 'DATELINE__[A-Z0-9_]+' deploy README.md | sort -u); do
    case $setting in
        DATELINE__KAFKA__CONSUMER__* | DATELINE__KAFKA__PRODUCER__*) continue ;;
    esac
    grep -qE "^#? ?${setting%_FILE}(_FILE)?=" config/dateline.env.example || {
        echo "deploy/ or README.md names $setting, which is no setting" >&2
        exit 1
    }
done
ok "every setting named in deploy/ and README.md exists"
