//! The article's text with everything that was found in it marked and linked.
//!
//! A link leads from words to the event, entity, time or source that they stand for; `data-r` names all of them, so that
//! the script can show what belongs together. Words under several spans take the link of the most telling one.

use std::ops::Range;

use maud::{Markup, html};

use super::spans::{Segment, segments};
use super::story::Story;
use super::words::{Group, one_line, shorten};
use super::{event, when};
use crate::article::BlockKind;
use crate::record::Span;

/// A span of the text and what it stands for.
struct Mark {
    range: Range<usize>,
    /// Least is the most telling: it gives the link.
    layer: Layer,
    class: String,
    /// What it belongs to, an id on the page.
    target: String,
    /// Id of its own, for links into the text.
    own: Option<String>,
    title: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Layer {
    Trigger,
    Entity,
    Time,
    Reference,
    Source,
    /// A part played in an event: no link of its own.
    Role,
    /// What a source says: no link of its own.
    Said,
}

/// What the article prints, marked: a headline that is the one of the page, and the text below it.
pub(super) struct Printed {
    pub(super) headline: Option<Markup>,
    pub(super) text: Markup,
}

/// The whole article, each word once. `headline`: what the page is about to show above it.
pub(super) fn printed(story: &Story<'_>, headline: &str) -> Printed {
    let marks = marks(story);
    let ranges: Vec<Range<usize>> = marks.iter().map(|m| m.range.clone()).collect();
    let blocks = &story.article.layout.blocks;
    let cuts: Vec<usize> = blocks.iter().flat_map(|b| [b.range.start, b.range.end]).collect();
    let segments = segments(story.text(), &ranges, &cuts);
    let mut writer = Writer { story, marks: &marks, linked: vec![false; marks.len()] };
    let mut next = segments.iter().peekable();
    // The dateline opens the paragraph after it.
    let mut dateline = None;
    let mut above = None;
    let text = html! {
        @for (i, block) in blocks.iter().enumerate() {
            @let inside = std::iter::from_fn(|| next.next_if(|s| s.range.end <= block.range.end));
            @let inside: Vec<&Segment> = inside.filter(|s| s.range.start >= block.range.start).collect();
            @let content = html! { @for segment in inside { (writer.segment(segment)) } };
            @if block.kind == BlockKind::Dateline {
                @let _ = dateline.insert(content);
            } @else if i == 0 && block.kind == BlockKind::Headline && story.heads(&block.range, headline) {
                @let _ = above.insert(content);
            } @else {
                (paragraph(block.kind, dateline.take(), content))
            }
        }
        @if let Some(content) = dateline { p { span.dateline { (content) } } }
    };
    Printed { headline: above, text }
}

fn paragraph(kind: BlockKind, dateline: Option<Markup>, content: Markup) -> Markup {
    let (class, name) = match kind {
        BlockKind::Paragraph | BlockKind::Dateline => {
            return html! { p { @if let Some(line) = dateline { span.dateline { (line) } } (content) } };
        }
        BlockKind::Headline => ("headline", "Headline"),
        BlockKind::CrawlerPrefix => ("furniture", "Crawler’s prefix"),
        BlockKind::Byline => ("furniture", "Byline"),
        BlockKind::Caption => ("caption", "Caption"),
        BlockKind::Boilerplate => ("furniture", "Boilerplate"),
    };
    html! {
        @if let Some(line) = dateline { p { span.dateline { (line) } } }
        p class=(class) { span.kind { (name) } " " (content) }
    }
}

struct Writer<'a> {
    story: &'a Story<'a>,
    marks: &'a [Mark],
    /// Marks whose first piece is written: further pieces are no stops for the keyboard.
    linked: Vec<bool>,
}

impl Writer<'_> {
    fn segment(&mut self, segment: &Segment) -> Markup {
        let words = &self.story.text()[segment.range.clone()];
        let mut over: Vec<usize> = segment.spans.clone();
        over.sort_by_key(|i| (self.marks[*i].layer, self.marks[*i].range.len()));
        let Some(&first) = over.first() else { return html! { (words) } };
        let mut classes: Vec<&str> = Vec::new();
        let mut targets: Vec<&str> = Vec::new();
        for mark in over.iter().map(|i| &self.marks[*i]) {
            if !mark.class.is_empty() && !classes.contains(&mark.class.as_str()) {
                classes.push(&mark.class);
            }
            if !targets.contains(&mark.target.as_str()) {
                targets.push(&mark.target);
            }
        }
        let class = Some(classes.join(" ")).filter(|c| !c.is_empty());
        let targets = targets.join(" ");
        let mark = &self.marks[first];
        if mark.layer >= Layer::Role || words.trim().is_empty() {
            return html! { span class=[class] data-r=(targets) { (words) } };
        }
        let again = std::mem::replace(&mut self.linked[first], true);
        let ends = mark.range.end == segment.range.end;
        let own = mark.own.as_ref().filter(|_| !again);
        html! {
            a id=[own] href=(format!("#{}", mark.target)) class=[class] data-r=(targets) title=(mark.title)
                tabindex=[again.then_some("-1")] {
                (words)
                @if mark.layer == Layer::Trigger && ends {
                    @let number = mark.target.rsplit("-e").next().unwrap_or_default();
                    span.off { " (event " (number) ")" } sup aria-hidden="true" { (number) }
                }
            }
        }
    }
}

