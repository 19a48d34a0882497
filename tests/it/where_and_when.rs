//! Where and when events are put that say neither in their own sentence, and where what they say must stand.

use dateline::record::{ArticleEvent, EventType, Tier};
use serde_json::json;

use crate::enriched::enrich;

fn article(title: Option<&str>, text: &str) -> String {
    json!({ "id": "1", "title": title, "text": text, "published_at": "2023-05-12T09:00:00Z" }).to_string()
}

/// The article's first event of a type, as "place, country, first day"; "-" for what it lacks.
fn check(text: &str, event: EventType, expect: &str) {
    check_below(None, text, event, expect);
}

/// The same with a title.
fn check_below(title: Option<&str>, text: &str, event: EventType, expect: &str) {
    let record = enrich(Tier::Fast, &article(title, text));
    let found: Option<&ArticleEvent> = record.events.iter().find(|e| e.class.plover.event == Some(event));
    let found = found.unwrap_or_else(|| panic!("no {} in {text:?}", event.as_str()));
    let place = found.location.as_ref().map(|l| &l.place);
    let day = found.time.as_ref().and_then(|t| t.timex.start.as_ref()).map(|s| &s[..10]);
    let said = [place.map(|p| p.name.as_str()), place.and_then(|p| p.country_iso3.as_deref()), day];
    let said: Vec<&str> = said.into_iter().map(|part| part.unwrap_or("-")).collect();
    assert_eq!(said.join(", "), expect, "in {text:?}");
}

#[test]
fn an_event_without_a_place_is_put_into_the_country_of_the_story() {
    let text = "Ghana's parliament passed the budget on Thursday after a night of debate. Ghanaian unions had fought it.\n\n\
                Police arrested two clerks of the treasury.";
    check(text, EventType::Coerce, "Ghana, GHA, 2023-05-11");
}

#[test]
fn what_the_sentence_states_stands() {
    let text = "Farmers in Peru have had a hard year, and Peru's government knows it.\n\n\
                Gunmen attacked a lorry in Ayacucho on Wednesday and killed its driver. Peruvian soldiers found it empty.";
    check(text, EventType::Assault, "Ayacucho, PER, 2023-05-10");
}

#[test]
fn a_village_that_no_gazetteer_knows_lies_somewhere_in_its_country() {
    let text = "Rebels burned a school in Zubrowkata on Monday, officials in Mali said. Mali's army sent soldiers.";
    check(text, EventType::Assault, "Zubrowkata, MLI, 2023-05-08");
}

#[test]
fn an_article_without_any_place_gives_none() {
    check("Police arrested a man on Tuesday. He had stolen a bicycle.", EventType::Coerce, "-, -, 2023-05-09");
}

#[test]
fn a_title_says_what_the_text_does_not() {
    let text = "Eleven people died when a minibus was blown up, police said. Seven were hurt.";
    check_below(Some("Bomb kills 11 in Herat"), text, EventType::Assault, "Herat, AFG, 2023-05-12");
    check_below(Some("Bomb kills 11 in Herat - Evening Mail"), text, EventType::Assault, "Herat, AFG, 2023-05-12");
}

#[test]
fn a_village_of_the_dateline_says_where_in_the_province() {
    let place = |text: &str| {
        let events = enrich(Tier::Accurate, text).events;
        events.into_iter().find(|e| e.main).and_then(|e| e.location).map(|l| l.place.name)
    };
    let raid = "A commander of the rebels was killed during an overnight raid by soldiers in Syria's northwestern Idlib \
                province on Thursday, the army said.\n\nPeople in Atmeh, a village in Idlib province, heard shots.";
    assert_eq!(place(&format!("ATMEH, Syria (AP) — {raid}")).as_deref(), Some("Atmeh"));
    // In a seat of administration reporters sit.
    let raid = "Gunmen killed nine farmers in Kano state on Thursday, police said.";
    assert_eq!(place(&format!("KANO, Nigeria (AP) — {raid}")).as_deref(), Some("Kano State"));
}

#[test]
fn where_people_are_from_is_not_where_they_meet() {
    let text = "VIENNA — Envoys from Chad and Sudan held talks here on Thursday. They will meet again.";
    check(text, EventType::Consult, "Vienna, AUT, 2023-05-11");
}

#[test]
fn what_its_own_sentence_puts_into_the_last_weeks_is_no_history() {
    let text = "A jury in Leeds convicted a nurse on Tuesday of the murder of a patient in 2016.";
    let events = enrich(Tier::Accurate, &article(None, text)).events;
    let found = events.iter().find(|e| e.class.plover.event == Some(EventType::Sanction));
    assert!(found.is_some_and(|e| !e.assertion.historical), "{found:?}");
}

#[test]
fn a_natural_death_is_no_attack() {
    let text = "Ruth Hale, a nurse who was captured by rebels in Angola in 1978, died peacefully at her home in Kent on \
                Tuesday. She was 91.";
    let events = enrich(Tier::Accurate, text).events;
    let attack = |e: &&ArticleEvent| e.class.plover.event == Some(EventType::Assault) && !e.assertion.historical;
    assert_eq!(events.iter().find(attack), None, "{text:?}");
}
