//! Who is no doer of an event, however near the text names him.

use std::sync::{Arc, LazyLock};

use dateline::article::{Hint, Intake};
use dateline::extract::{Enricher, Pipeline};
use dateline::record::EventType;

static PIPELINE: LazyLock<Arc<Pipeline>> = LazyLock::new(|| Arc::new(Pipeline::load(None, None).unwrap()));

/// The actors of the article's attacks, without repetitions.
fn attackers(text: &str) -> Vec<String> {
    let article = Intake::default().read(text.as_bytes(), &Hint::default()).unwrap();
    let record = Enricher::new(Arc::clone(&PIPELINE)).enrich(&article, &|| false).unwrap();
    let events = record.events.iter().filter(|e| e.class.plover.event == Some(EventType::Assault));
    let mut names: Vec<String> = events.flat_map(|e| &e.actors).map(|p| p.name.clone()).collect();
    names.sort_unstable();
    names.dedup();
    names
}

#[test]
fn whoever_ends_an_attack_or_helps_its_victims_is_no_attacker() {
    let cases: [(&str, &str); 3] = [
        (
            "Rebels attacked a barracks in Gao, Mali, on Monday and killed four people. The attack was put down by Malian \
             paratroopers on Tuesday.",
            "paratroopers",
        ),
        ("Two men were treated by medics after a shooting in Leeds on Monday. Five were hurt.", "medics"),
        (
            "Militants seized a hotel in Kabul on Monday and killed nine guests. The siege was ended by Afghan commandos.",
            "commandos",
        ),
    ];
    for (text, helper) in cases {
        let found = attackers(text);
        assert!(!found.iter().any(|name| name.contains(helper)), "{found:?} in {text:?}");
    }
}
