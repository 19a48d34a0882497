//! Event mentions of short invented stories, through the real engine.

use super::{EventMention, Facts, Trace, find};
use crate::extract::{Story, testing};
use crate::record::{Polarity, Realis, TriggerRole};

/// The mentions of a text in words: `TYPE mode... | trigger: x | role: words | ...`.
fn mentions(text: &str, date: Option<&str>) -> Vec<String> {
    let story = testing::read(text, date);
    testing::facts(&story, |facts| {
        let found = find(&story, facts, testing::event_tables(), None, &mut Trace::default()).unwrap();
        found.iter().map(|m| in_words(&story, facts, m)).collect()
    })
}

fn in_words(story: &Story<'_>, facts: &Facts<'_>, m: &EventMention) -> String {
    let mut out = m.class.plover.event.map_or("HAPPENING", |e| e.as_str()).to_owned();
    for mode in &m.class.plover.mode {
        out += &format!(" {}", mode.as_str());
    }
    out += &format!(" | trigger: {}", story.doc.span_text(m.trigger.clone()));
    for p in &m.participants {
        let role = format!("{:?}", p.role).to_lowercase();
        let words = p.tokens.clone().map_or("", |t| story.doc.span_text(t));
        out += &format!(" | {role}: {words}");
    }
    if let Some(place) = &m.place {
        out += &format!(" | place: {}", facts.entities.list[place.entity].name);
    }
    if let Some(time) = &m.time {
        out += &format!(" | time: {} {:?}", time.timex.value, time.via);
    }
    if let Some(acled) = &m.class.acled {
        out += &format!(" | acled: {}", acled.sub_event_type);
    }
    let a = &m.assertion;
    out += &format!(" | {:?} | {:?}", a.modality, a.tense);
    for claim in &m.claims {
        out += &format!(" | claim: {}", story.doc.span_text(facts.claims[*claim].tokens.clone()));
    }
    for (holds, word) in [
        (a.polarity == Polarity::Neg, "neg"),
        (a.historical, "historical"),
        (a.realis == Realis::Generic, "generic"),
        (m.role == TriggerRole::Result, "result"),
    ] {
        if holds {
            out += &format!(" | {word}");
        }
    }
    out
}

/// Some mention of the text must begin with the first part of `expect` and hold all others, divided by `;`. A part
/// that begins with `!` must be missing. `none` stands for no mention at all.
fn verdict(text: &str, expect: &str) -> Result<(), String> {
    let found = mentions(text, Some("2022-02-03"));
    let parts: Vec<&str> = expect.split(';').map(str::trim).collect();
    let fits = |m: &String| {
        let fields: Vec<&str> = m.split(" | ").collect();
        fields[0] == parts[0]
            && parts[1..].iter().all(|p| match p.strip_prefix('!') {
                Some(p) => !fields.iter().any(|f| f.starts_with(p)),
                None => fields.contains(p),
            })
    };
    if if expect == "none" { found.is_empty() } else { found.iter().any(fits) } {
        return Ok(());
    }
    Err(format!("{text}\n  expected {expect}\n  found    {}", found.join("\n           ")))
}

/// Checks a table of texts and expectations and shows all that fail.
fn check(table: &[(&str, &str)]) {
    let wrong: Vec<String> = table.iter().filter_map(|(text, expect)| verdict(text, expect).err()).collect();
    let help = "correct the tables in data/events or the rule that reads them";
    assert!(wrong.is_empty(), "\n{}\n{} of {} fail: {help}", wrong.join("\n"), wrong.len(), table.len());
}

#[test]
fn active_passive_and_nominal_patterns_yield_the_same_parts() {
    check(&[
        (
            "Rebels attacked a police station in Mosul on Tuesday.",
            "ASSAULT; trigger: attacked; actor: Rebels; recipient: police station; place: Mosul; Asserted; Past",
        ),
        (
            "A police station in Mosul was attacked by rebels.",
            "ASSAULT; actor: rebels; recipient: police station; place: Mosul",
        ),
        (
            "Gunmen shot two soldiers near Kirkuk.",
            "ASSAULT firearms; actor: Gunmen; victim: two soldiers; place: Kirkuk",
        ),
        (
            "The killing of the mayor by gunmen shocked the town.",
            "ASSAULT firearms; trigger: killing; actor: gunmen; victim: mayor",
        ),
        (
            "Russia's invasion of Ukraine began at dawn.",
            "ASSAULT; trigger: invasion; actor: Russia; recipient: Ukraine",
        ),
        (
            "Police arrested three activists in Minsk.",
            "COERCE arrest; actor: Police; recipient: three activists; place: Minsk",
        ),
        (
            "The arrest of the opposition leader by security forces drew crowds.",
            "COERCE arrest; trigger: arrest; actor: security forces",
        ),
    ]);
}

