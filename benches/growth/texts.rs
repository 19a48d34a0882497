//! Texts of any length, by kind: what feeds, scrapers and attackers send over and over. For `benches/growth` and
//! `tests/it/growth.rs`.
//!
//! A text is one unit after another: the same again, or each with words, numbers and names of its own.

/// A kind of text.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Kind {
    /// What it is.
    pub(crate) name: &'static str,
    /// What stands before the units, and after them.
    around: [&'static str; 2],
    unit: Unit,
}

#[derive(Debug, Clone, Copy)]
enum Unit {
    Same(&'static str),
    Each(fn(usize) -> String),
}

impl Kind {
    /// A text of this kind with at most so many bytes, as far as one unit fits.
    pub(crate) fn text(&self, bytes: usize) -> String {
        let [before, after] = self.around;
        let mut text = before.to_owned();
        for i in 0.. {
            let each;
            let unit = match self.unit {
                Unit::Same(unit) => unit,
                Unit::Each(unit) => {
                    each = unit(i);
                    &each
                }
            };
            if i > 0 && text.len() + unit.len() + after.len() > bytes {
                break;
            }
            text += unit;
        }
        text + after
    }
}

/// Keeps a text that says little English and no news from being refused.
const STORY: &str =
    "Police arrested five men in Paris on Monday, officials said, after the army had closed the road.\n\n";

const fn same(name: &'static str, unit: &'static str) -> Kind {
    Kind { name, around: ["", ""], unit: Unit::Same(unit) }
}

const fn each(name: &'static str, unit: fn(usize) -> String) -> Kind {
    Kind { name, around: ["", ""], unit: Unit::Each(unit) }
}

const fn after_story(name: &'static str, unit: &'static str) -> Kind {
    Kind { name, around: [STORY, ""], unit: Unit::Same(unit) }
}

const fn html(name: &'static str, unit: &'static str) -> Kind {
    Kind {
        name,
        around: ["<html><body><p>Police arrested five men in Paris on Monday, officials said.</p>", "</body></html>"],
        unit: Unit::Same(unit),
    }
}

/// All kinds.
pub(crate) const KINDS: &[Kind] = &[
    // Events.
    same("attack, toll and source", "Gunmen attacked a market in Kano on Monday, killing 7 people, police said. "),
    same("attacks in paragraphs", "Gunmen attacked a market in Kano on Monday, killing 7 people, police said.\n\n"),
    same("attacks in capitals", "THE ARMY ATTACKED KANO. "),
    same("tolls without end", "killing 7, wounding 8, "),
    same("pronouns kill", "He killed him. "),
    same("descriptions kill", "The militants attacked the soldiers. The soldiers killed the militants. "),
    same("one endless sentence", "and the soldiers killed the rebels in Aleppo "),
    same("nested clauses", "who shot the woman who killed the man "),
    same("denials of harm", "Rebels shelled the town. There were no casualties. "),
    same("meetings of states", "France and Germany signed an agreement with Italy in Rome. "),
    same("bare nouns of events", "the attack, the raid, the protest, the strike, "),
    same("the injured", "Two men were injured. She was wounded, too. A third man died in hospital. "),
    each("attacks with numbers", |i| {
        format!("Police said {} people were killed and {} injured in Kano. ", i % 997 + 2, i)
    }),
    each("attacks by place", |i| format!("Rebels attacked {} on Monday and killed a soldier. ", place(i))),
    each("attacks by day", |i| {
        format!("On {} {} {} rebels attacked Kano. ", i % 28 + 1, month(i / 28), 1990 + i / 336 % 40)
    }),
    each("attacks by name", |i| format!("{} shot {} dead in Kano on Monday. ", name(i), name(i + 500_000))),
    each("arrests by name", |i| format!("Police arrested {} in Lagos. ", name(i))),
    each("stories of everything", |i| {
        format!(
            "{} attacked {} on {}, killing {} people, {} said. The attack wounded {} others, among them {}.\n\n",
            ["Gunmen", "Rebels", "The army", "Militants", "Police", "A mob", "Protesters"][i % 7],
            place(i),
            ["Monday", "Tuesday", "3 May", "Friday", "Sunday night"][i % 5],
            i % 31 + 1,
            name(i),
            i % 17,
            name(i / 2),
        )
    }),
    // Names and places.
    each("distinct names", |i| format!("{} saw {} in the town. ", name(i), name(i + 500_000))),
    each("a list of names", |i| format!("{}, the brother of ", name(i))),
    each("one surname", |i| format!("{} Reed was killed. ", word(i))),
    each("one first name", |i| format!("John {} was killed. ", word(i))),
    each("titles", |i| format!("President {} told Prime Minister {} so. ", name(i), name(i + 500_000))),
    each("organisations", |i| {
        let (a, b) = (word(i), word(i + 7_919));
        format!("The {a} {b} Front ({}{}F) attacked the {a} {b} Party. ", &a[..1], &b[..1])
    }),
    each("distinct places", |i| format!("He lives in {}. ", place(i))),
    each("a list of places", |i| format!("{} and the town of ", place(i))),
    each("towns and countries", |i| format!("in {}, {}; ", place(i), ["Nigeria", "Syria", "France", "Mexico"][i % 4])),
    each("descriptions", |i| format!("The {} commander met the {} minister. ", word(i), word(i + 7_919))),
    // Who said what.
    same("it was said", "Police said. Officials said. "),
    same("reports of reports", "he said that she said that "),
    same("pronouns speak", "He said she told him that they saw her. "),
    each("quotations by name", |i| format!("\u{201c}We saw {} dead,\u{201d} said {}. ", i % 50, name(i))),
    same("quotation marks", "\" he said \u{201c}they killed "),
    same("apostrophes", "the mayor's wife's brother's 'friends' said 'no' "),
    // Numbers and times.
    after_story("a list of numbers", "12, 15, 1,200 and 3.5, "),
    after_story("number words", "two hundred and five thousand and "),
    after_story("digits", "1234567890"),
    after_story("a list of dates", "on 3 May 2024, on 4 June 2023, by May 5, "),
    after_story("durations", "two days ago, three weeks later, since Monday, "),
    after_story("shares and sums", "and 5 percent of the $3 million, 20 km, "),
    after_story("a table", "In Kano | 7 were killed | and 8 of them wounded\n"),
    // Layout.
    same("headlines", "Rebels Attack Town in Kano\n\n"),
    same("headlines in capitals", "ARMY ATTACKS MARKET IN KANO, KILLING SEVEN\n\n"),
    same("datelines", "KANO, Nigeria (AP) - Gunmen killed 7 people on Monday.\n\n"),
    same("captions", "Police stand guard at the market in Kano, Nigeria, May 3, 2024. (AP Photo/John Smith)\n\n"),
    after_story("bylines", "By John Smith, Associated Press\n\n"),
    after_story("boilerplate", "Read more: sign up for our newsletter and follow us on Twitter\n"),
    each("paragraphs that repeat others", |i| {
        format!("Gunmen attacked a market in {} on Monday, killing {} people, police said.\n\n", place(i % 97), i % 89)
    }),
    // Characters.
    after_story("brackets", "( [ { "),
    after_story("web addresses", "It was at https://example.com/a/b?c=1&d=2 and "),
    after_story("scripts and signs", "and the \u{416}\u{4e2d}\u{639}\u{d55c}\u{1f642}\u{e9} \u{202e} "),
    after_story("blanks", "  \n \t "),
    after_story("line breaks", "\n"),
    after_story("one word", "a"),
    after_story("zero width", "Police\u{200b} killed \u{200d}12 people.\u{feff} "),
    after_story("abbreviations", "of the U.S. Gen. Lt. Col. Dr. St. "),
    after_story("dots", "... "),
    after_story("hyphens", "well-known-to-the-"),
    after_story("short sentences", "Yes. It is. No. "),
    // Mark-up.
    html("paragraphs of mark-up", "<p>Gunmen <b>killed</b> 7 <a href=\"x\">people</a> in Kano.</p>"),
    html("elements left open", "<p>Gunmen killed 7 people in Kano.<ul><li>The army came.</ul>"),
    html("tables of mark-up", "<table><tr><td>It was in Kano</td><td>and 7 of them</td></tr></table>"),
    html("entities that unfold", "&amp;&lt;&nbsp;"),
];

const SYLLABLES: [&str; 20] = [
    "ba", "ko", "ri", "mun", "ta", "sel", "dor", "va", "nik", "lo", "pe", "gar", "zu", "hal", "mi", "ren", "fo", "shi",
    "tur", "wen",
];

/// The word with this number.
fn word(i: usize) -> String {
    let mut word = String::new();
    let mut rest = i + SYLLABLES.len();
    while rest > 0 {
        word += SYLLABLES[rest % SYLLABLES.len()];
        rest /= SYLLABLES.len();
    }
    word[..1].to_uppercase() + &word[1..]
}

/// The name with this number: a common first name and a surname of its own.
fn name(i: usize) -> String {
    const FIRST: [&str; 13] = [
        "John", "Maria", "Ahmed", "Anna", "David", "Fatima", "Peter", "Aisha", "Carlos", "Olga", "Yusuf", "Laura",
        "Ivan",
    ];
    format!("{} {}", FIRST[i % FIRST.len()], word(i))
}

/// The place with this number: a known one, or one that sounds like one.
fn place(i: usize) -> String {
    const KNOWN: [&str; 24] = [
        "Kano", "Aleppo", "Lagos", "Paris", "Kabul", "Baghdad", "Lyon", "Mosul", "Goma", "Bogota", "Lima", "Manila",
        "Jakarta", "Karachi", "Kunduz", "Homs", "Gaza", "Tripoli", "Khartoum", "Nairobi", "Athens", "Minsk", "Odessa",
        "Donetsk",
    ];
    match i % 3 {
        0 => KNOWN[i / 3 % KNOWN.len()].to_owned(),
        1 => format!("{} City", word(i)),
        _ => format!("{}abad", word(i)),
    }
}

fn month(i: usize) -> &'static str {
    const MONTHS: [&str; 12] = [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ];
    MONTHS[i % 12]
}