/// Everything found, as spans of the shown text.
fn marks(story: &Story<'_>) -> Vec<Mark> {
    let mut marks = Vec::new();
    triggers(story, &mut marks);
    times(story, &mut marks);
    entities(story, &mut marks);
    attributions(story, &mut marks);
    marks
}

fn triggers(story: &Story<'_>, marks: &mut Vec<Mark>) {
    for mention in &story.record.mentions {
        let Some(rank) = mention.cluster_id.as_deref().and_then(|c| story.rank(c)) else { continue };
        let Some(of) = story.record.events.get(rank - 1) else { continue };
        let target = story.event(rank);
        marks.push(Mark {
            range: story.shown(mention.trigger.span.byte, mention.trigger.span.field),
            layer: Layer::Trigger,
            class: format!("t {}", event::tone(of)),
            target: target.clone(),
            own: Some(story.trigger(mention)),
            title: event::title(of),
        });
        let people = mention.participants.iter().filter_map(|p| p.span.as_ref());
        let place = mention.location.as_ref().and_then(|l| l.span.as_ref());
        let time = mention.time.as_ref().and_then(|t| t.span.as_ref());
        for span in people.chain(place).chain(time) {
            marks.push(plain(story, span, Layer::Role, "", &target));
        }
    }
}

fn plain(story: &Story<'_>, span: &Span, layer: Layer, class: &str, target: &str) -> Mark {
    Mark {
        range: story.shown(span.byte, span.field),
        layer,
        class: class.to_owned(),
        target: target.to_owned(),
        own: None,
        title: String::new(),
    }
}

fn times(story: &Story<'_>, marks: &mut Vec<Mark>) {
    for (i, time) in story.record.times.iter().enumerate() {
        marks.push(Mark {
            range: story.shown(time.span.byte, time.span.field),
            layer: Layer::Time,
            class: format!("m {}", Group::Time.class()),
            target: story.id(&format!("w{}", i + 1)),
            own: None,
            title: format!("Time: {}", when::words(&time.timex)),
        });
    }
}

fn entities(story: &Story<'_>, marks: &mut Vec<Mark>) {
    let timed: Vec<Range<usize>> = story.record.times.iter().map(|t| story.shown(t.span.byte, t.span.field)).collect();
    for entity in &story.record.entities {
        let Some(target) = story.entity(&entity.id) else { continue };
        let code = entity.actor.as_ref().and_then(|a| a.cameo_code.as_ref());
        let code = code.map(|c| format!(" [{c}]")).unwrap_or_default();
        let title = format!("{}: {}{code}", entity.kind.as_str(), shorten(&one_line(&entity.name), 80));
        let named = entity.mentions.iter().map(|m| (m, Layer::Entity, "m"));
        let meant = entity.references.iter().map(|m| (m, Layer::Reference, "m ref"));
        for (mention, layer, class) in named.chain(meant) {
            let group = Group::of(mention.kind);
            // The time itself is marked, with its value.
            let range = story.shown(mention.byte, mention.field);
            let is_time = || timed.iter().any(|t| t.start < range.end && range.start < t.end);
            if group == Group::Number || group == Group::Time && is_time() {
                continue;
            }
            marks.push(Mark {
                range,
                layer,
                class: format!("{class} {}", group.class()),
                target: target.clone(),
                own: None,
                title: title.clone(),
            });
        }
    }
}

fn attributions(story: &Story<'_>, marks: &mut Vec<Mark>) {
    for attribution in &story.record.attributions {
        let Some(target) = story.attribution(&attribution.id) else { continue };
        let source = attribution.source.as_ref().map_or_else(|| "unnamed".to_owned(), |s| one_line(&s.text));
        for span in attribution.source.iter().chain(&attribution.cue) {
            let mut mark = plain(story, span, Layer::Source, "cue", &target);
            mark.title = format!("Source: {}", shorten(&source, 80));
            marks.push(mark);
        }
        for content in &attribution.content {
            let range = story.shown(content.byte, content.field);
            let (class, own) = ("said".to_owned(), None);
            marks.push(Mark { range, layer: Layer::Said, class, target: target.clone(), own, title: String::new() });
        }
    }
}
