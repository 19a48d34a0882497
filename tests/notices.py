#!/usr/bin/env python3
"""Holds deploy/licences/native.txt to the C sources that are compiled into the binary; with --write, writes it anew.

`cargo metadata` tells where the sources of rdkafka-sys (librdkafka and what it bundles) and zstd-sys lie. Left out: the
text of the Apache License (OpenTelemetry's definitions have it; it is the repository's own LICENSE) and what only
Windows builds contain.
"""
import json
import pathlib
import subprocess
import sys

NOTICES = pathlib.Path(__file__).resolve().parents[1] / "deploy" / "licences" / "native.txt"
LEFT_OUT = {"LICENSE.opentelemetry", "LICENSE.wingetopt"}
RULE = "-" * 100


def sources():
    command = ["cargo", "metadata", "--format-version", "1", "--locked"]
    packages = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)["packages"]
    return {p["name"]: (p["version"], pathlib.Path(p["manifest_path"]).parent) for p in packages}


def notices():
    found = sources()
    version, folder = found["rdkafka-sys"]
    files = sorted(f for f in (folder / "librdkafka").glob("LICENSE*") if f.name != "LICENSES.txt")
    parts = [(f"librdkafka {version.partition('+')[2]}, {f.name}", f) for f in files if f.name not in LEFT_OUT]
    version, folder = found["zstd-sys"]
    parts.append((f"zstd {version.partition('zstd.')[2]}, LICENSE", folder / "zstd" / "LICENSE"))
    text = "Notices of the C sources that are compiled into the binary of Dateline. THIRD-PARTY.md lists what they are.\n"
    for title, file in parts:
        body = "\n".join(line.rstrip() for line in file.read_text(encoding="utf-8").strip().splitlines())
        text += f"\n{RULE}\n{title}\n{RULE}\n\n{body}\n"
    return text


if __name__ == "__main__":
    if sys.argv[1:] == ["--write"]:
        NOTICES.parent.mkdir(parents=True, exist_ok=True)
        NOTICES.write_text(notices(), encoding="utf-8")
    elif NOTICES.read_text(encoding="utf-8") != notices():
        sys.exit(f"{NOTICES} is not what the C sources say: python3 tests/notices.py --write, and look at THIRD-PARTY.md")
    else:
        print("notices: librdkafka, what it bundles, zstd ok")