#[test]
fn compounds_name_actor_means_and_mode() {
    check(&[
        (
            "A U.S. drone strike killed four militants in Somalia.",
            "ASSAULT drone; trigger: strike; actor: U.S.; place: Somalia",
        ),
        ("A suicide bombing at a market killed nine people.", "ASSAULT suicide-attack; trigger: bombing"),
        (
            "An Israeli airstrike hit a warehouse near Damascus.",
            "ASSAULT aerial; trigger: airstrike; actor: Israeli; recipient: warehouse",
        ),
        ("Rocket attacks on the base wounded two guards.", "ASSAULT heavy-weapons; trigger: attacks; recipient: base"),
    ]);
}

#[test]
fn light_verbs_lend_subject_and_tense() {
    check(&[
        (
            "Commandos carried out a raid on a village in Yemen.",
            "ASSAULT; trigger: raid; actor: Commandos; recipient: village; place: Yemen",
        ),
        (
            "France and Germany imposed sanctions on Belarus.",
            "SANCTION discontinue; actor: France; actor: Germany; recipient: Belarus",
        ),
        ("The two ministers will hold talks in Geneva.", "CONSULT; trigger: talks; Planned; Future; place: Geneva"),
        ("Students staged a protest against the new law in Dhaka.", "PROTEST demo; trigger: protest; actor: Students"),
        ("The government and the rebels reached an agreement on Friday.", "AGREE; actor: government; actor: rebels"),
    ]);
}

#[test]
fn harm_goes_with_its_cause() {
    check(&[
        (
            "Twelve people were killed in a raid by soldiers.",
            "ASSAULT; trigger: killed; victim: Twelve people; actor: soldiers; result",
        ),
        (
            "A bomb exploded in Quetta, killing five people.",
            "ASSAULT explosives; trigger: exploded; instrument: bomb; victim: five people; place: Quetta",
        ),
        ("Ten people died in an earthquake in Chile.", "HAPPENING; trigger: died; victim: Ten people; result"),
        ("At least 20 people were killed when a bus overturned in Peru.", "HAPPENING; trigger: overturned"),
        (
            "He died by detonating a bomb that killed himself and his wife.",
            "ASSAULT explosives; trigger: killed; victim: himself",
        ),
        ("An icefall killed 16 guides on the mountain.", "HAPPENING; trigger: killed; victim: 16 guides"),
    ]);
}

#[test]
fn clashes_have_two_actors_and_no_recipient() {
    check(&[
        ("Soldiers clashed with rebels near Goma.", "ASSAULT; actor: Soldiers; actor: rebels; !recipient"),
        (
            "Clashes between protesters and police erupted in Lima.",
            "ASSAULT; trigger: Clashes; actor: protesters; actor: police; !recipient",
        ),
    ]);
}

#[test]
fn objects_decide_between_readings() {
    check(&[
        ("The two sides struck a deal on Monday.", "AGREE; trigger: struck"),
        ("Warplanes struck a target in Libya.", "ASSAULT aerial; trigger: struck"),
        ("The company fired its chief executive.", "SANCTION expel; trigger: fired"),
        ("The army fired a missile at a ship.", "ASSAULT heavy-weapons; trigger: fired"),
        ("Nurses went on strike over pay.", "PROTEST strike"),
        ("Air strikes hit the town, a doctors' union said.", "ASSAULT aerial"),
        ("The army and the rebels signed a ceasefire.", "RETREAT ceasefire; trigger: signed"),
        ("Rebels declared a ceasefire.", "CONCEDE"),
        ("Egypt has taken in 110,000 refugees.", "AID; actor: Egypt"),
        ("Barcelona beat their rivals 3-1 at home.", "none"),
        ("The film was shot in Morocco.", "none"),
        ("The senator suffered a heart attack.", "none"),
        ("The meeting met its target for growth.", "CONSULT; trigger: meeting"),
        ("He toured flood-affected villages.", "none"),
        ("The raid site was sealed off.", "ASSAULT; trigger: raid"),
        ("The minister launched a charm offensive in Europe.", "none"),
        ("The outbreak of the rebellion surprised everyone.", "none"),
        ("She was dying her hair.", "none"),
    ]);
}

