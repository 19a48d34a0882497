//! Who is no party of an event, however near the text names him.

use dateline::record::{ArticleEvent, EnrichedArticle, EventType, Participant, Tier};

use crate::enriched::{by_rules, enrich, enricher, read};

/// The article's events of a type, at least one.
fn events(tier: Tier, text: &str, event: EventType) -> Vec<ArticleEvent> {
    let mut events = enrich(tier, text).events;
    events.retain(|e| e.class.plover.event == Some(event));
    assert!(!events.is_empty(), "no {} in {text:?}", event.as_str());
    events
}

fn attacks(record: EnrichedArticle) -> Vec<ArticleEvent> {
    record.events.into_iter().filter(|e| e.class.plover.event == Some(EventType::Assault)).collect()
}

#[test]
fn whoever_ends_an_attack_or_helps_its_victims_is_no_attacker() {
    let cases = [
        (
            "Rebels attacked a barracks in Gao, Mali, on Monday and killed four people. The attack was put down by Malian \
             paratroopers on Tuesday.",
            "paratroopers",
        ),
        ("Two men were treated by medics after a shooting in Leeds on Monday. Five were hurt.", "medics"),
        ("A bomb went off in a market in Quetta on Friday. Rescuers pulled eleven people from the rubble.", "Rescuers"),
        (
            "Militants seized a hotel in Kabul on Monday and killed nine guests. The siege was ended by Afghan commandos.",
            "commandos",
        ),
    ];
    for (text, helper) in cases {
        let [rules, fast, accurate] = [by_rules(), enricher(Tier::Fast), enricher(Tier::Accurate)]
            .map(|mut enricher| attacks(read(&mut enricher, text)));
        // The fast tier has the last case for COERCE.
        assert!(!rules.is_empty() && !accurate.is_empty(), "no ASSAULT in {text:?}");
        for event in [rules, fast, accurate].concat() {
            let helps = event.actors.iter().find(|p| p.name.contains(helper));
            assert!(helps.is_none(), "{helps:?} in {text:?}");
        }
    }
}

#[test]
fn police_after_an_attacker_are_none_and_police_who_shoot_are_the_doers() {
    let cases = [
        ("Police detained two brothers in Ghent on Friday after a shooting at a bar wounded three guests.", false),
        ("Detectives arrested a man on Sunday in connection with a stabbing in Leeds that killed a student.", false),
        ("Officers were called to a flat in Cork on Tuesday, where two men had been stabbed.", false),
        ("Police shot a man dead in Malmo on Monday and arrested his brother.", true),
    ];
    for (text, did) in cases {
        for event in events(Tier::Accurate, text, EventType::Assault) {
            let doers: Vec<&str> = event.actors.iter().map(|p| p.name.as_str()).collect();
            let police = doers.iter().any(|d| ["Police", "Detectives", "Officers"].contains(d));
            assert_eq!(police, did, "{doers:?} in {text:?}");
        }
    }
}

#[test]
fn whoever_dies_is_no_killer() {
    let text = "A 3-day assault on a jail in Goma ended on Friday. About 60 of the troops and jailers died in the effort to \
                stop the raid, the army said.";
    for event in events(Tier::Accurate, text, EventType::Assault) {
        let doers: Vec<&str> = event.actors.iter().map(|p| p.name.as_str()).collect();
        assert!(!doers.iter().any(|d| d.contains("troops") || d.contains("jailers")), "{doers:?}");
    }
}

#[test]
fn nobody_outside_of_a_relative_clause_does_its_deed() {
    let text = "A man who had stabbed a cleaner was shot by guards in Lille on Friday. He is being treated.";
    let found = events(Tier::Accurate, text, EventType::Assault);
    let hurt = |name: &str| {
        let event = found.iter().find(|e| e.recipients.iter().any(|p| p.name.contains(name)));
        event.unwrap_or_else(|| panic!("nobody hurt the {name} in {text:?}"))
    };
    let did = |name: &str, by: &str| hurt(name).actors.iter().any(|p| p.name.contains(by));
    assert!(did("man", "guards") && !did("cleaner", "guards"), "{text:?}");
}

