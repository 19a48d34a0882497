//! Actor codes of entities, after PLOVER (country, non-state kind, sectors) and CAMEO (one joined code).

use super::lexicon::Lexicon;
use crate::record::{Actor, EntityKind, NonState, Sector};
use crate::words::WordClass;

/// What the codes are made from.
#[derive(Debug, Clone, Copy)]
pub(super) struct Evidence<'a> {
    pub kind: EntityKind,
    /// Canonical name.
    pub name: &'a str,
    /// The organisation of the lexicon.
    pub organisation: Option<usize>,
    /// The country that the entity is.
    pub country: Option<usize>,
    /// Codes of the country or organisation that the people belong to.
    pub owner: Option<&'a Actor>,
    /// Sectors of the description's head noun.
    pub sectors: &'a [Sector],
    /// Title or role.
    pub title: Option<&'a str>,
    /// Codes of somebody known without a title.
    pub known: Option<&'a Actor>,
}

/// Codes an entity; none where nothing is known.
pub(super) fn code(lexicon: &Lexicon, evidence: &Evidence<'_>) -> Option<Actor> {
    let actor = match evidence {
        Evidence { kind: EntityKind::Person, known: Some(known), .. } => return Some((*known).clone()),
        Evidence { organisation: Some(organisation), .. } => {
            return Some(lexicon.organisation(*organisation).actor.clone());
        }
        Evidence { country: Some(country), .. } => of_country(lexicon, *country),
        Evidence { kind: EntityKind::Person, title: Some(title), sectors: [], .. } => from_words(lexicon, title, true),
        Evidence { sectors: [_, ..], .. } => described(lexicon, evidence),
        // "members of the Shining Path": people of no sector of their own have that of their group.
        Evidence { kind: EntityKind::Person, owner: Some(_), name, .. }
            if !name.to_lowercase().starts_with("former") =>
        {
            described(lexicon, evidence)
        }
        Evidence { kind: EntityKind::Org, .. } => from_words(lexicon, evidence.name, false),
        Evidence { kind: EntityKind::Norp, .. } => of_belief(lexicon, evidence.name)?,
        _ => return None,
    };
    let mut actor = with_owner(actor, evidence.owner);
    // CAMEO counts those who were in government among the elites.
    let role = evidence.title.unwrap_or(evidence.name).to_lowercase();
    if evidence.kind == EntityKind::Person && actor.sector == [Sector::Gov] && role.starts_with("former ") {
        actor.sector = vec![Sector::Eli];
        actor.cameo_code = None;
    }
    let known = actor.country_iso3.is_some() || actor.nonstate.is_some() || !actor.sector.is_empty();
    known.then(|| finished(actor))
}

fn of_country(lexicon: &Lexicon, country: usize) -> Actor {
    Actor { country_iso3: Some(lexicon.country(country).iso3.clone()), ..Actor::default() }
}

fn described(lexicon: &Lexicon, evidence: &Evidence<'_>) -> Actor {
    let country = country_in(lexicon, evidence.name);
    Actor { country_iso3: country, sector: evidence.sectors.to_vec(), ..Actor::default() }
}

/// Religions and the like: actors by belief.
fn of_belief(lexicon: &Lexicon, name: &str) -> Option<Actor> {
    let name = name.to_lowercase();
    // Stems take an ending: "Sikhs", "Jewish".
    let stems = (name.len().saturating_sub(3)..=name.len()).filter_map(|end| name.get(..end));
    let religious = stems.into_iter().any(|stem| lexicon.is(WordClass::Belief, stem));
    religious.then(|| Actor { sector: vec![Sector::Rel], ..Actor::default() })
}

/// Codes from the words of a title or of an organisation's name: the organisation or country in them and the head noun.
fn from_words(lexicon: &Lexicon, words: &str, person: bool) -> Actor {
    let mut actor = Actor { country_iso3: country_in(lexicon, words), ..Actor::default() };
    if let Some(organisation) = organisation_in(lexicon, words) {
        let of = &lexicon.organisation(organisation).actor;
        actor.country_iso3 = of.country_iso3.clone().or(actor.country_iso3);
        actor.nonstate = of.nonstate;
        actor.sector = of.sector.clone();
        // A former member of a group is none of it.
        if !words.to_lowercase().starts_with("former") {
            return actor;
        }
        actor.sector.clear();
        actor.nonstate = None;
    }
    if let Some(sectors) = head_sectors(lexicon, words, person) {
        actor.sector = sectors;
    }
    actor
}

