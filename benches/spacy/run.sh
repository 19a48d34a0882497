#!/usr/bin/env bash
# Compares Dateline's language engine with spaCy 3.8; see compare.py. Needs cargo, python3 and network for pip.
# PIPELINE is the unpacked spaCy pipeline that models/export.py reads (models/README.md says how to obtain it).
# PYTHON may name an interpreter that has spaCy 3.8 already; otherwise a virtual environment is made in target/.
set -euo pipefail
if [ $# -lt 1 ]; then
    echo "usage: $0 PIPELINE [TEXTS.jsonl] [--passes N] [--core N]" >&2
    exit 2
fi
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
if [ -z "${PYTHON:-}" ]; then
    PYTHON=$root/target/bench-spacy/bin/python
    [ -x "$PYTHON" ] || python3 -m venv "$root/target/bench-spacy"
    "$PYTHON" -m pip install --quiet 'spacy>=3.8,<3.9'
fi
engine=$(cargo bench --manifest-path "$root/Cargo.toml" --bench spacy --no-run --message-format=json |
    "$PYTHON" -c 'import json, sys
for line in sys.stdin:
    message = json.loads(line)
    if message.get("target", {}).get("name") == "spacy" and message.get("executable"):
        print(message["executable"])')
exec "$PYTHON" "$here/compare.py" --engine "$engine" "$@"
