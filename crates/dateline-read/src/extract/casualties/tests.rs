//! Tables of sentences and the claims they must make, read through the real engine.

use super::Claim;
use crate::extract::{Story, testing};
use crate::record::CasualtyKind::{self, Arrested, Injured, Killed, KilledOrInjured};
use crate::record::{NumberMod, Polarity};

fn read(text: &str) -> (Story<'static>, Vec<Claim>) {
    let story = testing::read(text, Some("2022-02-03"));
    let entities = testing::entities(&story);
    let attributions = testing::attributions(&story, &entities);
    let claims = testing::claims(&story, &entities, &attributions);
    (story, claims)
}

/// Kind, best, low and high of a claim.
type Expected = (CasualtyKind, Option<u64>, Option<u64>, Option<u64>);

fn check(text: &str, expect: &[Expected]) {
    let (_, claims) = read(text);
    let found: Vec<_> = claims.iter().map(|c| (c.kind, c.best, c.low, c.high)).collect();
    assert_eq!(found, expect, "\nin `{text}`: {claims:#?}");
}

fn exactly(kind: CasualtyKind, n: u64) -> (CasualtyKind, Option<u64>, Option<u64>, Option<u64>) {
    (kind, Some(n), Some(n), Some(n))
}

fn only(text: &str) -> Claim {
    let (_, mut claims) = read(text);
    assert_eq!(claims.len(), 1, "exactly one claim in `{text}`: {claims:#?}");
    claims.remove(0)
}

#[test]
fn passive_active_and_intransitive() {
    check("13 people were killed in the shelling.", &[exactly(Killed, 13)]);
    check("The bomb killed 13 people and wounded 20 others.", &[exactly(Killed, 13), exactly(Injured, 20)]);
    check("Two soldiers were killed and three others were wounded.", &[exactly(Killed, 2), exactly(Injured, 3)]);
    check("Seven miners died in the tunnel.", &[exactly(Killed, 7)]);
    check("The flood displaced 4,000 people.", &[exactly(CasualtyKind::Displaced, 4000)]);
    check("Police arrested 12 protesters.", &[exactly(Arrested, 12)]);
    check("Gunmen kidnapped three nurses.", &[exactly(CasualtyKind::Abducted, 3)]);
    check("The blast, which killed nine people, shook the port.", &[exactly(Killed, 9)]);
    check("The two men killed in the crash were brothers.", &[exactly(Killed, 2)]);
}

/// What counts more people than there are, or is no count at all, claims nothing, and its noun claims nothing without it.
#[test]
fn numbers_out_of_range_are_no_claims() {
    check("Gunmen killed 12345678901234567890123456 people in Paris on Monday, police said.", &[]);
    check("12345678901234567890123456 people were killed in the shelling.", &[]);
    check("At least 999,999,999,999,999,999 soldiers died in the battle.", &[]);
    check("The bomb killed 90 billion people and wounded 20 others.", &[exactly(Injured, 20)]);
}

#[test]
fn bounds() {
    check("At least 5 people were killed.", &[(Killed, Some(5), Some(5), None)]);
    check("More than 120 fighters died in the battle.", &[(Killed, Some(120), Some(120), None)]);
    check("Nearly 50 people were injured.", &[(Injured, Some(50), None, Some(50))]);
    check("Up to 30 people were killed.", &[(Killed, None, None, Some(30))]);
    check("Between 10 and 15 people were killed.", &[(Killed, None, Some(10), Some(15))]);
    check("Dozens of people were killed.", &[(Killed, None, Some(24), None)]);
    check("Hundreds were injured.", &[(Injured, None, Some(200), None)]);
    assert_eq!(only("More than 120 fighters died.").modifier, Some(NumberMod::MoreThan));
    assert!(!only("Dozens of people were killed.").numeric);
}

