//! Names, descriptions and pronouns in invented sentences, through the real engine.

use super::{Entities, EntityId, MentionForm};
use crate::extract::{Story, testing};
use crate::record::EntityKind;

fn read(text: &str) -> (Story<'static>, Entities) {
    let story = testing::read(text, Some("2024-05-06"));
    let entities = testing::entities(&story);
    (story, entities)
}

/// The texts of all mentions of the entity with this canonical name.
fn mentions(story: &Story<'_>, entities: &Entities, name: &str) -> Vec<String> {
    let ids: Vec<EntityId> = (0..entities.list.len()).filter(|e| entities.list[*e].name == name).collect();
    assert_eq!(
        ids.len(),
        1,
        "one entity {name:?} among {:?}",
        entities.list.iter().map(|e| &e.name).collect::<Vec<_>>()
    );
    let own = entities.mentions.iter().filter(|m| m.entity == ids[0]);
    own.map(|m| story.doc.span_text(m.tokens.clone()).to_owned()).collect()
}

fn check(text: &str, name: &str, expect: &[&str]) {
    let (story, entities) = read(text);
    assert_eq!(mentions(&story, &entities, name), expect, "in {text:?}");
}

#[test]
fn names_of_one_person_are_joined() {
    check(
        "President Amadou Keita arrived in Bamako on Monday. Keita said the talks would go on.",
        "Amadou Keita",
        &["Amadou Keita", "Keita"],
    );
    check(
        "Police arrested Yusuf al-Harbi in Basra. A court sentenced al-Harbi to ten years.",
        "Yusuf al-Harbi",
        &["Yusuf al-Harbi", "al-Harbi"],
    );
}

#[test]
fn a_capital_at_the_head_of_a_sentence_makes_no_name() {
    let text = "The marines stormed an island before dawn. Marines carried out a second landing at noon.";
    check(text, "marines", &["marines", "Marines"]);
}

#[test]
fn people_described_alike_are_those_that_the_text_names_so() {
    let text = "Rescue volunteers on the beach reported nine people killed. Rescue volunteers known as the Orange Vests said \
        they buried the dead.";
    let (story, entities) = read(text);
    let first =
        entities.mentions.iter().find(|m| story.doc.span_text(m.tokens.clone()) == "Rescue volunteers").unwrap();
    let named = entities.mentions.iter().find(|m| story.doc.span_text(m.tokens.clone()) == "Orange Vests").unwrap();
    assert_eq!(first.entity, named.entity, "{:?}", entities.mentions);
}

#[test]
fn a_surname_goes_to_the_person_named_last() {
    let text = "Maria Lopez met Carlos Lopez in Madrid. Lopez said he was glad.";
    check(text, "Carlos Lopez", &["Carlos Lopez", "Lopez", "he"]);
    check(text, "Maria Lopez", &["Maria Lopez"]);
}

#[test]
fn acronyms_and_short_names_join_the_full_name() {
    check(
        "The Kivu Farmers Union (KFU) rejected the plan. The KFU said it would march.",
        "Kivu Farmers Union",
        &["Kivu Farmers Union", "KFU", "KFU", "it"],
    );
    check(
        "The Islamic State group claimed the attack. ISIS said IS fighters had withdrawn.",
        "Islamic State",
        &["Islamic State", "Islamic State group", "ISIS", "IS"],
    );
    check(
        "The Nile Observatory for Press Freedom counted ten arrests. The Observatory said two were minors.",
        "Nile Observatory for Press Freedom",
        &["Nile Observatory for Press Freedom", "Observatory"],
    );
}

#[test]
fn the_text_can_call_two_names_the_same() {
    let text = "The Lake Rescue Corps, volunteers also known as the Blue Vests, said 12 people drowned.";
    let (story, entities) = read(text);
    let of = |word: &str| {
        let at = story.doc.token_at(text.find(word).unwrap()).unwrap();
        entities.mention_at(at).map(|m| m.entity)
    };
    assert!(of("Rescue").is_some() && of("Rescue") == of("Vests"), "{:?} {:?}", of("Rescue"), of("Vests"));
}

#[test]
fn capitals_and_datelines() {
    check("GOMA, Congo (AP) — Rebels took the airport on Tuesday. Residents of Goma fled.", "Goma", &["GOMA", "Goma"]);
    check("KABUL, Afghanistan — A bomb killed four people.", "Kabul", &["KABUL"]);
}

#[test]
fn a_storm_is_no_country() {
    let text = "Hurricane Olga struck Honduras on Monday. It killed nine people.";
    check(text, "Honduras", &["Honduras"]);
    check(text, "Hurricane Olga", &["Hurricane Olga", "It"]);
    check("Honduras reopened two ports on Monday. It sent aid to nine towns.", "Honduras", &["Honduras", "It"]);
}

