//! Classes of words: which words are titles, verbs of saying, words of refusal.
//!
//! One table a field of language (`data/words/`), a row a class. The code asks by [`WordClass`]: a class that no table has,
//! a row of a class that nobody asks for, a class or a word given twice are errors when the tables are read.

use std::collections::HashSet;

use super::lexicons::Lexicons;
use super::table::{Row, TableError};

/// The tables of classes: a class, its words by "|"; "@class" stands for all words of a class that an earlier row gives.
const TABLES: [&str; 5] =
    ["words/events.tsv", "words/harm.tsv", "words/names.tsv", "words/numbers.tsv", "words/times.tsv"];

macro_rules! classes {
    ($($class:ident = $name:literal),+ $(,)?) => {
        /// What a word can be. The words and what each class is for stand in the tables.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        #[allow(missing_docs)]
        pub enum WordClass { $($class),+ }

        impl WordClass {
            /// Every class with its name in the tables.
            const ALL: &[(Self, &str)] = &[$((Self::$class, $name)),+];
        }
    };
}

classes! {
    // words/events.tsv
    About = "about",
    Accusing = "accusing",
    Beside = "beside",
    Bounding = "bounding",
    Causal = "causal",
    Claiming = "claiming",
    Deal = "deal",
    DeniedDeed = "denied_deed",
    Depicting = "depicting",
    Discussing = "discussing",
    Ending = "ending",
    Evidence = "evidence",
    FirstPerson = "first_person",
    GoalPreposition = "goal_preposition",
    HarmSign = "harm_sign",
    Hitting = "hitting",
    Intending = "intending",
    MadeSaying = "made_saying",
    Merely = "merely",
    Negative = "negative",
    Nobody = "nobody",
    NounGoverning = "noun_governing",
    Personal = "personal",
    PlacePreposition = "place_preposition",
    PlaceTold = "place_told",
    RateEnded = "rate_ended",
    RateUnit = "rate_unit",
    Saying = "saying",
    Sequence = "sequence",
    Several = "several",
    Spot = "spot",
    StatementMaking = "statement_making",
    Storm = "storm",
    TakingPlace = "taking_place",
    ToCome = "to_come",
    True = "true",
    VerbGoverning = "verb_governing",
    YearsBack = "years_back",
    // words/harm.tsv
    Aboard = "aboard",
    AgeUnit = "age_unit",
    Attempted = "attempted",
    Beyond = "beyond",
    BodyCounting = "body_counting",
    Conflict = "conflict",
    CountNoun = "count_noun",
    DeadGroup = "dead_group",
    DeadlyPart = "deadly_part",
    DeathTold = "death_told",
    DeathVerb = "death_verb",
    Deceased = "deceased",
    Dying = "dying",
    EachOne = "each_one",
    Everyone = "everyone",
    False = "false",
    Fatal = "fatal",
    First = "first",
    Gently = "gently",
    Harmed = "harmed",
    HitGroup = "hit_group",
    Hurt = "hurt",
    HurtGroup = "hurt_group",
    Killing = "killing",
    KillingSpree = "killing_spree",
    LifeTaking = "life_taking",
    MassDeath = "mass_death",
    Natural = "natural",
    NoOne = "no_one",
    NoPeople = "no_people",
    NoToll = "no_toll",
    Occupant = "occupant",
    OldNumber = "old_number",
    Oneself = "oneself",
    OwnWeapon = "own_weapon",
    Pair = "pair",
    PeopleNoun = "people_noun",
    PersonEnding = "person_ending",
    Refute = "refute",
    Replaced = "replaced",
    Report = "report",
    SomePeople = "some_people",
    Someone = "someone",
    StretchLed = "stretch_led",
    Surviving = "surviving",
    Suffering = "suffering",
    Tally = "tally",
    ThatPerson = "that_person",
    ToDeath = "to_death",
    TollKeeping = "toll_keeping",
    TollMoving = "toll_moving",
    TollReaching = "toll_reaching",
    TollStating = "toll_stating",
    Wound = "wound",
    Wounded = "wounded",
    Yearly = "yearly",
    // words/names.tsv
    Affiliation = "affiliation",
    Another = "another",
    Belief = "belief",
    Calendar = "calendar",
    CalendarShort = "calendar_short",
    Degree = "degree",
    Expletive = "expletive",
    Faith = "faith",
    GivenPlace = "given_place",
    Kin = "kin",
    KnownAsAdverb = "known_as_adverb",
    Located = "located",
    Naming = "naming",
    PlaceEnd = "place_end",
    PlaceOf = "place_of",
    PlaceWord = "place_word",
    Quantity = "quantity",
    Reporting = "reporting",
    Republic = "republic",
    Rider = "rider",
    Speaking = "speaking",
    StateStyle = "state_style",
    SurnameParticle = "surname_particle",
    Title = "title",
    VehiclePreposition = "vehicle_preposition",
    // words/numbers.tsv
    Neutral = "neutral",
    // words/times.tsv
    ClockDated = "clock_dated",
    ClockJoined = "clock_joined",
    ClockLed = "clock_led",
    Condition = "condition",
    CountFiller = "count_filler",
    CountedFrom = "counted_from",
    DayJoined = "day_joined",
    Deadline = "deadline",
    DescribedYear = "described_year",
    DurationGoingOn = "duration_going_on",
    DurationLed = "duration_led",
    Earlier = "earlier",
    EdgeLed = "edge_led",
    EdgePart = "edge_part",
    EventLed = "event_led",
    FallLed = "fall_led",
    FirstLed = "first_led",
    HalfLed = "half_led",
    HolidayKept = "holiday_kept",
    HolidayLed = "holiday_led",
    LastLed = "last_led",
    Later = "later",
    MayLed = "may_led",
    MonthJoined = "month_joined",
    MonthLed = "month_led",
    NoLength = "no_length",
    NoYearLed = "no_year_led",
    OrdinalEnding = "ordinal_ending",
    Owned = "owned",
    PartOfTime = "part_of_time",
    Prospective = "prospective",
    RateLed = "rate_led",
    SeasonLed = "season_led",
    StepMade = "step_made",
    Stop = "stop",
    Talk = "talk",
    TimeOpening = "time_opening",
    Ultimatum = "ultimatum",
    UnitFiller = "unit_filler",
    WindowPoint = "window_point",
    YearLed = "year_led",
}

