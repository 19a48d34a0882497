//! Short invented stories and the toll of their main event, through the real engine.

use super::{Cluster, Derivation, Models, events};
use crate::extract::events::{Participant, Trace, find};
use crate::extract::testing;
use crate::record::{CasualtyKind, EventType};

fn main_event(text: &str) -> Cluster {
    main_event_of(text).0
}

/// The main event, and the names of its actors and of its recipients.
fn main_event_of(text: &str) -> (Cluster, Vec<String>, Vec<String>) {
    let story = testing::read(text, Some("2022-02-03"));
    let models = Models::load().expect("the tables of what was learned load");
    testing::facts(&story, |facts| {
        let mentions = find(&story, facts, testing::event_tables(), None, &mut Trace::default()).unwrap();
        let clusters = events(&story, facts, &mentions, &models, None).unwrap();
        let main = clusters.into_iter().next().unwrap_or_else(|| panic!("no event in `{text}`"));
        let names = |list: &[Participant]| -> Vec<String> {
            list.iter().filter_map(|p| p.entity).map(|e| facts.entities.list[e].name.clone()).collect()
        };
        let (actors, recipients) = (names(&main.actors), names(&main.recipients));
        (main, actors, recipients)
    })
}

/// Killed and injured of the main event.
fn check(text: &str, killed: Option<u64>, injured: Option<u64>) {
    let event = main_event(text);
    let best = |t: &Option<super::Total>| t.as_ref().and_then(|t| t.best);
    assert_eq!(
        (best(&event.harm.killed), best(&event.harm.injured)),
        (killed, injured),
        "\nin `{text}`: {:#?}",
        event.harm
    );
}

#[test]
fn the_main_event_owns_the_tolls_of_its_story() {
    check(
        "A gunman opened fire in a market in Lyon on Monday.\n\n\
         Police were called at noon. Three people were found dead, and two women were injured.",
        Some(3),
        Some(2),
    );
}

#[test]
fn tolls_of_other_days_and_places_stay_out() {
    check(
        "A gunman killed three people in Lyon on Monday.\n\nIn 2015, a bomb killed 90 people in Paris.",
        Some(3),
        None,
    );
    check(
        "A gunman killed one man in Lyon on Monday.\n\nThe mayor wept. Shops closed. Schools closed. Trains stood \
         still. Streets were empty. The attack came weeks after another one that killed 49 people.",
        Some(1),
        None,
    );
}

#[test]
fn an_item_of_a_bulletin_has_no_toll_of_another() {
    let text =
        "Attacks in Iraq on Thursday:\n\nBaghdad: A bomb killed five people.\n\nMosul: Gunmen shot dead six soldiers.";
    let killed = main_event(text).harm.killed.unwrap();
    assert_eq!((killed.low, killed.high), (Some(5), Some(5)), "in `{text}`");
}

#[test]
fn an_arrest_for_a_killing_is_news_of_the_killing() {
    let text = "Police arrested a man on Monday over the shooting of two brothers in Lyon. The brothers were killed \
                in their shop.";
    assert_eq!(main_event(text).class.plover.event, Some(EventType::Assault), "in `{text}`");
}

#[test]
fn a_killer_who_dies_is_not_among_those_he_killed() {
    check("A man shot and killed two women in Lyon before turning the gun on himself.", Some(3), None);
    check("A gunman killed four people in Lyon on Monday before he was shot dead by police.", Some(5), None);
    // A total may hold him.
    check("Three people are dead after a shooting in Lyon. The gunman shot himself in the head.", Some(3), None);
    check(
        "A gunman killed three people in Lyon before he was shot dead. Police said three people were killed, including \
         the gunman.",
        Some(3),
        None,
    );
    let killed = main_event("A man shot and killed two women before turning the gun on himself.").harm.killed.unwrap();
    assert_eq!((killed.low, killed.best, killed.high), (Some(2), Some(3), Some(3)), "both numbers are kept");
    assert_eq!(killed.derivation, Derivation::WithKiller);
}

#[test]
fn victims_are_counted_where_no_total_is_stated() {
    check(
        "A shooting shook the town on Monday. Ann Reed, 40, was killed in the kitchen. Lee Roe, 12, died in the garden. \
         Reed was a nurse. Reed was killed by one bullet, police said.",
        Some(2),
        None,
    );
    check(
        "Two people were killed in a shooting on Monday. Ann Reed, 40, was killed in the kitchen. Lee Roe, 12, died in \
         the garden. Max Poe was killed in 2003 in the war.",
        Some(2),
        None,
    );
    check(
        "Four women were killed in a shooting on Monday. A fifth victim, a man, died in hospital on Tuesday.",
        Some(5),
        None,
    );
}

