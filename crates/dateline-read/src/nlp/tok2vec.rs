//! spaCy's `HashEmbedCNN` token encoder: word features in, one vector of 96 numbers per token out.
//!
//! Four hash embeddings of NORM, PREFIX, SUFFIX, SHAPE (and, in the shared network, of "space follows" and "is space"),
//! the projected word vector, a maxout mixer, then four residual window-1 maxout convolutions with layer
//! normalisation. As in spaCy a document has four padding rows at each end, which start as zeros and are then computed
//! like tokens; the rows that no real token can see are skipped.
//!
//! All up to the first convolution depends only on the word and on "space follows", so [`Encoder`] keeps, for the
//! words of late, the mixed embedding and its product with the three thirds of the first convolution's weights. The
//! products are always used, freshly computed or not, so results do not depend on what was cached.

use dateline_kernel::{Kernel, LayerNorm, Packed};

use super::hash::embedding_rows;
use super::lexeme::Lexicon;
use super::tokenizer::RawToken;
use super::weights::{ModelError, Table, Weights};

/// Numbers per token.
pub(super) const WIDTH: usize = 96;
/// Maxout pieces of every layer.
const PIECES: usize = 3;
/// Convolution layers.
const DEPTH: usize = 4;
/// Tokens that a convolution sees: one neighbour on each side.
const WINDOW: usize = 3;
/// Padding rows at each end of a document; one guard row outside of them is never computed.
const PADDING: usize = DEPTH;
const GUARD: usize = 1;
/// Rows before the first token.
const LEAD: usize = PADDING + GUARD;
/// spaCy seeds the hash embeddings of the features one after the other from here.
const FIRST_SEED: u32 = 8;
/// Numbers of the three first-convolution products of a word.
const PRODUCTS: usize = WINDOW * PIECES * WIDTH;
/// What thinc adds to the variance of a row that it normalises.
const EPSILON: f32 = 1e-8;
/// Words whose embeddings an encoder keeps (3.8 kB each); beyond, it forgets all and starts again.
const CACHE_LIMIT: usize = 6_000;
/// Words embedded by one matrix product.
const BATCH: usize = 64;
/// Marks a word that is not cached.
const ABSENT: u32 = u32::MAX;

/// The weights of one network.
#[derive(Debug)]
pub(super) struct Tok2Vec {
    embeddings: Vec<Table>,
    vectors: Table,
    mixer: Packed,
    mixer_norm: LayerNorm,
    /// The first convolution, cut by neighbour: weights for the left token, the token itself, the right token.
    first: [Packed; WINDOW],
    first_bias: Vec<f32>,
    first_norm: LayerNorm,
    rest: Vec<(Packed, LayerNorm)>,
}

impl Tok2Vec {
    /// Loads the network `name` with its first `features` hash embeddings. `vector_rows` is how many rows of the
    /// vector table the vocabulary refers to.
    pub(super) fn load(
        weights: &Weights<'_>,
        name: &str,
        features: usize,
        vector_rows: usize,
    ) -> Result<Self, ModelError> {
        let embeddings =
            (0..features).map(|i| weights.table(&format!("{name}.embed.{i}"), WIDTH)).collect::<Result<Vec<_>, _>>()?;
        let vectors = weights.table(&format!("{name}.vectors"), WIDTH)?;
        if vectors.height() < vector_rows {
            let reason = format!("has {} rows, the vocabulary names {vector_rows}", vectors.height());
            return Err(ModelError::invalid(&format!("{name}.vectors.rows"), reason));
        }
        let norm = |layer: &str| -> Result<LayerNorm, ModelError> {
            let part = |part: &str| weights.f32(&format!("{name}.{layer}.norm.{part}"), &[WIDTH]);
            Ok(LayerNorm::new(part("gain")?, part("bias")?, EPSILON))
        };
        let maxout = |layer: &str, inputs: usize| -> Result<(Vec<f32>, Vec<f32>), ModelError> {
            let weight = weights.f32(&format!("{name}.{layer}.weight"), &[WIDTH, PIECES, inputs])?;
            Ok((weight, weights.f32(&format!("{name}.{layer}.bias"), &[WIDTH, PIECES])?))
        };
        let inputs = (features + 1) * WIDTH;
        let (mix_weight, mix_bias) = maxout("mix", inputs)?;
        let (first_weight, first_bias) = maxout("conv.0", WINDOW * WIDTH)?;
        let third = |i: usize| {
            let rows = first_weight.chunks_exact(WINDOW * WIDTH);
            let part: Vec<f32> = rows.flat_map(|row| &row[i * WIDTH..(i + 1) * WIDTH]).copied().collect();
            Packed::pieces(&part, &vec![0.0; first_bias.len()], WIDTH)
        };
        let rest = (1..DEPTH).map(|i| {
            let layer = format!("conv.{i}");
            let (weight, bias) = maxout(&layer, WINDOW * WIDTH)?;
            Ok((Packed::maxout(&weight, &bias, WINDOW * WIDTH), norm(&layer)?))
        });
        Ok(Self {
            embeddings,
            vectors,
            mixer: Packed::maxout(&mix_weight, &mix_bias, inputs),
            mixer_norm: norm("mix")?,
            first: [third(0), third(1), third(2)],
            first_bias: Packed::pieces(&first_weight, &first_bias, WINDOW * WIDTH).bias().to_vec(),
            first_norm: norm("conv.0")?,
            rest: rest.collect::<Result<Vec<_>, ModelError>>()?,
        })
    }

