//! Small or capital: the likeliest writing of a sentence, by a two-state Hidden Markov model.

use super::pieces::Piece;
use super::{Form, Known};

/// Share of words that the training texts write with a capital: at the start, after a small word, after a capital one.
const STARTS: f32 = 0.17;
const AFTER_SMALL: f32 = 0.084;
const AFTER_CAPITAL: f32 = 0.41;
/// The same without regard to the word before.
const PRIOR: f32 = 0.13;

/// The likeliest forms of a block's words, one sentence after the other.
pub(super) fn decode(pieces: &[Piece], known: &[Known]) -> Vec<Form> {
    let mut forms = Vec::with_capacity(pieces.len());
    let mut start = 0;
    while start < pieces.len() {
        let end = (start + 1..pieces.len()).find(|i| pieces[*i].opens).unwrap_or(pieces.len());
        decode_sentence(&known[start..end], &mut forms);
        start = end;
    }
    forms
}

/// Viterbi over two states: 0 small, 1 capital.
fn decode_sentence(known: &[Known], forms: &mut Vec<Form>) {
    let ln = |share: f32| [(1.0 - share).ln(), share.ln()];
    let steps = [ln(AFTER_SMALL), ln(AFTER_CAPITAL)];
    let prior = ln(PRIOR);
    let mut from: Vec<[u8; 2]> = Vec::with_capacity(known.len());
    let mut score = [0.0f32; 2];
    for (i, known) in known.iter().enumerate() {
        let emission = match known {
            Known::Share(share) => ln(share.clamp(0.002, 0.998)),
            Known::Form(Form::Small) => ln(0.001),
            Known::Form(_) => ln(0.999),
        };
        let mut next = [0.0f32; 2];
        let mut back = [0u8; 2];
        for state in 0..2 {
            let reach = |before: usize| if i == 0 { ln(STARTS)[state] } else { score[before] + steps[before][state] };
            back[state] = u8::from(reach(1) > reach(0));
            next[state] = reach(usize::from(back[state])) + emission[state] - prior[state];
        }
        score = next;
        from.push(back);
    }
    let mut state = u8::from(score[1] > score[0]);
    let first = forms.len();
    for (known, back) in known.iter().zip(&from).rev() {
        forms.push(match (known, state) {
            (Known::Form(form), _) => *form,
            (_, 0) => Form::Small,
            _ => Form::Capital,
        });
        state = back[usize::from(state)];
    }
    forms[first..].reverse();
}
