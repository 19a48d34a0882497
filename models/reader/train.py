#!/usr/bin/env python3
"""Trains the reader: an encoder and its heads, jointly, on newspaper articles whose events were coded by hand.

    cargo build --release --example reader-material
    python3 models/reader/train.py --gold DIR... --names FILE... --minilm DIR --output models/en_reader.safetensors

--gold: folders of whole gold files (`models/events/gold/standoff.py join` makes them from the annotations of this
repository and the publishers' texts); --names: gzipped JSON Lines of the same articles with the spans of their names (`id`,
`text`, `spans`); --minilm: the unpacked folder of all-MiniLM-L6-v2 (config.json, model.safetensors, tokenizer.json). Needs
torch, transformers and zstandard; 3 to 6 GB of memory, about a quarter of an hour on one CPU core with products of bfloat16,
three quarters without. Fixed seed. What a word, a pair of triggers or a candidate looks like is printed by
`reader-material`, so that training sees what the worker sees. `--half even|odd` learns from half of the newspaper articles
and all written ones, and scores the other half, to choose thresholds by. The output holds the encoder in whole numbers
(`models/encoder/export.py`) and the heads beside it.

Heads, on the vector h of a word's first piece and the named features f of rules and parse (linear both):
* `word`: type (none, 16 PLOVER types, HAPPENING), first word of its trigger, unreal, historical, level, main;
* `pair`: whether two triggers tell of one event, on products and differences of their projected mean vectors;
* `role`: actor, recipient, for a trigger and a candidate, on the product of their projected vectors and on the
  candidate's own;
* `name`: whether a word begins or goes on with a name, and its kind.
"""

import argparse
import bisect
import gzip
import json
import pathlib
import random
import subprocess
import sys
import time

import numpy
import torch
from torch import nn
from torch.nn import functional as F

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "encoder"))
from export import export  # noqa: E402

TYPES = (
    "AGREE CONSULT SUPPORT CONCEDE COOPERATE AID RETREAT REQUEST ACCUSE REJECT THREATEN PROTEST SANCTION MOBILIZE COERCE "
    "ASSAULT HAPPENING"
).split()
LEVELS = ["core", "minor", "optional"]
KINDS = "PERSON NORP FAC ORG GPE LOC PRODUCT EVENT WORK_OF_ART LAW".split()
NAME = 1 + 2 * len(KINDS)
WORD = ["type"] * 18 + ["begin", "unreal", "historical"] + ["level"] * 3 + ["main"]
WINDOW, PROJECTED, FROZEN, SEED = 192, 64, 2, 1
# A CPU without products of bfloat16 takes thirty times as long for them as for those of float32.
NUMBERS = torch.bfloat16 if torch.ops.mkldnn._is_mkldnn_bf16_supported() else torch.float32
# Weight of words of optional events, and of each loss beside that of the types.
OPTIONAL, LOSS = 0.5, {"begin": 0.3, "unreal": 0.3, "historical": 0.3, "level": 0.3, "main": 0.2, "pair": 0.5, "role": 0.5, "name": 0.5}
# How often a feature must occur to be learned.
COUNT = {"word": 5, "pair": 10, "role": 10, "name": 20}


def spans(text, trigger):
    sys.path.insert(0, str(HERE.parent / "events/gold"))
    from standoff import trigger_span

    return trigger_span(text, trigger)


def normal(name):
    return " ".join("".join(c if c.isalnum() or c == "_" else " " for c in name.lower()).split())


def names(party, name):
    """Whether one of the names accepted for a party is part of a name, or the other way about."""
    name = normal(name)
    return bool(name) and any(a in name or len(name) > 2 and name in a for a in map(normal, party) if a)


# Types that are taken for each other: a share of the triggers is shown to the pair and role heads with another type than
# the coder's, as the word head will get it wrong.
MISTAKEN, CONFUSED = 0.15, [
    {"ASSAULT", "COERCE", "HAPPENING", "PROTEST"}, {"ACCUSE", "SANCTION", "COERCE", "REJECT", "THREATEN"},
    {"AGREE", "CONSULT", "SUPPORT", "COOPERATE", "AID"}, {"REQUEST", "THREATEN", "REJECT"}, {"RETREAT", "CONCEDE", "AID"}, {"MOBILIZE", "COERCE"},
]  # fmt: skip