#[test]
fn an_act_and_its_purpose_are_one() {
    let found = mentions("Police fired tear gas to disperse demonstrators in Nairobi.", None);
    let [only] = &found[..] else { panic!("one event, not {found:#?}") };
    assert!(only.contains("actor: Police") && only.contains("demonstrators") && only.contains("Asserted"), "{only}");
}

#[test]
fn every_type_has_its_plain_case() {
    check(&[
        ("The president promised to help flood victims.", "AGREE; actor: president"),
        ("The foreign minister visited Tokyo on Tuesday.", "CONSULT visit; actor: foreign minister; place: Tokyo"),
        ("The two countries signed a trade agreement.", "SUPPORT; actor: two countries"),
        ("The government lifted the curfew in the capital.", "CONCEDE; actor: government"),
        (
            "India and Japan began joint military exercises.",
            "COOPERATE; trigger: exercises; actor: India; actor: Japan",
        ),
        ("Norway sent food aid to Sudan.", "AID; actor: Norway; recipient: Sudan"),
        ("Troops withdrew from the border town.", "RETREAT withdraw; actor: Troops"),
        ("The rebels released two hostages.", "RETREAT release; actor: rebels; recipient: two hostages"),
        (
            "Opposition leaders called for the resignation of the president.",
            "REQUEST change; actor: Opposition leaders",
        ),
        ("Amnesty accused the army of torture.", "ACCUSE allege; recipient: army"),
        ("Iran rejected the proposal.", "REJECT change; actor: Iran"),
        ("North Korea threatened to attack South Korea.", "THREATEN violence; actor: North Korea"),
        ("Thousands of people marched against the government in Warsaw.", "PROTEST demo; place: Warsaw"),
        ("A court convicted the former general of murder.", "SANCTION convict; actor: court"),
        ("Poland deployed 2,000 troops to the border.", "MOBILIZE troops; actor: Poland"),
        ("Police seized two computers at the newspaper.", "COERCE seize; actor: Police"),
    ]);
}

#[test]
fn the_end_of_sanctions_and_of_aid_is_the_event() {
    check(&[
        ("Peru dropped its tariffs on Bolivia on Monday.", "RETREAT withdraw; actor: Peru; recipient: Bolivia"),
        ("An embargo on Mali was abolished on Monday.", "RETREAT withdraw; trigger: abolished"),
        ("The ministry scrapped its curbs on newspapers.", "CONCEDE; actor: ministry"),
        ("Chile is holding up a shipment of aid to Haiti.", "SANCTION discontinue; actor: Chile; recipient: Haiti"),
        ("Japan put two firms on its sanctions list.", "SANCTION discontinue; actor: Japan; recipient: two firms"),
        ("Two Chilean envoys were thrown out of Peru.", "SANCTION expel; recipient: Two Chilean envoys"),
        ("Peru said sorry to the islanders.", "SUPPORT; actor: Peru"),
        ("The police trained a water cannon on the marchers.", "ASSAULT crowd-control; actor: police"),
        ("The port's computers were crippled by hackers.", "COERCE cyber; trigger: crippled"),
    ]);
}

#[test]
fn what_is_asked_for_or_threatened_is_no_event_of_its_own() {
    let found = mentions("North Korea threatened to attack South Korea.", None);
    assert_eq!(found.len(), 1, "{found:?}");
    let found = mentions("The UN called for a ceasefire.", None);
    assert_eq!(found.len(), 1, "{found:?}");
}

