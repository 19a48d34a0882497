"""Makes the small encoder that holds `crates/dateline-read/src/nlp/encoder` to PyTorch, and what PyTorch and the published tokenizer say.

    python models/encoder/golden.py VOCABULARY      # the vocab.txt of an uncased BERT

An offline tool (torch, transformers, tokenizers, numpy, zstandard). Writes `tests/golden/encoder/`: `small.safetensors`,
two layers of random weights (fixed seed) over the vocabulary's pieces that the golden texts need, and `expected.jsonl`,
a line a text: its pieces, and the vectors of the first 60 pieces as the network in single precision computes them,
summed up in a few random directions.
"""

import json
import pathlib
import sys

import numpy
import torch
from tokenizers import Tokenizer
from tokenizers.models import WordPiece
from tokenizers.normalizers import BertNormalizer
from tokenizers.pre_tokenizers import BertPreTokenizer
from transformers import BertConfig, BertModel

from export import export

ROOT = pathlib.Path(__file__).resolve().parents[2]
GOLDEN = ROOT / "tests" / "golden" / "encoder"
STRANGE = [
    "Café Zoë in Łódź, São Tomé; naïve façade—déjà vu… “quoted” ‘single’ 100% $5,000 #tag @name a_b c/d e\\f",
    "Tokyo 東京 and 北京, Seoul 서울, Кыргызстан Қазақстан, Ελλάδα, בית, عربى, हिन्दी, ไทย",
    "zero\u200bwidth soft\u00adhyphen tab\tvertical\u000btab form\u000cfeed next\u0085line no\u00a0break line\u2028separator \ufffd \ue000",
    "ΣΊΣΥΦΟΣ İstanbul ﬁne ½ ² ℃ Ⅷ ＦＵＬＬ ｗｉｄｔｈ 🙂 👩‍👩‍👧 e\u0301a\u0308 ;\u037e\u1fef",
    "a" * 100 + " " + "b" * 101 + " donaudampfschifffahrtsgesellschaftskapitän unaffable 3.14159 U.S.-led won't it's",
    "", " ", "\n\n", "##ing ## # [UNK] [CLS] [MASK]",
]


def main():
    vocabulary = pathlib.Path(sys.argv[1]).read_text(encoding="utf-8").splitlines()
    texts = [json.loads(line)["text"] for line in (GOLDEN.parent / "nlp" / "texts.jsonl").open(encoding="utf-8")]
    texts = [text[:400] for text in texts[:40]] + STRANGE
    tokenizer = tokens(vocabulary)
    needed = {piece for text in texts for piece in tokenizer.encode(text, add_special_tokens=False).tokens}
    needed |= {"[PAD]", "[UNK]", "[CLS]", "[SEP]"}
    # Pieces beside the needed ones, so that the longest match is found among shorter and wrong ones.
    small = [piece for i, piece in enumerate(vocabulary) if piece in needed or i % 16 == 0]
    tokenizer = tokens(small)

    torch.manual_seed(1)
    config = BertConfig(
        vocab_size=len(small), hidden_size=96, num_hidden_layers=2, num_attention_heads=3, intermediate_size=192,
        max_position_embeddings=64, layer_norm_eps=1e-12, attn_implementation="eager",
    )
    model = BertModel(config, add_pooling_layer=False).eval()
    with torch.no_grad():
        # As wide as trained weights, so that attention and GELU leave their linear parts.
        for name, parameter in model.named_parameters():
            if "LayerNorm" not in name:
                parameter.mul_(4.0)
            elif name.endswith("bias"):
                parameter.add_(0.1 * torch.randn_like(parameter))
    facts = dict(window=62, name="small", version="1", license="Apache-2.0", source="random weights of models/encoder/golden.py")
    GOLDEN.mkdir(parents=True, exist_ok=True)
    (GOLDEN / "small.safetensors").write_bytes(export(model, small, **facts))

    directions = numpy.random.default_rng(1).standard_normal((8, 96)).astype(numpy.float32) / 96**0.5
    first, last = small.index("[CLS]"), small.index("[SEP]")
    with (GOLDEN / "expected.jsonl").open("w", encoding="utf-8") as file:
        print(json.dumps({"directions": [[round(float(x), 4) for x in row] for row in directions]}), file=file)
        directions = numpy.round(directions, 4)
        for text in texts:
            pieces = tokenizer.encode(text, add_special_tokens=False).ids
            window = pieces[:60]
            with torch.no_grad():
                rows = model(torch.tensor([[first, *window, last]])).last_hidden_state[0, 1:-1].numpy()
            sums = [[round(float(x), 4) for x in row] for row in rows @ directions.T]
            print(json.dumps({"text": text, "pieces": pieces, "sums": sums}, ensure_ascii=False), file=file)


def tokens(vocabulary):
    table = {piece: i for i, piece in enumerate(vocabulary)}
    tokenizer = Tokenizer(WordPiece(table, unk_token="[UNK]", max_input_chars_per_word=100))
    tokenizer.normalizer = BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = BertPreTokenizer()
    return tokenizer


if __name__ == "__main__":
    main()