#[test]
fn nouns_of_harm() {
    check("The storm left 13 people dead.", &[exactly(Killed, 13)]);
    check("The fire claimed the lives of 14 people.", &[exactly(Killed, 14)]);
    check("The killing of two judges shocked the city.", &[exactly(Killed, 2)]);
    check(
        "A man died of his wounds on Friday, raising the death toll to 14.",
        &[exactly(Killed, 1), exactly(Killed, 14)],
    );
}

#[test]
fn a_toll_is_what_its_verb_says_however_far_that_stands() {
    for (text, killed) in [
        (
            "The death toll from a landslide on a village in the remote northern district of Gorno has risen to 19, a clinic said.",
            19,
        ),
        ("Death toll in Kano bombing reaches 14, says governor.", 14),
        ("The death toll in the ferry disaster topped 200 on Monday.", 200),
        ("The death toll of the attack on 12 May on the barracks of the 3rd brigade now stands at 41.", 41),
    ] {
        assert_eq!(only(text).best, Some(killed), "{text}");
    }
}

#[test]
fn a_new_toll_replaces_the_old() {
    let claim = only("The death toll rose to 14.");
    assert_eq!((claim.kind, claim.best, claim.update), (Killed, Some(14), true));
    let claim = only("The blast had a death toll of 30.");
    assert_eq!((claim.best, claim.update), (Some(30), false));
}

#[test]
fn conjoined_people_add_up() {
    check("Three men and two women were killed.", &[exactly(Killed, 5)]);
    check("A man and two children were killed.", &[exactly(Killed, 3)]);
    let claim = only("Women and children were killed in the raid.");
    assert_eq!((claim.best, claim.low, claim.numeric), (None, Some(4), false));
}

#[test]
fn parts_belong_to_the_claim() {
    let claim = only("First responders reported 13 people had been killed, including six children and four women.");
    assert_eq!((claim.best, claim.breakdown.children, claim.breakdown.women), (Some(13), Some(6), Some(4)));
    let claim = only("The rescuers said 13 people were killed. They included six children and four women, they said.");
    assert_eq!((claim.best, claim.breakdown.children, claim.breakdown.women), (Some(13), Some(6), Some(4)));
    let claim = only("Ten people died, four of them children.");
    assert_eq!((claim.best, claim.breakdown.children), (Some(10), Some(4)));
}

#[test]
fn shootings_kill_only_where_the_words_say_so() {
    check("Six people were shot.", &[exactly(Injured, 6)]);
    check("Two men were shot dead.", &[exactly(Killed, 2)]);
    check("Two men were fatally shot.", &[exactly(Killed, 2)]);
    check("The gunman shot and killed three people.", &[exactly(Killed, 3)]);
    check("Nine people were shot and two people were killed.", &[exactly(Injured, 9), exactly(Killed, 2)]);
    check("Six people were shot, two of them fatally.", &[exactly(Injured, 6), exactly(Killed, 2)]);
    check("Three women were found dead in the house.", &[exactly(Killed, 3)]);
}

#[test]
fn wounds_kill_only_where_the_words_say_so() {
    check("The blast fatally wounded one student.", &[exactly(Killed, 1)]);
    check("The blast critically wounded one student.", &[exactly(Injured, 1)]);
    assert!(only("Six people were shot.").hit, "who of them lived is not told");
}

#[test]
fn enumerations_count_their_members() {
    check("A man killed his wife, son and daughter.", &[exactly(Killed, 3)]);
    check("Ann Reed, 40, Lee Roe, 12, and Max Poe, 9, were fatally shot.", &[exactly(Killed, 3)]);
    check("Police found the bodies of a child, a man and a woman.", &[exactly(Killed, 3)]);
    check("He murdered his wife, Ann Reed, and son.", &[exactly(Killed, 2)]);
    check("The victim, a nurse and a mother, was killed.", &[exactly(Killed, 1)]);
    check("Jane Roe, a senator and author, was killed.", &[exactly(Killed, 1)]);
    check("A family of five died in the fire.", &[exactly(Killed, 5)]);
    check("The sheriff identified the dead as Ann Reed and Lee Roe.", &[exactly(Killed, 2)]);
    check("The attack left one person dead and three others injured.", &[exactly(Killed, 1), exactly(Injured, 3)]);
    assert!(only("A man killed his wife, son and daughter.").listed, "nobody states the three");
}

