//! The linker as a whole, on short made-up reports.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::testing::{article, at, event, killing, naming, on, place};
use super::{Changes, Input, Linker, Model, Outcome, Settings};
use crate::record::canonical::{ReportRole, Status, TollWhy};
use crate::record::{AcledType, CanonicalEvent, Happening, LinkArticle, ReportLink};

fn linker() -> Linker {
    Linker::new(Model::embedded().unwrap(), Settings::default())
}

/// Tables of what was published, the last value of every key.
#[derive(Default, PartialEq, Debug)]
struct Tables {
    canonical: BTreeMap<String, Option<CanonicalEvent>>,
    links: BTreeMap<String, Option<ReportLink>>,
    state: BTreeMap<String, Option<Vec<u8>>>,
}

impl Tables {
    fn take(&mut self, changes: Changes) {
        self.canonical.extend(changes.canonical);
        self.links.extend(changes.links);
        self.state.extend(changes.state);
    }

    /// Records that stand for an event.
    fn active(&self) -> Vec<&CanonicalEvent> {
        self.canonical.values().flatten().filter(|e| e.status == Status::Active).collect()
    }

    /// Articles that share an event by their main reports.
    fn groups(&self) -> BTreeSet<BTreeSet<String>> {
        let mut groups: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
        for link in self.links.values().flatten().filter(|l| l.role == ReportRole::Main) {
            groups.entry(&link.canonical_id).or_default().insert(link.article_id.clone());
        }
        groups.into_values().collect()
    }

    fn only(&self) -> &CanonicalEvent {
        let active = self.active();
        assert_eq!(active.len(), 1, "{:?}", self.groups());
        active[0]
    }
}

fn apply(articles: &[LinkArticle]) -> (Linker, Tables) {
    let (mut linker, mut tables) = (linker(), Tables::default());
    for article in articles {
        tables.take(linker.apply(Input::Article(article), None));
        linker.commit();
    }
    (linker, tables)
}

fn killed(event: &CanonicalEvent) -> Option<u64> {
    event.told.as_ref()?.casualties.killed.as_ref()?.best
}

const BOMB: &str = "A bomb tore through the Korvat spice market in the city on Sunday, killing traders and shoppers. The blast on Spice Street \
    at the Korvat market struck near the spice stalls at noon, police inspector Ilan Toravi said.";
const RAID: &str = "Gunmen on motorcycles shot a tax collector outside the Belmora bus depot on Harbour Road in the city on Sunday. The \
    tax collector died on the way to the clinic, the Belmora depot's watchman said.";

/// Six reports of the bombing, each told in its own words.
fn six() -> Vec<LinkArticle> {
    let people = &["Mira Dovalen", "Ilan Toravi"][..];
    let make = |name: &str, publisher: &str, day: &str, more: &str| {
        naming(article(name, publisher, day, &format!("{BOMB} {more}")), people)
    };
    vec![
        killing(make("a", "one.example", "2021-05-02T14:00:00Z", "Trader Mira Dovalen lost her stall."), 5, None),
        killing(
            make("b", "two.example", "2021-05-02T16:00:00Z", "Ambulances came late, survivors complained."),
            8,
            None,
        ),
        killing(make("c", "three.example", "2021-05-02T20:00:00Z", "The market was closed by evening."), 13, None),
        killing(make("d", "four.example", "2021-05-03T08:00:00Z", "Mourners filled the mosque at dawn."), 13, None),
        make("e", "five.example", "2021-05-03T10:00:00Z", "Shopkeepers swept glass from the lanes."),
        killing(make("f", "two.example", "2021-05-03T12:00:00Z", "The hospital published a list of names."), 13, None),
    ]
}

