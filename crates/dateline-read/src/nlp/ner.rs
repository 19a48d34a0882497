//! The named-entity recogniser: greedy BILUO transitions (Begin, In, Last, Unit, Out), one move per token.
//!
//! Validity as in spaCy's `ner.pyx`: an entity keeps its type from B to L, crosses no sentence start, starts on no
//! white space, and is closed before the text ends. Left out: preset entities, beam search and training.

use dateline_kernel::Kernel;

use super::doc::EntityType;
use super::transition::{Features, Scorer, best_valid};
use super::weights::{ModelError, Weights};

/// Tokens that describe a state.
const FEATURES: usize = 3;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Move {
    Begin(EntityType),
    In(EntityType),
    Last(EntityType),
    Unit(EntityType),
    Out,
    /// A unit without type: only for preset annotation, never valid here.
    Never,
}

/// The recogniser's moves and weights.
#[derive(Debug)]
pub(super) struct Recogniser {
    scorer: Scorer,
    moves: Vec<Move>,
}

/// What the recogniser knows of a token besides its vector.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place {
    /// The token is white space.
    pub(super) is_space: bool,
    /// A sentence starts at the token.
    pub(super) starts_sentence: bool,
}

impl Recogniser {
    /// Loads the recogniser for the move names of the model file, such as `B-ORG`, `O`.
    pub(super) fn load(weights: &Weights<'_>, names: &[String]) -> Result<Self, ModelError> {
        let moves = names.iter().map(|name| parse_move(name)).collect::<Result<Vec<_>, _>>()?;
        let has = |wanted: Move| moves.contains(&wanted);
        // Some move is valid in every state only if these exist.
        let closed = moves.iter().all(|m| match m {
            Move::Begin(kind) | Move::In(kind) => has(Move::Last(*kind)),
            _ => true,
        });
        if !has(Move::Out) || !closed {
            return Err(ModelError::invalid("labels.json", "the entity moves lack O or the L- of a type"));
        }
        Ok(Self { scorer: Scorer::load(weights, "ner", FEATURES, moves.len())?, moves })
    }

    /// Calls `found` with first token, end token (exclusive) and type of every entity, in order.
    pub(super) fn recognise(
        &self,
        kernel: Kernel,
        vectors: &[f32],
        places: &[Place],
        features: &mut Features,
        mut found: impl FnMut(usize, usize, EntityType),
    ) {
        self.scorer.prepare(kernel, vectors, features);
        let mut open: Option<(usize, EntityType)> = None;
        for (i, place) in places.iter().enumerate() {
            let state = [Some(i as u32), open.map(|(start, _)| start as u32), open.map(|_| i as u32 - 1)];
            let scores = self.scorer.score(kernel, state, features);
            let may_go_on = places.get(i + 1).is_some_and(|next| !next.starts_sentence);
            let may_start = open.is_none() && !place.is_space;
            let kind = open.map(|(_, kind)| kind);
            let best = best_valid(scores, |m| match self.moves[m] {
                Move::Begin(_) => may_start && may_go_on,
                Move::In(label) => kind == Some(label) && may_go_on,
                Move::Last(label) => kind == Some(label),
                Move::Unit(_) => may_start,
                Move::Out => open.is_none(),
                Move::Never => false,
            });
            match best.map(|m| self.moves[m]) {
                Some(Move::Begin(label)) => open = Some((i, label)),
                Some(Move::Unit(label)) => found(i, i + 1, label),
                Some(Move::Last(label)) => {
                    if let Some((start, _)) = open.take() {
                        found(start, i + 1, label);
                    }
                }
                _ => {}
            }
        }
    }
}

fn parse_move(name: &str) -> Result<Move, ModelError> {
    let (action, label) = name.split_once('-').unwrap_or((name, ""));
    let kind = EntityType::from_label(label);
    let unknown = || ModelError::invalid("labels.json", format!("unknown entity move {name:?}"));
    match (action, kind) {
        ("O", _) if label.is_empty() => Ok(Move::Out),
        ("U", _) if label.is_empty() => Ok(Move::Never),
        (_, EntityType::Unknown) => Err(unknown()),
        ("B", kind) => Ok(Move::Begin(kind)),
        ("I", kind) => Ok(Move::In(kind)),
        ("L", kind) => Ok(Move::Last(kind)),
        ("U", kind) => Ok(Move::Unit(kind)),
        _ => Err(unknown()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn move_names_are_read() {
        assert_eq!(parse_move("B-ORG").unwrap(), Move::Begin(EntityType::Org));
        assert_eq!(parse_move("L-WORK_OF_ART").unwrap(), Move::Last(EntityType::WorkOfArt));
        assert_eq!(parse_move("O").unwrap(), Move::Out);
        assert_eq!(parse_move("U-").unwrap(), Move::Never);
        for name in ["", "B-", "B-XYZ", "Q-ORG", "O-ORG"] {
            assert!(parse_move(name).is_err(), "{name:?}");
        }
    }
}