/// The parse hangs the second part on the verb, as it does the first.
#[test]
fn enumerations_go_on_beside_the_verb() {
    check("Eight gendarmes and six villagers were killed when rebels stormed a post.", &[exactly(Killed, 14)]);
    check("Gunmen fired on a van, killing a baker, his wife and their four sons.", &[exactly(Killed, 6)]);
    check("A family of four and their nanny were stabbed to death.", &[exactly(Killed, 5)]);
    check("A mine killed a guide.", &[exactly(Killed, 1)]);
}

/// The recogniser takes the number for a part of a date or of a clock time.
#[test]
fn numbers_belong_to_the_people_and_not_to_the_day_before_them() {
    check("In raids across the north on Sunday 23 people were killed.", &[exactly(Killed, 23)]);
    check("On Monday 12 soldiers died in a raid.", &[exactly(Killed, 12)]);
    check("Forty-two people were hurt.", &[exactly(Injured, 42)]);
    let claim = only("10:15 Three soldiers killed in a blast.");
    assert_eq!((claim.best, claim.victims.as_deref()), (Some(3), Some("soldiers")));
    check("The Sept. 11 victims were killed by terrorists.", &[(Killed, None, Some(2), None)]);
}

#[test]
fn blows_harm_people_only() {
    check("Nine people were knifed by a man.", &[exactly(Injured, 9)]);
    check("Three guards were clubbed and a nurse was slashed.", &[exactly(Injured, 3), exactly(Injured, 1)]);
    check("The airline slashed 600 posts.", &[]);
    check("At least 30 activists have been hacked using spyware.", &[]);
    check("Two women were hacked to death.", &[exactly(Killed, 2)]);
    check("Raiders hacked three farmers with machetes.", &[exactly(Injured, 3)]);
    check("A waiter was beaten to death.", &[exactly(Killed, 1)]);
    check("The visitors beat three rivals.", &[]);
    check("Two hikers froze to death.", &[exactly(Killed, 2)]);
}

#[test]
fn those_who_suffer_wounds_are_hurt() {
    check("Three workers suffered burns in the blast.", &[exactly(Injured, 3)]);
    check("A cook sustained fatal injuries.", &[exactly(Killed, 1)]);
    check("The attempted murder of a judge shocked the town.", &[]);
    check("The singer Jane Roe has passed away.", &[exactly(Killed, 1)]);
    check("The bill passed on Monday.", &[]);
    assert!(only("Jane Roe died on Monday surrounded by her family.").natural);
}

#[test]
fn what_is_left_of_the_people() {
    check("Three people were killed and another critically injured.", &[exactly(Killed, 3), exactly(Injured, 1)]);
    check("An 18-month-old is dead.", &[exactly(Killed, 1)]);
}

#[test]
fn deeds_are_counted() {
    check("The man is accused of a double murder.", &[exactly(Killed, 2)]);
    check("She is charged with three counts of murder.", &[exactly(Killed, 3)]);
    check("She is charged with three counts of attempted murder.", &[]);
    check("The fatal shooting of two teenagers shocked the town.", &[exactly(Killed, 2)]);
    check("The shooting of two teenagers shocked the town.", &[]);
}

