//! An annotated text: the one type that the rest of Dateline reads from the language engine.
//!
//! All positions are byte offsets into the text given to the engine and all ranges are end-exclusive. Strings that
//! the engine computes (lemmas) live in one arena per document, so a document costs a handful of allocations.

use std::ops::Range;

use super::morph::Morph;

/// A text with its tokens, sentences and named entities.
///
/// Invariants: tokens are in text order and do not overlap; sentences partition the tokens; entities are in text
/// order, do not overlap and never cross a sentence end; every head lies in the token's own sentence.
#[derive(Debug, Clone, Default)]
pub struct Doc<'t> {
    text: &'t str,
    tokens: Vec<Token>,
    sentences: Vec<Range<usize>>,
    entities: Vec<Entity>,
    strings: String,
    children: Children,
    vectors: Vec<f32>,
}

/// Numbers of a word that an engine keeps: the vector by which it tags and parses, the one by which it recognises names, and
/// that of the word by itself.
pub const VECTOR: usize = 3 * super::tok2vec::WIDTH;

/// One token. `head` is the token's own index for the root of a sentence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Token {
    /// First byte in the text.
    pub start: u32,
    /// One past the last byte in the text.
    pub end: u32,
    /// Index of the syntactic head, the token itself at a root.
    pub head: u32,
    /// First token of the subtree.
    pub left_edge: u32,
    /// Last token (inclusive) of the subtree.
    pub right_edge: u32,
    /// Index of the sentence.
    pub sentence: u32,
    /// Where the lemma lies in the document's string arena.
    pub(super) lemma: (u32, u32),
    /// Dependency label.
    pub dep: Dep,
    /// Coarse part of speech.
    pub pos: Pos,
    /// Fine part-of-speech tag (Penn Treebank).
    pub tag: Tag,
    /// Morphological features.
    pub morph: Morph,
    /// Index into [`Doc::entities`], `u32::MAX` outside of every entity.
    pub(super) entity: u32,
    /// Whether one space follows the token.
    pub space_after: bool,
}

/// A named entity: a run of tokens of one sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entity {
    /// Token range.
    pub tokens: Range<usize>,
    /// Type of the entity.
    pub kind: EntityType,
}

/// Child lists of all tokens in one buffer (compressed sparse rows).
#[derive(Debug, Clone, Default)]
struct Children {
    starts: Vec<u32>,
    items: Vec<u32>,
}

impl Children {
    fn new(tokens: &[Token]) -> Self {
        let mut starts = vec![0u32; tokens.len() + 1];
        for (i, token) in tokens.iter().enumerate() {
            if token.head as usize != i {
                starts[token.head as usize + 1] += 1;
            }
        }
        for i in 1..starts.len() {
            starts[i] += starts[i - 1];
        }
        let mut next = starts.clone();
        let mut items = vec![0u32; starts.last().map_or(0, |n| *n as usize)];
        for (i, token) in tokens.iter().enumerate() {
            let head = token.head as usize;
            if head != i {
                items[next[head] as usize] = i as u32;
                next[head] += 1;
            }
        }
        Self { starts, items }
    }
}

impl<'t> Doc<'t> {
    /// Joins the parts that the engine computed. `strings` is the arena that the tokens' lemmas point into.
    pub(super) fn new(
        text: &'t str,
        tokens: Vec<Token>,
        sentences: Vec<Range<usize>>,
        entities: Vec<Entity>,
        strings: String,
    ) -> Self {
        let children = Children::new(&tokens);
        Self { text, tokens, sentences, entities, strings, children, vectors: Vec::new() }
    }

    /// The same with the engine's vectors of its first words.
    pub(super) fn with_vectors(mut self, vectors: Vec<f32>) -> Self {
        self.vectors = vectors;
        self
    }

    /// The engine's own vectors, [`VECTOR`] numbers a word, where it was to keep them and as far as it did.
    pub fn vectors(&self) -> &[f32] {
        &self.vectors
    }

