//! Stories from short texts through the real engine, for the tests of every extraction step.

use std::borrow::Cow;
use std::cell::RefCell;
use std::sync::{Arc, OnceLock};

use super::places::{Gazetteer, Resolver};
use super::{Story, events};
use crate::article::{Article, DateSource, DocumentDate, Intake, Limits};
use crate::nlp::{Doc, Engine, Model};
use crate::words::Lexicons;

static MODEL: OnceLock<Arc<Model>> = OnceLock::new();

thread_local! {
    static ENGINE: RefCell<Engine> = RefCell::new(Engine::new(Arc::clone(
        MODEL.get_or_init(|| Arc::new(Model::embedded().expect("the embedded model loads"))),
    )));
}

fn annotated(article: &'static Article) -> Doc<'static> {
    static CASE: OnceLock<super::case::Case> = OnceLock::new();
    let case = CASE.get_or_init(|| super::case::Case::load().expect("the case table loads"));
    let text: &'static str = match super::reading::text(article, case, lexicon()) {
        Cow::Borrowed(text) => text,
        Cow::Owned(text) => Box::leak(text.into_boxed_str()),
    };
    ENGINE.with(|e| e.borrow_mut().annotate_parts(text, &article.layout.starts(), &|| false)).unwrap()
}

/// Reads and annotates a text, with `date` (`2022-02-03`) as the article's own date.
///
/// The article and its annotation are leaked, so that tests can hold the story without lifetimes.
pub(crate) fn read(text: &str, date: Option<&str>) -> Story<'static> {
    let mut article = Intake::new(Limits::default()).text(text);
    article.date = date.map(|date| DocumentDate {
        date: date.parse().expect("a date such as 2022-02-03"),
        via: DateSource::Published,
    });
    let article: &'static Article = Box::leak(Box::new(article));
    let doc: &'static Doc<'static> = Box::leak(Box::new(annotated(article)));
    Story::new(article, doc, &|| false)
}

/// The lexicon of actors.
pub(crate) fn lexicon() -> &'static super::entities::Lexicon {
    static LEXICON: OnceLock<super::entities::Lexicon> = OnceLock::new();
    LEXICON.get_or_init(|| super::entities::Lexicon::load().expect("the actor tables load"))
}

/// The gazetteer.
fn gazetteer() -> Arc<Gazetteer> {
    static GAZETTEER: OnceLock<Arc<Gazetteer>> = OnceLock::new();
    let bytes = include_bytes!("../../models/gazetteer.bin");
    let load = || Arc::new(Gazetteer::from_bytes(bytes).expect("the gazetteer loads"));
    Arc::clone(GAZETTEER.get_or_init(load))
}

/// The resolver of places.
pub(crate) fn places() -> &'static Resolver {
    static RESOLVER: OnceLock<Resolver> = OnceLock::new();
    RESOLVER.get_or_init(|| Resolver::new(gazetteer(), &Lexicons::embedded()).expect("the tables of places load"))
}

/// The entities of a story.
pub(crate) fn entities(story: &Story<'_>) -> super::entities::Entities {
    super::entities::find(story, lexicon(), &gazetteer()).unwrap()
}

/// The times of a story.
pub(crate) fn times(story: &Story<'_>) -> Vec<super::times::TimeMention> {
    static LEXICON: OnceLock<super::times::Lexicon> = OnceLock::new();
    let lexicon = LEXICON.get_or_init(|| super::times::Lexicon::load().expect("the time tables load"));
    super::times::find(story, lexicon).unwrap()
}

/// The words of harm.
pub(crate) fn harm() -> &'static super::casualties::Lexicon {
    static LEXICON: OnceLock<super::casualties::Lexicon> = OnceLock::new();
    LEXICON.get_or_init(|| super::casualties::Lexicon::load().expect("the casualty tables load"))
}

/// The casualty claims of a story.
pub(crate) fn claims(
    story: &Story<'_>,
    entities: &super::entities::Entities,
    attributions: &super::attributions::Attributions,
) -> Vec<super::casualties::Claim> {
    super::casualties::find(story, entities, attributions, harm()).unwrap()
}

/// The tables of events.
pub(crate) fn event_tables() -> &'static events::Lexicon {
    static LEXICON: OnceLock<events::Lexicon> = OnceLock::new();
    LEXICON.get_or_init(|| events::Lexicon::load().expect("the event tables load"))
}

/// Everything that events are found from, handed to `see`.
pub(crate) fn facts<T>(story: &Story<'_>, see: impl FnOnce(&events::Facts<'_>) -> T) -> T {
    let entities = entities(story);
    let attributions = attributions(story, &entities);
    let times = times(story);
    let claims = claims(story, &entities, &attributions);
    see(&events::Facts {
        entities: &entities,
        times: &times,
        attributions: &attributions,
        claims: &claims,
        units: &[],
        harm: harm(),
    })
}

/// The attributions of a story.
pub(crate) fn attributions(
    story: &Story<'_>,
    entities: &super::entities::Entities,
) -> super::attributions::Attributions {
    static CUES: OnceLock<super::attributions::Cues> = OnceLock::new();
    let cues = CUES.get_or_init(|| super::attributions::Cues::load().expect("the cues load"));
    super::attributions::find(story, entities, cues).unwrap()
}
