//! The arc-eager dependency parser with sentence breaks (Nivre 2003; Honnibal & Johnson 2015), as spaCy runs it.
//!
//! Greedy: in every state the best valid move is taken. Arcs may replace an earlier arc, and a token without a head can
//! be put back from the stack to the buffer. Labels may be decorated (`dep||head label`) for arcs that are not
//! projective; [`super::nonprojective`] resolves them. Source: spaCy's `arc_eager.pyx` and `_state.pxd`.
//!
//! Left out: preset annotation, beam search and training.

use dateline_kernel::Kernel;

use super::doc::Dep;
use super::transition::{Features, Scorer, best_valid};
use super::weights::{ModelError, Weights};

/// Tokens that describe a state.
const FEATURES: usize = 8;
/// Label of tokens without a head.
const ROOT: &str = "ROOT";
/// Separates the two labels of a decorated arc.
const DELIMITER: &str = "||";

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Shift,
    Reduce,
    Left,
    Right,
    Break,
}

#[derive(Debug, Clone, Copy)]
struct Move {
    kind: Kind,
    label: u16,
}

/// What a label id stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Label {
    /// An ordinary dependency label.
    Plain(Dep),
    /// `dep||head`: the token has label `dep` and belongs to a descendant of its head that has label `head`.
    Decorated {
        /// Label id of the token itself.
        dep: u16,
        /// Label id of the true head.
        head: u16,
    },
}

/// The parser's moves, labels and weights.
#[derive(Debug)]
pub(super) struct Parser {
    scorer: Scorer,
    moves: Vec<Move>,
    labels: Vec<Label>,
    root: u16,
}

impl Parser {
    /// Loads the parser for the move names of the model file, such as `S`, `D`, `L-nsubj`, `B-ROOT`.
    pub(super) fn load(weights: &Weights<'_>, names: &[String]) -> Result<Self, ModelError> {
        let mut table = LabelTable::default();
        let root = table.id(ROOT)?;
        let moves = names.iter().map(|name| parse_move(name, &mut table)).collect::<Result<Vec<_>, _>>()?;
        // Some move is valid in every state only if these two exist.
        for needed in [Kind::Shift, Kind::Reduce] {
            if !moves.iter().any(|m| m.kind == needed) {
                return Err(ModelError::invalid("labels.json", format!("the parser lacks the move {needed:?}")));
            }
        }
        let scorer = Scorer::load(weights, "parser", FEATURES, moves.len())?;
        Ok(Self { scorer, moves, labels: table.labels, root })
    }

    /// What each label id of a [`State`] stands for.
    pub(super) fn labels(&self) -> &[Label] {
        &self.labels
    }

    /// Parses the tokens whose vectors are given, as one document. Heads of roots are the tokens themselves.
    pub(super) fn parse(&self, kernel: Kernel, vectors: &[f32], n: usize, features: &mut Features, state: &mut State) {
        state.reset(n);
        self.scorer.prepare(kernel, vectors, features);
        while !state.is_final() {
            let scores = self.scorer.score(kernel, state.features(), features);
            let valid = state.valid_kinds();
            let Some(best) = best_valid(scores, |i| valid[self.moves[i].kind as usize]) else { break };
            state.apply(self.moves[best]);
        }
        for i in 0..n {
            if state.heads[i] == NONE {
                state.heads[i] = i as u32;
                state.labels[i] = self.root;
            }
        }
    }
}

fn parse_move(name: &str, table: &mut LabelTable) -> Result<Move, ModelError> {
    let (kind, label) = name.split_once('-').unwrap_or((name, ""));
    let kind = match kind {
        "S" => Kind::Shift,
        "D" => Kind::Reduce,
        "L" => Kind::Left,
        "R" => Kind::Right,
        "B" => Kind::Break,
        _ => return Err(ModelError::invalid("labels.json", format!("unknown parser move {name:?}"))),
    };
    let label = if matches!(kind, Kind::Left | Kind::Right) { table.id(label)? } else { 0 };
    Ok(Move { kind, label })
}

/// Gives every label string an id.
#[derive(Default)]
struct LabelTable {
    names: Vec<String>,
    labels: Vec<Label>,
}

