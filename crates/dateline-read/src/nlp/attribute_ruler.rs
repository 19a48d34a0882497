//! Rules from fine tags, words and dependency labels to part of speech, morphology and a few fixed lemmas.
//!
//! Reproduces spaCy's `AttributeRuler`: all rules are matched against the tagger's and the parser's output first,
//! then applied in rule order, so that for every attribute of a token the last matching rule wins. The rules come
//! from the model file (`models/export_morphology.py` writes them there); only what English rules use is
//! implemented, and anything else is refused when the model is loaded: equality and membership of `TAG`, `DEP`,
//! `LOWER` and `IS_SPACE`, sequences of one or two tokens, no quantifiers.

use std::collections::HashMap;

use serde::Deserialize;

use super::chars::{is_space, lowercase_into};
use super::doc::{Dep, Pos, Tag, Token};
use super::morph::Morph;

/// The rules of a pipeline, indexed by what their first token asks for.
#[derive(Debug)]
pub(super) struct AttributeRuler {
    rules: Vec<Rule>,
    by_lower: HashMap<Box<str>, Vec<u16>>,
    by_tag: Vec<Vec<u16>>,
    by_dep: Vec<Vec<u16>>,
    by_space: Vec<u16>,
}

/// What the tokens of a rule must look like, and what one of them gets.
#[derive(Debug)]
struct Rule {
    pattern: Vec<TokenPattern>,
    target: usize,
    tag: Option<Tag>,
    dep: Option<Dep>,
    pos: Option<Pos>,
    morph: Option<Morph>,
    lemma: Option<Box<str>>,
}

/// Conditions on one token; sets of labels are bit masks.
#[derive(Debug)]
struct TokenPattern {
    tags: u64,
    deps: u64,
    /// Admitted lower-case forms; empty admits all.
    lowers: Vec<Box<str>>,
    space: Option<bool>,
}

/// For each attribute of one token the number of the last rule that sets it, plus one; 0 for none.
#[derive(Debug, Clone, Copy, Default)]
struct Winners {
    tag: u16,
    dep: u16,
    pos: u16,
    morph: u16,
    lemma: u16,
}

/// A rule as the model file spells it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RuleSpec {
    pattern: Vec<PatternSpec>,
    target: usize,
    tag: Option<String>,
    dep: Option<String>,
    pos: Option<String>,
    morph: Option<String>,
    lemma: Option<Box<str>>,
}

/// One token of a rule as the model file spells it.
#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
struct PatternSpec {
    tag: Option<Vec<String>>,
    not_tag: Option<Vec<String>>,
    dep: Option<Vec<String>>,
    not_dep: Option<Vec<String>>,
    lower: Vec<Box<str>>,
    is_space: Option<bool>,
}

impl AttributeRuler {
    /// Reads the rules: a JSON array in order of precedence, lowest first.
    ///
    /// # Errors
    /// A message naming the rule when the text is not of that form or sets a label that Dateline does not know.
    pub(super) fn from_json(json: &[u8]) -> Result<Self, String> {
        let specs: Vec<RuleSpec> = serde_json::from_slice(json).map_err(|e| e.to_string())?;
        if specs.len() >= usize::from(u16::MAX) {
            return Err(format!("{} rules are more than the {} allowed", specs.len(), u16::MAX - 1));
        }
        let mut ruler = Self {
            rules: Vec::with_capacity(specs.len()),
            by_lower: HashMap::new(),
            by_tag: vec![Vec::new(); 64],
            by_dep: vec![Vec::new(); 64],
            by_space: Vec::new(),
        };
        for (id, spec) in specs.into_iter().enumerate() {
            let rule = Rule::new(spec).map_err(|e| format!("rule {id}: {e}"))?;
            ruler.index(id as u16, &rule.pattern[0]);
            ruler.rules.push(rule);
        }
        Ok(ruler)
    }

    /// Files rule `id` under the rarest condition of its first token.
    fn index(&mut self, id: u16, first: &TokenPattern) {
        if !first.lowers.is_empty() {
            for lower in &first.lowers {
                self.by_lower.entry(lower.clone()).or_default().push(id);
            }
        } else if first.space == Some(true) {
            self.by_space.push(id);
        } else {
            let (lists, mask) = if first.tags.count_ones() <= first.deps.count_ones() {
                (&mut self.by_tag, first.tags)
            } else {
                (&mut self.by_dep, first.deps)
            };
            for (label, list) in lists.iter_mut().enumerate() {
                if mask & 1 << label != 0 {
                    list.push(id);
                }
            }
        }
    }