#[test]
fn six_reports_in_any_order_are_one_event_with_the_same_values() {
    let reports = six();
    let mut order: Vec<usize> = (0..reports.len()).collect();
    let expect = {
        let (_, tables) = apply(&reports);
        let event = tables.only().clone();
        assert_eq!(killed(&event), Some(13));
        assert_eq!(event.told.as_ref().unwrap().sources.origins, 5);
        event.told
    };
    // All 720 orders, by Heap's algorithm.
    let mut count = [0; 6];
    let (mut i, mut seen) = (0, 1);
    while i < order.len() {
        if count[i] < i {
            order.swap(if i % 2 == 0 { 0 } else { count[i] }, i);
            let shuffled: Vec<LinkArticle> = order.iter().map(|n| reports[*n].clone()).collect();
            let (_, tables) = apply(&shuffled);
            let told = tables.only().told.clone();
            let (told, expect) = (told.as_ref().unwrap(), expect.as_ref().unwrap());
            assert_eq!(
                (&told.casualties, &told.location, &told.time),
                (&expect.casualties, &expect.location, &expect.time)
            );
            assert_eq!(told.sources.articles, 6, "{order:?}");
            assert_eq!((told.sources.origins, &told.title), (expect.sources.origins, &expect.title), "{order:?}");
            (count[i], i, seen) = (count[i] + 1, 0, seen + 1);
        } else {
            (count[i], i) = (0, i + 1);
        }
    }
    assert_eq!(seen, 720);
}

#[test]
fn a_toll_rises_with_its_reasons_and_falls_only_for_a_reason() {
    let reports = six();
    let (mut linker, mut tables) = apply(&reports);
    let steps = |tables: &Tables| -> Vec<(u64, TollWhy)> {
        let told = tables.only().told.as_ref().unwrap();
        told.casualties.killed.as_ref().unwrap().history.iter().map(|s| (s.best, s.why)).collect()
    };
    assert_eq!(steps(&tables), [(5, TollWhy::First), (8, TollWhy::Rose), (13, TollWhy::Rose)]);
    let people = &["Mira Dovalen", "Ilan Toravi"][..];
    let make = |name: &str, publisher: &str, n: u64| {
        let text = format!("{BOMB} Grief goes on in {publisher}'s view.");
        killing(naming(article(name, publisher, "2021-05-04T08:00:00Z", &text), people), n, None)
    };
    // One follow-up about one victim changes nothing; two origins, or one that corrects, do.
    tables.take(linker.apply(Input::Article(&make("g", "six.example", 1)), None));
    assert_eq!(killed(tables.only()), Some(13));
    let mut corrected = make("h", "seven.example", 12);
    corrected.events[0].killed.as_mut().unwrap().corrected = true;
    tables.take(linker.apply(Input::Article(&corrected), None));
    for (name, publisher) in [("i", "eight.example"), ("j", "nine.example"), ("k", "ten.example")] {
        tables.take(linker.apply(Input::Article(&make(name, publisher, 12)), None));
    }
    assert_eq!(killed(tables.only()), Some(12));
    let toll = tables.only().told.as_ref().unwrap().casualties.killed.clone().unwrap();
    assert!(toll.disagreement);
    assert_eq!((toll.low, toll.high), (Some(1), Some(13)));
    assert!(
        toll.history.last().is_some_and(|s| matches!(s.why, TollWhy::Fell | TollWhy::Majority)),
        "{:?}",
        toll.history
    );
}

#[test]
fn twin_events_of_one_city_and_day_stay_apart() {
    let raid =
        |name: &str, publisher: &str| naming(article(name, publisher, "2021-05-02T18:00:00Z", RAID), &["Odo Henneck"]);
    let mut reports = six();
    reports.push(killing(raid("r1", "one.example"), 1, None));
    reports.push(killing(raid("r2", "six.example"), 1, None));
    let (_, tables) = apply(&reports);
    let sizes: Vec<usize> = tables.groups().iter().map(BTreeSet::len).collect();
    assert_eq!(sizes.iter().sum::<usize>(), 8);
    assert_eq!(tables.active().len(), 2, "{:?}", tables.groups());
}

#[test]
fn one_form_filled_in_for_other_people_in_other_towns_tells_of_several_events() {
    let form = |name: &str, person: &str, town: &str, id: u32, lat: f64| {
        let text = format!(
            "Police in {town} said on Sunday that {person} was shot in a parked car outside a grocery shortly before noon \
             and died in hospital an hour later. Officers found seven shells beside the car, a spokesman said. No arrest has \
             been made, and anybody who saw a dark van leave the street was asked to call the homicide unit. The force \
             will tell the press more on Monday, when the coroner has looked at the body, the spokesman said."
        );
        let report = naming(article(name, name, "2021-05-02T18:00:00Z", &text), &[person]);
        killing(at(report, place(town, id, lat)), 1, None)
    };
    let reports = [
        form("one.example", "Odo Henneck", "Salgora", 1, 10.0),
        form("two.example", "Mira Dovalen", "Vintry", 2, 40.0),
        form("three.example", "Tam Ollery", "Karsk", 3, -20.0),
    ];
    let (_, tables) = apply(&reports);
    assert_eq!(tables.active().len(), 3, "{:?}", tables.groups());
}

