//! What a wire story about one raid teaches, lesson by lesson: on an article of our own with all of its traps
//! (`lessons/island.txt`), and on the story it was learnt from where that lies beside the repository.
//!
//! A lesson that does not hold yet is listed with the article, and must then really fail: the list only shrinks.

use std::fs;
use std::path::Path;

use dateline::article::{Hint, Intake};
use serde_json::Value;

/// What an article must teach.
struct Traps {
    /// Words in the main victim's name; the lead names it, later paragraphs call it unclear.
    target: &'static str,
    /// The day of the news.
    day: &'static str,
    /// The main event's toll: most frequent, least, greatest.
    toll: [u64; 3],
    /// Two names of one source, of which only one may vote.
    one_voice: [&'static str; 2],
    /// Sources with the children and women that they count.
    parts: &'static [(&'static str, u64, u64)],
    /// A sentence that asks whether anybody was hurt.
    question: &'static str,
    /// The side that lost nobody.
    unhurt: &'static str,
    /// Sentences (a part of each) about what did not happen on the day of the news, with the word that tells it.
    other_days: &'static [(&'static str, &'static str)],
    /// A sentence in which somebody kills himself and his own.
    reflexive: &'static str,
    /// What is said, and by whom, where the text has a pronoun or a description.
    speakers: &'static [(&'static str, &'static str)],
    /// A sentence about a clash.
    clash: &'static str,
    /// Places of sources, where nothing happened.
    elsewhere: &'static [&'static str],
    /// Villages that no gazetteer of towns holds, with their country.
    villages: &'static [(&'static str, &'static str)],
    /// Times with the first day they cover.
    times: &'static [(&'static str, &'static str)],
    /// Sentences that tell of an aim; the word that names it.
    aims: &'static [(&'static str, &'static str)],
    /// Sentences that tell what was seen.
    seen: &'static [&'static str],
    /// Sentences that name the means of the attack.
    means: &'static [&'static str],
    /// Lessons that do not hold yet.
    open: &'static [(usize, &'static str)],
}

type Verdict = Result<(), String>;

fn ensure(holds: bool, otherwise: impl FnOnce() -> String) -> Verdict {
    if holds { Ok(()) } else { Err(otherwise()) }
}

/// A record with its text.
struct Read {
    record: Value,
    text: String,
}

impl Read {
    fn list<'a>(value: &'a Value, key: &str) -> &'a [Value] {
        value[key].as_array().map_or(&[], Vec::as_slice)
    }

    fn main(&self) -> Result<&Value, String> {
        let main = Self::list(&self.record, "events").iter().find(|e| e["main"] == true);
        main.ok_or_else(|| "the article has no main event".to_owned())
    }

    /// The sentence of a mention.
    fn sentence(&self, mention: &Value) -> &str {
        let at = |i: usize| mention["sentence"]["byte"][i].as_u64().unwrap_or_default() as usize;
        &self.text[at(0)..at(1)]
    }

    /// The mentions of the sentences that hold `part`.
    fn mentions(&self, part: &str) -> Vec<&Value> {
        let all = Self::list(&self.record, "mentions");
        assert!(self.text.contains(part), "the article does not say {part:?}");
        all.iter().filter(|m| self.sentence(m).contains(part)).collect()
    }

    fn event_of(&self, mention: &Value) -> &Value {
        let all = Self::list(&self.record, "events");
        all.iter().find(|e| e["cluster_id"] == mention["cluster_id"]).unwrap_or(&Value::Null)
    }

    fn entity(&self, id: &Value) -> &Value {
        let all = Self::list(&self.record, "entities");
        all.iter().find(|e| e["id"] == *id).unwrap_or(&Value::Null)
    }
}

fn says(value: &Value, part: &str) -> bool {
    value.as_str().is_some_and(|text| text.contains(part))
}

fn names(list: &[Value]) -> Vec<&str> {
    list.iter().filter_map(|x| x["name"].as_str()).collect()
}

fn trigger(mention: &Value) -> &str {
    mention["trigger"]["text"].as_str().unwrap_or_default()
}

/// The verdict on every lesson, by its number in the design notes.
fn lessons(read: &Read, traps: &Traps) -> Vec<(usize, Verdict)> {
    vec![
        (1, lead_over_older_copy(read, traps)),
        (2, one_source_one_vote(read, traps)),
        (3, parts_differ(read, traps)),
        (4, questions_claim_nothing(read, traps)),
        (5, captions_do_not_vote(read)),
        (6, a_side_without_losses(read, traps)),
        (7, other_days(read, traps)),
        (8, reflexive(read, traps)),
        (9, speakers(read, traps)),
        (10, clash(read, traps)),
        (11, elsewhere(read, traps)),
        (12, villages(read, traps)),
        (13, times(read, traps)),
        (14, aims(read, traps)),
        (15, evidence(read, traps)),
        (16, means(read, traps)),
    ]
}

