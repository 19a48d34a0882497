#!/usr/bin/env python3
"""Trains the fast reader: the heads of `train.py` on the language engine's own vectors, mixed along the parse.

    cargo build --release --example reader-material
    python3 models/reader/fast.py --gold DIR... --output models/en_reader_fast.safetensors [--teacher READER --texts FILE]

--gold: folders of whole gold files, as `train.py` has them. --teacher, --texts: a reader of `train.py` and JSON Lines of
uncoded articles (`id`, `text`), whose words are learned from as that reader sees them (distillation), a third of the
material; both are needed. Needs torch, numpy and zstandard; 3 GB of memory, some ten minutes on one CPU core, and half a
second an uncoded article for the teacher. Fixed seed. `--half even|odd` as in `train.py`.

The network (`crates/dateline-read/src/nlp/mixer.rs`): of each word the engine's vectors (that by which it tags and parses,
that by which it recognises names, that of the word by itself), and learned ones of its lemma, tag and relation; one layer
of them; one more of the word beside its neighbours, its head, the mean of its children and of its sentence.
"""

import json
import pathlib
import random
import sys
import time

import numpy
import torch
from torch import nn
from torch.nn import functional as F

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "encoder"), str(HERE.parent)]
from container import serialise  # noqa: E402
from export import rows8  # noqa: E402
from teacher import Teacher  # noqa: E402
from train import LOSS, Article, Heads, arguments, be_repeatable, loss, material, parted, read, score, tensors, vocabularies  # noqa: E402

# What `reader-material --engine` multiplies vectors by to print them as whole numbers of 8 bits; numbers of a word's vectors.
SCALE, VECTOR = 24, 288
WIDTH, LEMMA, LABEL = 144, 64, 16
# How often a lemma must occur to have a vector of its own.
COUNT = {"lemma": 3, "tag": 1, "dep": 1}
BATCH = 4


class Names:
    """Rows of a table by name; row 0 stands for all others."""

    def __init__(self, words, least):
        counts = {}
        for word in words:
            counts[word] = counts.get(word, 0) + 1
        self.list = sorted(word for word, n in counts.items() if n >= least)
        self.number = {word: i for i, word in enumerate(self.list, 1)}

    def rows(self, words):
        return torch.tensor([self.number.get(word, 0) for word in words])


class Parsed(Article):
    """An article as tensors, with what the engine makes of it."""

    def __init__(self, gold, m, vocabulary, names):
        super().__init__(gold, m, vocabulary, 0, 0)
        vectors = numpy.frombuffer(bytes.fromhex(m["vectors"]), numpy.int8).reshape(-1, VECTOR)
        self.vectors = torch.from_numpy(vectors.copy())
        self.rows = {key: table.rows(m[key]) for key, table in names.items()}
        self.head, self.sentences = torch.tensor(m["head"]), torch.from_numpy(self.sentence)
        self.kept = torch.from_numpy(self.read)


def means(rows, of, n):
    """The mean of the rows of each of `n` groups; zeros where a group has none."""
    count = torch.zeros(n).index_add_(0, of, torch.ones(len(of))).clamp(min=1)[:, None]
    return torch.zeros(n, rows.shape[1]).index_add(0, of, rows) / count


class Mixer(nn.Module):
    def __init__(self, vocabulary, names):
        super().__init__()
        self.table = nn.ModuleDict({key: nn.Embedding(len(t.list) + 1, LEMMA if key == "lemma" else LABEL) for key, t in names.items()})
        nn.init.normal_(self.table["lemma"].weight, std=0.1)
        self.first = nn.Linear(VECTOR + LEMMA + 2 * LABEL, WIDTH)
        self.mixed, self.norm = nn.Linear(6 * WIDTH, WIDTH), nn.LayerNorm(WIDTH)
        self.heads = Heads(WIDTH, vocabulary)
        self.hide, self.drop = nn.Dropout(0.1), nn.Dropout(0.2)

    def vectors(self, articles):
        return [self.mix(a) for a in articles]

    def mix(self, a):
        x = torch.cat([a.vectors.float() / SCALE, *(self.table[key](a.rows[key]) for key in ("lemma", "tag", "dep"))], 1)
        h = torch.relu(self.first(self.hide(x)))
        before, after = F.pad(h[:-1], (0, 0, 1, 0)), F.pad(h[1:], (0, 0, 0, 1))
        children = means(h, a.head, len(h))
        sentence = means(h, a.sentences, int(a.sentences.max()) + 1)[a.sentences]
        y = torch.relu(self.mixed(self.drop(torch.cat([h, before, after, h[a.head], children, sentence], 1))))
        return self.norm(h + y)[a.kept]

    def spans(self, h, article):
        return torch.stack([h[t].mean(0) if t else h[0] for t in article.triggers]) if article.triggers else h[:0]