#[test]
fn an_article_on_four_incidents_founds_one_and_joins_the_others_by_their_record() {
    let mut reports = vec![
        killing(naming(article("b", "one.example", "2021-05-02T14:00:00Z", BOMB), &["Mira Dovalen"]), 5, None),
        killing(naming(article("r", "one.example", "2021-05-02T15:00:00Z", RAID), &["Odo Henneck"]), 1, None),
    ];
    let text = "Bloody Sunday: a survey of four attacks in Salgora and the hills. Lawmakers called for a curfew and more patrols.";
    let mut survey = article("s", "two.example", "2021-05-03T09:00:00Z", text);
    let side = |id: &str, person: &str, dead: u64, where_: (&str, u32, f64)| {
        let base = at(
            killing(naming(article(id, "x", "2021-05-03", "x y"), &[person]), dead, None),
            place(where_.0, where_.1, where_.2),
        );
        let mut told = base.events[0].clone();
        (told.event_id, told.main) = (format!("ec1-s-{id}"), false);
        told
    };
    survey.events = vec![
        event("ec1-s-main", true),
        side("bomb", "Mira Dovalen", 5, ("Salgora", 1, 10.0)),
        side("raid", "Odo Henneck", 1, ("Salgora", 1, 10.0)),
        side("hill", "Nobody Known", 2, ("Hilltown", 77, 12.0)),
    ];
    survey.events[0].killed = None;
    reports.push(survey);
    let (_, tables) = apply(&reports);
    let of = |id: &str| tables.links.get(id).cloned().flatten();
    assert_eq!(
        of("ec1-s-bomb").map(|l| (l.canonical_id, l.role)),
        of("ec1-b").map(|l| (l.canonical_id, ReportRole::Attached))
    );
    assert_eq!(of("ec1-s-raid").map(|l| l.canonical_id), of("ec1-r").map(|l| l.canonical_id));
    assert_eq!(of("ec1-s-hill"), None, "a side event founds nothing");
    assert!(tables.active().len() <= 3);
}

#[test]
fn a_newer_generation_takes_the_place_of_the_older_one() {
    let reports = six();
    let (mut linker, mut tables) = apply(&reports);
    let before = tables.only().clone();
    let mut newer = killing(reports[3].clone(), 14, None);
    newer.generation = "lg1-newer".to_owned();
    newer.events[0].event_id = "ec1-d2".to_owned();
    tables.take(linker.apply(Input::Article(&newer), None));
    let after = tables.only();
    assert_eq!(after.canonical_id, before.canonical_id);
    assert_eq!(after.told.as_ref().unwrap().sources.articles, 6);
    assert_eq!(tables.links["ec1-d"], None, "the old report is a tombstone");
    assert!(tables.links["ec1-d2"].is_some());
    // Neither generation does anything in a replay.
    for article in [&reports[3], &newer] {
        let changes = linker.apply(Input::Article(article), None);
        assert_eq!(
            (changes.outcome, changes.canonical, changes.links, changes.state),
            (Outcome::Known, vec![], vec![], vec![])
        );
    }
}

#[test]
fn an_event_of_one_article_keeps_its_id_when_the_article_is_read_anew() {
    let old = killing(article("a", "one.example", "2021-05-02T14:00:00Z", BOMB), 5, None);
    let (mut linker, mut tables) = apply(std::slice::from_ref(&old));
    let id = tables.only().canonical_id.clone();
    let mut newer = old.clone();
    (newer.generation, newer.events[0].event_id) = ("lg1-newer".to_owned(), "ec1-other".to_owned());
    tables.take(linker.apply(Input::Article(&newer), None));
    assert_eq!((tables.only().canonical_id.clone(), tables.only().revision), (id, 2));
}

