#!/bin/sh
# Builds the image with buildah, also where there is neither a daemon nor a registry:
#
#   sh deploy/container/build.sh                     from the public base images, the program from source
#   sh deploy/container/build.sh --base debootstrap  on a base made here from Debian's packages
#   sh deploy/container/build.sh --binary target/release/dateline     packs this program in place of building one;
#                                                    build it on the Debian release of the base
#
# TAG names the image (localhost/dateline:VERSION). Without privileges for namespaces: BUILDAH_ISOLATION=chroot and
# STORAGE_DRIVER=vfs, which is what is used where the environment does not say otherwise.
set -eu
cd "$(dirname "$0")/../.."
base="" binary=""
while [ $# -gt 0 ]; do
    case $1 in
    --base) base=$2 && shift 2 ;;
    --binary) binary=$2 && shift 2 ;;
    *) echo "what is $1? see the head of deploy/container/build.sh" >&2 && exit 64 ;;
    esac
done
export BUILDAH_ISOLATION="${BUILDAH_ISOLATION:-chroot}" STORAGE_DRIVER="${STORAGE_DRIVER:-vfs}"
release=bookworm # as in the Containerfile
version=$(sed -n 's/^version = "\(.*\)"$/\1/p' Cargo.toml | sed -n 1p)
tag=${TAG:-localhost/dateline:$version}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

set --
if [ "$base" = debootstrap ]; then
    local=localhost/debian:$release-made-here
    if ! buildah inspect --type image "$local" >/dev/null 2>&1; then
        # From the mirrors that this machine uses, with security updates; what a slim image leaves out goes.
        mirror=$(cat /etc/apt/sources.list.d/debian.sources /etc/apt/sources.list 2>/dev/null |
            sed -n 's/^URIs: *//p; s/^deb \(\[.*\] \)*\([a-z]*:[^ ]*\) .*/\2/p' | sed -n 1p)
        debootstrap --variant=minbase --include=ca-certificates "$release" "$work/root" "$mirror" >"$work/log" ||
            { cat "$work/log" >&2 && exit 1; }
        cp /etc/apt/sources.list.d/debian.sources "$work/root/etc/apt/sources.list.d/" && rm -f "$work/root/etc/apt/sources.list"
        container=$(buildah from scratch)
        buildah add --quiet "$container" "$work/root" / >/dev/null
        buildah run "$container" -- sh -c 'apt-get update -qq && apt-get upgrade -y -qq && apt-get clean &&
            rm -rf /var/lib/apt/lists/* /usr/share/man/* /usr/share/locale/*' >"$work/log" 2>&1 ||
            { cat "$work/log" >&2 && exit 1; }
        buildah config --cmd bash "$container"
        buildah commit --quiet --rm "$container" "$local" >/dev/null
        rm -rf "$work/root"
    fi
    set -- "$@" --build-context "docker.io/library/debian:$release-slim=container-image://$local"
elif [ -n "$base" ]; then
    echo "--base is debootstrap or left out: another image is named in the Containerfile" >&2
    exit 64
fi
if [ -n "$binary" ]; then
    # Takes the place of the stage of this name.
    install -D "$binary" "$work/build/out/dateline"
    python3 deploy/licences/crates.py >"$work/build/out/crates.txt"
    set -- "$@" --build-context "build=$work/build"
fi

buildah build --file deploy/container/Containerfile --ignorefile deploy/container/Containerfile.dockerignore \
    --format docker --build-arg COMMIT="$(git rev-parse --short HEAD)" --tag "$tag" "$@" .
echo "$tag"
