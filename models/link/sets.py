"""Articles with known events, and what the linker sees of them: shared by train.py and models/scores/linking.py.

The data folder holds linking/SET.jsonl.gz (an article a line, `cluster` is its event) and ecbplus. Records come from
`dateline extract` and are kept in the folder `records`, since reading all articles takes minutes: in one of its own for each
build of `dateline`, by its checksum, since another build makes other records.
"""

import datetime
import gzip
import hashlib
import json
import pathlib
import subprocess
import tempfile

import numpy as np

import templates

ROOT = pathlib.Path(__file__).resolve().parents[2]
RECORDS, MATERIAL = ROOT / "target/link-records", ROOT / "target/release/examples/link-material"
# The sets that are learned from, with the ways in which their dates are used: as they are; all events moved into so many
# days; or left out, where they say when the set was made.
TRAINING = [("gva", None), ("gva", 14), ("gva", 60), ("basil", None), ("allsides", "undated"), ("ecbplus", None), ("templates", None)]

# Weight of a set whose weight is not one: of made-up texts no more than shows that names count.
SHARE = {"templates": 0.05}


class Sets:
    def __init__(self, data, records, dateline, material):
        self.data, self.dateline, self.material = data, dateline, material
        self.records = pathlib.Path(records) / hashlib.sha256(pathlib.Path(dateline).read_bytes()).hexdigest()[:16]
        self.records.mkdir(parents=True, exist_ok=True)
        self.kept = {}

    def raw(self, name):
        """Articles by id."""
        if name not in self.kept:
            made = {"ecbplus": self.ecbplus, "templates": templates.articles}
            articles = made[name]() if name in made else lines(self.data / f"linking/{name}.jsonl.gz")
            self.kept[name] = {a["id"]: a for a in articles}
        return self.kept[name]

    def ecbplus(self):
        texts = {a["id"]: a for part in ("train", "dev") for a in lines(self.data / f"ecbplus/{part}.jsonl.gz")}
        clusters = lines(self.data / "linking/ecbplus_subtopics.jsonl.gz")
        return [{"id": c["id"], "text": texts[c["id"]]["text"], "cluster": c["cluster"]} for c in clusters if c["id"] in texts]

    def events(self, name):
        return {i: a["cluster"] for i, a in self.raw(name).items()}

    def links(self, name):
        """`link.article/1` of every article that was read."""
        raw, enriched = self.records / f"{name}.raw.jsonl", self.records / f"{name}.jsonl"
        known = ("id", "url", "source", "title", "text", "published_at", "language")
        if not enriched.exists():
            with open(raw, "w") as out:
                for a in self.raw(name).values():
                    out.write(json.dumps({k: a[k] for k in known if a.get(k)}) + "\n")
            part = enriched.with_suffix(".part")
            with open(part, "w") as out:
                subprocess.run([self.dateline, "extract", "--format", "json", raw], stdout=out)
            part.rename(enriched)
        run = subprocess.run([self.material, "articles", raw, enriched], capture_output=True, text=True, check=True)
        return [json.loads(line) for line in run.stdout.splitlines()]

    def variant(self, name, how):
        """The articles in order of publication, with dates as `how` says."""
        articles, events = self.links(name), self.events(name)
        if how == "undated":
            articles = [moved(a, lambda _: None) for a in articles]
        elif how:
            articles = squeezed(articles, events, how)
        return sorted(articles, key=lambda a: (a["published_at"] or "", a["article_id"]))

    def pairs(self, name, how):
        """Ids, features and truth of the pairs that the linker would compare."""
        events = self.events(name)
        with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
            json.dump(events, file)
            file.flush()
            text = "".join(json.dumps(a) + "\n" for a in self.variant(name, how))
            run = subprocess.run([self.material, "pairs", file.name], input=text, capture_output=True, text=True, check=True)
        rows = [line.split("\t") for line in run.stdout.splitlines()]
        ids = [(r[0], r[1]) for r in rows]
        return ids, np.array([r[2:] for r in rows], dtype=float), np.array([events[a] == events[b] for a, b in ids])

    def names(self):
        return subprocess.run([self.material, "names"], capture_output=True, text=True, check=True).stdout.split()

    def flagged(self, name):
        """Articles whose text stands under another event, too: nobody could tell."""
        return {i for i, a in self.raw(name).items() if a.get("text_in_other_incident")}

    def linked(self, articles, table, *settings):
        """Links and records of a stream with the pair model of a table."""
        text = "".join(json.dumps(a) + "\n" for a in articles)
        run = subprocess.run([self.material, "link", table, *settings], input=text, capture_output=True, text=True, check=True)
        return json.loads(run.stdout)