def shown(random, event):
    kind = event["types"][0]
    if random.random() >= MISTAKEN:
        return kind
    others = event["types"][1:] or sorted(set().union(*(group for group in CONFUSED if kind in group)) - {kind})
    return random.choice([k for k in others if k in TYPES] or [kind])


def read(folders):
    articles, chance = [], random.Random(SEED)
    for path in sorted(p for folder in folders for p in pathlib.Path(folder).glob("*.json")):
        gold = json.loads(path.read_text())
        triggers = sorted(
            (*spans(gold["text"], t), (event["types"] or [None])[0], e) for e, event in enumerate(gold["events"]) for t in event["triggers"]
        )
        triggers = [t for t in triggers if t[2] in TYPES]
        marked = [(a, b, shown(chance, gold["events"][e]), e) for a, b, _, e in triggers]
        articles.append({**gold, "marked": marked, "kinds": [t[2] for t in triggers]})
    return articles


def parted(articles, half):
    """The articles to learn from and the newspaper articles left out: none, or those of the other half."""
    written = [a for a in articles if a.get("source") == "written"]
    articles = [a for a in articles if a.get("source") != "written"]
    random.Random(7).shuffle(articles)
    if not half:
        return articles + written, []
    halves = [articles[::2], articles[1::2]]
    learned, other = halves if half == "even" else reversed(halves)
    return learned + written, other


def add_names(articles, files):
    """Gives articles the spans of their names, where a file has them: the same text but for its white space."""
    coded = {}
    for file in files:
        with gzip.open(file, "rt") as lines:
            for line in lines:
                coded.setdefault(json.loads(line)["id"].split(".")[0], json.loads(line))
    known = 0
    for article in articles:
        found = coded.get(article.get("source"))
        if not found:
            continue
        text, spans = found["text"], found["spans"]
        begin = text.index("\n") + 1 if text.startswith("http") else 0
        here = [i for i, c in enumerate(article["text"]) if not c.isspace()]
        there = [i for i, c in enumerate(text) if i >= begin and not c.isspace()]
        if [article["text"][i] for i in here] != [text[i] for i in there]:
            continue
        at = dict(zip(there, here))
        article["names"] = [(at[a], at[b - 1] + 1, kind) for a, b, kind in spans if kind in KINDS and a in at and b - 1 in at]
        known += 1
    print(known, "of", len(articles), "articles with names", flush=True)


def material(binary, vocabulary, articles, *flags):
    keys = ("id", "title", "text", "published_at", "marked")
    lines = "".join(json.dumps({k: a[k] for k in keys if a.get(k)}) + "\n" for a in articles)
    run = subprocess.run([binary, vocabulary, *flags], input=lines, capture_output=True, text=True, check=True)
    found = {m["id"]: m for m in map(json.loads, run.stdout.splitlines())}
    return [(a, found[a["id"]]) for a in articles if a["id"] in found]


class Names:
    """Features by number, in order of their names."""

    def __init__(self, counts, least):
        self.list = sorted(name for name, n in counts.items() if n >= least)
        self.number = {name: i for i, name in enumerate(self.list)}

    def __len__(self):
        return len(self.list)

    def sparse(self, features):
        found = [(self.number[name], x) for name, x in features if name in self.number]
        return [i for i, _ in found], [x for _, x in found]


def vocabularies(pairs):
    counts = {head: {} for head in COUNT}
    for _, m in pairs:
        groups = {
            "word": [f for _, f in m["sentences"]] + [f for _, _, f in m["rules"]],
            "pair": [f for _, _, f in m["pairs"]],
            "role": [f for marked in m["roles"] for _, f in marked],
            "name": m["names"],
        }
        for head, lists in groups.items():
            for features in lists:
                for name, _ in features:
                    counts[head][name] = counts[head].get(name, 0) + 1
    return {head: Names(counts[head], least) for head, least in COUNT.items()}


