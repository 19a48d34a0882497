//! Records in words: names of types, places, parties and numbers as people read them.

use crate::record::link::LinkPlace;
use crate::record::{
    ArticleEvent, Assertion, EntityKind, EventClass, EventType, Happening, Modality, NumberMod, Participant, Place,
    Polarity, Via,
};

/// Line breaks and runs of blanks to single spaces.
pub fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// "1 sentence", "2 sentences".
pub fn count(n: usize, what: &str) -> String {
    format!("{n} {what}{}", if n == 1 { "" } else { "s" })
}

/// Whether a name is the last word of a longer one among others: "Biden" beside "Joe Biden".
pub fn is_short_form<'a>(name: &str, mut others: impl Iterator<Item = &'a str>) -> bool {
    let single = !name.contains(' ') && name.starts_with(char::is_uppercase);
    let ends = |other: &str| other.strip_suffix(name).is_some_and(|front| front.ends_with(' '));
    // "The government of Somalia" is no Somalia.
    let is_name = |other: &str| other.split(' ').all(|word| word.starts_with(char::is_uppercase));
    single && others.any(|other| ends(other) && is_name(other))
}

/// At most `most` characters, cut at a word.
pub fn shorten(text: &str, most: usize) -> String {
    let Some((end, _)) = text.char_indices().nth(most) else { return text.to_owned() };
    let cut = text[..end].rfind(' ').unwrap_or(end);
    format!("{}…", &text[..cut])
}

/// "Atmeh, Idlib, SYR": the levels of a place that are known.
pub fn place_levels(place: &Place) -> String {
    let country = place.country_iso3.clone();
    let mut levels = Vec::new();
    if place.resolution.is_none_or(|r| r > 2) {
        levels.push(place.name.clone());
    }
    levels.extend(place.admin1.clone().filter(|a| place.resolution != Some(1) && levels.first() != Some(a)));
    levels.extend(country);
    levels.join(", ")
}

/// The place by its name, then its levels.
pub fn place(place: &Place) -> String {
    let levels = place_levels(place);
    if levels.starts_with(&place.name) { levels } else { format!("{}, {levels}", place.name) }
}

/// "Kano, Kano State, NG".
pub fn link_place(place: &LinkPlace) -> String {
    let unit = place.admin1.as_ref().filter(|unit| **unit != place.name);
    [Some(&place.name), unit, place.country_iso2.as_ref()].into_iter().flatten().cloned().collect::<Vec<_>>().join(", ")
}

/// "Assault", or the kind of accident or disaster: "Transport accident".
pub fn event_name(class: &EventClass) -> String {
    type_name(class.plover.event, class.happening)
}

/// The same of a type alone.
pub fn type_name(event: Option<EventType>, happening: Option<Happening>) -> String {
    let happening = happening.filter(|h| *h != Happening::Other).map_or("happening", Happening::as_str);
    let name = event.map_or(happening, EventType::as_str).to_lowercase().replace('_', " ");
    let mut letters = name.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().collect::<String>() + letters.as_str())
}

/// Modes and contexts, in that order.
pub fn details(class: &EventClass) -> Vec<String> {
    let modes = class.plover.mode.iter().map(|m| m.as_str());
    modes.chain(class.plover.context.iter().map(|c| c.as_str())).map(|s| s.replace(['-', '_'], " ")).collect()
}

/// What keeps an event from being a plain fact.
pub fn standing(assertion: &Assertion) -> Vec<&'static str> {
    let mut words = Vec::new();
    if assertion.polarity == Polarity::Neg {
        words.push("did not happen");
    }
    words.extend(match assertion.modality {
        Modality::Asserted => None,
        other => Some(other.as_str()),
    });
    if assertion.historical {
        words.push("historical");
    }
    words
}

/// Whether the article says that the event happened.
pub fn is_fact(event: &ArticleEvent) -> bool {
    event.assertion.polarity == Polarity::Pos
        && matches!(event.assertion.modality, Modality::Asserted | Modality::Reported | Modality::Possible)
}

/// Names of participants in one line, at most three.
pub fn parties(people: &[Participant]) -> String {
    let mut names: Vec<String> = people.iter().take(3).map(|p| one_line(&p.name)).collect();
    if people.len() > 3 {
        names.push(format!("{} more", people.len() - 3));
    }
    names.join("; ")
}

