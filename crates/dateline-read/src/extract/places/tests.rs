//! Resolution on invented sentences about real geography. Names stand in brackets, so that the tests do not depend on
//! what the name recogniser finds; "[LOC:...]" and "[FAC:...]" give another type than GPE.

use super::*;
use crate::extract::entities::{Entity, Mention, MentionForm};
use crate::extract::testing;
use crate::record::{EntityKind, Place};

/// The places of the names in brackets, one per distinct name, in order.
fn places(marked: &str) -> Vec<(String, Option<Place>)> {
    let (mut text, mut spans) = (String::new(), Vec::new());
    let mut parts = marked.split('[');
    text.push_str(parts.next().unwrap());
    for part in parts {
        let (name, rest) = part.split_once(']').expect("brackets in pairs");
        let (kind, name) = match name.split_once(':') {
            Some(("LOC", name)) => (EntityKind::Loc, name),
            Some(("FAC", name)) => (EntityKind::Fac, name),
            _ => (EntityKind::Gpe, name),
        };
        spans.push((text.len()..text.len() + name.len(), kind));
        text.push_str(name);
        text.push_str(rest);
    }
    let story = testing::read(&text, None);
    let doc = story.doc;
    let (mut list, mut mentions) = (Vec::<Entity>::new(), Vec::new());
    for (bytes, kind) in spans {
        let tokens = doc.token_at(bytes.start).unwrap()..doc.token_at(bytes.end - 1).unwrap() + 1;
        let name = &text[bytes];
        let entity = list.iter().position(|e| e.name == name).unwrap_or_else(|| {
            let (name, salience) = (name.to_owned(), 0.0);
            list.push(Entity { kind, name, salience, actor: None, title: None, place: None });
            list.len() - 1
        });
        let head = tokens.end - 1;
        mentions.push(Mention { entity, tokens, head, kind, form: MentionForm::Name });
    }
    let mut entities = Entities::new(list, mentions, doc.len());
    testing::places().resolve(&story, &mut entities).unwrap();
    entities.list.into_iter().map(|e| (e.name, e.place)).collect()
}

/// "city US.TX"; "in province SY.12" for a place that the gazetteer lacks, in that unit; "somewhere in SY" for one of
/// which nothing more is known; "-" for none.
fn describe(place: Option<&Place>) -> String {
    let Some(place) = place else { return "-".to_owned() };
    let level =
        ["region", "country", "province", "district", "city", "site"][usize::from(place.resolution.unwrap_or(0))];
    let within = if place.feature_class.is_none() { "in " } else { "" };
    let iso = place.country_iso2.as_deref().unwrap_or("--");
    let unit = place.admin1_code.as_deref().map_or(String::new(), |c| format!(".{c}"));
    if place.lat.is_none() {
        return format!("somewhere in {iso}");
    }
    format!("{within}{level} {iso}{unit}")
}

/// Every name of the text, and what it should mean.
fn check(marked: &str, expect: &[&str]) {
    let found: Vec<String> = places(marked).iter().map(|(_, p)| describe(p.as_ref())).collect();
    assert_eq!(found, expect, "in {marked:?}");
}

#[test]
fn well_known_cities_stay_where_they_are() {
    check(
        "[HARARE], [Zimbabwe] — A nurse from [Mutare] was robbed in [Leeds].",
        &["city ZW.10", "country ZW", "city ZW.01", "city GB.ENG"],
    );
    check("Talks opened in [Geneva], officials in [Kabul] said.", &["city CH.GE", "city AF.13"]);
}

#[test]
fn towns_of_a_list_lie_beside_each_other() {
    check("Shops shut in [Lyon], [Turin] and [Basel].", &["city FR.84", "city IT.12", "city CH.BS"]);
    check("Trains stopped in [Valencia], [Lisbon] and [Bordeaux].", &["city ES.60", "city PT.14", "city FR.75"]);
}

#[test]
fn a_town_of_a_province_is_not_called_like_it() {
    check(
        "[Cairo], [Illinois] — A barn burned in [Cairo]. The old [Illinois] town has no firemen.",
        &["city US.IL", "province US.IL"],
    );
    check(
        "[Salem], [Virginia] — A barn burned in [Salem]. It was the oldest of the quiet [Virginia] town.",
        &["city US.VA", "province US.VA"],
    );
    check(
        "[Camas], [Washington] — A barn burned in [Camas]. The small [Washington] town has no firemen.",
        &["city US.WA", "province US.WA"],
    );
    check("Rebels hold the old city of [Aleppo], and [Aleppo] city was quiet.", &["city SY.09"]);
}

