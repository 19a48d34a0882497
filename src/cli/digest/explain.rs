//! An explanation for people: below the digest, event by event, then what was not coded.

use super::words::{one_line, shorten, wrap};
use crate::cli::style::Style;
use crate::cli::visible;
use crate::record::Via;
use crate::record::explanation::{EventExplanation, Explanation, MentionExplanation, MissReason, NearMiss, RuleRef};

/// Width of the labels.
const LABEL: usize = 12;
/// Words of a span shown.
const WORDS: usize = 80;

/// Renders an explanation.
pub fn explanation(explanation: &Explanation, style: Style, width: usize) -> String {
    let explanation = &match visible::record(explanation) {
        Ok(explanation) => explanation,
        Err(error) => return super::unshown(&error),
    };
    let mut out = Lines { text: String::new(), style, width };
    if let Some(left_out) = &explanation.left_out {
        out.heading("Why no events");
        out.line(2, &format!("an article of the desk “{}”: {}", left_out.desk, left_out.words.join(", ")));
    }
    if !explanation.events.is_empty() {
        out.heading("Why these events");
    }
    for (rank, event) in explanation.events.iter().enumerate() {
        out.event(rank + 1, event, explanation);
    }
    let (said, missed): (Vec<&NearMiss>, Vec<&NearMiss>) =
        explanation.not_coded.iter().partition(|m| m.reason == MissReason::Statement);
    if !explanation.not_coded.is_empty() {
        out.heading("Not coded");
    }
    for miss in missed {
        out.miss(miss);
    }
    if !said.is_empty() {
        let mut words: Vec<String> = said.iter().map(|m| one_line(&m.span.text).to_lowercase()).collect();
        words.sort();
        words.dedup();
        out.line(2, &format!("{} statements ({}): attributions, not events", said.len(), words.join(", ")));
    }
    out.text
}

struct Lines {
    text: String,
    style: Style,
    width: usize,
}

impl Lines {
    fn heading(&mut self, title: &str) {
        self.text.push_str(&format!("\n{}\n", self.style.strong(title)));
    }

    /// A paragraph at an indent.
    fn line(&mut self, indent: usize, text: &str) {
        for line in wrap(text, self.width, &" ".repeat(indent)) {
            self.text.push_str(&format!("{line}\n"));
        }
    }

    /// A labelled paragraph.
    fn labelled(&mut self, label: &str, text: &str) {
        let indent = " ".repeat(6 + LABEL);
        for (i, line) in wrap(text, self.width, &indent).into_iter().enumerate() {
            let head = format!("      {}", self.style.faint(&format!("{label:<LABEL$}")));
            let line = if i == 0 { format!("{head}{}", &line[indent.len()..]) } else { line };
            self.text.push_str(&format!("{line}\n"));
        }
    }

    fn event(&mut self, rank: usize, event: &EventExplanation, all: &Explanation) {
        let main = if event.main { ", the main event" } else { "" };
        self.line(2, &format!("{rank}. weight {:.2}{main}: {}", event.weight, event.why));
        for mention in &event.mentions {
            self.mention(mention, all);
        }
    }

    fn mention(&mut self, m: &MentionExplanation, all: &Explanation) {
        let kind = m.event.as_deref().unwrap_or("HAPPENING");
        let head = format!("“{}”, sentence {}: {kind} by {}", quoted(&m.trigger.text), m.sentence, line_of(&m.rule));
        self.line(4, &head);
        self.labelled("pattern", &m.pattern);
        for e in &m.evidence {
            let via = if e.via == Via::Explicit { String::new() } else { format!(" ({})", via(e.via)) };
            let words = e.span.as_ref().map(|s| quoted(&s.text)).filter(|w| *w != e.value);
            let words = words.map(|w| format!(": “{w}”")).unwrap_or_default();
            self.labelled(&e.field, &format!("{}{via}{words}", one_line(&e.value)));
        }
        for cue in &m.cues {
            self.labelled(&cue.effect, &format!("“{}”", quoted(&cue.span.text)));
        }
        if let Some(joined) = &m.joined {
            let other = all.events.iter().flat_map(|e| &e.mentions).find(|o| o.mention_id == joined.to);
            let other = other.map(|o| format!("“{}”, sentence {}", quoted(&o.trigger.text), o.sentence));
            let why = match &joined.why {
                Some(why) => why.clone(),
                None => {
                    let parts: Vec<String> =
                        joined.evidence.iter().map(|p| format!("{} {:+}", p.kind, p.points)).collect();
                    format!("{} points of {} needed: {}", joined.points, joined.needed, parts.join(", "))
                }
            };
            self.labelled("same as", &format!("{}: {why}", other.unwrap_or_default()));
        }
    }

    fn miss(&mut self, miss: &NearMiss) {
        let mut text = format!("“{}”, sentence {}: {}", quoted(&miss.span.text), miss.sentence, miss.why);
        if let Some(other) = &miss.other {
            text.push_str(&format!(" (“{}”)", quoted(&other.text)));
        }
        if let Some(condition) = &miss.condition {
            text.push_str(&format!(" {condition}"));
        }
        if let Some(rule) = &miss.rule {
            text.push_str(&format!(": {}", line_of(rule)));
        }
        self.line(2, &text);
    }
}

/// "assault.tsv:12 kill,slay (v) obj:any"
fn line_of(rule: &RuleRef) -> String {
    let conditions = if rule.conditions == "-" { String::new() } else { format!(" {}", rule.conditions) };
    format!("{}.tsv:{} {} ({}){conditions}", rule.table, rule.line, shorten(&rule.lemmas, WORDS), rule.pos)
}

fn quoted(text: &str) -> String {
    shorten(&one_line(text), WORDS)
}

fn via(via: Via) -> &'static str {
    match via {
        Via::Explicit => "stated",
        Via::Coref => "by reference",
        Via::Inferred => "inferred",
        Via::Cluster => "from the event it belongs to",
        Via::Default => "the article's own",
    }
}
