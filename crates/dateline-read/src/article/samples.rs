//! The sample articles of `config/samples/`, embedded for `dateline demo`; what each holds is told in the README there.

/// A sample message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sample {
    /// File name.
    pub name: &'static str,
    /// The message as a producer would send it.
    pub bytes: &'static [u8],
}

macro_rules! samples {
    ($($name:literal),+ $(,)?) => {
        &[$(Sample { name: $name, bytes: include_bytes!(concat!("../../samples/", $name)) }),+]
    };
}

/// All samples, in the order in which the demo sends them. One is cut off on purpose, and one repeats another.
pub const SAMPLES: &[Sample] = samples![
    "night-raid.txt",
    "protest.json",
    "summit.json",
    "earthquake.json",
    "flood.json",
    "shooting.txt",
    "truncated.json",
    "sanctions.json",
    "candidate-arrest.txt",
    "wire-1991.txt",
    "protest-again.json",
];

/// Four articles on one event, one a line: the toll rises over three of them, and one is a copy.
pub const ONE_EVENT: &str = include_str!("../../samples/market-bomb.jsonl");

#[cfg(test)]
mod tests {
    use super::super::{Article, BlockKind, Hint, Intake, IntakeError};
    use super::*;

    fn read(name: &str) -> Result<Article, IntakeError> {
        let sample = SAMPLES.iter().find(|s| s.name == name).unwrap();
        Intake::default().read(sample.bytes, &Hint::default())
    }

    #[test]
    fn every_sample_but_the_broken_one_is_an_article_with_a_date() {
        for sample in SAMPLES {
            match read(sample.name) {
                Ok(article) => {
                    assert!(article.date.is_some(), "{} has no date", sample.name);
                    assert!(article.layout.dateline.is_some(), "{} has no dateline", sample.name);
                    assert_eq!(article.notes, [], "{}", sample.name);
                }
                Err(e) => assert_eq!((sample.name, e.kind()), ("truncated.json", "truncated_json")),
            }
        }
    }

    #[test]
    fn the_raid_has_a_prefix_a_dateline_and_captions_that_repeat() {
        let article = read("night-raid.txt").unwrap();
        let count = |kind| article.layout.blocks.iter().filter(|b| b.kind == kind).count();
        assert_eq!((count(BlockKind::CrawlerPrefix), count(BlockKind::Dateline), count(BlockKind::Caption)), (1, 1, 2));
        assert_eq!(count(BlockKind::Boilerplate), 1);
        let dateline = article.layout.dateline.clone().unwrap();
        assert_eq!(&article.body()[dateline.place.unwrap()], "BARAAWE, Somalia");
        assert_eq!(&article.body()[dateline.agency.unwrap()], "Horn Report Live");
        let repeats: Vec<usize> = article.layout.blocks.iter().map(|b| b.repeats.len()).filter(|&n| n > 0).collect();
        assert_eq!(repeats.len(), 1, "the second caption repeats the first");
        assert_eq!(article.date.unwrap().date.to_string(), "2023-06-15");
    }

    #[test]
    fn the_web_page_is_read_without_its_furniture() {
        let article = read("flood.json").unwrap();
        assert!(article.body().starts_with("Floods cut off villages near Beira; 26 dead\n\nBy Tomás Chissano"));
        assert!(
            !article.body().contains("tracker")
                && !article.body().contains("Related")
                && !article.body().contains("Imprint")
        );
        assert_eq!(article.date.unwrap().date.to_string(), "2023-02-08");
        let at = article.body().find("Púnguè").unwrap();
        assert_eq!(&article.received()[article.received_range(at..at + "Púnguè".len())], "P&uacute;ngu&egrave;");
        let kinds: Vec<BlockKind> = article.layout.blocks.iter().map(|b| b.kind).take(5).collect();
        use BlockKind::{Byline, Caption, Dateline, Headline, Paragraph};
        assert_eq!(kinds, [Headline, Byline, Dateline, Paragraph, Caption]);
    }

    #[test]
    fn the_old_wire_is_unwrapped_and_dated() {
        let article = read("wire-1991.txt").unwrap();
        assert_eq!(article.date.unwrap().date.to_string(), "1991-08-14");
        assert_eq!(article.layout.blocks.iter().filter(|b| b.kind == BlockKind::Paragraph).count(), 6);
    }

    #[test]
    fn of_the_four_articles_on_one_event_one_is_a_copy() {
        let texts: Vec<serde_json::Value> = ONE_EVENT.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        let different: std::collections::BTreeSet<&str> = texts.iter().filter_map(|t| t["text"].as_str()).collect();
        assert_eq!((texts.len(), different.len()), (4, 3));
    }

    #[test]
    fn the_repeated_message_is_the_same_article() {
        let (first, again) = (read("protest.json").unwrap(), read("protest-again.json").unwrap());
        assert_eq!((first.id, first.received.as_str()), (again.id, again.received.as_str()));
    }

    #[test]
    fn the_folder_holds_nothing_that_is_not_listed() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../config/samples");
        for entry in std::fs::read_dir(folder).unwrap() {
            let name = entry.unwrap().file_name().into_string().unwrap();
            let listed =
                ["README.md", "market-bomb.jsonl"].contains(&name.as_str()) || SAMPLES.iter().any(|s| s.name == name);
            assert!(
                listed,
                "add {name} to SAMPLES in crates/dateline-read/src/article/samples.rs and to config/samples/README.md"
            );
        }
    }
}
