//! Where the tables know better than the learned reader what a text tells.

use dateline::record::{ArticleEvent, EventType, Mode, Tier};

use crate::enriched::enrich;

fn events(text: &str) -> Vec<ArticleEvent> {
    enrich(Tier::Accurate, text).events
}

#[test]
fn of_the_kinds_of_yielding_the_tables_know_which() {
    let cases = [
        ("SUVA — After a week of street rallies, Finance Minister Ratu Vula stepped down on Friday.", Mode::Resign),
        ("TUNIS — On Monday Tunisia ended its sanctions against Chad and sent an envoy to N'Djamena.", Mode::Withdraw),
    ];
    for (text, mode) in cases {
        let events = events(text);
        assert!(events.iter().any(|e| e.class.plover.mode.contains(&mode)), "{events:?}");
        assert!(!events.iter().any(|e| e.class.plover.event == Some(EventType::Sanction)), "{events:?}");
    }
}

#[test]
fn what_became_of_whom_an_animal_struck_is_no_assault() {
    let text = "KASANE, Botswana — A herdsman was attacked by a hippo on the Chobe on Sunday and lost a foot. Nurses said he was \
                doing well.";
    let events = events(text);
    assert!(!events.iter().any(|e| e.class.plover.event == Some(EventType::Assault)), "{events:?}");
}