/// How a value was found, where it was not simply stated.
pub fn via(via: Via) -> Option<&'static str> {
    match via {
        Via::Explicit => None,
        Via::Coref => Some("by reference"),
        Via::Inferred => Some("inferred"),
        Via::Cluster => Some("from the same event"),
        Via::Default => Some("the article’s own"),
    }
}

/// A number with its bounds: "13", "at least 5", "12 to 13".
pub fn number(best: Option<u64>, low: Option<u64>, high: Option<u64>, modifier: Option<NumberMod>) -> String {
    let sign = match modifier {
        Some(NumberMod::MoreThan) => "more than ",
        Some(NumberMod::AtLeast) => "at least ",
        Some(NumberMod::LessThan) => "fewer than ",
        Some(NumberMod::AtMost) => "up to ",
        Some(NumberMod::Approx) => "about ",
        None => "",
    };
    match (best, low, high) {
        (Some(n), _, _) => format!("{sign}{n}"),
        (None, Some(low), Some(high)) => format!("{low} to {high}"),
        (None, Some(low), None) => format!("at least {low}"),
        (None, None, Some(high)) => format!("up to {high}"),
        (None, None, None) => "some".to_owned(),
    }
}

/// Groups of entity types that are shown alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Group {
    /// Persons.
    Person,
    /// Organisations, nationalities, parties.
    Organisation,
    /// Places and buildings.
    Place,
    /// Weapons and vehicles.
    Weapon,
    /// Dates and times.
    Time,
    /// Laws, works, events, products, languages.
    Other,
    /// Numbers.
    Number,
}

impl Group {
    /// The groups that a reader can switch on and off.
    pub const SHOWN: [Group; 6] =
        [Group::Person, Group::Organisation, Group::Place, Group::Time, Group::Weapon, Group::Other];

    /// The group of a type.
    pub fn of(kind: EntityKind) -> Self {
        match kind {
            EntityKind::Person => Self::Person,
            EntityKind::Org | EntityKind::Norp => Self::Organisation,
            EntityKind::Gpe | EntityKind::Loc | EntityKind::Fac => Self::Place,
            EntityKind::Weapon | EntityKind::Vehicle => Self::Weapon,
            EntityKind::Date | EntityKind::Time => Self::Time,
            EntityKind::Cardinal
            | EntityKind::Ordinal
            | EntityKind::Percent
            | EntityKind::Quantity
            | EntityKind::Money => Self::Number,
            _ => Self::Other,
        }
    }

    /// Class in the style sheet.
    pub fn class(self) -> &'static str {
        match self {
            Self::Person => "per",
            Self::Organisation => "org",
            Self::Place => "loc",
            Self::Weapon => "wpn",
            Self::Time => "tim",
            Self::Other => "oth",
            Self::Number => "num",
        }
    }

    /// The name that readers see.
    pub fn label(self) -> &'static str {
        match self {
            Self::Person => "People",
            Self::Organisation => "Organisations",
            Self::Place => "Places",
            Self::Weapon => "Weapons, vehicles",
            Self::Time => "Times",
            Self::Other => "Other names",
            Self::Number => "Numbers",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_texts_are_cut_at_words() {
        assert_eq!(shorten("one two three", 20), "one two three");
        assert_eq!(shorten("one two three", 9), "one two…");
        assert_eq!(shorten("ééééé", 3), "ééé…");
    }

    #[test]
    fn numbers_say_their_bounds() {
        let check = |best, low, high, modifier, expect: &str| assert_eq!(number(best, low, high, modifier), expect);
        check(Some(13), Some(12), Some(13), None, "13");
        check(Some(120), Some(120), None, Some(NumberMod::MoreThan), "more than 120");
        check(None, None, Some(30), Some(NumberMod::AtMost), "up to 30");
        check(None, Some(10), Some(15), None, "10 to 15");
        check(None, Some(24), None, None, "at least 24");
        check(None, None, None, None, "some");
    }

    #[test]
    fn a_last_name_is_a_short_form_of_a_full_one() {
        for (name, expect) in
            [("Biden", true), ("Joe Biden", false), ("Somalia", false), ("police", false), ("Smith", false)]
        {
            let others = ["Joe Biden", "government of Somalia", "Coastal police", "Arrowsmith"];
            assert_eq!(is_short_form(name, others.into_iter()), expect, "{name}");
        }
    }
}