impl LabelTable {
    fn id(&mut self, name: &str) -> Result<u16, ModelError> {
        if let Some(id) = self.names.iter().position(|n| n == name) {
            return Ok(id as u16);
        }
        let label = match name.split_once(DELIMITER) {
            Some((dep, head)) if !head.contains(DELIMITER) => {
                Label::Decorated { dep: self.id(dep)?, head: self.id(head)? }
            }
            _ => match Dep::from_label(name) {
                Dep::Unlabelled => {
                    return Err(ModelError::invalid("labels.json", format!("unknown dependency label {name:?}")));
                }
                dep => Label::Plain(dep),
            },
        };
        self.names.push(name.to_owned());
        self.labels.push(label);
        Ok((self.labels.len() - 1) as u16)
    }
}

/// "No token" inside of the state's arrays.
const NONE: u32 = u32::MAX;

/// A parser state, and at the end the parse.
#[derive(Debug, Default)]
pub(super) struct State {
    /// Head of every token.
    pub(super) heads: Vec<u32>,
    /// Label id of every token.
    pub(super) labels: Vec<u16>,
    stack: Vec<u32>,
    /// Tokens put back from the stack; they come before the rest of the buffer, the last one first.
    put_back: Vec<u32>,
    /// First token of the buffer that was never on the stack.
    next: u32,
    /// Latest left and right child of every token, and the child of the same head and side before that.
    last_left: Vec<u32>,
    last_right: Vec<u32>,
    previous_sibling: Vec<u32>,
    /// Tokens that were put back and may not be shifted again before they got a child.
    unshiftable: Vec<bool>,
    sentence_start: Vec<bool>,
}

impl State {
    fn reset(&mut self, n: usize) {
        for links in [&mut self.heads, &mut self.last_left, &mut self.last_right, &mut self.previous_sibling] {
            links.clear();
            links.resize(n, NONE);
        }
        for flags in [&mut self.unshiftable, &mut self.sentence_start] {
            flags.clear();
            flags.resize(n, false);
        }
        self.labels.clear();
        self.labels.resize(n, 0);
        self.stack.clear();
        self.put_back.clear();
        self.next = 0;
    }

    fn stack(&self, depth: usize) -> Option<u32> {
        self.stack.len().checked_sub(depth + 1).map(|i| self.stack[i])
    }

    fn buffer(&self, i: usize) -> Option<u32> {
        match self.put_back.len().checked_sub(i + 1) {
            Some(at) => Some(self.put_back[at]),
            None => {
                let token = self.next as usize + i - self.put_back.len();
                (token < self.heads.len()).then_some(token as u32)
            }
        }
    }

    fn buffer_length(&self) -> usize {
        self.heads.len() - self.next as usize + self.put_back.len()
    }

    fn is_final(&self) -> bool {
        self.stack.is_empty() && self.buffer_length() == 0
    }

    /// Buffer front, its successor, three stack tops, latest left child of the front, latest children of the top.
    fn features(&self) -> [Option<u32>; FEATURES] {
        let (b0, s0) = (self.buffer(0), self.stack(0));
        let latest = |links: &[u32], head: Option<u32>| head.map(|h| links[h as usize]).filter(|c| *c != NONE);
        [
            b0,
            self.buffer(1),
            s0,
            self.stack(1),
            self.stack(2),
            latest(&self.last_left, b0),
            latest(&self.last_left, s0),
            latest(&self.last_right, s0),
        ]
    }

    /// Which kinds of move are valid, indexed by [`Kind`].
    fn valid_kinds(&self) -> [bool; 5] {
        let starts_sentence = |token: Option<u32>| token.is_some_and(|t| self.sentence_start[t as usize]);
        let (b0, b1) = (self.buffer(0), self.buffer(1));
        let at_break = starts_sentence(b0);
        let stacked = !self.stack.is_empty();
        let unshiftable = b0.is_some_and(|b| self.unshiftable[b as usize]);
        let arc = stacked && b0.is_some() && !at_break;
        [
            !stacked || (b1.is_some() && !at_break && !unshiftable),
            stacked,
            arc,
            arc,
            b0.zip(b1).is_some_and(|(b0, b1)| b1 == b0 + 1) && !starts_sentence(b1),
        ]
    }

