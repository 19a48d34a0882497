"""Speed of Dateline's language engine against spaCy: same text, same weights, one core, CPU time.

    benches/spacy/run.sh PIPELINE [TEXTS.jsonl] [--passes 7] [--core 0]

Both engines run their full pipeline (tokenizer, tok2vec, tagger, parser, attribute ruler, lemmatizer, NER) in one
thread on the same core and take turns, pass by pass, so that noise of the machine meets both. spaCy gets the texts
in one `nlp.pipe` call, which is its fastest way. The first pass, with empty caches, is listed by itself. Texts are
JSON Lines with a field "text"; the default is this repository's golden texts. The processor's name is printed with the
figures: on another one the ratio differs.
"""

import argparse
import json
import os
import pathlib
import statistics
import subprocess
import sys

ONE_THREAD = {name: "1" for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "BLIS_NUM_THREADS")}
GOLDEN = pathlib.Path(__file__).resolve().parents[2] / "tests" / "golden" / "nlp" / "texts.jsonl"


def spacy_passes(pipeline, path):
    """spaCy's half: one pass for every line on standard input, answered by tokens and CPU seconds."""
    import time

    import spacy

    nlp = spacy.load(pipeline)
    texts = [json.loads(line)["text"] for line in open(path, encoding="utf-8")]
    for _ in sys.stdin:
        start = time.process_time()
        tokens = sum(len(doc) for doc in nlp.pipe(texts))
        print(tokens, time.process_time() - start, flush=True)


def start(command):
    return subprocess.Popen(
        [str(part) for part in command], env=os.environ | ONE_THREAD, text=True, bufsize=1,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    )


def one_pass(process):
    process.stdin.write("go\n")
    process.stdin.flush()
    tokens, seconds = process.stdout.readline().split()
    return int(tokens), float(seconds)


def processor():
    lines = pathlib.Path("/proc/cpuinfo").read_text().splitlines()
    facts = dict(reversed([[part.strip() for part in line.split(":", 1)] for line in lines if ":" in line]))
    return "{model name}, family {cpu family}, model {model}".format_map(facts)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pipeline", help="directory of the spaCy pipeline that the model file was exported from")
    parser.add_argument("texts", nargs="?", default=GOLDEN)
    parser.add_argument("--engine", required=True, help="the built bench binary (run.sh fills this in)")
    parser.add_argument("--passes", type=int, default=7)
    parser.add_argument("--core", type=int, default=0)
    options = parser.parse_args()

    os.sched_setaffinity(0, {options.core})  # inherited by both engines
    processes = {
        "spaCy": start([sys.executable, __file__, "--spacy-half", options.pipeline, options.texts]),
        "Dateline": start([options.engine, options.texts]),
    }
    passes = {name: [] for name in processes}
    for _ in range(options.passes + 1):
        for name, process in processes.items():
            passes[name].append(one_pass(process))
    for process in processes.values():
        process.stdin.close()
        process.wait()

    speeds = {}
    for name, results in passes.items():
        (tokens, first), *rest = results
        seconds = [s for _, s in rest]
        speeds[name] = [tokens / first, tokens / statistics.median(seconds), tokens / min(seconds)]
    (tokens_spacy, _), (tokens_dateline, _) = (results[0] for results in passes.values())
    assert tokens_spacy == tokens_dateline, f"spaCy found {tokens_spacy} tokens, Dateline {tokens_dateline}"
    print(f"{tokens_spacy:,} tokens, {options.passes} passes, tokens per CPU second of one core ({processor()})")
    print(f"{'':10}{'first pass':>12}{'median':>12}{'best':>12}")
    for name, row in speeds.items():
        print(f"{name:10}" + "".join(f"{speed:12,.0f}" for speed in row))
    ratios = [ours / theirs for theirs, ours in zip(speeds["spaCy"], speeds["Dateline"])]
    print(f"{'ratio':10}" + "".join(f"{ratio:11.1f}x" for ratio in ratios))


if __name__ == "__main__":
    if sys.argv[1:2] == ["--spacy-half"]:
        spacy_passes(*sys.argv[2:])
    else:
        main()