    /// The annotated text.
    pub fn text(&self) -> &'t str {
        self.text
    }

    /// All tokens in text order.
    pub fn tokens(&self) -> &[Token] {
        &self.tokens
    }

    /// Number of tokens.
    pub fn len(&self) -> usize {
        self.tokens.len()
    }

    /// Whether the text held no token.
    pub fn is_empty(&self) -> bool {
        self.tokens.is_empty()
    }

    /// Token ranges of the sentences, in order.
    pub fn sentences(&self) -> &[Range<usize>] {
        &self.sentences
    }

    /// Token range of the sentence that holds token `i`.
    pub fn sentence_of(&self, i: usize) -> Range<usize> {
        self.sentences[self.tokens[i].sentence as usize].clone()
    }

    /// Named entities in text order.
    pub fn entities(&self) -> &[Entity] {
        &self.entities
    }

    /// Puts other named entities in place of these: in text order, apart from each other, each in one sentence.
    pub fn set_entities(&mut self, entities: Vec<Entity>) {
        self.tokens.iter_mut().for_each(|t| t.entity = u32::MAX);
        for (entity, n) in entities.iter().zip(0..) {
            self.tokens[entity.tokens.clone()].iter_mut().for_each(|t| t.entity = n);
        }
        self.entities = entities;
    }

    /// The entity that token `i` belongs to.
    pub fn entity_at(&self, i: usize) -> Option<&Entity> {
        self.entities.get(self.tokens[i].entity as usize)
    }

    /// The surface form of token `i`.
    pub fn word(&self, i: usize) -> &'t str {
        let token = &self.tokens[i];
        &self.text[token.start as usize..token.end as usize]
    }

    /// The lemma of token `i`, in the letter case spaCy gives it: lower, but for proper nouns, "I", and inflected
    /// words that no rule fits ("Police").
    pub fn lemma(&self, i: usize) -> &str {
        let (start, end) = self.tokens[i].lemma;
        &self.strings[start as usize..end as usize]
    }

    /// Dependency label of token `i`.
    pub fn dep(&self, i: usize) -> Dep {
        self.tokens[i].dep
    }

    /// Coarse part of speech of token `i`.
    pub fn pos(&self, i: usize) -> Pos {
        self.tokens[i].pos
    }

    /// Morphological features of token `i`.
    pub fn morph(&self, i: usize) -> Morph {
        self.tokens[i].morph
    }

    /// Head of token `i`; the token itself at a root.
    pub fn head(&self, i: usize) -> usize {
        self.tokens[i].head as usize
    }

    /// Whether token `i` is the root of its sentence.
    pub fn is_root(&self, i: usize) -> bool {
        self.head(i) == i
    }

    /// Direct syntactic children of token `i`, in text order.
    pub fn children(&self, i: usize) -> impl DoubleEndedIterator<Item = usize> + '_ {
        let range = self.children.starts[i] as usize..self.children.starts[i + 1] as usize;
        self.children.items[range].iter().map(|c| *c as usize)
    }

    /// The first direct child of token `i` with label `dep`.
    pub fn child(&self, i: usize, dep: Dep) -> Option<usize> {
        self.children(i).find(|c| self.dep(*c) == dep)
    }

    /// Heads of token `i` from its own head up to the root.
    pub fn ancestors(&self, i: usize) -> impl Iterator<Item = usize> + '_ {
        std::iter::successors(Some(i), |j| (self.head(*j) != *j).then(|| self.head(*j))).skip(1)
    }

    /// The tokens of a range whose heads lie outside of it, the sentence's root among them, in text order: a phrase has one.
    pub fn heads(&self, tokens: Range<usize>) -> impl DoubleEndedIterator<Item = usize> + Clone + '_ {
        tokens.clone().filter(move |i| self.is_root(*i) || !tokens.contains(&self.head(*i)))
    }

    /// The token range that the subtree of token `i` spans.
    pub fn subtree(&self, i: usize) -> Range<usize> {
        self.tokens[i].left_edge as usize..self.tokens[i].right_edge as usize + 1
    }

    /// The byte range that a non-empty token range spans.
    pub fn bytes(&self, tokens: Range<usize>) -> Range<usize> {
        debug_assert!(!tokens.is_empty(), "empty token range {tokens:?}");
        self.tokens[tokens.start].start as usize..self.tokens[tokens.end - 1].end as usize
    }

    /// The text that a non-empty token range spans.
    pub fn span_text(&self, tokens: Range<usize>) -> &'t str {
        &self.text[self.bytes(tokens)]
    }

    /// The token that holds byte `at`, or the first one after it.
    pub fn token_at(&self, at: usize) -> Option<usize> {
        let i = self.tokens.partition_point(|t| t.end as usize <= at);
        (i < self.tokens.len()).then_some(i)
    }
}