class Article:
    """One article as tensors."""

    def __init__(self, gold, m, vocabulary, first, last):
        self.gold = gold
        pieces, tokens = m["pieces"], m["tokens"]
        self.windows, self.at, self.read = [], numpy.full((len(tokens), 2), -1), []
        for w, (a, b) in enumerate(m["windows"]):
            row = [first]
            for t in range(a, b):
                if pieces[t]:
                    self.at[t] = w, len(row)
                    self.read.append(t)
                row += pieces[t]
            self.windows.append(row + [last])
        self.read = numpy.array(self.read, dtype=int)
        self.place = numpy.full(len(tokens), -1)
        self.place[self.read] = numpy.arange(len(self.read))
        f = numpy.zeros((len(tokens), len(vocabulary["word"])), numpy.float32)
        self.sentence = numpy.zeros(len(tokens), int)
        for s, ((a, b), features) in enumerate(m["sentences"]):
            ids, x = vocabulary["word"].sparse(features)
            f[a:b, ids] = x
            self.sentence[a:b] = s
        for (a, b), _, features in m["rules"]:
            ids, x = vocabulary["word"].sparse(features)
            f[a:b, ids] = x
        self.features = torch.from_numpy(f[self.read])
        self.offsets = [tokens[t] for t in self.read]
        f = numpy.zeros((len(self.read), len(vocabulary["name"])), numpy.float32)
        for i, t in enumerate(self.read):
            f[i, vocabulary["name"].sparse(m["names"][t])[0]] = 1
        self.written = torch.from_numpy(f)
        self.named = None
        if "names" in gold:
            named, starts = numpy.zeros(len(tokens), numpy.int64), [a for a, _ in tokens]
            for a, b, kind in gold["names"]:
                first_token, end = bisect.bisect_right(starts, a) - 1, bisect.bisect_left(starts, b)
                named[first_token:end] = 2 * KINDS.index(kind) + 2
                named[first_token] -= 1
            self.named = torch.from_numpy(named[self.read])
        events = gold["events"]
        y = numpy.zeros((len(tokens), 6), numpy.int64)
        known = [(*t[:2], kind, t[3]) for t, kind, n in zip(gold["marked"], gold["kinds"], m["number"]) if n is not None]
        order = sorted(range(len(known)), key=lambda i: (-LEVELS.index(events[known[i][3]]["level"]), m["marked"][i][0] - m["marked"][i][1]))
        for i in order:
            (a, b), event = m["marked"][i], events[known[i][3]]
            level = LEVELS.index(event["level"])
            y[a:b] = TYPES.index(known[i][2]) + 1, 0, event["status"] != "happened", bool(event.get("historical")), level, bool(event.get("main"))
            y[a, 1] = 1
        self.y = torch.from_numpy(y[self.read])
        self.event = [t[3] for t in known]
        self.triggers = [[self.place[t] for t in range(a, b) if self.place[t] >= 0] for a, b in m["marked"]]
        ok = [bool(t) for t in self.triggers]
        self.pairs = [(a, b, *vocabulary["pair"].sparse(f), float(self.event[a] == self.event[b])) for a, b, f in m["pairs"] if ok[a] and ok[b]]
        heads = [self.place[c[1]] for c in m["candidates"]]
        self.roles = []
        for t, marked in enumerate(m["roles"]):
            event = events[self.event[t]]
            for c, f in marked:
                if ok[t] and heads[c] >= 0:
                    right = [float(any(names(p, m["candidates"][c][3]) for p in event[k])) for k in ("actors", "recipients")]
                    self.roles.append((t, heads[c], *vocabulary["role"].sparse(f), right, m["candidates"][c][3]))


def bag(samples, ids, numbers):
    """Sparse features of samples as an embedding bag takes them."""
    start = numpy.cumsum([0] + [len(s[ids]) for s in samples[:-1]])
    flat = lambda k: [x for s in samples for x in s[k]]
    return torch.tensor(flat(ids), dtype=torch.long), torch.from_numpy(start), torch.tensor(flat(numbers))