    /// Takes a valid move.
    fn apply(&mut self, step: Move) {
        let (b0, b1, s0) = (self.buffer(0), self.buffer(1), self.stack(0));
        match (step.kind, s0, b0) {
            (Kind::Shift, _, Some(_)) => self.shift(),
            (Kind::Reduce, Some(s0), _) => {
                self.stack.pop();
                if self.heads[s0 as usize] == NONE && !self.stack.is_empty() {
                    self.unshiftable[s0 as usize] = true;
                    self.put_back.push(s0);
                }
            }
            (Kind::Left, Some(s0), Some(b0)) => {
                self.attach(b0, s0, step.label);
                self.unshiftable[b0 as usize] = false;
                self.stack.pop();
            }
            (Kind::Right, Some(s0), Some(b0)) => {
                self.attach(s0, b0, step.label);
                self.shift();
            }
            (Kind::Break, _, _) => {
                if let Some(b1) = b1 {
                    self.sentence_start[b1 as usize] = true;
                }
            }
            (kind, ..) => debug_assert!(false, "{kind:?} is not valid here"),
        }
    }

    fn shift(&mut self) {
        let token = self.put_back.pop().unwrap_or_else(|| {
            self.next += 1;
            self.next - 1
        });
        self.stack.push(token);
    }

    fn attach(&mut self, head: u32, child: u32, label: u16) {
        let (old, at) = (self.heads[child as usize], child as usize);
        if old != NONE {
            // Only a token on the stack is attached anew, and it is the latest right child of its old head, because
            // that head can get no other child while the token is above it.
            debug_assert_eq!(self.last_right[old as usize], child);
            self.last_right[old as usize] = self.previous_sibling[at];
        }
        let side = if head > child { &mut self.last_left } else { &mut self.last_right };
        self.previous_sibling[at] = std::mem::replace(&mut side[head as usize], child);
        self.heads[at] = head;
        self.labels[at] = label;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn state(n: usize) -> State {
        let mut state = State::default();
        state.reset(n);
        state
    }

    fn take(state: &mut State, kind: Kind) {
        assert!(state.valid_kinds()[kind as usize], "{kind:?} is not valid in {state:?}");
        state.apply(Move { kind, label: 7 });
    }

    #[test]
    fn only_shift_and_break_are_valid_at_the_start() {
        assert_eq!(state(2).valid_kinds(), [true, false, false, false, true]);
        assert_eq!(state(1).valid_kinds(), [true, false, false, false, false]);
    }

    #[test]
    fn arcs_set_heads_and_latest_children() {
        // "Troops shelled Aleppo"
        let mut s = state(3);
        take(&mut s, Kind::Shift);
        take(&mut s, Kind::Left);
        take(&mut s, Kind::Shift);
        take(&mut s, Kind::Right);
        assert_eq!(s.heads, [1, NONE, 1]);
        assert_eq!(s.features(), [None, None, Some(2), Some(1), None, None, None, None]);
        take(&mut s, Kind::Reduce);
        assert_eq!(s.features()[6..], [Some(0), Some(2)]);
        take(&mut s, Kind::Reduce);
        assert!(s.is_final());
    }

    #[test]
    fn a_headless_token_returns_to_the_buffer_and_cannot_be_shifted_at_once() {
        let mut s = state(3);
        take(&mut s, Kind::Shift);
        take(&mut s, Kind::Shift);
        take(&mut s, Kind::Reduce);
        assert_eq!((s.buffer(0), s.buffer(1), s.stack(0)), (Some(1), Some(2), Some(0)));
        assert!(!s.valid_kinds()[Kind::Shift as usize]);
        take(&mut s, Kind::Right);
        assert_eq!(s.heads[1], 0);
    }

    #[test]
    fn a_left_arc_replaces_the_head_of_the_stack_top() {
        let mut s = state(3);
        take(&mut s, Kind::Shift);
        take(&mut s, Kind::Right);
        take(&mut s, Kind::Left);
        assert_eq!((s.heads[1], s.last_right[0], s.last_left[2]), (2, NONE, 1));
    }

    #[test]
    fn nothing_crosses_a_sentence_break() {
        let mut s = state(2);
        take(&mut s, Kind::Break);
        take(&mut s, Kind::Shift);
        assert_eq!(s.valid_kinds(), [false, true, false, false, false]);
    }

    #[test]
    fn decorated_labels_are_taken_apart() {
        let mut table = LabelTable::default();
        let id = table.id("prep||dobj").unwrap();
        let Label::Decorated { dep, head } = table.labels[id as usize] else { panic!("not decorated") };
        assert_eq!(table.labels[dep as usize], Label::Plain(Dep::Prep));
        assert_eq!(table.labels[head as usize], Label::Plain(Dep::Dobj));
        assert!(table.id("nonsense").is_err());
        assert!(parse_move("Q-dobj", &mut table).is_err());
    }
}