/// Declares an enum whose variants stand for fixed label strings of the model.
macro_rules! labels {
    ($(#[$doc:meta])* $name:ident { $($variant:ident = $text:literal),+ $(,)? } other $other:ident) => {
        $(#[$doc])*
        #[allow(missing_docs)]
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
        pub enum $name { $($variant,)+ #[default] $other }

        impl $name {
            /// Every known label.
            pub const ALL: &'static [$name] = &[$($name::$variant),+];

            /// The label as the model spells it.
            pub fn as_str(self) -> &'static str {
                match self { $($name::$variant => $text,)+ $name::$other => "" }
            }

            /// The label for the model's spelling; unknown labels of a foreign model map to the default.
            pub fn from_label(text: &str) -> Self {
                match text { $($text => $name::$variant,)+ _ => $name::$other }
            }
        }
    };
}
pub(super) use labels;

labels! {
    /// Dependency labels (ClearNLP scheme as used by spaCy's English models).
    Dep {
        Root = "ROOT", Acl = "acl", Acomp = "acomp", Advcl = "advcl", Advmod = "advmod", Agent = "agent",
        Amod = "amod", Appos = "appos", Attr = "attr", Aux = "aux", Auxpass = "auxpass", Case = "case", Cc = "cc",
        Ccomp = "ccomp", Compound = "compound", Conj = "conj", Csubj = "csubj", Csubjpass = "csubjpass",
        Dative = "dative", DepOther = "dep", Det = "det", Dobj = "dobj", Expl = "expl", Intj = "intj", Mark = "mark",
        Meta = "meta", Neg = "neg", Nmod = "nmod", Npadvmod = "npadvmod", Nsubj = "nsubj", Nsubjpass = "nsubjpass",
        Nummod = "nummod", Oprd = "oprd", Parataxis = "parataxis", Pcomp = "pcomp", Pobj = "pobj", Poss = "poss",
        Preconj = "preconj", Predet = "predet", Prep = "prep", Prt = "prt", Punct = "punct", Quantmod = "quantmod",
        Relcl = "relcl", Xcomp = "xcomp",
    } other Unlabelled
}

labels! {
    /// Universal part-of-speech tags.
    Pos {
        Adj = "ADJ", Adp = "ADP", Adv = "ADV", Aux = "AUX", Cconj = "CCONJ", Det = "DET", Intj = "INTJ",
        Noun = "NOUN", Num = "NUM", Part = "PART", Pron = "PRON", Propn = "PROPN", Punct = "PUNCT", Sconj = "SCONJ",
        Sym = "SYM", Verb = "VERB", Space = "SPACE", X = "X",
    } other Unknown
}

labels! {
    /// Penn Treebank tags (OntoNotes variant).
    Tag {
        Dollar = "$", ClosingQuote = "''", Comma = ",", LeftBracket = "-LRB-", RightBracket = "-RRB-", Period = ".",
        Colon = ":", Add = "ADD", Afx = "AFX", Cc = "CC", Cd = "CD", Dt = "DT", Ex = "EX", Fw = "FW", Hyph = "HYPH",
        In = "IN", Jj = "JJ", Jjr = "JJR", Jjs = "JJS", Ls = "LS", Md = "MD", Nfp = "NFP", Nn = "NN", Nnp = "NNP",
        Nnps = "NNPS", Nns = "NNS", Pdt = "PDT", Pos = "POS", Prp = "PRP", PrpS = "PRP$", Rb = "RB", Rbr = "RBR",
        Rbs = "RBS", Rp = "RP", Sym = "SYM", To = "TO", Uh = "UH", Vb = "VB", Vbd = "VBD", Vbg = "VBG", Vbn = "VBN",
        Vbp = "VBP", Vbz = "VBZ", Wdt = "WDT", Wp = "WP", WpS = "WP$", Wrb = "WRB", Xx = "XX", Space = "_SP",
        OpeningQuote = "``",
    } other Unknown
}

labels! {
    /// The 18 OntoNotes entity types.
    EntityType {
        Cardinal = "CARDINAL", Date = "DATE", Event = "EVENT", Fac = "FAC", Gpe = "GPE", Language = "LANGUAGE",
        Law = "LAW", Loc = "LOC", Money = "MONEY", Norp = "NORP", Ordinal = "ORDINAL", Org = "ORG",
        Percent = "PERCENT", Person = "PERSON", Product = "PRODUCT", Quantity = "QUANTITY", Time = "TIME",
        WorkOfArt = "WORK_OF_ART",
    } other Unknown
}