class Heads(nn.Module):
    def __init__(self, width, vocabulary):
        super().__init__()
        self.word = nn.Linear(width, len(WORD))
        self.word_features = nn.Linear(len(vocabulary["word"]), len(WORD), bias=False)
        self.pair = nn.Linear(width, PROJECTED, bias=False)
        self.product, self.difference = nn.Parameter(torch.full((PROJECTED,), 0.1)), nn.Parameter(torch.zeros(PROJECTED))
        self.pair_features = nn.EmbeddingBag(max(1, len(vocabulary["pair"])), 1, mode="sum")
        self.trigger = nn.Linear(width, 2 * PROJECTED)
        self.candidate = nn.Linear(width, 2 * PROJECTED)
        self.alone = nn.Linear(width, 2)
        self.role_features = nn.EmbeddingBag(max(1, len(vocabulary["role"])), 2, mode="sum")
        self.pair_bias = nn.Parameter(torch.zeros(1))
        self.name = nn.Linear(width, NAME)
        self.name_features = nn.Linear(len(vocabulary["name"]), NAME, bias=False)
        for features in (self.pair_features, self.role_features):
            nn.init.zeros_(features.weight)
        nn.init.zeros_(self.word_features.weight)
        nn.init.zeros_(self.name_features.weight)

    def words(self, h, features):
        return self.word(h) + self.word_features(features)

    def names(self, h, features):
        return self.name(h) + self.name_features(features)

    def pairs(self, spans, samples):
        u = self.pair(spans)
        a, b = (u[[s[k] for s in samples]] for k in (0, 1))
        ids, start, numbers = bag(samples, 2, 3)
        score = (a * b) @ self.product + (a - b).abs() @ self.difference + self.pair_bias
        return score + self.pair_features(ids, start, per_sample_weights=numbers)[:, 0]

    def roles(self, spans, h, samples):
        t = self.trigger(spans)[[s[0] for s in samples]].view(-1, 2, PROJECTED)
        words = h[[s[1] for s in samples]]
        c = self.candidate(words).view(-1, 2, PROJECTED)
        ids, start, numbers = bag(samples, 2, 3)
        score = (t * c).sum(-1) / PROJECTED**0.5 + self.alone(words)
        return score + self.role_features(ids, start, per_sample_weights=numbers)


class Reader(nn.Module):
    def __init__(self, folder, vocabulary):
        super().__init__()
        from transformers import AutoModel

        self.encoder = AutoModel.from_pretrained(
            folder, add_pooling_layer=False, attn_implementation="sdpa", hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0
        )
        for name, p in self.encoder.named_parameters():
            if "embeddings" in name or any(f"layer.{i}." in name for i in range(FROZEN)):
                p.requires_grad = False
        self.heads = Heads(self.encoder.config.hidden_size, vocabulary)
        self.drop = nn.Dropout(0.2)
        self.lower = {}

    def layers(self, h, mask, layers):
        mask = ((1 - mask) * -1e4)[:, None, None, :].to(NUMBERS)
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=NUMBERS == torch.bfloat16):
            for layer in layers:
                h = layer(h, attention_mask=mask.to(h.dtype))
                h = h[0] if isinstance(h, tuple) else h
        return h

    def vectors(self, articles):
        """The vectors of the words read, per article. What the frozen layers say is kept."""
        rows = [(id(a), w, pieces) for a in articles for w, pieces in enumerate(a.windows)]
        longest = max(len(pieces) for _, _, pieces in rows)
        pad = self.encoder.config.pad_token_id
        mask = torch.tensor([[1] * len(p) + [0] * (longest - len(p)) for _, _, p in rows])
        if any((a, w) not in self.lower for a, w, _ in rows):
            with torch.no_grad():
                ids = torch.tensor([p + [pad] * (longest - len(p)) for _, _, p in rows])
                h = self.layers(self.encoder.embeddings(input_ids=ids), mask, self.encoder.encoder.layer[:FROZEN])
            for r, (a, w, pieces) in enumerate(rows):
                self.lower[a, w] = h[r, : len(pieces)].to(torch.bfloat16).clone()
        h = torch.zeros((len(rows), longest, self.encoder.config.hidden_size))
        for r, (a, w, pieces) in enumerate(rows):
            h[r, : len(pieces)] = self.lower[a, w].float()
        h = self.layers(h, mask, self.encoder.encoder.layer[FROZEN:]).float()
        found, row = [], 0
        for a in articles:
            at = torch.from_numpy(a.at[a.read])
            found.append(h[row + at[:, 0], at[:, 1]])
            row += len(a.windows)
        return found

    def spans(self, h, article):
        return torch.stack([h[t].mean(0) if t else h[0] for t in article.triggers]) if article.triggers else h[:0]