/// All classes with their words.
#[derive(Debug, Clone)]
pub struct Book(Vec<HashSet<Box<str>>>);

impl Book {
    /// Reads the embedded tables.
    ///
    /// # Errors
    /// [`TableError`] names the line that cannot be used.
    pub fn load() -> Result<Self, TableError> {
        Self::read(&Lexicons::embedded())
    }

    /// Reads the tables.
    ///
    /// # Errors
    /// [`TableError`] names the line that cannot be used.
    pub fn read(lexicons: &Lexicons) -> Result<Self, TableError> {
        let mut book = Self(vec![HashSet::new(); WordClass::ALL.len()]);
        for table in TABLES {
            for row in lexicons.rows(table, 2)? {
                let name = row.cell(0);
                let class = WordClass::named(name).ok_or_else(|| row.error(format!("unknown class {name:?}")))?;
                if !book.0[class as usize].is_empty() {
                    return Err(row.error(format!("{name} stands twice")));
                }
                book.0[class as usize] = book.words(&row)?;
            }
        }
        let missing = WordClass::ALL.iter().find(|(class, _)| book.0[*class as usize].is_empty());
        missing.map_or(Ok(book), |(_, name)| {
            let problem = format!("no row gives the words of class {name:?}");
            Err(TableError { table: TABLES[0], line: 0, problem })
        })
    }

    /// The words of a row.
    fn words(&self, row: &Row<'_>) -> Result<HashSet<Box<str>>, TableError> {
        let mut words = HashSet::new();
        for word in row.list(1) {
            if let Some(name) = word.strip_prefix('@') {
                let other =
                    WordClass::named(name).map(|other| &self.0[other as usize]).filter(|words| !words.is_empty());
                let other = other.ok_or_else(|| row.error(format!("no earlier row gives class {name:?}")))?;
                words.extend(other.iter().cloned());
            } else if !words.insert(word.into()) {
                return Err(row.error(format!("{word:?} stands twice in {}", row.cell(0))));
            }
        }
        Ok(words)
    }

    /// Whether a word ends with one of a class.
    pub fn ends(&self, class: WordClass, word: &str) -> bool {
        self.0[class as usize].iter().any(|end| word.ends_with(&**end))
    }

    /// Whether a word is of a class. Words stand in small letters but where a table says otherwise.
    pub fn is(&self, class: WordClass, word: &str) -> bool {
        self.0[class as usize].contains(word)
    }
}

impl WordClass {
    fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(_, known)| *known == name).map(|(class, _)| *class)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_of_their_classes() {
        let book = Book::load().unwrap();
        assert!(book.is(WordClass::Refute, "deny") && !book.is(WordClass::Refute, "say"));
        assert!(!book.is(WordClass::Refute, ""));
        assert!(book.ends(WordClass::PersonEnding, "guerrillaist") && !book.ends(WordClass::PersonEnding, "tanks"));
    }

    #[test]
    fn a_class_is_given_once_and_known() {
        let check = |change: &dyn Fn(&str) -> String, expect: &str| {
            let mut lexicons = Lexicons::embedded();
            let text = change(lexicons.text("words/harm.tsv").unwrap());
            assert!(lexicons.replace("words/harm.tsv", text));
            let error = Book::read(&lexicons).unwrap_err().to_string();
            assert!(error.contains(expect), "{error}");
        };
        check(&|text| format!("{text}timeUnit\thour\n"), "unknown class \"timeUnit\"");
        check(&|text| format!("{text}refute\tdoubt\n"), "refute stands twice");
        check(&|text| text.replace("\nrefute\t", "\n# "), "no row gives the words of class \"refute\"");
        check(&|text| text.replace("\nrefute\tdeny", "\nrefute\tdeny|deny"), "\"deny\" stands twice in refute");
        check(&|text| text.replace("\nrefute\t", "\nrefute\t@kin|"), "no earlier row gives class \"kin\"");
    }
}