#[test]
fn the_dead_are_not_among_the_injured() {
    check("Six people were shot in Lyon on Monday, two of them fatally.", Some(2), Some(4));
    check("Two people were killed and three others were shot in Lyon on Monday.", Some(2), Some(3));
}

#[test]
fn a_party_is_listed_once_and_whoever_it_fights_is_on_the_other_side() {
    let text = "U.S. special forces raided a compound in Atmeh on Thursday and killed a militant leader. Residents said \
                troops attacked a house during the raid. The force clashed with fighters on the ground.";
    let (_, actors, recipients) = main_event_of(text);
    assert_eq!(actors, ["U.S. special forces"], "in `{text}`");
    assert!(recipients.iter().any(|r| r == "fighters"), "{recipients:?} in `{text}`");
}

#[test]
fn a_toll_that_was_stated_before_the_news_is_superseded() {
    check(
        "Floods killed at least 26 people in Beira, officials said Wednesday.\n\nThe disaster agency had put the toll \
         at 14 on Tuesday.",
        Some(26),
        None,
    );
}

#[test]
fn a_rank_counts_nobody() {
    check(
        "A U.S. airstrike killed the group's second in command, Abu Omar al-Masri, in Syria on Monday.",
        Some(1),
        None,
    );
}

#[test]
fn the_sum_of_a_war_or_a_year_is_no_toll_of_today() {
    for sum in [
        "More than 7,000 people have been killed in the insurgency since 2004.",
        "The war has killed at least 10,000 civilians.",
        "The revolt has killed at least 10,000 civilians.",
        "Last year 980 people were killed in the north.",
        "At least 80 people have been killed in robberies in the past year.",
    ] {
        check(&format!("Gunmen shot dead three teachers in Pattani on Monday. {sum}"), Some(3), None);
    }
}

#[test]
fn what_kills_by_the_hundred_thousand_is_a_statistic() {
    check("Police seized cigarettes in Lyon on Monday. Tobacco has killed 8 million people.", None, None);
    check("The earthquake killed 220,000 people in Haiti.", Some(220_000), None);
}

#[test]
fn the_dead_of_another_year_are_no_toll_of_today() {
    check(
        "A radio host was shot dead in Cebu on Monday, the fourth reporter murdered since January. Nine died in 2019.",
        Some(1),
        None,
    );
}

#[test]
fn new_numbers_replace_old_ones() {
    check(
        "Eight people were knifed by a man in Lyon on Monday, and not three as first reported, police said.",
        None,
        Some(8),
    );
    check(
        "Blast kills 5 in Aden\n\nADEN, Yemen - A car bomb killed at least 11 people in Aden on Monday, medics said.",
        Some(11),
        None,
    );
    check(
        "A man and a woman were shot dead and a boy was wounded in Gary on Friday night, police said. A second man died \
         in hospital on Sunday.",
        Some(3),
        Some(1),
    );
}

#[test]
fn people_arrested_missing_and_displaced_are_counted() {
    let check = |text: &str, expect: &[(CasualtyKind, Option<u64>)]| {
        let others: Vec<_> = main_event(text).harm.others.iter().map(|(kind, total)| (*kind, total.best)).collect();
        assert_eq!(others, expect, "{text}");
    };
    check("Police arrested 12 protesters in Lyon on Monday.", &[(CasualtyKind::Arrested, Some(12))]);
    check("Gunmen kidnapped three nurses in Kano on Monday.", &[(CasualtyKind::Abducted, Some(3))]);
    check(
        "A flood killed nine people in Assam on Monday.\n\nSome 40 people went missing. The flood displaced \
         4,000 people.",
        &[(CasualtyKind::Missing, Some(40)), (CasualtyKind::Displaced, Some(4000))],
    );
    check("A gunman killed three people in Lyon on Monday.", &[]);
}

#[test]
fn a_protest_knows_its_crowd() {
    let check = |text: &str, expect: &[(Option<u64>, Option<u64>)]| {
        let crowd: Vec<_> = main_event(text).crowd.iter().map(|f| (f.number.best, f.number.low)).collect();
        assert_eq!(crowd, expect, "{text}");
    };
    check("About 5,000 people protested in Lyon on Monday.", &[(Some(5000), None)]);
    check("Thousands of students marched in Lyon on Monday against the law.", &[(None, Some(2000))]);
    check("Police arrested 40 people at a protest of 3,000 workers in Lyon on Monday.", &[]);
    check("Two women protested in Lyon on Monday.", &[]);
    check("Protesters marched in Lyon on Monday. Police arrested 40 people.", &[]);
}