#[test]
fn countries_of_one_name_are_told_apart_by_their_towns() {
    check("A train derailed near [Dolisie], [Congo], on Monday.", &["city CG.07", "country CG"]);
    check("A train derailed near [Likasi], [Congo], on Monday.", &["city CD.14", "country CD"]);
    check("Envoys of [Congo] and [Uganda] met.", &["country CD", "country UG"]);
}

#[test]
fn older_spellings_and_long_names() {
    check("Judges in [Grodno] and [Vinnitsa] were named.", &["city BY.03", "city UA.23"]);
    check("The [Oriental Republic of Uruguay] wrote to the [Union of the Comoros].", &["country UY", "country KM"]);
    check("Police searched [Martha's Vineyard] on Monday.", &["region US"]);
}

#[test]
fn what_a_place_lies_in_decides_between_homonyms() {
    check("A tornado hit [Paris], [Texas], on Monday.", &["city US.TX", "province US.TX"]);
    check("Talks will resume in [Paris], the French capital.", &["city FR.11"]);
    check("Students marched in [Moscow], [Idaho], police said.", &["city US.ID", "province US.ID"]);
    check("Clashes broke out in [Tripoli], [Lebanon].", &["city LB.09", "country LB"]);
    check("Militias shelled [Tripoli] as the Libyan army withdrew to [Misrata].", &["city LY.77", "city LY.72"]);
    check("A bus crashed near [Córdoba] in [Spain].", &["city ES.51", "country ES"]);
    check("The Argentine city of [Córdoba] was flooded.", &["city AR.05"]);
    check(
        "Police in [Hyderabad], in [Pakistan]'s [Sindh] province, made arrests.",
        &["city PK.05", "country PK", "province PK.05"],
    );
    check("A building collapsed in [Hyderabad], [India].", &["city IN.40", "country IN"]);
    check("[San Jose], [California], raised its minimum wage.", &["city US.CA", "province US.CA"]);
    check("Costa Rican officials met in [San José].", &["city CR.08"]);
    check("The quake was felt in [Santiago], [Chile].", &["city CL.12", "country CL"]);
    check(
        "A fire in [Santiago], the second city of the [Dominican Republic], killed four.",
        &["city DO.25", "country DO"],
    );
    check(
        "[Victoria] and [Queensland] closed their border, the Australian prime minister said.",
        &["province AU.07", "province AU.04"],
    );
    check("Fishermen from [Victoria], the capital of [Seychelles], were freed.", &["city SC.26", "country SC"]);
    check("Police in [Victoria], [British Columbia], arrested two men.", &["city CA.02", "province CA.02"]);
}

#[test]
fn georgia_is_a_state_beside_american_places_and_a_country_beside_its_neighbours() {
    check(
        "Storms hit [Atlanta], [Georgia], and parts of [Alabama].",
        &["city US.GA", "province US.GA", "province US.AL"],
    );
    check(
        "[Georgia] and [Russia] traded accusations over [South Ossetia] after talks in [Tbilisi].",
        &["country GE", "country RU", "region GE", "city GE.51"],
    );
    check(
        "Voters in [Georgia], [Florida] and [North Carolina] went to the polls.",
        &["province US.GA", "province US.FL", "province US.NC"],
    );
    check(
        "The governor of [Georgia] spoke after floods in [Macon] and [Augusta].",
        &["province US.GA", "city US.GA", "city US.GA"],
    );
}