    /// A row of the table of projected word vectors.
    pub(super) fn word_vector(&self, row: usize) -> [f32; WIDTH] {
        let mut vector = [0.0; WIDTH];
        self.vectors.add_row(row, &mut vector);
        vector
    }

    /// Whether the network knows the feature "space follows" (then a word has two embeddings).
    fn sees_spaces(&self) -> bool {
        self.embeddings.len() > 4
    }

    /// Adds the input features of one word to a zeroed row of the mixer's input.
    fn features(&self, lexicon: &Lexicon, word: Word, row: &mut [f32]) {
        let lexeme = lexicon.get(word.lexeme);
        let ids = [
            lexeme.norm,
            lexeme.prefix,
            lexeme.suffix,
            lexeme.shape,
            u64::from(word.space_after),
            u64::from(lexeme.is_space),
        ];
        let (parts, _) = row.as_chunks_mut::<WIDTH>();
        for (((seed, table), id), part) in (FIRST_SEED..).zip(&self.embeddings).zip(ids).zip(parts.iter_mut()) {
            for number in embedding_rows(id, seed) {
                table.add_row(number as usize % table.height(), part);
            }
        }
        if let (Some(vector), Some(part)) = (lexeme.vector, parts.last_mut()) {
            self.vectors.add_row(usize::from(vector), part);
        }
    }
}

/// What the embedding of a token depends on.
#[derive(Debug, Clone, Copy)]
struct Word {
    lexeme: u32,
    space_after: bool,
}

/// One network's bounded cache of word embeddings and its work space.
#[derive(Debug, Default)]
pub(super) struct Encoder {
    /// Lexicon generation that `slots` is indexed by.
    generation: u64,
    /// Slot of lexeme `i` (of lexeme `i / 2` with and without a space in a network that sees spaces).
    slots: Vec<u32>,
    used: usize,
    /// Per slot the mixed embedding.
    embedded: Vec<f32>,
    /// Per slot the products with the three thirds of the first convolution.
    products: Vec<f32>,
    missing: Vec<Word>,
    token_slots: Vec<u32>,
    inputs: Vec<f32>,
    x: Vec<f32>,
    y: Vec<f32>,
}

impl Encoder {
    /// Encodes a run of tokens as a document of its own: `[tokens.len()][WIDTH]` in row-major order.
    pub(super) fn encode(
        &mut self,
        network: &Tok2Vec,
        kernel: Kernel,
        tokens: &[RawToken],
        lexicon: &Lexicon,
    ) -> &[f32] {
        let n = tokens.len();
        self.look_up(network, kernel, tokens, lexicon);
        let rows = n + 2 * LEAD;
        self.x.clear();
        self.x.resize(rows * WIDTH, 0.0);
        self.y.resize(rows * WIDTH, 0.0);
        for (i, slot) in self.token_slots.iter().enumerate() {
            let slot = *slot as usize;
            self.x[(LEAD + i) * WIDTH..][..WIDTH].copy_from_slice(&self.embedded[slot * WIDTH..][..WIDTH]);
        }
        self.first_layer(network, kernel, n);
        // After layer i the outermost i + 1 rows on each side can no longer reach a token.
        for (i, (layer, norm)) in network.rest.iter().enumerate() {
            let (low, high) = (LEAD - PADDING + 2 + i, LEAD + n + PADDING - 2 - i);
            kernel.gemm(layer, &self.x[(low - 1) * WIDTH..], WIDTH, high - low, &mut self.y[low * WIDTH..], WIDTH);
            kernel.normalise_onto(norm, &mut self.y[low * WIDTH..high * WIDTH], &mut self.x[low * WIDTH..high * WIDTH]);
        }
        self.encoded(n)
    }

    /// The vectors of the `n` tokens encoded last.
    pub(super) fn encoded(&self, n: usize) -> &[f32] {
        &self.x[LEAD * WIDTH..(LEAD + n) * WIDTH]
    }

    /// The first convolution from the cached products. Rows of padding have no product: they are zeros.
    fn first_layer(&mut self, network: &Tok2Vec, kernel: Kernel, n: usize) {
        const PART: usize = PIECES * WIDTH;
        const NOTHING: [f32; PART] = [0.0; PART];
        let product = |row: usize, part: usize| -> &[f32] {
            match row.checked_sub(LEAD).and_then(|i| self.token_slots.get(i)) {
                Some(slot) => &self.products[*slot as usize * PRODUCTS + part * PART..][..PART],
                None => &NOTHING,
            }
        };
        let (low, high) = (LEAD - PADDING + 1, LEAD + n + PADDING - 1);
        for row in low..high {
            let parts = [product(row - 1, 0), product(row, 1), product(row + 1, 2)];
            kernel.sum_maxout(parts, &network.first_bias, &mut self.y[row * WIDTH..][..WIDTH]);
        }
        let rows = low * WIDTH..high * WIDTH;
        kernel.normalise_onto(&network.first_norm, &mut self.y[rows.clone()], &mut self.x[rows]);
    }