#[test]
fn a_withdrawn_article_is_taken_out_and_the_last_one_ends_the_event() {
    let reports = six();
    let (mut linker, mut tables) = apply(&reports);
    for name in ["c", "d", "f"] {
        tables.take(linker.apply(Input::Tombstone(name), None));
    }
    assert_eq!(killed(tables.only()), Some(8));
    for name in ["a", "b", "e"] {
        tables.take(linker.apply(Input::Tombstone(name), None));
    }
    assert_eq!(tables.active().len(), 0);
    let record = tables.canonical.values().flatten().next().unwrap();
    assert_eq!((record.status, record.told.is_none()), (Status::Retracted, true));
    assert!(tables.links.values().all(Option::is_none));
    assert_eq!(linker.apply(Input::Tombstone("a"), None).outcome, Outcome::Known);
    assert_eq!(
        linker.apply(Input::Article(&reports[0]), None).outcome,
        Outcome::Known,
        "a replay does not bring it back"
    );
    // Its tombstone comes with the stream's time.
    let late = article("z", "nine.example", "2021-09-30T00:00:00Z", RAID);
    tables.take(linker.apply(Input::Article(&late), None));
    assert!(tables.canonical.values().any(Option::is_none));
}

/// An article that has published events, of numbers.
fn published(base: &LinkArticle, generation: &str, events: &[u64]) -> LinkArticle {
    let mut article = LinkArticle { generation: generation.to_owned(), ..base.clone() };
    article.event_ids = events.iter().map(|n| format!("ec1-{n:016x}")).collect();
    article.events[0].event_id = article.event_ids[0].clone();
    article
}

#[test]
fn what_no_article_tells_any_more_is_withdrawn_event_by_event() {
    let base = killing(article("a", "one.example", "2021-05-02T14:00:00Z", BOMB), 5, None);
    let (old, new) = (published(&base, "lg1-old", &[1, 2, 3]), published(&base, "lg1-new", &[2, 4]));
    let (mut linker, _) = apply(std::slice::from_ref(&old));
    let mut withdrawn = |input: Input<'_>| {
        let changes = linker.apply(input, None);
        changes.withdrawn.iter().map(|id| u64::from_str_radix(&id[4..], 16).unwrap()).collect::<Vec<_>>()
    };
    assert_eq!(withdrawn(Input::Article(&old)), [0_u64; 0], "nothing of what stands");
    assert_eq!(withdrawn(Input::Article(&new)), [1, 3]);
    assert_eq!(withdrawn(Input::Article(&old)), [1, 3], "a replay has published the older ones once more");
    assert_eq!(withdrawn(Input::Article(&new)), [0_u64; 0]);
    assert_eq!(withdrawn(Input::Tombstone("a")), [2, 4]);
    assert_eq!(withdrawn(Input::Article(&new)), [2, 4], "a replay does not bring it back");
    assert_eq!(withdrawn(Input::Tombstone("a")), [0_u64; 0]);
}

#[test]
fn papers_that_print_one_text_share_its_events_until_the_last_one_withdraws_it() {
    let base = killing(article("a", "one.example", "2021-05-02T14:00:00Z", BOMB), 5, None);
    let first = published(&base, "lg1-text", &[1, 2]);
    let second = LinkArticle { article_id: "b".to_owned(), key: Some("second".to_owned()), ..first.clone() };
    let (mut linker, mut tables) = apply(&[first, second]);
    let link = "ec1-0000000000000001";
    let gone = linker.apply(Input::Tombstone("a"), None);
    assert_eq!(gone.withdrawn, [""; 0], "another paper still tells it");
    tables.take(gone);
    assert_eq!(tables.links[link].as_ref().unwrap().article_id, "b");
    assert_eq!(tables.only().told.as_ref().unwrap().sources.articles, 1);
    assert_eq!(linker.apply(Input::Tombstone("b"), None).outcome, Outcome::Unknown, "it came under another key");
    let gone = linker.apply(Input::Tombstone("second"), None);
    assert_eq!(gone.withdrawn, [link, "ec1-0000000000000002"]);
    tables.take(gone);
    assert_eq!((tables.links[link].as_ref(), tables.active().len()), (None, 0));
}