    /// Sets part of speech and morphology of all tokens, corrects tag and label of white space, and stores the
    /// lemmas that rules fix in `strings`. Tags and dependency labels must be set; lemmas are left empty otherwise.
    pub(super) fn apply(&self, text: &str, tokens: &mut [Token], strings: &mut String) {
        let mut winners = vec![Winners::default(); tokens.len()];
        let mut lower = String::new();
        for i in 0..tokens.len() {
            let token = &tokens[i];
            let word = word(text, token);
            lowercase_into(word, &mut lower);
            let space = word.chars().all(is_space);
            let by_space = if space { self.by_space.as_slice() } else { &[] };
            let by_lower = self.by_lower.get(lower.as_str()).map_or(&[][..], Vec::as_slice);
            let candidates = self.by_tag[token.tag as usize].iter().chain(&self.by_dep[token.dep as usize]);
            for &id in candidates.chain(by_lower).chain(by_space) {
                let rule = &self.rules[usize::from(id)];
                if rule.pattern[0].admits(token, &lower, space) && rule.admits_rest(text, &tokens[i + 1..]) {
                    winners[i + rule.target].enter(rule, id + 1);
                }
            }
        }
        for (token, winners) in tokens.iter_mut().zip(&winners) {
            self.assign(token, winners, strings);
        }
    }

    fn assign(&self, token: &mut Token, winners: &Winners, strings: &mut String) {
        let rule = |number: u16| number.checked_sub(1).map(|id| &self.rules[usize::from(id)]);
        token.tag = rule(winners.tag).and_then(|r| r.tag).unwrap_or(token.tag);
        token.dep = rule(winners.dep).and_then(|r| r.dep).unwrap_or(token.dep);
        token.pos = rule(winners.pos).and_then(|r| r.pos).unwrap_or(token.pos);
        token.morph = rule(winners.morph).and_then(|r| r.morph).unwrap_or_default();
        if let Some(lemma) = rule(winners.lemma).and_then(|r| r.lemma.as_deref()) {
            let start = strings.len() as u32;
            strings.push_str(lemma);
            token.lemma = (start, strings.len() as u32);
        }
    }
}

fn word<'t>(text: &'t str, token: &Token) -> &'t str {
    &text[token.start as usize..token.end as usize]
}

impl Winners {
    /// Notes that rule number `number` matched; later rules have the higher number.
    fn enter(&mut self, rule: &Rule, number: u16) {
        let enter = |slot: &mut u16, sets: bool| {
            if sets {
                *slot = number.max(*slot);
            }
        };
        enter(&mut self.tag, rule.tag.is_some());
        enter(&mut self.dep, rule.dep.is_some());
        enter(&mut self.pos, rule.pos.is_some());
        enter(&mut self.morph, rule.morph.is_some());
        enter(&mut self.lemma, rule.lemma.is_some());
    }
}

impl Rule {
    fn new(spec: RuleSpec) -> Result<Self, String> {
        if spec.target >= spec.pattern.len() {
            return Err(format!("its target {} lies outside of its {} tokens", spec.target, spec.pattern.len()));
        }
        Ok(Self {
            pattern: spec.pattern.into_iter().map(TokenPattern::new).collect(),
            target: spec.target,
            tag: known("tag", spec.tag, |t| Some(Tag::from_label(t)).filter(|t| *t != Tag::Unknown))?,
            dep: known("label", spec.dep, |t| Some(Dep::from_label(t)).filter(|d| *d != Dep::Unlabelled))?,
            pos: known("part of speech", spec.pos, |t| Some(Pos::from_label(t)).filter(|p| *p != Pos::Unknown))?,
            morph: known("morphology", spec.morph, Morph::parse)?,
            lemma: spec.lemma,
        })
    }

    /// Whether the tokens after the first one fit.
    fn admits_rest(&self, text: &str, next: &[Token]) -> bool {
        let rest = &self.pattern[1..];
        rest.len() <= next.len()
            && rest.iter().zip(next).all(|(pattern, token)| {
                let word = word(text, token);
                pattern.admits(token, &word.to_lowercase(), word.chars().all(is_space))
            })
    }
}

fn known<T>(what: &str, label: Option<String>, read: impl Fn(&str) -> Option<T>) -> Result<Option<T>, String> {
    label.map(|text| read(&text).ok_or_else(|| format!("unknown {what} {text:?}"))).transpose()
}

impl TokenPattern {
    fn new(spec: PatternSpec) -> Self {
        let tags = mask(spec.tag, spec.not_tag, |t| Tag::from_label(t) as u8);
        let deps = mask(spec.dep, spec.not_dep, |d| Dep::from_label(d) as u8);
        Self { tags, deps, lowers: spec.lower, space: spec.is_space }
    }

    fn admits(&self, token: &Token, lower: &str, space: bool) -> bool {
        self.tags & 1 << token.tag as u8 != 0
            && self.deps & 1 << token.dep as u8 != 0
            && self.space.is_none_or(|wanted| wanted == space)
            && (self.lowers.is_empty() || self.lowers.iter().any(|l| **l == *lower))
    }
}

/// The labels that are in the first list (if any) and not in the second. A tag map also names tags that this
/// model's tagger never assigns (`NIL`, `GW`): those share the bit of the unknown label, which no token has.
fn mask(only: Option<Vec<String>>, not: Option<Vec<String>>, bit: impl Fn(&str) -> u8) -> u64 {
    let union = |labels: Vec<String>| labels.iter().fold(0, |mask, label| mask | 1 << bit(label));
    only.map_or(u64::MAX, union) & !not.map_or(0, union)
}