def taught(mixer, articles):
    """How far the words of uncoded articles are from what the teacher says of them."""
    z = torch.cat([mixer.heads.words(mixer.drop(h), a.features) for h, a in zip(mixer.vectors(articles), articles)])
    p = torch.cat([a.taught for a in articles])
    total = F.cross_entropy(z[:, :18], p[:, :18])
    weight = (1 - p[:, 0]) / (1 - p[:, 0]).sum()
    for name, column in (("begin", 18), ("unreal", 19), ("historical", 20), ("main", 24)):
        error = F.binary_cross_entropy_with_logits(z[:, column], p[:, column], reduction="none")
        total = total + LOSS[name] * (error * weight).sum()
    return total + LOSS["level"] * (F.cross_entropy(z[:, 21:24], p[:, 21:24], reduction="none") * weight).sum()


def rounds(articles, size):
    """Batches without end, every article once a round."""
    while articles:
        order = random.sample(articles, len(articles))
        yield from (order[at : at + size] for at in range(0, len(order), size))


def learn(mixer, coded, uncoded, epochs):
    named = [p for name, p in mixer.named_parameters() if "features" in name]
    others = [p for name, p in mixer.named_parameters() if "features" not in name]
    optimiser = torch.optim.AdamW([{"params": others, "lr": 2e-3}, {"params": named, "lr": 2e-2}], weight_decay=0.01)
    steps = epochs * -(-len(coded) // BATCH)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimiser, lambda s: min(1, (s + 1) / (0.05 * steps)) * max(0.02, 1 - s / steps))
    batches, others = rounds(coded, BATCH), rounds(uncoded, max(1, round(BATCH * len(uncoded) / len(coded))))
    mixer.train()
    begin, sums = time.process_time(), []
    for step in range(1, steps + 1):
        value, parts = loss(mixer, next(batches))
        if uncoded:
            value = value + taught(mixer, next(others))
        optimiser.zero_grad()
        value.backward()
        nn.utils.clip_grad_norm_(mixer.parameters(), 1.0)
        optimiser.step()
        schedule.step()
        sums.append(parts["type"])
        if step % 100 == 0:
            print(f"{step} of {steps}, {time.process_time() - begin:.0f} s of CPU: type {numpy.mean(sums[-100:]):.3f}", flush=True)


def exported(mixer, vocabulary, names):
    """The file that `nlp/mixer.rs` and the heads read."""
    state = {k: v.detach().float().numpy() for k, v in mixer.state_dict().items()}
    text = lambda value: numpy.frombuffer(json.dumps(value, ensure_ascii=False).encode(), numpy.uint8)
    found = {k: v for k, v in tensors(mixer.heads, {k: v for k, v in vocabulary.items() if k != "name"}).items() if ".name" not in k}
    found |= {"shape.json": text({"width": WIDTH}), "names.json": text({key: table.list for key, table in names.items()})}
    for key in names:
        found[f"{key}.weight"], found[f"{key}.scale"] = rows8(state[f"table.{key}.weight"], 127)
    for layer in ("first", "mixed"):
        found |= {f"{layer}.{part}": state[f"{layer}.{part}"] for part in ("weight", "bias")}
    found |= {"norm.gain": state["norm.weight"], "norm.bias": state["norm.bias"]}
    return serialise(found, {
        "format": "dateline-mixer", "format_version": "1", "name": "en_reader_fast", "version": "1", "license": "Apache-2.0",
        "source": "vectors of en_news, heads trained by models/reader/fast.py",
    })  # fmt: skip


def main():
    parser = arguments(__doc__, epochs=5)
    parser.add_argument("--teacher", type=pathlib.Path, help="a reader whose judgement of --texts is learned")
    parser.add_argument("--texts", type=pathlib.Path, help="JSON Lines of uncoded articles")
    parser.add_argument("--encoder", type=pathlib.Path, default=HERE.parent / "en_reader.safetensors", help="whose pieces tell which words are read")
    options = parser.parse_args()
    be_repeatable()
    train, left_out = parted(read(options.gold), options.half)
    see = lambda articles: material(options.material, options.encoder, articles, "--engine")
    seen = see(train)
    vocabulary = vocabularies(seen)
    words = lambda key: (word for _, m in seen for word in m[key])
    names = {key: Names(words(key), least) for key, least in COUNT.items()}
    make = lambda found: [a for a in (Parsed(g, m, vocabulary, names) for g, m in found) if len(a.read)]
    coded, uncoded = make(seen), []
    if options.teacher and options.texts:
        teacher = Teacher(options.teacher)
        texts = [json.loads(line) | {"events": [], "marked": [], "kinds": []} for line in options.texts.read_text().splitlines()]
        for gold, m in see(texts):
            for article in make([(gold, m)]):
                article.taught = teacher.words(gold, m)
                uncoded.append(article)
    print(len(coded), "coded and", len(uncoded), "uncoded articles,", {k: len(t.list) for k, t in names.items()}, flush=True)
    mixer = Mixer(vocabulary, names)
    learn(mixer, coded, uncoded, options.epochs)
    mixer.eval()
    options.output.write_bytes(exported(mixer, vocabulary, names))
    if test := read(options.test) + left_out:
        score(mixer, make(see(test)))


if __name__ == "__main__":
    main()