    /// Finds or makes the cache slot of every token.
    fn look_up(&mut self, network: &Tok2Vec, kernel: Kernel, tokens: &[RawToken], lexicon: &Lexicon) {
        if self.generation != lexicon.generation() || self.used > CACHE_LIMIT {
            self.generation = lexicon.generation();
            self.slots.clear();
            self.used = 0;
        }
        let first_new = self.used;
        self.missing.clear();
        self.token_slots.clear();
        for token in tokens {
            let word = Word { lexeme: token.lexeme, space_after: token.space_after && network.sees_spaces() };
            let index = if network.sees_spaces() {
                2 * word.lexeme as usize + usize::from(word.space_after)
            } else {
                word.lexeme as usize
            };
            if index >= self.slots.len() {
                self.slots.resize(index + 1, ABSENT);
            }
            if self.slots[index] == ABSENT {
                self.slots[index] = self.used as u32;
                self.used += 1;
                self.missing.push(word);
            }
            self.token_slots.push(self.slots[index]);
        }
        self.embed(network, kernel, first_new, lexicon);
    }

    /// Embeds the missing words into the slots from `first` on.
    fn embed(&mut self, network: &Tok2Vec, kernel: Kernel, first: usize, lexicon: &Lexicon) {
        self.embedded.resize(self.embedded.len().max(self.used * WIDTH), 0.0);
        self.products.resize(self.products.len().max(self.used * PRODUCTS), 0.0);
        let inputs = (network.embeddings.len() + 1) * WIDTH;
        let mut slot = first;
        for batch in self.missing.chunks(BATCH) {
            self.inputs.clear();
            self.inputs.resize(batch.len() * inputs, 0.0);
            for (word, row) in batch.iter().zip(self.inputs.chunks_exact_mut(inputs)) {
                network.features(lexicon, *word, row);
            }
            let embedded = &mut self.embedded[slot * WIDTH..][..batch.len() * WIDTH];
            kernel.gemm(&network.mixer, &self.inputs, inputs, batch.len(), embedded, WIDTH);
            kernel.normalise(&network.mixer_norm, embedded);
            let products = &mut self.products[slot * PRODUCTS..][..batch.len() * PRODUCTS];
            for (part, weights) in network.first.iter().enumerate() {
                let products = &mut products[part * PIECES * WIDTH..];
                kernel.gemm(weights, embedded, WIDTH, batch.len(), products, PRODUCTS);
            }
            slot += batch.len();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::nlp::model::tests::shared;

    fn encode(text: &str, encoder: &mut Encoder, lexicon: &mut Lexicon) -> Vec<f32> {
        let model = shared();
        let mut tokens = Vec::new();
        model.tokenizer.tokenize(text, lexicon, &mut tokens);
        encoder.encode(&model.shared, model.kernel, &tokens, lexicon).to_vec()
    }

    /// First numbers of `nlp("Troops shelled Aleppo.").tensor`. The tolerance covers the 16-bit tables.
    #[test]
    fn vectors_are_those_of_spacy() {
        let expected = [
            [-0.779955, -0.170006, -0.166418, 0.344415],
            [0.656411, -0.729429, 1.265212, 1.081805],
            [-0.381494, -0.461742, -0.004296, -1.426063],
            [1.910797, 1.452031, -1.551483, 0.373259],
        ];
        let found = encode("Troops shelled Aleppo.", &mut Encoder::default(), &mut shared().tokenizer.lexicon());
        for (token, expected) in expected.iter().enumerate() {
            for (i, expected) in expected.iter().enumerate() {
                let found = found[token * WIDTH + i];
                assert!((found - expected).abs() < 2e-3, "token {token} number {i}: {found} for {expected}");
            }
        }
    }

    #[test]
    fn caching_changes_no_bit() {
        let text = "Two people were killed near Kherson, officials said. Two more were hurt.";
        let (mut encoder, mut lexicon) = (Encoder::default(), shared().tokenizer.lexicon());
        encode("Officials said two people were hurt near the port.", &mut encoder, &mut lexicon);
        let warm = encode(text, &mut encoder, &mut lexicon);
        assert_eq!(encode(text, &mut encoder, &mut lexicon), warm, "second run");
        assert_eq!(encode(text, &mut Encoder::default(), &mut shared().tokenizer.lexicon()), warm, "cold");
    }

    #[test]
    fn the_cache_is_bounded() {
        let (mut encoder, mut lexicon) = (Encoder::default(), shared().tokenizer.lexicon());
        for i in 0..4 {
            let text: String = (0..CACHE_LIMIT / 2).map(|j| format!("w{i}x{j} ")).collect();
            encode(&text, &mut encoder, &mut lexicon);
            assert!(encoder.used <= CACHE_LIMIT + CACHE_LIMIT / 2 + 1, "{} words kept", encoder.used);
        }
    }
}