#[cfg(test)]
mod tests {
    use super::*;

    const RULES: &str = r#"[
        {"pattern": [{"tag": ["VBZ"]}], "target": 0, "pos": "VERB", "morph": "Number=Sing|Tense=Pres"},
        {"pattern": [{"tag": ["_SP"]}], "target": 0, "pos": "SPACE", "morph": "_"},
        {"pattern": [{"tag": ["PRP"]}], "target": 0, "pos": "PRON", "morph": "PronType=Prs"},
        {"pattern": [{"tag": ["NIL", "PRP"], "lower": ["it", "i"], "dep": ["nsubj"]}], "target": 0, "morph": "Case=Nom"},
        {"pattern": [{"lower": ["let"]}, {"lower": ["'s"]}], "target": 1, "lemma": "us"},
        {"pattern": [{"dep": ["aux"], "not_tag": ["TO", ""]}], "target": 0, "pos": "AUX"},
        {"pattern": [{"tag": ["_SP"], "is_space": false}], "target": 0, "pos": "X"},
        {"pattern": [{"is_space": true, "not_dep": [""]}], "target": 0, "dep": "dep"},
        {"pattern": [{"is_space": true}], "target": 0, "tag": "_SP", "pos": "SPACE", "morph": "_"}
    ]"#;

    /// Runs the rules over `word/tag/dep` items; returns `pos|morph` and the lemma of each, and the tokens.
    fn apply(items: &[(&str, Tag, Dep)]) -> (Vec<(Pos, String, String)>, Vec<Token>) {
        let (mut text, mut tokens) = (String::new(), Vec::new());
        for (word, tag, dep) in items {
            let start = text.len() as u32;
            text.push_str(word);
            tokens.push(Token { start, end: text.len() as u32, tag: *tag, dep: *dep, ..Token::default() });
        }
        let mut strings = String::new();
        AttributeRuler::from_json(RULES.as_bytes()).unwrap().apply(&text, &mut tokens, &mut strings);
        let lemma = |t: &Token| strings[t.lemma.0 as usize..t.lemma.1 as usize].to_owned();
        (tokens.iter().map(|t| (t.pos, t.morph.to_string(), lemma(t))).collect(), tokens)
    }

    #[test]
    fn the_last_rule_wins_per_attribute() {
        let (got, _) = apply(&[("It", Tag::Prp, Dep::Nsubj), ("is", Tag::Vbz, Dep::Aux), ("it", Tag::Prp, Dep::Dobj)]);
        assert_eq!(got[0], (Pos::Pron, "Case=Nom".into(), String::new()));
        assert_eq!(got[1], (Pos::Aux, "Number=Sing|Tense=Pres".into(), String::new()));
        assert_eq!(got[2], (Pos::Pron, "PronType=Prs".into(), String::new()));
    }

    #[test]
    fn a_sequence_sets_the_token_at_its_target() {
        let (got, _) = apply(&[("Let", Tag::Vb, Dep::Root), ("'s", Tag::Prp, Dep::Nsubj), ("let", Tag::Vb, Dep::Root)]);
        assert_eq!(got.iter().map(|g| g.2.as_str()).collect::<Vec<_>>(), ["", "us", ""]);
    }

    #[test]
    fn conditions_can_exclude_labels() {
        let (got, _) = apply(&[("to", Tag::To, Dep::Aux), ("will", Tag::Md, Dep::Aux)]);
        assert_eq!([got[0].0, got[1].0], [Pos::Unknown, Pos::Aux]);
    }

    #[test]
    fn white_space_is_tagged_as_such_whatever_the_tagger_said() {
        let (got, tokens) = apply(&[("\n\u{1c}", Tag::Vbz, Dep::Punct), ("-", Tag::Space, Dep::Punct)]);
        assert_eq!((got[0].0, tokens[0].tag, tokens[0].dep), (Pos::Space, Tag::Space, Dep::DepOther));
        assert_eq!((got[1].0, tokens[1].dep), (Pos::X, Dep::Punct));
    }

    #[test]
    fn rules_that_cannot_be_honoured_are_refused() {
        for (rules, message) in [
            (r#"[{"pattern": [{"shape": ["X"]}], "target": 0}]"#, "shape"),
            (r#"[{"pattern": [{"tag": ["NN"]}], "target": 1, "pos": "NOUN"}]"#, "target 1"),
            (r#"[{"pattern": [{"tag": ["NN"]}], "target": 0, "pos": "THING"}]"#, "THING"),
            (r#"[{"pattern": [{"tag": ["NN"]}], "target": 0, "morph": "Number=Dual"}]"#, "Number=Dual"),
        ] {
            let error = AttributeRuler::from_json(rules.as_bytes()).unwrap_err();
            assert!(error.contains(message), "{error:?} should name {message:?}");
        }
    }
}