#[test]
fn a_text_that_is_printed_again_when_its_event_is_closed_founds_another_one() {
    let base = killing(article("a", "one.example", "2021-05-02T14:00:00Z", BOMB), 5, None);
    let again = LinkArticle {
        article_id: "b".to_owned(),
        published_at: Some("2023-05-02T14:00:00Z".to_owned()),
        ..published(&base, "lg1-text", &[1])
    };
    let (_, tables) = apply(&[published(&base, "lg1-text", &[1]), again]);
    let of = |status| tables.canonical.values().flatten().filter(|e| e.status == status).collect::<Vec<_>>();
    let ([closed], [active]) = (&of(Status::Closed)[..], &of(Status::Active)[..]) else { panic!("{tables:?}") };
    assert_eq!((active.revision, closed.told.as_ref().unwrap().sources.articles), (1, 1));
}

#[test]
fn two_events_that_turn_out_to_be_one_merge_into_the_older() {
    let first =
        "Explosion heard in the Korvat market quarter of Salgora, residents report smoke over the spice stalls.";
    let second = "Trader Mira Dovalen was buried on Monday by her family; her brothers had run a lamp shop since 1990.";
    let early = |a: LinkArticle| killing(a, 5, None);
    let a = early(naming(article("a", "one.example", "2021-05-02T13:00:00Z", first), &["Ilan Toravi"]));
    let mut b = naming(article("b", "two.example", "2021-05-03T13:00:00Z", second), &["Mira Dovalen"]);
    b.events[0].location = None;
    b.places = Vec::new();
    let bridge = format!("{first} {second}");
    let c =
        early(naming(article("c", "three.example", "2021-05-03T15:00:00Z", &bridge), &["Ilan Toravi", "Mira Dovalen"]));
    let mut settings = Settings::default();
    (settings.join, settings.merge) = (0.2, 0.1);
    let mut linker = Linker::new(Model::embedded().unwrap(), settings);
    let mut tables = Tables::default();
    tables.take(linker.apply(Input::Article(&a), None));
    tables.take(linker.apply(Input::Article(&b), None));
    assert_eq!(tables.active().len(), 2, "{:?}", tables.groups());
    let older = tables.links["ec1-a"].clone().unwrap().canonical_id;
    let changes = linker.apply(Input::Article(&c), None);
    assert_eq!(changes.canonical.len(), 2, "both records of one step");
    tables.take(changes);
    assert_eq!(tables.only().canonical_id, older);
    let merged: Vec<&CanonicalEvent> =
        tables.canonical.values().flatten().filter(|e| e.status == Status::Merged).collect();
    assert_eq!(merged.len(), 1);
    assert_eq!(merged[0].merged_into.as_ref(), Some(&older));
    assert_eq!(tables.only().absorbed, [merged[0].canonical_id.clone()]);
    assert!(tables.links.values().flatten().all(|l| l.canonical_id == older));
    // Without the report that held them together they part, and the id stays with the first.
    tables.take(linker.apply(Input::Tombstone("c"), None));
    assert_eq!(tables.active().len(), 2, "{:?}", tables.groups());
    let of = |id: &str| tables.links[id].clone().unwrap().canonical_id;
    assert_eq!(of("ec1-a"), older);
    let parted = tables.canonical[&of("ec1-b")].as_ref().unwrap();
    assert_eq!(parted.split_from.as_ref(), Some(&older));
    assert_eq!(parted.told.as_ref().unwrap().sources.articles, 1);
    assert_eq!(tables.links["ec1-c"], None);
}

#[test]
fn two_hundred_copies_are_one_origin() {
    let long =
        "The provincial council said the flooded tunnel under Korvat hill would stay shut until engineers had drained \
        the lower gallery, checked the pumps and replaced the burnt switchboard. "
            .repeat(4);
    let story = format!("{BOMB} {long}");
    let mut linker = linker();
    let mut tables = Tables::default();
    for n in 0..200 {
        let paper = format!("paper{n}.example");
        let text = match n % 3 {
            0 => story.clone(),
            1 => format!("{story} Read on with {paper} every day of the week."),
            _ => story.chars().take(story.chars().count() * 9 / 10).collect(),
        };
        let day = format!("2021-05-02T14:{:02}:{:02}Z", n / 60, n % 60);
        let mut copy = killing(article(&format!("n{n}"), &paper, &day, &text), 5, None);
        copy.title = Some(format!("Headline of paper {n}"));
        tables.take(linker.apply(Input::Article(&copy), None));
        linker.commit();
    }
    assert!(tables.only().revision <= 5, "{}", tables.only().revision);
    let event = linker.events().next().unwrap();
    let told = event.told.unwrap();
    assert_eq!((told.sources.origins, told.sources.articles, told.sources.copies), (1, 200, 199));
    assert!(told.sources.reports.len() <= 100);
}