#[test]
fn assertion_follows_the_words_around_the_event() {
    check(&[
        ("Rebels did not attack the town.", "ASSAULT; neg; Asserted"),
        ("The army plans to attack the town.", "ASSAULT; Planned"),
        ("Militants tried to kidnap the governor.", "ASSAULT abduct; Attempted"),
        ("Security forces prevented an attack on the embassy.", "ASSAULT; neg; Attempted"),
        ("The group may attack the port.", "ASSAULT; Possible"),
        ("If rebels attack the town, civilians will flee.", "ASSAULT; Hypothetical"),
        ("Police said rebels attacked a convoy.", "ASSAULT; Reported"),
        ("The ministry denied that its troops attacked the village.", "ASSAULT; Denied"),
        ("The report that gunmen shot the mayor is unfounded.", "ASSAULT firearms; trigger: shot; Denied"),
        ("Kenya dismissed rumours that its troops had attacked a village.", "ASSAULT; trigger: attacked; Denied"),
        ("Claims that soldiers shot the mayor are untrue, the army said.", "ASSAULT firearms; trigger: shot; Denied"),
        ("The ministry ruled out bombing the bridge.", "ASSAULT explosives; trigger: bombing; neg"),
        ("The rebels withdrew without a hostage being killed.", "ASSAULT; trigger: killed; neg"),
        ("The general warned Chad of an attack on its capital.", "ASSAULT; trigger: attack; Hypothetical"),
        ("The militia launched an assault to seize an airport.", "COERCE seize; Attempted"),
        ("The plot to bomb the station was uncovered.", "ASSAULT explosives; Planned"),
        ("The president will discuss the raid with lawmakers.", "ASSAULT; trigger: raid; Asserted"),
        ("No agreement was reached in Vienna.", "AGREE; trigger: reached; neg"),
        (
            "The rebels have not signed the ceasefire and shelled the town.",
            "ASSAULT heavy-weapons; trigger: shelled; !neg",
        ),
        ("Police did not arrest or beat the protesters.", "ASSAULT beat; trigger: beat; neg"),
        ("The militia never attacked the village.", "ASSAULT; trigger: attacked; neg; Asserted"),
        ("The troops no longer shell the town.", "ASSAULT heavy-weapons; trigger: shell; neg"),
        ("Nobody was arrested in the raid.", "COERCE arrest; neg"),
        ("No one was arrested.", "COERCE arrest; neg"),
        ("None of the hostages were released.", "RETREAT release; neg"),
        ("Neither side attacked the port.", "ASSAULT; trigger: attacked; neg"),
        ("No soldiers attacked the village.", "ASSAULT; trigger: attacked; neg"),
        ("The soldiers neither attacked the town nor looted it.", "ASSAULT; trigger: attacked; neg"),
        ("The army did not attack the town, nor did it arrest the mayor.", "COERCE arrest; neg"),
        ("Soldiers not only attacked the village but killed its chief.", "ASSAULT; trigger: attacked; !neg; Asserted"),
        ("The police left without arresting the activists.", "COERCE arrest; neg"),
        ("Officers failed to arrest the suspect.", "COERCE arrest; neg; Attempted"),
        ("The rebel attack on the base failed.", "ASSAULT; trigger: attack; Attempted; !neg"),
        ("The general avoided attacking the town.", "ASSAULT; trigger: attacking; neg; Asserted"),
        ("The two sides have yet to sign the agreement.", "SUPPORT; trigger: sign; neg"),
        ("Police failed to prevent the attack on the embassy.", "ASSAULT; trigger: attack; !neg; Asserted"),
        ("The guards could not prevent the attack.", "ASSAULT; trigger: attack; !neg"),
        ("Police stopped militants from attacking the embassy.", "ASSAULT; trigger: attacking; neg"),
        ("The patrol kept gunmen from kidnapping the crew.", "ASSAULT abduct; neg"),
        ("Commandos foiled an attack on the embassy.", "ASSAULT; trigger: attack; Attempted; !neg"),
        ("The general cancelled a raid on the town.", "ASSAULT; trigger: raid; neg; Planned"),
        ("The talks have yet to begin.", "CONSULT; trigger: talks; neg"),
        ("The negotiations were not easy.", "CONSULT; trigger: negotiations; !neg"),
        ("There were no arrests.", "COERCE arrest; neg"),
        ("There was no attack on the convoy.", "ASSAULT; trigger: attack; neg"),
        ("The police did not say that rebels attacked the post.", "ASSAULT; trigger: attacked; !neg"),
        ("Because the truce did not hold, rebels attacked the post.", "ASSAULT; trigger: attacked; !neg"),
        ("The army said it did not bomb the school.", "ASSAULT explosives; trigger: bomb; neg; Reported"),
        (
            "If rebels cross the river and attack the town, families will flee.",
            "ASSAULT; trigger: attack; Hypothetical",
        ),
        ("The group might not attack the port.", "ASSAULT; trigger: attack; neg; Possible"),
        ("The town was nearly destroyed by shelling.", "ASSAULT destroy; trigger: destroyed; Attempted; !neg"),
        (
            "Marines carried out what the navy called a surprise attack on an island.",
            "ASSAULT; trigger: attack; Reported",
        ),
        ("The navy has used patrol boats to shell insurgent camps.", "ASSAULT heavy-weapons; trigger: shell; Asserted"),
        ("The union will suspend its strike and reject the offer.", "REJECT change; trigger: reject; Planned"),
        ("Opposition leaders called the speech a threat to stage a coup.", "THREATEN; trigger: threat; Reported"),
        ("The ruling prompted lawyers to demand a new trial.", "REQUEST; trigger: demand; Asserted"),
        ("The army used drones to kill the commander in 2019.", "ASSAULT drone; trigger: kill; Asserted; historical"),
    ]);
}