def homes(output):
    """The canonical event of every article's main report."""
    return {link["article_id"]: link["canonical_id"] for link in output["links"].values() if link and link["role"] == "main"}


def lines(path):
    with gzip.open(path, "rt", encoding="utf8") as file:
        return [json.loads(line) for line in file]


def half(event):
    """0 or 1: which half of a set an event belongs to. The salt is ours: the sets themselves are halves by other hashes."""
    return hashlib.sha256(b"half " + event.encode()).digest()[0] % 2


def moved(article, move):
    """An article with all its dates moved."""
    events = []
    for event in article["events"]:
        time = event["time"] and dict(event["time"], start=move(event["time"]["start"]), end=move(event["time"]["end"]))
        events.append(dict(event, time=time if time and time["start"] else None))
    days = [d for d in map(move, article["days"]) if d]
    return dict(article, published_at=move(article["published_at"]), days=days, events=events)


def squeezed(articles, events, span):
    """Every event moved as a whole to a day of a span of days, chosen by a hash of its id."""
    first = {}
    for a in articles:
        event, day = events[a["article_id"]], datetime.date.fromisoformat(a["published_at"][:10])
        first[event] = min(first.get(event, day), day)
    out = []
    for a in articles:
        event = events[a["article_id"]]
        to = 730_000 + int(hashlib.md5(((("" if span == 14 else "x")) + event).encode()).hexdigest(), 16) % span
        by = datetime.timedelta(days=to - first[event].toordinal())

        def move(text, by=by):
            try:
                return text and (datetime.date.fromisoformat(text[:10]) + by).isoformat() + text[10:]
            except ValueError:
                return text

        out.append(moved(a, move))
    return out


def fit(x, y, weight, penalty=1e-2, steps=60):
    """Logistic regression by Newton's method on standardised features; weights and bias for features as they are."""
    weight = weight / weight.sum()
    mean = weight @ x
    deviation = np.sqrt(weight @ (x - mean) ** 2) + 1e-9
    z = np.hstack([(x - mean) / deviation, np.ones((len(x), 1))])
    ridge = np.full(z.shape[1], penalty)
    ridge[-1] = 0
    w = np.zeros(z.shape[1])
    for _ in range(steps):
        p = 1 / (1 + np.exp(-np.clip(z @ w, -30, 30)))
        gradient = z.T @ (weight * (p - y)) + ridge * w
        hessian = (z * (weight * p * (1 - p))[:, None]).T @ z + np.diag(ridge + 1e-12)
        step = np.linalg.solve(hessian, gradient)
        w -= step
        if abs(step).max() < 1e-7:
            break
    own = w[:-1] / deviation
    return own, w[-1] - own @ mean


def learn(sets, pairs, keep=lambda event: True):
    """The model of some pairs by set, each set of the same weight; of events that `keep` accepts."""
    xs, ys, ws = [], [], []
    for (name, how), (ids, x, y) in pairs.items():
        events, flagged = sets.events(name), sets.flagged(name)
        wanted = [keep(events[a]) and keep(events[b]) and a not in flagged and b not in flagged for a, b in ids]
        rows = np.flatnonzero(wanted)
        if len(rows):
            xs.append(x[rows]), ys.append(y[rows]), ws.append(np.full(len(rows), SHARE.get(name, 1) / len(rows)))
    return fit(np.concatenate(xs), np.concatenate(ys).astype(float), np.concatenate(ws))


def write(path, names, model):
    weights, bias = model
    with open(path, "w") as out:
        out.write("# Weights of what a pair of articles shows (crates/dateline-read/src/link/features.rs): whether both tell of one event.\n")
        out.write("# Origin: learned by models/link/train.py; do not edit. Columns: feature, weight.\n")
        out.write(f"bias\t{bias:.5f}\n")
        for name, weight in zip(names, weights):
            out.write(f"{name}\t{weight:.5f}\n")


def arguments(parser):
    parser.add_argument("--data", type=pathlib.Path, required=True)
    parser.add_argument("--records", type=pathlib.Path, default=RECORDS)
    parser.add_argument("--dateline", default=ROOT / "target/release/dateline")
    parser.add_argument("--material", default=MATERIAL)
    chosen = parser.parse_args()
    return chosen, Sets(chosen.data, chosen.records, chosen.dateline, chosen.material)