fn lead_over_older_copy(read: &Read, traps: &Traps) -> Verdict {
    let main = read.main()?;
    let hit = names(Read::list(main, "recipients"));
    ensure(hit.iter().any(|n| n.contains(traps.target)), || format!("the main event hits {hit:?}"))?;
    let contradictions = Read::list(main, "contradictions");
    ensure(contradictions.iter().any(|c| c["field"] == "recipient" && c["other"] == "unknown"), || {
        "that the target was unclear is no contradiction of the main event".to_owned()
    })
}

fn one_source_one_vote(read: &Read, traps: &Traps) -> Verdict {
    let killed = &read.main()?["casualties"]["killed"];
    let votes = names(Read::list(killed, "by_source"));
    let voting = traps.one_voice.iter().filter(|name| votes.iter().any(|v| v.contains(**name))).count();
    ensure(voting <= 1, || format!("one source votes under two names: {votes:?}"))
}

fn parts_differ(read: &Read, traps: &Traps) -> Verdict {
    let killed = &read.main()?["casualties"]["killed"];
    let number = |key: &str| killed[key].as_u64().unwrap_or_default();
    let toll = [number("best"), number("low"), number("high")];
    ensure(toll == traps.toll, || format!("best, low and high are {toll:?}, not {:?}", traps.toll))?;
    ensure(killed["disagreement"] == true, || "different parts are no disagreement".to_owned())?;
    for (source, children, women) in traps.parts {
        let vote = Read::list(killed, "by_source").iter().find(|v| says(&v["name"], source));
        let vote = vote.ok_or_else(|| format!("{source} has no vote"))?;
        let parts = (vote["breakdown"]["children"].as_u64(), vote["breakdown"]["women"].as_u64());
        ensure(parts == (Some(*children), Some(*women)), || format!("{source} counts {parts:?}"))?;
    }
    Ok(())
}

fn questions_claim_nothing(read: &Read, traps: &Traps) -> Verdict {
    let claimed: Vec<&str> = read
        .mentions(traps.question)
        .iter()
        .filter(|m| !Read::list(m, "casualties").is_empty())
        .map(|m| trigger(m))
        .collect();
    ensure(claimed.is_empty(), || format!("claims by {claimed:?}"))
}

fn captions_do_not_vote(read: &Read) -> Verdict {
    ensure(read.record["quality"]["captions"] == 2, || format!("{} captions", read.record["quality"]["captions"]))?;
    ensure(read.record["quality"]["duplicate_blocks"] != 0, || "the captions do not repeat each other".to_owned())?;
    let flagged = |m: &&Value| Read::list(m, "flags").iter().any(|f| f == "caption" || f == "duplicate_text");
    let captioned = Read::list(&read.record, "mentions").iter().filter(flagged);
    let claims: Vec<&Value> = captioned.flat_map(|m| Read::list(m, "casualties")).map(|c| &c["claim_id"]).collect();
    for event in Read::list(&read.record, "events") {
        for vote in Read::list(&event["casualties"]["killed"], "by_source") {
            ensure(!claims.contains(&&vote["claim_id"]), || format!("a caption votes: {vote}"))?;
        }
    }
    Ok(())
}

fn a_side_without_losses(read: &Read, traps: &Traps) -> Verdict {
    let side = Read::list(&read.main()?["casualties"], "side");
    let zero = |s: &&Value| says(&s["name"], traps.unhurt) && s["killed"].as_u64() == Some(0);
    ensure(side.iter().any(|s| zero(&s)), || format!("sides of the main event: {side:?}"))
}

fn other_days(read: &Read, traps: &Traps) -> Verdict {
    for (part, word) in traps.other_days {
        let mentions: Vec<&Value> = read.mentions(part).into_iter().filter(|m| trigger(m) == *word).collect();
        ensure(!mentions.is_empty(), || format!("{word} is not coded in {part:?}"))?;
        for m in mentions {
            let past = m["assertion"]["historical"] == true;
            let done = matches!(m["assertion"]["modality"].as_str(), Some("asserted" | "reported"));
            let day = &m["time"]["start"];
            ensure(past || !done || !says(day, traps.day), || format!("{word} in {part:?} is of {day}"))?;
            let main = m["cluster_id"] == read.main()?["cluster_id"];
            ensure(!main, || format!("{word} in {part:?} is the main event"))?;
        }
    }
    Ok(())
}

