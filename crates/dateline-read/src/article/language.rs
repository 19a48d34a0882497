//! Is a text English? Told by its common words, in a few microseconds.
//!
//! English news consists of common English words to two thirds; other languages share hardly any of them. Names and
//! numbers prove nothing, capitals do not matter. The language that a producer declares is not asked: it is wrong often
//! enough. Texts too short to tell pass.

use std::collections::HashMap;

use super::table;

const TABLE: &str = include_str!("data/language.txt");

/// Bytes of each window that is read of a longer text, and the number of windows.
const WINDOW: usize = 1200;
const WINDOWS: usize = 4;
/// Fewest words that allow a verdict against a text.
const MIN_WORDS: usize = 6;
/// A text with at least this share of common English words may be English whatever else it shares.
const SURE: f32 = 0.35;
/// A text with fewer is not English if it is long enough, known language or not.
const FOREIGN: f32 = 0.12;
/// Words that make a text long enough for that.
const ENOUGH: usize = 25;

/// Verdicts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Language {
    English,
    /// Too short, or too full of names.
    Unsure,
    /// Another language, where it is known which (BCP 47).
    Other(Option<&'static str>),
}

/// The words of `data/language.txt`.
#[derive(Debug, Clone)]
pub(super) struct Languages {
    /// Tags; English is the first.
    tags: Vec<&'static str>,
    /// The languages that a word is common in, one bit each.
    words: HashMap<&'static str, u64>,
}

impl Languages {
    pub(super) fn load() -> Self {
        let mut tags = vec!["en"];
        let mut words = HashMap::new();
        for row in table::rows(TABLE) {
            let Some((tag, row)) = row.split_once(' ') else { continue };
            let index = tags.iter().position(|t| *t == tag).unwrap_or_else(|| {
                tags.push(tag);
                tags.len() - 1
            });
            for word in row.split(' ') {
                *words.entry(word).or_insert(0) |= 1 << index.min(63);
            }
        }
        Languages { tags, words }
    }

    /// Judges a text.
    pub(super) fn judge(&self, text: &str) -> Language {
        let mut tally = Tally { hits: vec![0; self.tags.len()], ..Tally::default() };
        for window in windows(text) {
            self.count(window, &mut tally);
        }
        if let Some((tag, letters)) = tally.scripts.iter().max_by_key(|(_, n)| *n) {
            // Names in brackets in their own script are common; a third of all letters is not.
            if letters * 3 > tally.latin + letters {
                return Language::Other(Some(tag));
            }
        }
        let share = |hits: u32| hits as f32 / tally.words.max(1) as f32;
        let english = share(tally.hits[0]);
        let best = (1..self.tags.len()).max_by_key(|&i| (tally.hits[i], std::cmp::Reverse(i))).unwrap_or(0);
        let other = share(tally.hits[best]);
        if english >= SURE && english > other && tally.hits[0] >= 2 {
            Language::English
        } else if tally.words < MIN_WORDS {
            Language::Unsure
        } else if other > english && tally.hits[best] >= 2 && other >= 0.15 {
            Language::Other(Some(self.tags[best]))
        } else if tally.words >= ENOUGH && english < FOREIGN {
            Language::Other(None)
        } else if english > other && english >= FOREIGN {
            Language::English
        } else {
            Language::Unsure
        }
    }

    fn count(&self, text: &str, tally: &mut Tally) {
        let mut lower = String::new();
        for word in text.split(|c: char| !c.is_alphabetic() && c != '\'' && c != '’') {
            let word = word.trim_matches(['\'', '’']);
            if word.is_empty() {
                continue;
            }
            lower.clear();
            for c in word.chars() {
                match c {
                    '’' => lower.push('\''),
                    c if c.is_ascii() => lower.push(c.to_ascii_lowercase()),
                    c => lower.extend(c.to_lowercase()),
                }
                tally.letter(c);
            }
            tally.words += 1;
            if let Some(mut languages) = self.words.get(lower.as_str()).copied() {
                while languages != 0 {
                    tally.hits[languages.trailing_zeros() as usize] += 1;
                    languages &= languages - 1;
                }
            }
        }
    }
}

/// What has been counted.
#[derive(Debug, Default)]
struct Tally {
    words: usize,
    /// Words by language.
    hits: Vec<u32>,
    latin: usize,
    /// Letters of other scripts.
    scripts: Vec<(&'static str, usize)>,
}

impl Tally {
    fn letter(&mut self, c: char) {
        let Some(tag) = script(c) else {
            self.latin += 1;
            return;
        };
        match self.scripts.iter_mut().find(|(t, _)| *t == tag) {
            Some((_, n)) => *n += 1,
            None => self.scripts.push((tag, 1)),
        }
    }
}

/// Letters of scripts that English is not written in: a language where the script has one of note, else the script.
fn script(c: char) -> Option<&'static str> {
    match c {
        '\u{370}'..='\u{3ff}' | '\u{1f00}'..='\u{1fff}' => Some("el"),
        '\u{400}'..='\u{52f}' => Some("und-Cyrl"),
        '\u{530}'..='\u{58f}' => Some("hy"),
        '\u{590}'..='\u{5ff}' => Some("he"),
        '\u{600}'..='\u{77f}' | '\u{8a0}'..='\u{8ff}' | '\u{fb50}'..='\u{fdff}' | '\u{fe70}'..='\u{fefc}' => {
            Some("und-Arab")
        }
        '\u{900}'..='\u{97f}' => Some("und-Deva"),
        '\u{980}'..='\u{9ff}' => Some("und-Beng"),
        '\u{a00}'..='\u{dff}' => Some("und"),
        '\u{e00}'..='\u{e7f}' => Some("th"),
        '\u{e80}'..='\u{109f}' => Some("und"),
        '\u{10a0}'..='\u{10ff}' => Some("ka"),
        '\u{1200}'..='\u{139f}' => Some("und-Ethi"),
        '\u{1780}'..='\u{17ff}' => Some("km"),
        '\u{3040}'..='\u{30ff}' => Some("ja"),
        '\u{3400}'..='\u{9fff}' | '\u{20000}'..='\u{3ffff}' => Some("zh"),
        '\u{1100}'..='\u{11ff}' | '\u{ac00}'..='\u{d7af}' => Some("ko"),
        _ => None,
    }
}

