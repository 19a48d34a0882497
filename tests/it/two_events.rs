//! What is told beside an event and is another one.

use dateline::record::Tier;

use crate::enriched::enrich;

#[test]
fn what_stands_beside_an_event_is_another_one() {
    let cases = [
        // The force used against a protest.
        (
            "QUITO — Thousands of nurses marched through the city on Tuesday. Police fired tear gas at a few who threw bottles.",
            "marched",
            "fired",
        ),
        (
            "TUNIS — Hundreds of miners marched in Gafsa on Monday. Police used water cannon to scatter them.",
            "marched",
            "used",
        ),
        // What says where or when.
        ("Three men were shot near a rally in Austin on Friday, police said. All are in hospital.", "shot", "rally"),
        // Whom a relative clause calls the doer of one deed, another deed meets.
        ("A man who had stabbed a cleaner was shot by guards in Lille on Friday.", "stabbed", "shot"),
        ("Police in Perth shot a farmer who had attacked a vet on Sunday.", "shot", "attacked"),
        // What is yet to come.
        (
            "OSLO — Norway delivered 22 howitzers to Ukraine on Tuesday, and Poland will send tanks.",
            "delivered",
            "send",
        ),
    ];
    for (text, one, other) in cases {
        let mentions = enrich(Tier::Accurate, text).mentions;
        let event = |trigger: &str| {
            let found = mentions.iter().find(|m| m.trigger.span.text == trigger);
            &found.unwrap_or_else(|| panic!("no {trigger:?} in {text:?}")).cluster_id
        };
        assert_ne!(event(one), event(other), "{text:?}");
    }
}