#[test]
fn killers_die_by_their_own_hand() {
    let (_, claims) = read("A man shot two women to death before turning the gun on himself.");
    let found: Vec<_> = claims.iter().map(|c| (c.kind, c.best, c.own_hand)).collect();
    assert_eq!(found, [(Killed, Some(2), false), (Killed, Some(1), true)], "{claims:#?}");
    assert!(claims[0].doer.is_some(), "the man did it: {claims:#?}");
    assert!(only("The suspect then took his own life.").own_hand);
    assert!(only("Ann Reed died of a self-inflicted gunshot wound.").own_hand);
    let claim = only("He killed two classmates and himself.");
    assert_eq!((claim.best, claim.doer), (Some(3), None), "the number holds him");
    let claim = only("The deaths were an apparent double murder-suicide.");
    assert_eq!((claim.best, claim.low, claim.own_hand), (None, Some(3), true));
    check("The boy accidentally shot himself in the leg.", &[exactly(Injured, 1)]);
}

#[test]
fn relative_clauses_are_taken_for_granted() {
    check("Police are investigating whether a shooting that left two people dead was planned.", &[exactly(Killed, 2)]);
    check("Detectives have no motive in the deaths of six people.", &[exactly(Killed, 6)]);
    check("They have not found a motive in the deaths of six people.", &[exactly(Killed, 6)]);
}

#[test]
fn people_among_the_dead() {
    let claim = only("Residents said civilians were also among the dead.");
    assert_eq!((claim.kind, claim.best, claim.low), (Killed, None, Some(2)));
    assert_eq!(claim.victims.as_deref(), Some("civilians"));
    let claim = only("He killed members of his family, including women and children.");
    assert_eq!((claim.best, claim.low), (None, Some(4)));
    check("The valley is dotted with camps for displaced people.", &[]);
}

#[test]
fn negation_names_a_side() {
    let (story, claims) = read("There were no French casualties.");
    let claim = &claims[0];
    assert_eq!((claim.kind, claim.best, claim.polarity), (KilledOrInjured, Some(0), Polarity::Neg), "{claims:?}");
    assert_eq!(claim.victims.as_deref(), Some("French"), "in {}", story.doc.text());
    check("No one was injured.", &[exactly(Injured, 0)]);
    assert_eq!(only("No one was injured.").polarity, Polarity::Neg);
}

#[test]
fn what_is_no_claim() {
    check("The ministry gave no details on whether any fighters or civilians were killed.", &[]);
    check("How many people were killed?", &[]);
    check("The storm could kill thousands of people.", &[]);
    check("The group threatened to kill 20 hostages.", &[]);
    check("A 27-year-old man works in the bakery.", &[]);
    check("The army sent 3,000 soldiers to the border in 2019.", &[]);
    check("The prison houses at least 3,000 detainees.", &[]);
    check("Blood could be seen on the walls.", &[]);
    check("The frost killed 40 cows.", &[]);
    check("The officers executed 44 search warrants.", &[]);
    check("He nearly died of hunger.", &[]);
    check("The witness saw body parts near the house.", &[]);
}

#[test]
fn bodies_count_when_someone_counts_them() {
    let claim = only("A journalist who visited the site reported seeing 12 bodies.");
    assert_eq!((claim.kind, claim.best), (Killed, Some(12)));
    assert!(claim.confidence < 0.7, "bodies are weaker than a statement: {}", claim.confidence);
}

#[test]
fn single_people_have_names() {
    let claim = only("An airstrike killed the group's second in command, Karim Haddad, in 2017.");
    assert_eq!((claim.best, claim.breakdown.named), (Some(1), vec!["Karim Haddad".to_owned()]));
}

#[test]
fn the_same_claim_twice_has_one_vote() {
    let (_, claims) = read("The bomb killed 13 people. The mayor wept. In all, 13 people were killed by the bomb.");
    assert_eq!(claims.iter().map(|c| c.duplicates).collect::<Vec<_>>(), [None, Some(0)]);
    let (_, claims) = read("The police said 13 people were killed. The rebels said 15 people were killed.");
    assert_eq!(claims.iter().map(|c| c.duplicates).collect::<Vec<_>>(), [None, None]);
}