#[test]
fn an_unknown_village_is_placed_in_what_encloses_it_and_never_elsewhere() {
    check("Shells hit the village of [Qarmala] in [Idlib] province.", &["in province SY.12", "province SY.12"]);
    check("Gunmen raided [Zubrowka Dolna], [Nigeria], at dawn.", &["in country NG", "country NG"]);
    check("The Syrian village of [Springfield] was shelled.", &["in country SY"]);
    check("Rebels entered [Manchester], [Mali].", &["in country ML", "country ML"]);
    check(
        "Rebels stormed [Bedford] on Monday, officials in [Mozambique] said. Mozambican troops retook [Bedford].",
        &["somewhere in MZ", "country MZ"],
    );
    check("[QARMALA], [Syria] (AP) — A raid killed three people on Sunday.", &["in country SY", "country SY"]);
    // Nothing ties it to a country, but all around it is one.
    check(
        "Fighting spread from [Binnish] to [Saraqib] in [Syria], monitors said. Jets also bombed [Millbrook].",
        &["city SY.12", "city SY.12", "country SY", "in province SY.12"],
    );
    // A city that another country has alone is none here.
    check("[LEEDS], [England] — A man from [Gleiwitz] was shot.", &["city GB.ENG", "province GB.ENG", "-"]);
    // A story of many countries is of none, and one town has the name.
    check(
        "Bombs fell on [Herat] and [Kandahar], rockets on [Rostov-on-Don], and a car burned in [King's Lynn].",
        &["city AF.11", "city AF.23", "city RU.61", "city GB.ENG"],
    );
    let unknown = places("Shells hit the village of [Qarmala] in [Idlib] province.");
    let place = unknown[0].1.as_ref().unwrap();
    assert_eq!((place.name.as_str(), place.geonameid, place.resolution), ("Qarmala", None, Some(2)));
    assert!(place.uncertainty_km.unwrap() >= 30.0 && place.confidence <= 0.6, "{place:?}");
}

#[test]
fn a_name_that_brings_its_own_enclosing_place() {
    check("Labs in [Weybridge, England] tested it.", &["city GB.ENG"]);
    check("A plant in [Hammond, Indiana] closed.", &["city US.IN"]);
    check("Cases rose in [Democratic Republic of the Congo (DRC)].", &["country CD"]);
}

#[test]
fn head_nouns_tell_units_from_towns() {
    check("Rockets fell on [Aleppo] province in [Syria].", &["province SY.09", "country SY"]);
    check("Rockets fell on the city of [Aleppo] in [Syria].", &["city SY.09", "country SY"]);
    check(
        "[Idlib] is held by rebels, and the raid hit [Idlib province], [Syria].",
        &["city SY.12", "province SY.12", "country SY"],
    );
    check("A flood hit [Kandahar province], [Afghanistan].", &["province AF.23", "country AF"]);
    check("The sheriff of [Dallas County], [Texas], resigned.", &["district US.TX", "province US.TX"]);
    check("[Washington] state and [Oregon] declared an emergency.", &["province US.WA", "province US.OR"]);
    check("The Senate met in [Washington] as the American president spoke.", &["city US.DC"]);
}

#[test]
fn the_head_of_a_list_speaks_of_all_its_items() {
    check(
        "[JACKSON], [Miss.] — Tornadoes killed five people in [Madison], [Rankin] and [Union] counties on Friday.",
        &["city US.MS", "province US.MS", "district US.MS", "district US.MS", "district US.MS"],
    );
    check(
        "Floods killed three in [Boone], [Logan] and [Mingo] counties in [West Virginia].",
        &["district US.WV", "district US.WV", "district US.WV", "province US.WV"],
    );
    check(
        "Police in [Orange] and [Los Angeles] counties, [California], made arrests.",
        &["district US.CA", "district US.CA", "province US.CA"],
    );
    check(
        "The towns of [Madison], [Troy] and [Union], [Mississippi], lost power.",
        &["city US.MS", "in province US.MS", "city US.MS", "province US.MS"],
    );
}

#[test]
fn abbreviations_and_spellings_of_agencies() {
    check("[Fresno], [Calif.]", &["city US.CA", "province US.CA"]);
    check("[Buffalo], [N.Y.], and [Toledo], [Ohio]", &["city US.NY", "province US.NY", "city US.OH", "province US.OH"]);
    check("A horse died in [Dubbo], [NSW], in [Australia].", &["city AU.02", "province AU.02", "country AU"]);
    check(
        "The [U.S.] and the [U.K.] signed a treaty in [St. Petersburg], [Russia].",
        &["country US", "country GB", "city RU.66", "country RU"],
    );
    check("Troops left [Deir el-Zour] for [Hassakeh] in eastern [Syria].", &["city SY.07", "city SY.01", "country SY"]);
    check("Cases rose in the [DRC] and in [Burma].", &["country CD", "country MM"]);
}