#[test]
fn a_relative_clause_tells_of_somebody_else() {
    let cases = [
        ("The nurse who insulted a bishop was arrested in Lagos on Friday.", "nurse", "bishop"),
        ("Police in Nairobi arrested a driver who had insulted a judge on Monday.", "driver", "judge"),
    ];
    for (text, arrested, other) in cases {
        for event in events(Tier::Accurate, text, EventType::Coerce) {
            let names: Vec<&str> = event.recipients.iter().map(|p| p.name.as_str()).collect();
            assert!(names.iter().any(|n| n.contains(arrested)), "{names:?} in {text:?}");
            assert!(!names.iter().any(|n| n.contains(other)), "{names:?} in {text:?}");
        }
    }
}

#[test]
fn who_only_says_which_somebody_others_are_is_no_party() {
    let text = "NIAMEY — Four French diplomats were expelled from Niger on Tuesday. The junta had ordered it.";
    for event in events(Tier::Accurate, text, EventType::Sanction) {
        let names: Vec<&str> = event.recipients.iter().map(|p| p.name.as_str()).collect();
        assert!(names.contains(&"French diplomats") && !names.contains(&"French"), "{names:?}");
    }
}

#[test]
fn a_region_goes_on_with_the_place_it_is_called_after() {
    let text = "Pirates boarded a tanker in the Strait of Malacca on Monday and held its crew of nine.";
    let places: Vec<String> = enrich(Tier::Accurate, text).entities.into_iter().map(|e| e.name).collect();
    assert!(
        places.iter().any(|p| p.ends_with("Strait of Malacca")) && !places.iter().any(|p| p == "Malacca"),
        "{places:?}"
    );
}

#[test]
fn a_name_goes_on_behind_its_of() {
    let text = "BRAZZAVILLE — Opposition supporters clashed with police on Sunday. Across the river, the Democratic Republic of \
                Congo closed its border.";
    for event in events(Tier::Accurate, text, EventType::Coerce) {
        let names: Vec<&str> = event.actors.iter().map(|p| p.name.as_str()).collect();
        assert!(names.iter().any(|n| n.ends_with("Democratic Republic of Congo")), "{names:?}");
    }
}

#[test]
fn words_for_people_that_no_table_lists_say_their_country() {
    let cases = [
        ("Latvia barred Belarusian stevedores from its docks on Tuesday.", "Belarusian", "BLR"),
        ("Two beekeepers were shot dead by Turkish snowplough drivers in Kars on Friday.", "Turkish", "TUR"),
    ];
    for (text, name, country) in cases {
        let parties: Vec<_> =
            enrich(Tier::Accurate, text).events.into_iter().flat_map(|e| [e.actors, e.recipients]).flatten().collect();
        let party = parties.iter().find(|p| p.name.starts_with(name));
        let party = party.unwrap_or_else(|| panic!("{parties:?} in {text:?}"));
        assert_eq!(party.actor.country_iso3.as_deref(), Some(country), "{party:?} in {text:?}");
    }
}

#[test]
fn armed_or_masked_men_are_of_no_known_group() {
    for who in ["unidentified armed men", "masked men"] {
        let text = format!("A barber and his son were shot dead by {who} in Tegucigalpa on Saturday, a judge said.");
        for event in events(Tier::Accurate, &text, EventType::Assault) {
            let code = |p: &Participant| p.actor.cameo_code.clone().unwrap_or_default();
            assert!(event.actors.iter().any(|p| code(p).ends_with("UAF")), "{:?} in {text:?}", event.actors);
        }
    }
}

#[test]
fn a_machine_lost_in_a_raid_is_not_what_it_was_aimed_at() {
    for text in [
        "Commandos killed the warlord Idris Bello in a raid near Maiduguri on Monday, the army said. The raid lasted two \
         hours. Soldiers searched the house. During the raid a helicopter was destroyed, a spokesman said.",
        "Troops killed the rebel commander Saleh Omar in a raid on Agadez on Sunday. The raid was over at dawn. Villagers \
         heard gunfire. One of the helicopters in the raid suffered mechanical problems and had to be blown up on the ground, \
         an official said.",
    ] {
        for event in events(Tier::Accurate, text, EventType::Assault) {
            let met: Vec<&str> = event.recipients.iter().map(|p| p.name.as_str()).collect();
            let person = met.iter().any(|name| ["Idris Bello", "Saleh Omar"].contains(name));
            assert!(person && !met.iter().any(|name| name.contains("helicopter")), "{met:?}");
        }
    }
}