fn reflexive(read: &Read, traps: &Traps) -> Verdict {
    let mentions = read.mentions(traps.reflexive);
    let part = |m: &&&Value| Read::list(read.event_of(m), "links").iter().any(|l| l["rel"] == "part_of");
    let own = |m: &&&Value| m["cluster_id"] == read.record["main_event"] || part(m);
    let attack = |m: &&&Value| matches!(trigger(m), "killed" | "exploding" | "detonating");
    let apart: Vec<&str> = mentions.iter().filter(attack).filter(|m| !own(m)).map(|m| trigger(m)).collect();
    ensure(apart.is_empty(), || format!("{apart:?} are neither the main event nor a part of it"))
}

fn speakers(read: &Read, traps: &Traps) -> Verdict {
    let all = Read::list(&read.record, "attributions");
    for (said, by) in traps.speakers {
        let at = read.text.find(said).unwrap_or_else(|| panic!("the article does not say {said:?}"));
        let holds =
            |range: &Value| range["byte"][0].as_u64() <= Some(at as u64) && Some(at as u64) < range["byte"][1].as_u64();
        let found: Vec<&Value> = all
            .iter()
            .filter(|a| Read::list(a, "content").iter().any(holds))
            .map(|a| &read.entity(&a["source_entity"])["name"])
            .collect();
        ensure(found.iter().any(|n| says(n, by)), || format!("{said:?} is said by {found:?}, not {by}"))?;
    }
    Ok(())
}

fn clash(read: &Read, traps: &Traps) -> Verdict {
    let mentions = read.mentions(traps.clash);
    let found = mentions.iter().find(|m| trigger(m).starts_with("clash"));
    let found = found.ok_or_else(|| "the clash is not coded".to_owned())?;
    let of = |role: &str| Read::list(found, "participants").iter().filter(|p| p["role"] == role).count();
    ensure(of("actor") == 2 && of("recipient") == 0, || {
        format!("{} actors, {} recipients", of("actor"), of("recipient"))
    })
}

fn elsewhere(read: &Read, traps: &Traps) -> Verdict {
    for event in Read::list(&read.record, "events") {
        let place = &event["location"]["name"];
        let wrong = traps.elsewhere.iter().find(|name| says(place, name));
        ensure(wrong.is_none(), || format!("an event happens in {place}: {}", event["summary_text"]))?;
    }
    Ok(())
}

fn villages(read: &Read, traps: &Traps) -> Verdict {
    for (village, country) in traps.villages {
        let found = Read::list(&read.record, "entities").iter().find(|e| e["name"] == *village);
        let found = found.ok_or_else(|| format!("{village} is no entity"))?;
        let place = &found["place"];
        ensure(place.is_null() || says(&place["country_iso3"], country), || {
            format!("{village} lies in {}", place["country_iso3"])
        })?;
    }
    Ok(())
}

fn times(read: &Read, traps: &Traps) -> Verdict {
    for (words, day) in traps.times {
        let found: Vec<&Value> = Read::list(&read.record, "times").iter().filter(|t| t["text"] == *words).collect();
        ensure(!found.is_empty(), || format!("{words:?} is no time"))?;
        let wrong = found.iter().find(|t| !says(&t["start"], day));
        ensure(wrong.is_none(), || format!("{words:?} begins {}", wrong.unwrap()["start"]))?;
    }
    let now = Read::list(&read.record, "times").iter().any(|t| t["text"] == "Now");
    ensure(!now, || "the publisher's name holds a time".to_owned())
}

fn aims(read: &Read, traps: &Traps) -> Verdict {
    for (part, word) in traps.aims {
        for m in read.mentions(part).iter().filter(|m| trigger(m) == *word) {
            let modality = m["assertion"]["modality"].as_str().unwrap_or_default();
            ensure(!matches!(modality, "asserted" | "reported"), || format!("{word} in {part:?} is {modality}"))?;
        }
    }
    Ok(())
}

fn evidence(read: &Read, traps: &Traps) -> Verdict {
    for part in traps.seen {
        let claims: Vec<&Value> = read.mentions(part).iter().flat_map(|m| Read::list(m, "casualties")).collect();
        ensure(claims.is_empty(), || format!("{part:?} is a claim: {claims:?}"))?;
    }
    Ok(())
}

fn means(read: &Read, traps: &Traps) -> Verdict {
    for part in traps.means {
        let moved = read.mentions(part).into_iter().find(|m| m["type"]["plover"]["event"] == "MOBILIZE");
        ensure(moved.is_none(), || format!("{} in {part:?} is MOBILIZE", moved.map(trigger).unwrap_or_default()))?;
    }
    Ok(())
}