#[test]
fn a_template_joins_and_founds_nothing() {
    let mut page = article("p", "one.example", "2021-05-02", "Subscribe to read on. Already a member? Sign in.");
    page.template = true;
    let (linker, tables) = apply(&[page]);
    assert_eq!((tables.canonical.len(), tables.links.len()), (0, 0));
    assert_eq!(linker.sizes().1, 0);
}

/// A stream of made-up events of `reports` articles each, an event an hour.
fn stream(events: usize, reports: usize) -> Vec<LinkArticle> {
    let word = |n: usize| {
        let syllables = ["ba", "do", "ki", "lu", "me", "no", "pa", "ri", "so", "tu", "ve", "wa"];
        let mut rest = n * 7919 + 104_729;
        let mut out = String::new();
        for _ in 0..5 {
            out.push_str(syllables[rest % 12]);
            rest /= 12;
        }
        out
    };
    let mut list = Vec::new();
    for e in 0..events {
        let day = |late: usize| {
            let hours = e + late;
            format!("2021-{:02}-{:02}T{:02}:00:00Z", 1 + hours / 24 / 28, 1 + hours / 24 % 28, hours % 24)
        };
        let person = |n: usize| {
            let name = word(e * 3 + n + 500_000);
            let (first, last) = name.split_at(4);
            let upper = |s: &str| s[..1].to_uppercase() + &s[1..];
            format!("{} {}", upper(first), upper(last))
        };
        for r in 0..reports {
            let own: Vec<String> = (0..12).map(|n| word(e * 40 + n)).collect();
            let rest: Vec<String> = (0..6).map(|n| word(1_000_000 + e * 100 + r * 10 + n)).collect();
            let text = format!("{} {}.", own.join(" "), rest.join(" "));
            let city = (e % 40) as u32 + 1;
            let told = naming(
                article(&format!("e{e}r{r}"), &format!("p{r}.example"), &day(r * 5), &text),
                &[&person(0), &person(1)],
            );
            let told = killing(told, (e % 9) as u64, None);
            list.push(on(at(told, place(&format!("City{city}"), city, f64::from(city))), &day(0)[..10]));
        }
    }
    list.sort_by(|a, b| a.published_at.cmp(&b.published_at));
    list
}

#[test]
fn a_replay_of_everything_changes_nothing() {
    let articles = stream(60, 3);
    let (mut linker, _) = apply(&articles);
    for article in &articles {
        let changes = linker.apply(Input::Article(article), None);
        assert!(matches!(changes.outcome, Outcome::Known | Outcome::Late));
        assert!(changes.canonical.is_empty() && changes.links.is_empty() && changes.state.is_empty());
    }
}

#[test]
fn late_and_shuffled_articles_change_hardly_a_pair() {
    let articles = stream(300, 3);
    let (_, in_order) = apply(&articles);
    let mut late = articles.clone();
    let key = |a: &LinkArticle| {
        let at = super::clock::seconds(a.published_at.as_deref().unwrap()).unwrap();
        let late = super::hash::hash64(a.article_id.as_bytes()) % (7 * 86_400);
        at + late as i64
    };
    late.sort_by_key(key);
    let (_, shuffled) = apply(&late);
    let pairs = |tables: &Tables| -> BTreeSet<(String, String)> {
        let groups = tables.groups();
        groups
            .iter()
            .flat_map(|g| g.iter().flat_map(|a| g.iter().map(|b| (a.clone(), b.clone()))))
            .filter(|(a, b)| a < b)
            .collect()
    };
    let (a, b) = (pairs(&in_order), pairs(&shuffled));
    assert!(a.len() >= 850, "{}", a.len());
    let same = a.intersection(&b).count();
    assert!(2 * same * 1000 >= 995 * (a.len() + b.len()), "{same} of {} and {}", a.len(), b.len());
}