#[test]
fn time_of_the_event_not_of_the_report() {
    check(&[
        (
            "A bomb killed two guards in Baghdad in 2017, officials said Thursday.",
            "ASSAULT explosives; time: 2017 Explicit; historical",
        ),
        (
            "It was the largest raid since the 2019 assault that killed the warlord.",
            "ASSAULT; trigger: assault; time: 2019 Explicit; historical",
        ),
        ("Gunmen killed a judge in Bogota, police said.", "ASSAULT firearms; time: 2022-02-03 Default"),
        ("Soldiers will attack the town.", "ASSAULT; !time"),
    ]);
}

#[test]
fn place_of_the_event_not_of_the_source() {
    check(&[
        ("The Britain-based group said rebels attacked a village in Syria.", "ASSAULT; place: Syria"),
        ("Washington said rebels attacked a village.", "ASSAULT; !place"),
        ("NAIROBI, Kenya (AP) — Gunmen attacked a hotel on Thursday.", "ASSAULT firearms; place: Nairobi"),
    ]);
}

#[test]
fn words_of_force_in_other_settings_are_figures() {
    check(&[
        ("The retailer launched an assault on prices on Monday, its chief said on an earnings call.", "none"),
        ("The senator launched an attack on her rival over taxes in a televised debate.", "none"),
        ("High interest rates killed the merger on Monday.", "none"),
        ("A shark attacked a surfer on Sunday.", "none"),
        ("The slaughter of 1.3 million chickens began on Tuesday.", "none"),
        ("A flood of letters and an avalanche of complaints followed.", "none"),
        ("The budget was an earthquake and caused a storm in the senate.", "none"),
        ("Crowds poured into the streets to cheer the new president after the inauguration.", "none"),
        ("The swimmer's heart went into arrest on Monday, and surgeons arrested the bleeding.", "none"),
        ("A takeover battle for the brewer drags on, and its board is under siege from shareholders.", "none"),
        (
            "The two hopefuls exchanged fire in a televised interview. The campaign for the senate is on a knife edge, a think \
             tank said.",
            "none",
        ),
        (
            "Gunmen attacked a candidate at a campaign rally a week before the election.",
            "ASSAULT firearms; actor: Gunmen",
        ),
        ("Police fired tear gas at fans after the match.", "ASSAULT crowd-control"),
        ("Crowds poured into the streets to protest against the new president.", "PROTEST demo; trigger: poured"),
        ("An avalanche of mud and rocks killed three people.", "HAPPENING"),
        ("Strikes hit the port on Tuesday, killing three dock workers.", "ASSAULT; trigger: Strikes"),
    ]);
}

#[test]
fn plots_history_customs_and_what_would_have_been_are_no_news() {
    check(&[
        ("A soldier who fought at the Somme kept a diary.", "ASSAULT; trigger: fought; historical"),
        (
            "Crowds gathered 30 years after the genocide in which militias killed 800,000 people.",
            "ASSAULT; trigger: killed; historical",
        ),
        ("Tyrants arrest their critics.", "COERCE arrest; generic"),
        ("Every year, armed groups kill more than 100 aid workers.", "ASSAULT; generic"),
        ("Had the rebels attacked the base, they would have won.", "ASSAULT; trigger: attacked; Hypothetical"),
        ("In the film, terrorists bombed a train.", "ASSAULT explosives; Hypothetical"),
        ("Gunmen attacked a cinema on Friday.", "ASSAULT firearms; Asserted"),
        ("Bombers killed 20 people in a market on Tuesday.", "ASSAULT explosives; trigger: killed; !generic"),
        ("Germany accused Hungary of spying on Monday; Hungary declined to comment.", "ACCUSE allege; !neg"),
    ]);
}

