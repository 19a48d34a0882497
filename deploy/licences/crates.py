#!/usr/bin/env python3
"""Prints the licences of the Rust crates that are compiled into the binary, each text once, with the crates it belongs to.

Made anew for every release (deploy/deb/build.sh), because it changes with Cargo.lock. Crates come from the registry's
sources that `cargo metadata` names; what only builds or tests use is left out, as are other platforms' crates.
"""
import json
import pathlib
import subprocess
import sys

NAMES = ("LICEN", "COPYING", "COPYRIGHT", "NOTICE", "UNLICENSE")
RULE = "-" * 100


def metadata():
    version = subprocess.run(["rustc", "-vV"], check=True, capture_output=True, text=True).stdout
    host = next(line.split(" ")[1] for line in version.splitlines() if line.startswith("host: "))
    command = ["cargo", "metadata", "--format-version", "1", "--locked", "--filter-platform", host]
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def compiled_in(data):
    """The packages that the command depends on and that are none of the repository's own."""
    nodes = {node["id"]: node for node in data["resolve"]["nodes"]}
    packages = {package["id"]: package for package in data["packages"]}
    wanted = [p for p in packages.values() if any("bin" in t["kind"] and t["name"] == "dateline" for t in p["targets"])]
    if len(wanted) != 1:
        sys.exit(f"{len(wanted)} packages have a binary named dateline; one was expected")
    todo, seen = [wanted[0]["id"]], set()
    while todo:
        at = todo.pop()
        if at in seen:
            continue
        seen.add(at)
        todo += [d["pkg"] for d in nodes[at]["deps"] if any(kind["kind"] is None for kind in d["dep_kinds"])]
    found = [packages[at] for at in seen if packages[at]["source"]]
    return sorted(found, key=lambda p: (p["name"], p["version"]))


def texts(package):
    folder = pathlib.Path(package["manifest_path"]).parent
    for file in sorted(folder.iterdir()):
        if file.is_file() and file.name.upper().startswith(NAMES):
            lines = file.read_text(encoding="utf-8", errors="replace").strip().splitlines()
            yield "\n".join(line.rstrip() for line in lines)


if __name__ == "__main__":
    crates = compiled_in(metadata())
    owners = {}
    print("Rust crates that are compiled into the binary of Dateline, with the licences that they name:\n")
    for crate in crates:
        found = list(texts(crate))
        note = "" if found else "; no text in the crate"
        print(f"{crate['name']} {crate['version']}: {crate['license'] or 'see its text'}{note}")
        for text in found:
            owners.setdefault(text, []).append(f"{crate['name']} {crate['version']}")
    for text, names in owners.items():
        print(f"\n{RULE}\n{', '.join(dict.fromkeys(names))}\n{RULE}\n\n{text}")