/// Sizes of the state after every ten days of 120 at an event an hour.
fn sizes(settings: Settings) -> Vec<(usize, usize, usize)> {
    let mut linker = Linker::new(Model::embedded().unwrap(), settings);
    let mut sizes = Vec::new();
    for (n, article) in stream(120 * 24, 1).iter().enumerate() {
        linker.apply(Input::Article(article), None);
        linker.commit();
        if n % 240 == 239 {
            sizes.push(linker.sizes());
        }
    }
    sizes
}

#[test]
fn the_state_stays_as_large_as_its_window() {
    let sizes = sizes(Settings { keep_days: 40, ..Settings::default() });
    let (middle, end) = (sizes[5], sizes[11]);
    assert!(end.0 <= middle.0 + middle.0 / 50 && end.2 <= middle.2 + middle.2 / 50, "{sizes:?}");
}

#[test]
fn no_more_articles_stay_open_than_may() {
    let sizes = sizes(Settings { articles: 500, ..Settings::default() });
    assert!(sizes.iter().all(|s| s.0 <= 500), "{sizes:?}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn batches_aborts_and_restarts_never_change_the_tables(
        cuts in proptest::collection::btree_set(0_usize..90, 0..12),
        aborts in proptest::collection::btree_set(0_usize..90, 0..6),
        restarts in proptest::collection::btree_set(0_usize..90, 0..3),
    ) {
        let mut articles = stream(30, 3);
        for n in [7, 20, 41] {
            let mut newer = articles[n].clone();
            newer.generation.push('x');
            articles.insert(n + 12, newer);
        }
        let (_, expect) = apply(&articles);
        let (mut linker, mut tables, mut open) = (linker(), Tables::default(), Vec::new());
        let mut n = 0;
        let mut aborted = BTreeSet::new();
        while n < articles.len() {
            open.push(linker.apply(Input::Article(&articles[n]), None));
            n += 1;
            if aborts.contains(&n) && aborted.insert(n) {
                linker.rollback();
                n -= open.len();
                open.clear();
            } else if cuts.contains(&n) || n == articles.len() || restarts.contains(&n) {
                linker.commit();
                open.drain(..).for_each(|c| tables.take(c));
                if restarts.contains(&n) {
                    linker = self::linker();
                    for (key, value) in tables.state.iter().rev() {
                        linker.restore(key, value.as_deref()).unwrap();
                    }
                }
            }
        }
        prop_assert_eq!(&tables.canonical, &expect.canonical);
        prop_assert_eq!(&tables.links, &expect.links);
        prop_assert_eq!(&tables.state, &expect.state);
    }
}

#[test]
fn accidents_and_disasters_are_told_by_kind_and_attacks_by_their_acled_type() {
    let text =
        "Floods drowned the market of Salgora. Boats brought forty people to the school on the hill, the mayor said.";
    let report = |name: &str, happening: Option<Happening>| {
        let mut report = article(name, &format!("{name}.example"), "2021-05-02T18:00:00Z", text);
        let class = &mut report.events[0].class;
        class.happening = happening;
        match happening {
            Some(_) => (class.plover.event, class.cameo) = (None, None),
            None => {
                let (event_type, sub_event_type) = ("Violence against civilians".to_owned(), "Attack".to_owned());
                class.acled = Some(AcledType { event_type, sub_event_type });
            }
        }
        report
    };
    let (flood, storm) = (Some(Happening::Flood), Some(Happening::Storm));
    let check = |reports: &[Option<Happening>], expect: Option<Happening>, acled: bool| {
        let reports: Vec<_> = reports.iter().enumerate().map(|(n, h)| report(&format!("r{n}"), *h)).collect();
        let (_, tables) = apply(&reports);
        let class = tables.only().told.as_ref().unwrap().class.clone().unwrap();
        assert_eq!((class.happening, class.acled.is_some()), (expect, acled));
    };
    check(&[flood], flood, false);
    check(&[storm, flood, flood], flood, false);
    check(&[flood, None, None], None, true);
}

#[test]
fn entries_of_other_versions_are_refused_with_the_remedy() {
    let check = |key: &str, value: &[u8], expect: &str| {
        let error = linker().restore(key, Some(value)).unwrap_err().to_string();
        assert!(error.contains(expect) && error.contains("rebuild the state"), "{error}");
    };
    check("~progress", &[9, 0, 0], "version Some(9)");
    check("e:ca1-0000000000000001", &[2], "cannot be read");
    check("q:1", &[1], "no entry is called so");
}