#[test]
fn other_desks_report_no_events() {
    let match_report = "The striker scored a late goal as the home team won the match. The goalkeeper saved a penalty before \
        the midfielder equalised. The coach praised his defender after the league game. The champions attacked from the start \
        of the season and lead the tournament. The team meets its rival in the semifinal of the cup.";
    let brief = "Rovers beat United 3-1 on Sunday as the winger fired a late double to kill off the visitors' hopes. The coach \
        praised his attack, which bombarded the United goal.";
    let vote = "Lawmakers defeated the government 12-8 on Sunday. Police fired tear gas at protesters outside.";
    let innings = "Boston starter Al Cole struck out nine and fired a fastball past the last hitter to kill a rally and lift the \
        Red Sox over the Orioles 4-1. Baltimore baseman Ed Roe was gunned down at the plate.";
    let rugby = "Fiji stormed the Samoan line and obliterated the visitors 41-3 in a rugby match on Friday. Coach Tevita Lal was \
        fired on Sunday.";
    check(&[
        (match_report, "none"),
        (brief, "none"),
        (innings, "none"),
        (rugby, "none"),
        (vote, "ASSAULT crowd-control; trigger: fired"),
    ]);
}

#[test]
fn claims_go_to_the_event_that_did_the_harm() {
    let claimed = |text: &str| {
        mentions(text, Some("2022-02-03")).into_iter().filter(|m| m.contains("claim: ")).collect::<Vec<_>>()
    };
    let found = claimed("A bomb exploded at a market in Quetta, killing five people. Nine others were wounded.");
    assert!(found.iter().any(|m| m.contains("trigger: exploded")), "{found:#?}");
    assert!(found.iter().any(|m| m.contains("trigger: wounded")), "{found:#?}");
    let found = claimed("An earthquake shook the coast of Chile on Monday. Officials said 12 people died.");
    assert!(found.iter().any(|m| m.starts_with("HAPPENING | trigger: died")), "{found:#?}");
}

#[test]
fn battles_are_told_from_attacks() {
    check(&[
        (
            "Three rebels were killed and seven others were wounded during clashes in the mountains.",
            "ASSAULT; trigger: killed; acled: Armed clash; result",
        ),
        ("Gunmen ambushed an army convoy near Kirkuk.", "ASSAULT firearms; acled: Armed clash"),
        ("Two soldiers were killed near Kirkuk.", "ASSAULT; acled: Armed clash"),
        ("Five members of the Shining Path were killed near Huanta.", "ASSAULT; acled: Armed clash"),
        ("General Omar Haddad was killed near Kirkuk.", "ASSAULT; acled: Attack"),
        ("Gunmen killed two farmers near Kirkuk.", "ASSAULT firearms; acled: Attack"),
    ]);
}

#[test]
fn sums_and_kinds_of_violence_are_no_single_event() {
    check(&[
        ("So far this year, about 100 people have been killed in the region.", "ASSAULT; trigger: killed; generic"),
        ("The war has cost much. More than 70,000 people have been killed.", "ASSAULT; trigger: killed; generic"),
        ("About 100 people were killed in the region on Monday.", "ASSAULT; trigger: killed; !generic"),
        ("The union condemned assassinations of its members.", "ASSAULT targeted; generic"),
        ("The union condemned the assassination of its leader.", "ASSAULT targeted; !generic"),
        ("The coalition has bombed the militants on several occasions.", "ASSAULT aerial; trigger: bombed; generic"),
        ("Who carried out the attack on the embassy?", "ASSAULT; Possible"),
    ]);
}

#[test]
fn whoever_is_said_to_be_behind_an_attack_is_its_actor() {
    check(&[
        ("The Shining Path claimed responsibility for the attack on the bank.", "ASSAULT; actor: Shining Path"),
        ("The ministry blamed rebels for the murder of two judges.", "ASSAULT; victim: two judges; actor: rebels"),
        (
            "The president condemned the murder of two judges perpetrated by gunmen.",
            "ASSAULT; trigger: murder; actor: gunmen",
        ),
        (
            "Teofilo Quispe, mayor of Huanta, who was kidnapped on Monday, was released.",
            "ASSAULT abduct; recipient: Teofilo Quispe",
        ),
    ]);
}

#[test]
fn texts_in_capitals_read_like_others() {
    check(&[(
        "   LIMA, 4 MAY 91 (RADIO ANDINA) -- [TEXT] A GROUP OF GUERRILLAS OF THE SHINING PATH ATTACKED A BANK AT\n\
             2100 ON 3 MAY AND WOUNDED A GUARD. MAYOR TEOFILO QUISPE OF HUANTA WAS KIDNAPPED BY FOUR ARMED MEN.",
        "ASSAULT abduct; trigger: kidnapped; actor: four armed men; recipient: Teofilo Quispe",
    )]);
}