/// Sectors of the longest phrase in the words that the lexicon knows: at the end of the phrase before "of" or a comma,
/// else at the end of all.
fn head_sectors(lexicon: &Lexicon, words: &str, person: bool) -> Option<Vec<Sector>> {
    let lower = words.to_lowercase().replace('’', "'");
    let first = [" of ", " for ", " in ", ",", " and ", " at "].iter().filter_map(|stop| lower.find(stop)).min();
    let parts = [first.map(|end| &lower[..end]), Some(lower.as_str())];
    for part in parts.into_iter().flatten() {
        let words: Vec<&str> = part.split_whitespace().collect();
        for start in 0..words.len() {
            let phrase = words[start..].join(" ");
            let singular = phrase.strip_suffix('s').unwrap_or(&phrase);
            let head = lexicon.head(&phrase).or_else(|| lexicon.head(singular));
            if let Some(head) = head.filter(|h| h.person == person && !h.sectors.is_empty()) {
                // "police commander", "the union's president": the body says more than the rank.
                let body = words[..start].last().filter(|_| person && start + 1 == words.len());
                let body = body.and_then(|b| lexicon.head(b.strip_suffix("'s").unwrap_or(b))).filter(|b| !b.person);
                return Some(body.filter(|b| !b.sectors.is_empty()).unwrap_or(head).sectors.clone());
            }
        }
    }
    // "Ministry of Defense" and "Fire Department of New York" begin with their head.
    let first = lower.split([' ', ',']).next()?;
    lexicon.head(first).filter(|h| h.person == person && !h.sectors.is_empty()).map(|h| h.sectors.clone())
}

/// The first country that the words name; "Turkey-backed" and "Britain-based" name none, "U.S.-led" names who leads.
fn country_in(lexicon: &Lexicon, words: &str) -> Option<String> {
    let tokens: Vec<&str> = words.split_whitespace().collect();
    for start in 0..tokens.len() {
        for end in (start + 1..=tokens.len().min(start + 6)).rev() {
            let text = tokens[start..end].join(" ");
            let text = text.trim_end_matches(',').trim_end_matches("'s").trim_end_matches("’s");
            let text = text.strip_suffix("-led").unwrap_or(text);
            if let Some(country) = lexicon.country_of(text) {
                return Some(lexicon.country(country).iso3.clone());
            }
        }
    }
    None
}

fn organisation_in(lexicon: &Lexicon, words: &str) -> Option<usize> {
    let starts = std::iter::once(0).chain(words.match_indices(' ').map(|(i, _)| i + 1));
    let mut found = starts.filter_map(|start| lexicon.organisation_at(&words[start..])).filter(|m| !m.ambiguous);
    found.next().map(|m| m.organisation)
}

/// Adds what the owner says: country, and the sectors of an organisation for people without a sector of their own.
fn with_owner(mut actor: Actor, owner: Option<&Actor>) -> Actor {
    let Some(owner) = owner else { return actor };
    if actor.country_iso3.is_none() {
        actor.country_iso3.clone_from(&owner.country_iso3);
    }
    if actor.nonstate.is_none() {
        actor.nonstate = owner.nonstate;
    }
    let own = actor.sector.first().copied();
    let vague = matches!(own, None | Some(Sector::Eli | Sector::Gov | Sector::Reb));
    // "Taliban officials" are rebels, "Hamas fighters" too; "UN doctors" stay doctors.
    if vague && !owner.sector.is_empty() {
        actor.sector.clone_from(&owner.sector);
    }
    if owner.nonstate == actor.nonstate && vague && owner.cameo_code.is_some() && !owner.sector.is_empty() {
        actor.cameo_code.clone_from(&owner.cameo_code);
    }
    actor
}