/// The whole of a short text, or stretches from all over a long one.
fn windows(text: &str) -> Vec<&str> {
    if text.len() <= WINDOW * WINDOWS {
        return vec![text];
    }
    let boundary = |at: usize| {
        (0..4).find_map(|back| text.is_char_boundary(at - back.min(at)).then(|| at - back.min(at))).unwrap_or(0)
    };
    let step = (text.len() - WINDOW) / (WINDOWS - 1);
    (0..WINDOWS).map(|i| &text[boundary(i * step)..boundary(i * step + WINDOW)]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_texts_of_many_languages() {
        let languages = Languages::load();
        let english = [
            "Police arrest three suspects after bank robbery in Rotterdam",
            "TURKEY STRIKES KURDISH TARGETS IN NORTHERN SYRIA, KILLING FOUR",
            "President Emmanuel Macron met Olaf Scholz in Berlin on Tuesday, the Élysée Palace said.",
            "Prime Minister Péter Szijjártó and José Manuel Albares signed the agreement in Düsseldorf.",
            "Flood toll rises to 40 in Peshawar",
            "Abdullahi Mohamed Ali, Hassan Sheikh Mohamud and Mohamed Abdullahi Farmajo attended the talks in Garowe.",
            "The airline Việt Nam (Hãng hàng không) said its flight from Hà Nội landed safely in Seoul (서울).",
            "Oil prices fell on Monday.",
        ];
        for text in english {
            assert_eq!(languages.judge(text), Language::English, "{text}");
        }
        let other = [
            (
                "de",
                "Die Polizei hat am Montag in Köln zwei Männer festgenommen, die an dem Überfall beteiligt gewesen sein sollen.",
            ),
            ("de", "Bundestag stimmt für das neue Gesetz und gegen den Antrag der Opposition"),
            ("fr", "Le président a rencontré les dirigeants de l’opposition dans la capitale, selon un communiqué."),
            ("fr", "Deux morts dans une explosion à Marseille"),
            ("es", "La policía detuvo a tres personas por el robo en el centro de la ciudad, según las autoridades."),
            ("pt", "A polícia prendeu três homens após o assalto, e o ministro disse que não há mais suspeitos."),
            ("it", "La polizia ha arrestato due uomini dopo la rapina nel centro della città."),
            ("nl", "De politie heeft maandag twee mannen aangehouden die bij de overval betrokken zouden zijn."),
            ("sv", "Polisen grep på måndagen två män som misstänks för rånet och för att ha skadat en vakt."),
            ("pl", "Policja zatrzymała w poniedziałek dwóch mężczyzn, którzy są podejrzani o napad na bank."),
            ("tr", "Polis, banka soygunu ile ilgili olarak iki kişi için gözaltı kararı verildi dedi."),
            ("id", "Polisi telah menangkap dua orang yang diduga terlibat dalam perampokan bank di kota itu."),
            ("vi", "Công an đã bắt hai người trong vụ cướp ngân hàng tại thành phố này, theo ông cho biết."),
            ("sw", "Polisi walisema watu wawili walikamatwa baada ya wizi katika benki ya mji huo."),
            ("und-Cyrl", "Полиция задержала двух мужчин, подозреваемых в ограблении банка."),
            ("und-Arab", "ألقت الشرطة القبض على رجلين يشتبه في ضلوعهما في السطو على البنك."),
            ("zh", "警方周一逮捕了两名涉嫌抢劫银行的男子。"),
            ("el", "Η αστυνομία συνέλαβε δύο άνδρες για τη ληστεία της τράπεζας."),
        ];
        for (tag, text) in other {
            assert_eq!(languages.judge(text), Language::Other(Some(tag)), "{text}");
            assert_eq!(languages.judge(&text.to_uppercase()), Language::Other(Some(tag)), "{text}, in capitals");
        }
        for text in ["", "Ahmed Hassan Ali", "42", "Zürich – Genève 2:1"] {
            assert_eq!(languages.judge(text), Language::Unsure, "{text}");
        }
    }

    #[test]
    fn a_language_without_a_table_is_still_not_english() {
        let text = "Byuman gathalo brenik tzof wamure, dolgrin fasta kembur ili noxan perdu. Sabrik vo tamure goldin, wek \
                    brunat olim fergas dun temblor kasi nuvat, zem polit garun. Hask dremo vilt";
        assert_eq!(Languages::load().judge(text), Language::Other(None));
    }

    #[test]
    fn the_table_is_well_formed() {
        let languages = Languages::load();
        assert!(languages.tags.len() <= 64, "one bit each: at most 64 languages");
        assert!(languages.words.len() > 2000);
        for word in languages.words.keys() {
            assert_eq!(word.to_lowercase(), **word, "write {word:?} in lower case");
        }
    }
}
