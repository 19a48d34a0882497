//! Tables that an operator has written or damaged: named with their line, never the end of the worker.

use std::sync::Arc;

use proptest::prelude::*;

use super::{attributions, casualties, entities, events, times};
use crate::words::{Book, Lexicons, TableError};

/// Everything that reads tables and needs no gazetteer.
fn load(lexicons: &Lexicons) -> Result<(), TableError> {
    let book = Arc::new(Book::read(lexicons)?);
    entities::Lexicon::read(lexicons, &book)?;
    attributions::Cues::read(lexicons, &book)?;
    times::Lexicon::read(lexicons, &book)?;
    casualties::Lexicon::read(lexicons, &book)?;
    events::Lexicon::read(lexicons, &book)?;
    super::case::Case::read(lexicons)?;
    crate::words::check(lexicons)
}

#[test]
fn a_bad_table_is_named_with_its_line() {
    let check = |name: &str, text: &str, expect: &str| {
        let mut lexicons = Lexicons::embedded();
        assert!(lexicons.replace(name, text));
        assert_eq!(load(&lexicons).unwrap_err().to_string(), expect);
    };
    check("actors/groups.tsv", "# head\nFoo\t-\n", "actors/groups.tsv:2: 2 cells where 6 are needed");
    let code = "A Group\t-\t-\tnone\tnone\tZZZREB\n";
    check("actors/groups.tsv", code, "actors/groups.tsv:1: unknown non-state code none");
    let twice = "word\t0.5\tkiller\nthing\t0.5\tkiller\n";
    check("case/words.tsv", twice, "case/words.tsv:2: unknown kind \"thing\"");
    let code = "shell\tv\t-\tact\t-\t-\t999\t0.9\n";
    check("events/assault.tsv", code, "events/assault.tsv:1: unknown CAMEO code \"999\"");
    let class = "shell\tv\tobj:@nothing\tact\t-\t-\t190\t0.9\n";
    check("events/assault.tsv", class, "events/assault.tsv:1: unknown class \"nothing\"");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, ..ProptestConfig::default() })]

    /// What an operator may write must never end the worker.
    #[test]
    fn a_damaged_table_is_an_error_or_is_read(
        table in 0usize..1000,
        line in any::<prop::sample::Index>(),
        cell in any::<prop::sample::Index>(),
        put in prop_oneof!["[a-z:!/@|,;=?*(\\[{ ]{0,8}", Just(String::new()), Just("\u{301}é".to_owned())],
    ) {
        let embedded = Lexicons::embedded();
        let (name, text) = embedded.iter().nth(table % embedded.iter().count()).unwrap_or_default();
        let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
        let rows: Vec<usize> = (0..lines.len()).filter(|i| lines[*i].contains('\t')).collect();
        if let Some(at) = (!rows.is_empty()).then(|| rows[line.index(rows.len())]) {
            let mut cells: Vec<&str> = lines[at].split('\t').collect();
            let cell = cell.index(cells.len());
            cells[cell] = &put;
            lines[at] = cells.join("\t");
        }
        let mut lexicons = Lexicons::embedded();
        prop_assert!(lexicons.replace(name, lines.join("\n")));
        if let Err(error) = load(&lexicons) {
            prop_assert!(!error.problem.is_empty());
        }
    }
}
