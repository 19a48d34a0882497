//! Code tables of event types: CAMEO with the Goldstein scale, PLOVER with quad classes and scores.

use std::collections::HashMap;

use crate::record::{CameoCode, Context, EventClass, EventType, Mode, PloverType, TypeAlternative};
use crate::words::{TableError, rows};

/// CAMEO and PLOVER code tables.
#[derive(Debug)]
pub(super) struct Codes {
    goldstein: HashMap<Box<str>, f64>,
    beside: HashMap<Box<str>, Vec<EventType>>,
    events: HashMap<EventType, (u8, f64)>,
    modes: HashMap<(EventType, Mode), f64>,
}

impl Codes {
    /// Parses the embedded tables.
    pub(super) fn load() -> Result<Self, TableError> {
        let mut codes =
            Self { goldstein: HashMap::new(), beside: HashMap::new(), events: HashMap::new(), modes: HashMap::new() };
        for row in rows("cameo", include_str!("../../words/data/codes/cameo.tsv"), 4)? {
            let score = row.cell(2).parse().map_err(|_| row.error("the score is no number"))?;
            codes.goldstein.insert(row.cell(0).into(), score);
            let events = row.cell(3).split(' ').filter(|e| *e != "-");
            let events = events.map(|e| EventType::parse(e).ok_or_else(|| row.error("unknown event")));
            codes.beside.insert(row.cell(0).into(), events.collect::<Result<_, _>>()?);
        }
        for row in rows("plover", include_str!("../../words/data/codes/plover.tsv"), 4)? {
            let event = EventType::parse(row.cell(0)).ok_or_else(|| row.error("unknown event"))?;
            let quad = row.cell(2).parse().map_err(|_| row.error("the quad class is no number"))?;
            let score = row.cell(3).parse().map_err(|_| row.error("the score is no number"))?;
            if row.cell(1) == "-" {
                codes.events.insert(event, (quad, score));
            } else {
                let mode = Mode::parse(row.cell(1)).ok_or_else(|| row.error("unknown mode"))?;
                codes.modes.insert((event, mode), score);
            }
        }
        Ok(codes)
    }

    /// Goldstein score of a CAMEO code.
    pub(super) fn goldstein(&self, code: &str) -> Option<f64> {
        self.goldstein.get(code).copied()
    }

    /// Whether an event type and a CAMEO code say the same.
    pub(super) fn agree(&self, event: EventType, code: &str) -> bool {
        self.beside.get(code).is_some_and(|events| events.contains(&event))
    }

    /// Whether PLOVER gives an event type this mode.
    pub(super) fn has_mode(&self, event: EventType, mode: Mode) -> bool {
        self.modes.contains_key(&(event, mode))
    }

    /// The type block for an event, without its ACLED part.
    pub(super) fn class(
        &self,
        event: Option<EventType>,
        mut mode: Vec<Mode>,
        context: Vec<Context>,
        cameo: Option<&str>,
        alternatives: Vec<TypeAlternative>,
    ) -> EventClass {
        let extreme = |m: &Mode| event.and_then(|e| self.modes.get(&(e, *m))).map_or(0.0, |s| s.abs());
        mode.sort_by(|a, b| extreme(b).total_cmp(&extreme(a)));
        mode.dedup();
        let own = event.and_then(|e| self.events.get(&e));
        EventClass {
            quad_class: own.map(|(quad, _)| *quad),
            plover_score: event
                .and_then(|e| mode.first().and_then(|m| self.modes.get(&(e, *m))))
                .or(own.map(|(_, score)| score))
                .copied(),
            goldstein: cameo.and_then(|c| self.goldstein(c)),
            cameo: CameoCode {
                code: cameo.map(str::to_owned),
                base: cameo.and_then(|c| c.get(..3)).map(str::to_owned),
                root: cameo.and_then(|c| c.get(..2)).map(str::to_owned),
            },
            plover: PloverType { event, mode, context },
            happening: None,
            acled: None,
            alternatives,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_event_has_a_quad_class_and_scores_agree_with_it() {
        let codes = Codes::load().unwrap();
        for event in EventType::ALL {
            let (quad, score) = codes.events[event];
            assert!((1..=4).contains(&quad));
            assert_eq!(quad <= 2, score > 0.0 || *event == EventType::Request && quad == 1, "{}", event.as_str());
        }
    }

    #[test]
    fn an_event_and_its_code_say_the_same() {
        let codes = Codes::load().unwrap();
        for (event, code, expect) in [
            (EventType::Sanction, "163", true),
            (EventType::Sanction, "116", true),
            (EventType::Accuse, "116", false),
            (EventType::Retreat, "0831", true),
            (EventType::Concede, "035", false),
            (EventType::Agree, "035", true),
            (EventType::Protest, "114", false),
            (EventType::Accuse, "none", false),
        ] {
            assert_eq!(codes.agree(event, code), expect, "{} {code}", event.as_str());
        }
    }

    #[test]
    fn the_most_extreme_mode_scores() {
        let codes = Codes::load().unwrap();
        let class = codes.class(Some(EventType::Assault), vec![Mode::Beat, Mode::Aerial], vec![], Some("195"), vec![]);
        assert_eq!(class.plover.mode, [Mode::Aerial, Mode::Beat]);
        assert_eq!(class.plover_score, Some(-9.5));
        assert_eq!(class.cameo.root.as_deref(), Some("19"));
        assert_eq!(class.goldstein, Some(-10.0));
    }
}