#[test]
fn what_is_said_to_be_wrong_is_no_claim() {
    check("Reports that 15 people died in the protest are false, police said.", &[]);
    check("It is not true that nine students died in the clash, the minister said.", &[]);
    check("There is no truth to reports that six inmates died in the riot.", &[]);
    check("Reports said that 15 people died in the protest.", &[exactly(Killed, 15)]);
}

#[test]
fn what_is_only_feared_is_weak() {
    for text in [
        "Sixty migrants are feared dead after their boat sank.",
        "Forty miners are presumed dead after a tunnel collapsed.",
        "At least 30 people are believed to have drowned off Libya.",
        "Officials fear that 12 climbers died in the avalanche.",
    ] {
        assert!(only(text).confidence < 0.5, "{text}");
    }
}

#[test]
fn the_number_of_the_dead_stands_behind_among() {
    check("Children were among 17 dead after gunmen attacked a wedding.", &[exactly(Killed, 17)]);
    check("A nurse was among five people killed when a shell hit a clinic.", &[exactly(Killed, 5)]);
}

#[test]
fn everybody_aboard_is_as_many_as_were_aboard() {
    check(
        "A helicopter with seven soldiers aboard was shot down near Goma, killing all on board.",
        &[exactly(Killed, 7)],
    );
    check("A bus carrying 40 pilgrims was bombed near Quetta, killing everyone on board.", &[exactly(Killed, 40)]);
    check("A plane with 12 people on board crashed near Bogota. There were no survivors.", &[exactly(Killed, 12)]);
    check("None of the 16 people aboard survived.", &[exactly(Killed, 16)]);
    check("None of the 20 passengers and four crew survived.", &[exactly(Killed, 24)]);
    check("A boat with 30 migrants aboard sank off Malta. All the passengers were rescued.", &[]);
}

#[test]
fn a_claim_knows_what_it_replaces() {
    for (text, best, old) in [
        ("A car bomb killed at least 11 people, medics said, up from five reported earlier.", 11, Some(5)),
        ("Officials lowered the number of dead in the riot to five, from the nine reported earlier.", 5, Some(9)),
        ("Seven people were killed in the bombing, not nine as initially reported.", 7, Some(9)),
        ("The death toll rose to 72 from 69.", 72, Some(69)),
        ("Seven people were killed in the bombing of Flight 9.", 7, None),
    ] {
        let claim = only(text);
        assert_eq!((claim.best, claim.instead_of), (Some(best), old), "{text}");
    }
}

#[test]
fn couples_and_those_left_alive() {
    check("An elderly couple was killed.", &[exactly(Killed, 2)]);
    check("A gunman opened fire, wounding four and killing another.", &[exactly(Injured, 4), exactly(Killed, 1)]);
    assert!(only("Margaret Shaw died peacefully at her home.").natural);
    assert!(!only("A retired officer died of his wounds.").natural);
}

#[test]
fn wounds_people_live_with() {
    check("The pilot escaped with a broken arm and a cut.", &[]);
    check("Two cyclists survived with injuries.", &[exactly(Injured, 2)]);
    check("A passenger emerged with burns.", &[exactly(Injured, 1)]);
    check("A 9-year-old sustained gashes.", &[exactly(Injured, 1)]);
    check("Not one sailor was hurt.", &[(Injured, Some(0), Some(0), Some(0))]);
    check("Not a single guest was injured.", &[(Injured, Some(0), Some(0), Some(0))]);
    // The text may end right behind its "not".
    for text in ["Gunmen killed the guests, but people not", "Killed: people, not a", "The dead: guests not"] {
        read(text);
    }
}

#[test]
fn the_dead_are_put_at_a_number_and_found_as_corpses() {
    check("The militia puts the dead at 31.", &[exactly(Killed, 31)]);
    check("Soldiers hauled seven corpses from the canal.", &[exactly(Killed, 7)]);
    check("Five corpses have been dug out.", &[exactly(Killed, 5)]);
}