/// Reads an article by the rules alone and holds it to its lessons: what they say is the readers' evidence.
fn hold(name: &str, text: &str, traps: &Traps) {
    let mut enricher = crate::enriched::by_rules();
    let article = Intake::default().read(text.as_bytes(), &Hint::default()).unwrap();
    let record = enricher.enrich(&article, &|| false).unwrap();
    let read = Read { record: serde_json::to_value(&record).unwrap(), text: article.received().to_owned() };
    let mut wrong = Vec::new();
    for (number, verdict) in lessons(&read, traps) {
        match (verdict, traps.open.iter().find(|(n, _)| *n == number)) {
            (Err(why), None) => wrong.push(format!("lesson {number} does not hold: {why}")),
            (Ok(()), Some(_)) => wrong.push(format!("lesson {number} holds: take it off the open ones")),
            _ => {}
        }
    }
    assert!(wrong.is_empty(), "\n{name}:\n{}", wrong.join("\n"));
}

const ISLAND: Traps = Traps {
    target: "Nacir",
    day: "2024-03-14",
    toll: [9, 7, 9],
    one_voice: ["escue volunteers", "Orange Vests"],
    parts: &[("Mozambique Conflict Watch", 1, 4)],
    question: "provided no details",
    unhurt: "Mozambi",
    other_days: &[
        ("since the 2021 raid", "raid"),
        ("shot dead by police", "shot dead"),
        ("A similar attack in Tanzania", "killed"),
        ("An airstrike killed", "airstrike"),
        ("late last month", "assault"),
        ("attacks on bridges", "attacks"),
    ],
    reflexive: "detonating a grenade",
    speakers: &[
        ("They included three children", "Orange Vests"),
        ("the brigade clashed", "Mozambique Conflict Watch"),
        ("the shooting went on until", "Zainabo Momade"),
    ],
    clash: "the brigade clashed",
    elsewhere: &["Lisbon", "Maputo"],
    villages: &[("Namuaxi", "MOZ"), ("Quissiva", "MOZ")],
    times: &[("Thursday", "2024-03-14"), ("Tuesday", "2024-03-12"), ("late last month", "2024-02-2")],
    aims: &[("to seize a fuel depot", "seize"), ("whose goal appeared", "free")],
    seen: &["shell casings", "Blood could be seen"],
    means: &["speedboats, a helicopter", "came ashore in rubber boats"],
    open: &[],
};

const SEED: Traps = Traps {
    target: "Qurayshi",
    day: "2022-02-03",
    toll: [13, 12, 13],
    one_voice: ["irst responders", "Syrian Civil Defense"],
    parts: &[("Syrian Civil Defense", 6, 4), ("Syrian Observatory", 4, 2)],
    question: "provided no details",
    unhurt: "U.S.",
    other_days: &[
        ("since the 2019", "assault"),
        ("al-Baghdadi died during", "died"),
        ("A similar attack in Pakistan", "attack"),
        ("A U.S. airstrike killed", "airstrike"),
        ("late last month", "assault"),
        ("attacks on other neighborhoods", "attacks"),
        ("planning external attacks", "attacks"),
    ],
    reflexive: "by exploding a bomb",
    speakers: &[
        ("They included six children", "Syrian Civil Defense"),
        ("the force clashed", "Syrian Observatory"),
        ("the firing continued", "Saleh"),
    ],
    clash: "the force clashed",
    elsewhere: &["Britain", "United Kingdom", "Washington"],
    villages: &[("Atmeh", "SYR"), ("Sarmada", "SYR"), ("Salwah", "SYR")],
    times: &[("Thursday", "2022-02-03"), ("Monday", "2022-01-31"), ("late last month", "2022-01-2")],
    aims: &[("to seize a prison", "seize"), ("whose goal appeared", "free")],
    seen: &["saw body parts", "Blood could be seen"],
    means: &["helicopters, explosions", "drones were circling"],
    open: &[],
};

#[test]
fn every_lesson_holds_on_an_article_of_our_own() {
    hold("lessons/island.txt", include_str!("lessons/island.txt"), &ISLAND);
}

#[test]
fn every_lesson_holds_on_the_story_it_was_learnt_from() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/seed/article.txt");
    match fs::read_to_string(&path) {
        Ok(text) => hold("the seed article", &text, &SEED),
        Err(_) => println!("SKIPPED every_lesson_holds_on_the_story_it_was_learnt_from: no {}", path.display()),
    }
}