/// Fills in the CAMEO code.
pub(super) fn finished(mut actor: Actor) -> Actor {
    if actor.cameo_code.is_some() {
        return actor;
    }
    let mut code = match (actor.nonstate, &actor.country_iso3) {
        (Some(NonState::Uno), _) => "IGOUNO".to_owned(),
        (Some(NonState::Eur), _) => "IGOEUR".to_owned(),
        (Some(NonState::Igo), _) => "IGO".to_owned(),
        (Some(NonState::Img | NonState::Ism), None) => "IMG".to_owned(),
        (Some(NonState::Ngo), None) => "NGO".to_owned(),
        (Some(NonState::Mnc), None) => "MNC".to_owned(),
        (Some(NonState::Ngo), Some(country)) => format!("{country}NGO"),
        (_, Some(country)) => country.clone(),
        (None, None) => String::new(),
    };
    if let Some(sector) = actor.sector.first().and_then(|s| cameo(*s))
        && !code.ends_with(sector)
    {
        code.push_str(sector);
    }
    actor.cameo_code = (!code.is_empty()).then_some(code);
    actor
}

/// CAMEO role code of a PLOVER sector (CAMEO manual 1.1b3, chapter 3); sectors that CAMEO lacks have the nearest.
fn cameo(sector: Sector) -> Option<&'static str> {
    Some(match sector {
        Sector::Cop => "COP",
        Sector::Gov => "GOV",
        Sector::Jud => "JUD",
        Sector::Leg => "LEG",
        Sector::Mil => "MIL",
        Sector::Prm | Sector::Uaf => "UAF",
        Sector::Pty => "PTY",
        Sector::Reb => "REB",
        Sector::Spy => "SPY",
        Sector::Agr => "AGR",
        Sector::Bus => "BUS",
        Sector::Crm => "CRM",
        Sector::Cvl | Sector::Soc => "CVL",
        Sector::Edu => "EDU",
        Sector::Eli => "ELI",
        Sector::Jrn => "MED",
        Sector::Lab => "LAB",
        Sector::Med => "HLH",
        Sector::Ref => "REF",
        Sector::Opp => "OPP",
        Sector::Rel => "REL",
        Sector::Pre | Sector::Unk => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_names_and_descriptions() {
        let lexicon = Lexicon::load().unwrap();
        let check = |kind, name: &str, sectors: &[Sector], title: Option<&str>, expect: Option<&str>| {
            let evidence =
                Evidence { kind, name, organisation: None, country: None, owner: None, sectors, title, known: None };
            let actor = code(&lexicon, &evidence);
            assert_eq!(actor.and_then(|a| a.cameo_code).as_deref(), expect, "{name} ({title:?})");
        };
        use EntityKind::{Norp, Org, Person};
        check(Org, "Ministry of Defence of Peru", &[], None, Some("PERGOV"));
        check(Org, "Kenyan Red Ribbon Hospital", &[], None, Some("KENHLH"));
        check(Org, "Federal High Court", &[], None, Some("JUD"));
        check(Org, "Lagos State Police", &[], None, Some("COP"));
        check(Org, "Umbrella", &[], None, None);
        check(Person, "Jane Doe", &[], Some("Pentagon press secretary"), Some("USAMIL"));
        check(Person, "Jane Doe", &[], Some("Chilean Foreign Minister"), Some("CHLGOV"));
        check(Person, "Jane Doe", &[], Some("nearby resident"), Some("CVL"));
        check(Person, "Jane Doe", &[], Some("regional police commander"), Some("COP"));
        check(Person, "Jane Doe", &[], Some("union's president"), Some("LAB"));
        check(Person, "Jane Doe", &[], Some("former finance minister"), Some("ELI"));
        check(Org, "U.S.-led coalition", &[Sector::Mil], None, Some("USAMIL"));
        check(Person, "Jane Doe", &[], Some("leader of Boko Haram"), Some("NGAREB"));
        check(Person, "Jane Doe", &[], None, None);
        check(Org, "Turkish police", &[Sector::Cop], None, Some("TURCOP"));
        check(Person, "Turkey-backed fighters", &[Sector::Reb], None, Some("REB"));
        check(Norp, "Muslims", &[], None, Some("REL"));
        check(Norp, "Marxist", &[], None, None);
    }
}