def loss(reader, articles):
    total, sums = 0.0, {}

    def add(name, value, weight):
        nonlocal total
        total = total + value * weight
        sums[name] = value.item()

    hs = [reader.drop(h) for h in reader.vectors(articles)]
    z = torch.cat([reader.heads.words(h, a.features) for h, a in zip(hs, articles)])
    y = torch.cat([a.y for a in articles])
    event = y[:, 0] > 0
    weight = torch.where(event & (y[:, 4] == 2), OPTIONAL, 1.0)
    add("type", (F.cross_entropy(z[:, :18], y[:, 0], reduction="none") * weight).sum() / weight.sum(), 1.0)
    if event.any():
        ze, ye = z[event], y[event]
        for name, column, label in (("begin", 18, 1), ("unreal", 19, 2), ("historical", 20, 3), ("main", 24, 5)):
            add(name, F.binary_cross_entropy_with_logits(ze[:, column], ye[:, label].float()), LOSS[name])
        add("level", F.cross_entropy(ze[:, 21:24], ye[:, 4]), LOSS["level"])
    named = [(h, a) for h, a in zip(hs, articles) if a.named is not None]
    if named:
        z = torch.cat([reader.heads.names(h, a.written) for h, a in named])
        add("name", F.cross_entropy(z, torch.cat([a.named for _, a in named])), LOSS["name"])
    pair, role = [], []
    for h, a in zip(hs, articles):
        spans = reader.spans(h, a)
        if a.pairs:
            right = torch.tensor([s[4] for s in a.pairs])
            pair.append(F.binary_cross_entropy_with_logits(reader.heads.pairs(spans, a.pairs), right))
        if a.roles:
            right = torch.tensor([s[4] for s in a.roles])
            role.append(F.binary_cross_entropy_with_logits(reader.heads.roles(spans, h, a.roles), right))
    for name, values in (("pair", pair), ("role", role)):
        if values:
            # A sum over the two parts: most candidates play none.
            add(name, torch.stack(values).mean() * (2 if name == "role" else 1), LOSS[name])
    return total, sums


def batches(articles, windows=7):
    """Whole articles of about as many windows together."""
    order = articles[:]
    random.shuffle(order)
    found, size = [[]], 0
    for a in order:
        if found[-1] and size + len(a.windows) > windows:
            found.append([])
            size = 0
        found[-1].append(a)
        size += len(a.windows)
    return found


def learn(reader, articles, epochs):
    live = [p for p in reader.encoder.parameters() if p.requires_grad]
    heads = list(reader.heads.parameters())
    # Weights of features are few and start at nothing: what the others need in a step takes them nowhere.
    named = [p for name, p in reader.heads.named_parameters() if "features" in name]
    others = [p for name, p in reader.heads.named_parameters() if "features" not in name]
    groups = [{"params": live, "lr": 3e-4}, {"params": others, "lr": 1.5e-3}, {"params": named, "lr": 2e-2}]
    optimiser = torch.optim.AdamW(groups, weight_decay=0.01)
    steps, step, begin = epochs * len(batches(articles)), 0, time.process_time()
    schedule = torch.optim.lr_scheduler.LambdaLR(optimiser, lambda s: min(1, (s + 1) / (0.08 * steps)) * max(0.02, 1 - s / steps))
    reader.train()
    for epoch in range(epochs):
        sums = []
        for batch in batches(articles):
            value, parts = loss(reader, batch)
            optimiser.zero_grad()
            value.backward()
            nn.utils.clip_grad_norm_(live + heads, 1.0)
            optimiser.step()
            schedule.step()
            sums.append(parts)
            step += 1
            if step % 25 == 0:
                mean = {k: round(float(numpy.mean([s[k] for s in sums[-50:] if k in s])), 3) for k in ("type", *LOSS)}
                print(f"{step} of {steps}, {time.process_time() - begin:.0f} s of CPU: {mean}", flush=True)


