//! Where the tables know better than the learned reader what a text tells.

use dateline::record::{ArticleEvent, EventType, Mode, Realis, Tier};

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

/// What is done by some means is an attack, whatever the reader makes of the hurt; and what is only meant is none.
#[test]
fn an_attack_is_somebodys_doing_and_a_plan_is_none() {
    let kinds = |text: &str, real: bool| -> Vec<Option<EventType>> {
        let events = events(text);
        let told = events.iter().filter(|e| (e.assertion.realis == Realis::Actual) == real);
        told.map(|e| e.class.plover.event).collect()
    };
    for text in [
        "Two jewellers were knifed and badly hurt in Naples on Friday night, a cousin said.",
        "A rocket killed seven shepherds near Herat on Sunday. Nine more were hurt.",
        "Nine dock hands were sprayed with bullets in Cali on Monday and died.",
    ] {
        assert_eq!(kinds(text, true), [Some(EventType::Assault)], "{text:?}");
    }
    for text in [
        "A grocer who plotted to murder his partner was arrested in Lyon on Monday.",
        "Two men who intended to bomb a mosque were arrested in Oslo on Monday before the attack could take place.",
    ] {
        assert_eq!(kinds(text, true), [Some(EventType::Coerce)], "{text:?}");
        assert_eq!(kinds(text, false), [Some(EventType::Assault)], "{text:?}");
    }
}

/// Whom nobody killed, no assault killed: the harm is that of what happened.
#[test]
fn the_dead_of_a_disaster_are_of_no_assault() {
    for tier in [Tier::Fast, Tier::Accurate] {
        for (text, attack) in [
            (
                "Landslides are frequent in the valley. One in October 2015 killed nearly 400 people in Pokhara, Nepal.",
                false,
            ),
            (
                "Heavy rain caused floods in Assam on Sunday. The army sent boats. Ten people were killed, an official said.",
                false,
            ),
            ("A mason was killed in a road accident near Dhaka on Monday, police said.", false),
            ("Gunmen stormed a village near Gao on Monday. The army sent helicopters. Nine people were killed.", true),
        ] {
            let events = enrich(tier, text).events;
            let killed = events.iter().filter(|e| e.casualties.killed.is_some());
            let kinds: Vec<Option<EventType>> = killed.map(|e| e.class.plover.event).collect();
            assert_eq!(kinds, [attack.then_some(EventType::Assault)], "{} in {text:?}", tier.as_str());
        }
    }
}