#[test]
fn regions_and_parts_of_countries() {
    check("Jihadists are active across the [LOC:Sahel].", &["region --"]);
    check("Rockets from the [Gaza Strip] hit [Israel].", &["region PS", "country IL"]);
    check("Ships avoid the [LOC:Red Sea].", &["region --"]);
    check("Fighting went on in [LOC:northern Mali].", &["country ML"]);
    check("Voters in [Northern Ireland] and [South Korea] stayed home.", &["province GB.NIR", "country KR"]);
    let north = places("Fighting went on in [LOC:northern Mali].")[0].1.clone().unwrap();
    let whole = places("Fighting went on in [Mali].")[0].1.clone().unwrap();
    assert!(north.lat.unwrap() > whole.lat.unwrap() + 1.0, "{north:?}");
}

#[test]
fn datelines_and_demonyms_count() {
    check("[BEIRUT] (AP) — A blast shook the southern suburbs on Friday.", &["city LB.04"]);
    check("Turkish police raided homes in [Batman].", &["city TR.76"]);
    check("The Iraqi army retook [Mosul] and the nearby town of [Tal Afar].", &["city IQ.15", "city IQ.15"]);
    check("The Afghan capital, [Kabul], was quiet.", &["city AF.13"]);
    // Where those who say so sit is no word on where it happened.
    check(
        "A raid killed six on Sunday in the Sudanese town of [Nyala], according to a group with its headquarters in [Utrecht], [Netherlands].",
        &["city SD.49", "city NL.09", "country NL"],
    );
}

#[test]
fn words_that_only_look_like_units_are_none() {
    check(
        "The [LOC:North] is under water. Boats left for the states of [Bihar] and [Uttar Pradesh].",
        &["-", "province IN.34", "province IN.36"],
    );
    check("A caravan burned in [Cornwall] in [LOC:South West England].", &["district GB.ENG", "province GB.ENG"]);
    check("Drug gangs rule the coast of [Mexico].", &["country MX"]);
    // No word says where the village lies, but the dispatch comes from Syria.
    check(
        "[QARMALA], [Syria] (AP) — A raid killed three in [Iraq], [Libya] and [Yemen].\n\nDrones circled [Zubrowka Dolna].",
        &["in country SY", "country SY", "country IQ", "country LY", "country YE", "somewhere in SY"],
    );
}

#[test]
fn facilities_are_placed_coarsely() {
    check("Flights resumed at [FAC:Baghdad International Airport].", &["in city IQ.07"]);
    check(
        "Doctors at [FAC:Redwood Memorial Hospital] in [Nairobi], [Kenya], saved him.",
        &["in city KE.05", "city KE.05", "country KE"],
    );
    check("The [FAC:Old Mill Theatre] reopened.", &["-"]);
}

#[test]
fn other_readings_are_listed_and_belief_adds_up() {
    let found = places("A letter came from [San Antonio].");
    let place = found[0].1.as_ref().unwrap();
    assert!(!place.alternatives.is_empty());
    let sum: f64 = place.alternatives.iter().map(|a| a.p).sum();
    assert!(sum + place.confidence <= 1.05, "{place:?}");
}

mod properties {
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

        /// Any arrangement of names, commas and small words is resolved without a panic, with values in range.
        #[test]
        fn any_arrangement_resolves(picks in proptest::collection::vec(0usize..16, 1..30)) {
            const PARTS: [&str; 16] = ["[Paris]", "[Syria]", "[Idlib]", ",", "in", "the village of", "province", "[Qarmala]",
                "Syrian", "'s", "near", "(", ")", "[Georgia]", "[LOC:eastern Congo]", "."];
            let text = format!("In {} [Rome] it rained.", picks.iter().map(|p| PARTS[*p]).collect::<Vec<_>>().join(" "));
            for (_, place) in super::places(&text) {
                if let Some(place) = place {
                    prop_assert!((0.0..=1.0).contains(&place.confidence), "{place:?}");
                    prop_assert!(place.lat.is_none_or(|l| l.abs() <= 90.0), "{place:?}");
                    prop_assert_eq!(place.lat.is_some(), place.uncertainty_km.is_some_and(|u| u > 0.0));
                }
            }
        }
    }
}
