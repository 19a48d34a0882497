//! Parity of the heads with PyTorch (`models/reader/golden.py`).

use serde::Deserialize;

use super::*;

#[derive(Deserialize)]
struct Golden {
    vectors: Vec<Vec<f32>>,
    features: Chosen,
    words: Vec<Vec<f32>>,
    pairs: Vec<Vec<f32>>,
    roles: Vec<Vec<f32>>,
    names: Vec<Vec<f32>>,
}

#[derive(Deserialize)]
struct Chosen {
    word: Vec<(String, f32)>,
    pair: Vec<(String, f32)>,
    role: Vec<(String, f32)>,
    name: Vec<(String, f32)>,
}

fn features(list: &[(String, f32)]) -> Features {
    let mut features = Features::default();
    list.iter().for_each(|(name, x)| features.number(name.clone(), *x));
    features
}

fn close(found: &[f32], expected: &[f32]) {
    assert_eq!(found.len(), expected.len());
    for (f, e) in found.iter().zip(expected) {
        assert!((f - e).abs() < 1e-4, "{found:?} instead of {expected:?}");
    }
}

#[test]
fn heads_say_what_pytorch_says() {
    let golden: Golden = serde_json::from_str(include_str!("../../../../../tests/golden/reader/heads.json")).unwrap();
    let heads = &ReaderModel::embedded(Tier::Accurate).unwrap().heads;
    let (word, pair, role) =
        (features(&golden.features.word), features(&golden.features.pair), features(&golden.features.role));
    for (vector, expected) in golden.vectors.iter().zip(&golden.words) {
        let w = heads.word(vector, &[&word]);
        let kinds: Vec<f32> = w.kinds().map(|(_, chance)| chance).collect();
        let mut found = vec![1.0 - w.event()];
        found.extend(kinds);
        found.extend([w.begin, w.unreal, w.historical]);
        found.extend(w.level);
        found.push(w.main);
        close(&found, expected);
    }
    let told: Vec<Vec<f32>> = golden.vectors.iter().map(|v| heads.told(v)).collect();
    for (pairs, expected) in told.windows(2).zip(&golden.pairs) {
        close(&[heads.same(&pairs[0], &pairs[1], &pair)], expected);
    }
    for (vector, expected) in golden.vectors.iter().zip(&golden.names) {
        close(&heads.name(vector, &features(&golden.features.name)).unwrap(), expected);
    }
    for (n, expected) in golden.roles.iter().enumerate() {
        let (deed, candidate) = (heads.deed(&golden.vectors[n]), heads.candidate(&golden.vectors[3 - n]));
        close(&heads.parts(&deed, &candidate, &role), expected);
    }
}

#[test]
fn a_reader_is_of_the_tier_that_is_asked_for() {
    for (tier, other) in [(Tier::Fast, Tier::Accurate), (Tier::Accurate, Tier::Fast)] {
        let reader = ReaderModel::embedded(tier).unwrap().of_tier(tier).unwrap();
        let error = reader.of_tier(other).unwrap_err();
        assert_eq!(error.kind(), "format", "{error}");
        let (wanted, found) = (other.as_str(), tier.as_str());
        let both = [wanted, found].map(|name| format!("a reader of the tier {name}"));
        assert!(both.iter().all(|name| error.to_string().contains(name)), "{error}");
    }
}

#[test]
fn a_file_without_heads_is_refused() {
    let encoder = include_bytes!("../../../../../tests/golden/encoder/small.safetensors");
    assert!(matches!(ReaderModel::from_bytes(encoder), Err(ModelError::Missing(name)) if name == "heads.json"));
}