#[test]
fn descriptions_join_what_they_repeat() {
    check("Boko Haram attacked the village. The group burned ten houses.", "Boko Haram", &["Boko Haram", "group"]);
    check(
        "A U.S. official confirmed the strike. The U.S. official declined to give details.",
        "U.S. official",
        &["U.S. official", "U.S. official"],
    );
    check("Aziz Rahman, a local farmer, heard two blasts.", "Aziz Rahman", &["Aziz Rahman", "local farmer"]);
    check(
        "Turkey-backed fighters shelled the town. Kurdish fighters fled.",
        "Turkey-backed fighters",
        &["Turkey-backed fighters"],
    );
}

#[test]
fn pronouns_with_a_clear_antecedent() {
    check("Anna Berg resigned on Friday. She said the party had lost its way.", "Anna Berg", &["Anna Berg", "She"]);
    check(
        "The Interior Ministry closed the road. It said the bridge was unsafe.",
        "Interior Ministry",
        &["Interior Ministry", "It"],
    );
    // The raid is no entity, and nothing else fits.
    let (_, entities) = read("The raid lasted two hours. It killed six people near Mosul.");
    assert!(entities.mentions.iter().all(|m| m.form != MentionForm::Pronoun), "{:?}", entities.mentions);
    // An unnamed official speaks of others.
    let (story, entities) = read("A rebel leader, Sami Darwish, was captured. A police official said he was armed.");
    assert!(mentions(&story, &entities, "Sami Darwish").contains(&"he".to_owned()), "{:?}", entities.mentions);
}

#[test]
fn weapons_and_vehicles() {
    let kind = |text: &str, word: &str| {
        let (story, entities) = read(text);
        let at = story.doc.token_at(text.find(word).unwrap()).unwrap();
        entities.headed_by(at).or(entities.mention_at(at)).map(|m| m.kind)
    };
    assert_eq!(kind("Soldiers found a roadside bomb on the bridge.", "bomb"), Some(EntityKind::Weapon));
    assert_eq!(kind("Two attack helicopters circled the port.", "helicopters"), Some(EntityKind::Vehicle));
    assert_eq!(kind("The gunmen carried AK-47 rifles.", "rifles"), Some(EntityKind::Weapon));
    assert_eq!(kind("The minister praised the tank crews.", "crews"), None);
    assert_eq!(kind("A coach carrying 40 pupils overturned.", "coach"), Some(EntityKind::Vehicle));
    assert_eq!(kind("The pupils were aboard a coach.", "coach"), Some(EntityKind::Vehicle));
    assert_eq!(kind("Our coach believed in us.", "coach"), None);
    assert_eq!(kind("The coach and her staff resigned.", "coach"), None);
    assert_eq!(kind("The fuel tank burst.", "tank"), None);
    assert_eq!(kind("Shell sued Orange on Monday.", "Shell"), Some(EntityKind::Org));
}

#[test]
fn titles_and_codes() {
    let entity = |text: &str, name: &str| {
        let (_, entities) = read(text);
        let found = entities.list.iter().find(|e| e.name == name).cloned();
        found.unwrap_or_else(|| {
            panic!("no {name:?} among {:?}", entities.list.iter().map(|e| &e.name).collect::<Vec<_>>())
        })
    };
    let check = |text: &str, name: &str, title: Option<&str>, code: Option<&str>| {
        let found = entity(text, name);
        assert_eq!(found.title.as_deref(), title, "title of {name} in {text:?}");
        assert_eq!(found.actor.and_then(|a| a.cameo_code).as_deref(), code, "code of {name} in {text:?}");
    };
    check(
        "Kenyan Defence Minister Grace Otieno visited the troops.",
        "Grace Otieno",
        Some("Kenyan Defence Minister"),
        Some("KENGOV"),
    );
    check("Paul Stone, a nearby resident, saw smoke.", "Paul Stone", Some("nearby resident"), Some("CVL"));
    check("U.S. forces shelled the camp.", "U.S. forces", None, Some("USAMIL"));
    check("Turkish police fired tear gas.", "Turkish police", None, Some("TURCOP"));
    check("The Kremlin denied the report.", "Kremlin", None, Some("RUSGOV"));
    check("Hamas fighters crossed the fence.", "Hamas fighters", None, Some("PSEREBHMS"));
}

#[test]
fn the_most_prominent_entity_weighs_one() {
    let (_, entities) =
        read("Anna Berg resigned on Friday. She said the Green Party had lost its way. Berg leads no party now.");
    let top = entities.list.iter().max_by(|a, b| a.salience.total_cmp(&b.salience)).unwrap();
    assert_eq!((top.name.as_str(), top.salience), ("Anna Berg", 1.0));
    assert!(entities.list.iter().all(|e| (0.0..=1.0).contains(&e.salience)));
}