/// Incidents of one template: each with its own town, victim and number.
fn template_incidents(incidents: u32) -> Vec<LinkArticle> {
    const VICTIMS: [&str; 5] = ["Mira Dovalen", "Odo Henneck", "Sana Quill", "Ruben Attow", "Lise Vantor"];
    const FORM: &str = "Officers were called to the scene at about nine in the evening and found a man with a gunshot wound. He was \
        taken to a local hospital. No arrests have been made. Anyone with information is asked to call the police department's tip \
        line. Callers may remain anonymous, and a reward may be paid for information that leads to an arrest. The investigation is \
        continuing, and detectives are asking residents of the street to look through the footage of their cameras.";
    (0..incidents)
        .flat_map(|i| {
            let victim = format!("{}{i} {}{i}", VICTIMS[i as usize % 5].split(' ').next().unwrap(), "Aker");
            let make = |n: u32, text: String| {
                let day = format!("2021-05-{:02}", 2 + i % 6);
                let base = article(&format!("{i:02}-{n}"), &format!("{n}.example"), &format!("{day}T{:02}:00:00Z", 9 + n), &text);
                let placed = at(base, place(&format!("Town{i}"), 10 * (i + 1), f64::from(i) * 2.0));
                killing(naming(on(placed, &day), &[&victim]), u64::from(1 + i % 4), None)
            };
            [
                make(0, format!("Police are investigating a shooting in Town{i}. {FORM} He was named as {victim}.")),
                make(1, format!("Family mourn {victim}, shot in Town{i}. {FORM}")),
                make(2, format!("A vigil was held in Town{i} for {victim}, who was shot dead. Neighbours lit candles and prayed.")),
            ]
        })
        .collect()
}

#[test]
fn incidents_of_one_template_stay_apart_and_are_no_copies() {
    let (_, tables) = apply(&template_incidents(24));
    let active = tables.active();
    assert!((24..=28).contains(&active.len()), "{}", active.len());
    for group in tables.groups() {
        let incidents: BTreeSet<&str> = group.iter().map(|id| &id[..2]).collect();
        assert_eq!(incidents.len(), 1, "{group:?}");
    }
    // The second report of an incident fills in the form of its first, about the same man: that is a copy.
    assert!(active.iter().all(|e| e.told.as_ref().unwrap().sources.copies <= 1));
}

#[test]
fn a_corrected_toll_falls_at_once_and_says_why() {
    let mut reports = six();
    let mut correction = reports[5].clone();
    correction.article_id = "g".to_owned();
    correction.published_at = Some("2021-05-03T18:00:00Z".to_owned());
    correction.events[0].event_id = "ec1-g".to_owned();
    correction.generation = "lg1-g".to_owned();
    correction = killing(correction, 9, None);
    correction.publisher = Some("eleven.example".to_owned());
    correction.body_chars = 100;
    correction.events[0].killed.as_mut().unwrap().corrected = true;
    reports.truncate(3);
    reports.push(correction);
    let (_, tables) = apply(&reports);
    let toll = tables.only().told.as_ref().unwrap().casualties.killed.clone().unwrap();
    assert_eq!((toll.best, toll.history.last().map(|s| (s.best, s.why))), (Some(9), Some((9, TollWhy::Corrected))));
}

#[test]
fn place_and_day_are_those_of_most_origins_and_the_others_are_listed() {
    let mut reports = six();
    reports.truncate(4);
    reports[0] = on(at(reports[0].clone(), place("Sal Bridge", 2, 10.1)), "2021-05-01");
    let (_, tables) = apply(&reports);
    let told = tables.only().told.clone().unwrap();
    let location = told.location.unwrap();
    assert_eq!((location.place.name.as_str(), location.votes.votes, location.votes.of), ("Salgora", 3.0, 4));
    assert_eq!(told.time.unwrap().start.as_deref(), Some("2021-05-02"));
    assert_eq!(told.other_days.iter().map(|d| (d.day.as_str(), d.reports)).collect::<Vec<_>>(), [("2021-05-01", 1)]);
}