def named_spans(words):
    """Names as (first word, end, kind): of marks, or of the best row of marks by their logarithms of chances."""
    if words.ndim > 1:
        # A word goes on only with a name of its kind.
        best, back = words[0].copy(), []
        best[2::2] = -1e9
        for row in words[1:]:
            top = int(best.argmax())
            come = numpy.full(NAME, best[top])
            whence = numpy.full(NAME, top)
            for inside in range(2, NAME, 2):
                whence[inside] = inside if best[inside] >= best[inside - 1] else inside - 1
                come[inside] = best[whence[inside]]
            back.append(whence)
            best = come + row
        marks = [int(best.argmax())]
        for whence in reversed(back):
            marks.append(int(whence[marks[-1]]))
        words = marks[::-1]
    found, at = set(), 0
    while at < len(words):
        end = at + 1
        if words[at]:
            while end < len(words) and words[end] and words[end] % 2 == 0:
                end += 1
            found.add((at, end, (words[at] - 1) // 2))
        at = end
    return found


def score(reader, articles):
    """Prints what each head is worth on articles that it has not seen, gold triggers given for pairs and roles."""
    reader.eval()
    counts = {}
    with torch.no_grad():
        for a in articles:
            h = reader.vectors([a])[0]
            z = reader.heads.words(h, a.features)
            p = z[:, :18].softmax(-1)
            chance, kind = 1 - p[:, 0], p[:, 1:].argmax(-1) + 1
            spans = reader.spans(h, a)
            for threshold in (0.2, 0.3, 0.4, 0.5):
                found, at = [], 0
                while at < len(kind):
                    if chance[at] < threshold:
                        at += 1
                        continue
                    end = at + 1
                    while end < len(kind) and chance[end] >= threshold and kind[end] == kind[at] and a.read[end] == a.read[end - 1] + 1 and torch.sigmoid(z[end, 18]) < 0.5:
                        end += 1
                    found.append((at, end, int(kind[at])))
                    at = end
                c = counts.setdefault(f"triggers from {threshold}", numpy.zeros(4))
                gold = a.gold["events"]
                hit = lambda f, t, e: any(f[0] <= w < f[1] for w in t) and TYPES[f[2] - 1] in gold[e]["types"]
                touch = lambda f, t: any(f[0] <= w < f[1] for w in t)
                told = list(zip(a.triggers, a.event))
                for t, e in told:
                    if gold[e]["level"] != "optional" and t:
                        c[0] += 1
                        c[1] += any(hit(f, t, e) for f in found)
                for f in found:
                    if any(gold[e]["level"] != "optional" and hit(f, t, e) for t, e in told):
                        c[2] += 1
                        c[3] += 1
                    elif not any(gold[e]["level"] == "optional" and touch(f, t) for t, e in told):
                        c[3] += 1
            event = a.y[:, 0] > 0
            for name, column, label in (("unreal", 19, 2), ("historical", 20, 3)):
                if event.any():
                    c = counts.setdefault(name, numpy.zeros(4))
                    found, right = z[event, column] > 0, a.y[event, label] > 0
                    c += [right.sum(), (found & right).sum(), (found & right).sum(), found.sum()]
            if a.named is not None:
                found, right = named_spans(reader.heads.names(h, a.written).log_softmax(-1).numpy()), named_spans(a.named.numpy())
                c = counts.setdefault("names", numpy.zeros(4))
                c += [len(right), len(found & right), len(found & right), len(found)]
            if a.pairs:
                found = reader.heads.pairs(spans, a.pairs)
                right = torch.tensor([s[4] for s in a.pairs]) > 0
                for threshold in (-0.5, 0.0, 0.5):
                    c = counts.setdefault(f"pairs from {threshold}", numpy.zeros(4))
                    c += [right.sum(), (right & (found > threshold)).sum(), (right & (found > threshold)).sum(), (found > threshold).sum()]
            if a.roles:
                found = torch.sigmoid(reader.heads.roles(spans, h, a.roles))
                for q, key in ((0, "actors"), (1, "recipients")):
                    best = {}
                    for s, x in zip(a.roles, found[:, q].tolist()):
                        e, n = a.event[s[0]], s[5]
                        best.setdefault(e, {})[n] = max(x, best.get(e, {}).get(n, 0))
                    for threshold in (0.2, 0.3, 0.4, 0.5):
                        c = counts.setdefault(f"{key} from {threshold}", numpy.zeros(4))
                        for e, event in enumerate(a.gold["events"]):
                            if event["level"] == "optional":
                                continue
                            cast = [n for n, x in sorted(best.get(e, {}).items(), key=lambda v: -v[1])[:3] if x >= threshold]
                            right = bool(event[key]) and 2 * sum(any(names(p, n) for n in cast) for p in event[key]) >= len(event[key])
                            c += [bool(event[key]), right, right, bool(cast)]
    for name, (gold, hit, right, found) in counts.items():
        p, r = right / max(1, found), hit / max(1, gold)
        print(f"{name}: P {100 * p:.1f} R {100 * r:.1f} F1 {200 * p * r / max(1e-9, p + r):.1f} of {gold:.0f}", flush=True)


def tensors(heads, vocabulary):
    """The heads as the reader's file holds them."""
    state = {k: v.detach().float().numpy() for k, v in heads.state_dict().items()}
    text = json.dumps({head: v.list for head, v in vocabulary.items()}, ensure_ascii=False).encode()
    return {"heads.json": numpy.frombuffer(text, numpy.uint8), **{f"heads.{k}": v for k, v in state.items()}}


def chances(z):
    """What the word head says, as chances."""
    return torch.cat([z[:, :18].softmax(-1), z[:, 18:21].sigmoid(), z[:, 21:24].softmax(-1), z[:, 24:].sigmoid()], -1)


def arguments(description, epochs):
    """What every training is told."""
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--gold", nargs="+", required=True)
    parser.add_argument("--test", nargs="*", default=[], help="folders of gold files to score on, never learned from")
    parser.add_argument("--output", type=pathlib.Path, required=True)
    parser.add_argument("--material", default=str(HERE.parents[1] / "target/release/examples/reader-material"))
    parser.add_argument("--half", choices=["even", "odd"])
    parser.add_argument("--epochs", type=int, default=epochs)
    return parser


def be_repeatable():
    """One thread and fixed seeds."""
    torch.set_num_threads(1)
    random.seed(SEED)
    torch.manual_seed(SEED)
    numpy.random.seed(SEED)


def main():
    parser = arguments(__doc__, epochs=3)
    parser.add_argument("--names", nargs="*", default=[], help="files of the same articles with their names")
    parser.add_argument("--minilm", type=pathlib.Path, required=True)
    options = parser.parse_args()
    be_repeatable()
    train, left_out = parted(read(options.gold), options.half)
    test = read(options.test) + left_out
    add_names(train + test, options.names)

    pieces = json.loads((options.minilm / "tokenizer.json").read_text())["model"]["vocab"]
    pieces = sorted(pieces, key=pieces.get)
    from transformers import AutoModel

    base = export(AutoModel.from_pretrained(options.minilm, add_pooling_layer=False), pieces, WINDOW, "base", "0", "", "")
    path = options.output.with_suffix(".base")
    path.write_bytes(base)
    seen = material(options.material, path, train)
    vocabulary = vocabularies(seen)
    first, last = pieces.index("[CLS]"), pieces.index("[SEP]")
    make = lambda found: [a for a in (Article(g, m, vocabulary, first, last) for g, m in found) if len(a.read)]
    learned = make(seen)
    print(len(learned), "articles,", sum(len(w) for a in learned for w in a.windows), "pieces,", {k: len(v) for k, v in vocabulary.items()}, flush=True)
    reader = Reader(options.minilm, vocabulary)
    learn(reader, learned, options.epochs)
    reader.eval()
    data = export(
        reader.encoder, pieces, WINDOW, "en_reader", "1", "Apache-2.0",
        "all-MiniLM-L6-v2 (Apache-2.0), trained further by models/reader/train.py", tensors(reader.heads, vocabulary),
    )
    options.output.write_bytes(data)
    path.unlink()
    if test:
        score(reader, make(material(options.material, options.output, test)))


if __name__ == "__main__":
    main()
