//! Sources, cues and contents in invented sentences, through the real engine.

use super::Attributions;
use crate::extract::{Story, testing};
use crate::record::QuoteKind;

fn read(text: &str) -> (Story<'static>, Attributions, Vec<Option<String>>) {
    let story = testing::read(text, Some("2024-05-06"));
    let entities = testing::entities(&story);
    let found = testing::attributions(&story, &entities);
    let names = found.iter().map(|a| a.entity.map(|e| entities.list[e].name.clone())).collect();
    (story, found, names)
}

/// Source, cue and content pieces of every attribution.
fn check(text: &str, expect: &[(&str, &str, &[&str])]) {
    let (story, found, _) = read(text);
    let words = |r: &std::ops::Range<usize>| story.doc.span_text(r.clone());
    let found: Vec<(&str, &str, Vec<&str>)> = found
        .iter()
        .map(|a| {
            let text = |r: &Option<std::ops::Range<usize>>| r.as_ref().map_or("", words);
            (text(&a.source), text(&a.cue), a.content.iter().map(words).collect())
        })
        .collect();
    let expect: Vec<(&str, &str, Vec<&str>)> = expect.iter().map(|(s, c, x)| (*s, *c, x.to_vec())).collect();
    assert_eq!(found, expect, "in {text:?}");
}

#[test]
fn verbs_of_saying() {
    check("The mayor said the bridge had collapsed.", &[("The mayor", "said", &["the bridge had collapsed"])]);
    check(
        "The bridge had collapsed, the mayor said on Monday.",
        &[("the mayor", "said", &["The bridge had collapsed"])],
    );
    check(
        "Police told reporters that two men had been arrested.",
        &[("Police", "told", &["that two men had been arrested"])],
    );
    check("A farmer reported seeing six trucks.", &[("A farmer", "reported", &["seeing six trucks"])]);
}

#[test]
fn contents_around_the_cue() {
    check("Troops burned what the army said was a weapons depot.", &[("the army", "said", &["was a weapons depot"])]);
    check(
        "The battle, which residents say lasted all night, destroyed the market.",
        &[("residents", "say", &["lasted all night"])],
    );
}

#[test]
fn phrases_without_a_verb() {
    check(
        "According to the Health Ministry, nine people died.",
        &[("the Health Ministry", "According to", &["nine people died"])],
    );
    check("The army reportedly shelled the port.", &[("", "reportedly", &["The army", "shelled the port"])]);
}

#[test]
fn quotations() {
    check(
        "“We are leaving,” the captain said. “The road is closed and the bridge is gone.”",
        &[("the captain", "said", &["“We are leaving,”", "“The road is closed and the bridge is gone.”"])],
    );
    check(
        "“The dam held. Nobody was hurt,” said Anna Berg, a local engineer.",
        &[("Anna Berg, a local engineer", "said", &["“The dam held. Nobody was hurt,”"])],
    );
    let kind = |text: &str| read(text).1.first().map(|a| a.quote);
    assert_eq!(kind("“The road is closed,” the captain said."), Some(QuoteKind::Direct));
    assert_eq!(kind("The captain said the road was “closed for good.”"), Some(QuoteKind::Mixed));
    assert_eq!(kind("The captain said the road was closed."), Some(QuoteKind::Indirect));
}

#[test]
fn quotations_with_a_line_that_names_the_speaker() {
    check(
        "The board met.\n\nAnd from Chairwoman Rosa Ward:\n\n“Anna brings a wealth of experience to this work.”",
        &[("Chairwoman Rosa Ward", ":", &["“Anna brings a wealth of experience to this work.”"])],
    );
    check(
        "Q: Was there a warning, General Okafor?\nA: No. The gunmen fired first.",
        &[
            ("", "Q", &["Was there a warning, General Okafor?"]),
            ("General Okafor", "A", &["No. The gunmen fired first"]),
        ],
    );
}

#[test]
fn places_of_a_bulletin_say_nothing() {
    check("Violence in Syria on Sunday:\n\nAleppo: Gunmen shot six soldiers.\n\nHoms: A bomb killed three.", &[]);
    check("Damascus: We will answer every attack.", &[("Damascus", ":", &["We will answer every attack"])]);
}

#[test]
fn deeds_that_share_a_verb_with_words() {
    check("Russia bombed a school; Moscow did not comment.", &[]);
    check("England collapsed after the opening pair were dismissed.", &[]);
    check("Police questioned the driver. The board dismissed the coach.", &[]);
    check("The minister dismissed the claim.", &[("The minister", "dismissed", &["the claim"])]);
    check("Both complaints were dismissed. Parole was granted.", &[]);
    let refused = ("", "was rejected", &["The claim that he had fled"][..]);
    check("The claim that he had fled was rejected.", &[("", "claim", &["that he had fled"]), refused]);
}

#[test]
fn sources_through_coreference() {
    let (_, found, names) = read("The Interior Ministry closed the road. It said the bridge was unsafe.");
    assert_eq!(names, [Some("Interior Ministry".to_owned())], "{found:?}");
    let (_, found, names) = read("Anna Berg visited the camp. She said the water was bad.");
    assert_eq!(names, [Some("Anna Berg".to_owned())], "{found:?}");
}

#[test]
fn unnamed_denied_and_nested() {
    let flags = |text: &str| {
        let (_, found, _) = read(text);
        found.iter().map(|a| (a.anonymous, a.denied, a.level)).collect::<Vec<_>>()
    };
    assert_eq!(flags("Residents said the firing lasted two hours."), [(true, false, 1)]);
    assert_eq!(flags("The Kremlin said the base was hit."), [(false, false, 1)]);
    assert_eq!(flags("The general denied that his troops had fired."), [(true, true, 1)]);
    assert_eq!(
        flags("The Kremlin said a pilot reported that the plane was on fire."),
        [(false, false, 1), (true, false, 2)]
    );
}

#[test]
fn plain_sentences_have_none() {
    check("The army attacked the village at dawn.", &[]);
    check("Rebels blasted the bridge with dynamite.", &[]);
    check("Nine people were killed when the roof fell.", &[]);
}
