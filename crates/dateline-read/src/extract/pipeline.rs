//! Everything that reading an article needs, loaded once, and the order in which it is read.

use std::path::Path;
use std::sync::Arc;

use super::assemble::Assembler;
use super::case::Case;
use super::events::{EventMention, Facts, Trace};
use super::explain::Explainer;
use super::places::gazetteer::{Gazetteer, GazetteerError};
use super::reader::{Reader, ReaderModel, View};
use super::rollup::{self, Cluster, Samples, Telling};
use super::story::Cut;
use super::{Story, attributions, casualties, entities, events, places, reading, times};
use crate::article::Article;
use crate::nlp::{Engine, Model, ModelError, Stopped};
use crate::record::{EnrichedArticle, Explanation, Producer, Tier};
use crate::words::{self, Book, Lexicons, TableError};

/// Model, gazetteer and lexicons. Immutable; shared by all threads.
#[derive(Debug)]
pub struct Pipeline {
    model: Arc<Model>,
    places: places::Resolver,
    actors: entities::Lexicon,
    cues: attributions::Cues,
    triggers: events::Lexicon,
    events: rollup::Models,
    telling: Telling,
    reader: Option<Arc<ReaderModel>>,
    times: times::Lexicon,
    harm: casualties::Lexicon,
    case: Case,
    lexicons: Lexicons,
    producer: Producer,
}

/// Why a pipeline cannot be loaded.
#[derive(Debug, thiserror::Error)]
pub enum PipelineError {
    /// The language model.
    #[error("cannot load the language model: {0}")]
    Model(#[from] ModelError),
    /// The gazetteer.
    #[error("cannot load the gazetteer: {0}")]
    Gazetteer(#[from] GazetteerError),
    /// The learned reader.
    #[error("cannot load the reader: {0}")]
    Reader(ModelError),
    /// A table of language data.
    #[error("cannot use the lexicons: {0}")]
    Table(#[from] TableError),
}

impl PipelineError {
    /// A stable name for the kind of error.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Model(e) | Self::Reader(e) => e.kind(),
            Self::Gazetteer(e) => e.kind(),
            Self::Table(e) => e.kind(),
        }
    }
}

/// Why an article was not enriched.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum EnrichError {
    /// The caller said stop, mostly because the time was over.
    #[error("reading the article took longer than worker.article_timeout")]
    Stopped,
}

impl EnrichError {
    /// A stable name for the kind of error.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Stopped => "timeout",
        }
    }
}

impl From<Stopped> for EnrichError {
    fn from(_: Stopped) -> Self {
        Self::Stopped
    }
}

impl Pipeline {
    /// What is embedded, for a tier.
    ///
    /// # Errors
    /// In a build without the feature `embedded-model`.
    pub fn embedded(tier: Tier) -> Result<Self, PipelineError> {
        let reader = ReaderModel::embedded(tier).map_err(PipelineError::Reader)?;
        Ok(Self::load(None, None)?.with_reader(Arc::new(reader)))
    }

    /// Loads everything; the embedded model and gazetteer where no path is given, and the embedded lexicons.
    pub fn load(model: Option<&Path>, gazetteer: Option<&Path>) -> Result<Self, PipelineError> {
        Self::load_with(model, gazetteer, Lexicons::embedded())
    }

    /// The same with lexicons of the caller's.
    pub fn load_with(
        model: Option<&Path>,
        gazetteer: Option<&Path>,
        lexicons: Lexicons,
    ) -> Result<Self, PipelineError> {
        let model = model.map_or_else(Model::embedded, Model::from_path)?;
        let gazetteer = gazetteer.map_or_else(Gazetteer::embedded, Gazetteer::from_path)?;
        Self::assemble(Arc::new(model), Arc::new(gazetteer), lexicons)
    }

    /// The same model and gazetteer with other lexicons.
    pub fn with_lexicons(&self, lexicons: Lexicons) -> Result<Self, PipelineError> {
        let other = Self::assemble(Arc::clone(&self.model), Arc::clone(self.places.gazetteer()), lexicons)?;
        Ok(match &self.reader {
            Some(reader) => other.with_reader(Arc::clone(reader)),
            None => other,
        })
    }

    fn assemble(model: Arc<Model>, gazetteer: Arc<Gazetteer>, lexicons: Lexicons) -> Result<Self, PipelineError> {
        let info = model.info();
        let embedded = lexicons.is_embedded();
        if !embedded {
            words::check(&lexicons)?;
        }
        let book = Arc::new(Book::read(&lexicons)?);
        let producer = Producer {
            name: "dateline".to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            model: format!("{}-{}", info.name, info.version),
            gazetteer: gazetteer.info().name.clone(),
            tier: Tier::Fast,
            reader: None,
            lexicons: (!embedded).then(|| lexicons.sha256()),
        };
        Ok(Self {
            places: places::Resolver::new(gazetteer, &lexicons)?,
            actors: entities::Lexicon::read(&lexicons, &book)?,
            cues: attributions::Cues::read(&lexicons, &book)?,
            triggers: events::Lexicon::read(&lexicons, &book)?,
            times: times::Lexicon::read(&lexicons, &book)?,
            harm: casualties::Lexicon::read(&lexicons, &book)?,
            case: Case::read(&lexicons)?,
            events: rollup::Models::load()?,
            telling: Telling::load()?,
            reader: None,
            model,
            lexicons,
            producer,
        })
    }

    /// The same with a learned reader.
    pub fn with_reader(mut self, reader: Arc<ReaderModel>) -> Self {
        let info = reader.info();
        self.producer.tier = reader.tier();
        self.producer.reader = Some(format!("{}-{}", info.name, info.version));
        self.reader = Some(reader);
        self
    }

    /// The same with events that are worth no record, and with scores as the models give them.
    pub fn for_training(mut self) -> Self {
        self.events.for_training();
        self
    }

    /// The lexicons.
    pub fn lexicons(&self) -> &Lexicons {
        &self.lexicons
    }

    /// The language model.
    pub fn model(&self) -> &Model {
        &self.model
    }

    /// The gazetteer.
    pub fn gazetteer(&self) -> &Gazetteer {
        self.places.gazetteer()
    }
}

/// Reads articles: the shared pipeline and one thread's language engine.
#[derive(Debug)]
pub struct Enricher {
    pipeline: Arc<Pipeline>,
    engine: Engine,
    reader: Option<Reader>,
}

impl Enricher {
    /// A reader with an engine of its own.
    pub fn new(pipeline: Arc<Pipeline>) -> Self {
        let mut engine = Engine::new(Arc::clone(&pipeline.model));
        if pipeline.reader.as_ref().is_some_and(|reader| reader.tier() == Tier::Fast) {
            engine.keep_vectors();
        }
        let reader = pipeline.reader.clone().map(Reader::new);
        Self { pipeline, engine, reader }
    }

    /// The pipeline in use.
    pub fn pipeline(&self) -> &Arc<Pipeline> {
        &self.pipeline
    }

    /// Keeps the engine's vectors in the documents that [`Self::see`] shows.
    pub fn keep_vectors(&mut self) {
        self.engine.keep_vectors();
    }

    /// Reads on with another pipeline; the engine stays where the model does.
    pub fn set_pipeline(&mut self, pipeline: Arc<Pipeline>) {
        if Arc::ptr_eq(&pipeline.model, &self.pipeline.model) {
            self.pipeline = pipeline;
        } else {
            *self = Self::new(pipeline);
        }
    }

    /// Finds everything in an article. `stop` is asked as the work goes on; when it says so, the article is given up.
    pub fn enrich(&mut self, article: &Article, stop: &dyn Fn() -> bool) -> Result<EnrichedArticle, EnrichError> {
        self.enrich_in_steps(article, stop, &mut || ())
    }

    /// The same; `annotated` is called between the language engine and the extraction, so that a caller with a clock
    /// can tell them apart.
    pub fn enrich_in_steps(
        &mut self,
        article: &Article,
        stop: &dyn Fn() -> bool,
        annotated: &mut dyn FnMut(),
    ) -> Result<EnrichedArticle, EnrichError> {
        self.read(article, stop, annotated, &mut Trace::default(), |mut found, trace| {
            found.keep_telling(trace)?;
            found.assembler()?.article(&found.mentions, &found.clusters)
        })
    }

    /// The same record with the reasons for what was coded and what was not.
    pub fn explain(
        &mut self,
        article: &Article,
        stop: &dyn Fn() -> bool,
    ) -> Result<(EnrichedArticle, Explanation), EnrichError> {
        self.read(article, stop, &mut || (), &mut Trace::on(), |mut found, trace| {
            found.keep_telling(trace)?;
            let (assembler, Findings { story, facts, mentions, clusters, .. }) = (found.assembler()?, &found);
            let record = assembler.article(mentions, clusters)?;
            let explainer = Explainer { story, facts, assembler: &assembler, record: &record };
            let explanation = explainer.explain(mentions, clusters, trace);
            Ok((record, explanation))
        })
    }

    /// What the learned models see of an article, beside a record that holds every mention: their training material.
    pub fn samples(
        &mut self,
        article: &Article,
        stop: &dyn Fn() -> bool,
    ) -> Result<(EnrichedArticle, Samples), EnrichError> {
        self.read(article, stop, &mut || (), &mut Trace::default(), |found, _| {
            let Findings { story, facts, pipeline, .. } = found;
            let samples = rollup::samples(
                story,
                facts,
                &pipeline.model,
                &found.mentions,
                &found.clusters,
                &pipeline.events,
                found.view,
            )?;
            Ok((found.assembler()?.article(&found.mentions, &found.clusters)?, samples))
        })
    }

    /// What the learned reader sees of an article, handed to `see`: its training material.
    pub fn see<T>(
        &mut self,
        article: &Article,
        see: impl FnOnce(&Story<'_>, &Facts<'_>, &events::Lexicon) -> Result<T, Stopped>,
    ) -> Result<T, EnrichError> {
        self.read(article, &|| false, &mut || (), &mut Trace::default(), |found, _| {
            see(found.story, found.facts, &found.pipeline.triggers)
        })
    }

    fn read<T>(
        &mut self,
        article: &Article,
        stop: &dyn Fn() -> bool,
        annotated: &mut dyn FnMut(),
        trace: &mut Trace,
        finish: impl FnOnce(Findings<'_>, &mut Trace) -> Result<T, Stopped>,
    ) -> Result<T, EnrichError> {
        let Self { pipeline, engine, reader } = self;
        // Block by block: a dateline or headline is no part of the sentence that follows it.
        let text = reading::text(article, &pipeline.case, &pipeline.actors);
        let mut doc = engine.annotate_parts(&text, &article.layout.starts(), stop)?;
        annotated();
        let view = reader.as_mut().map(|reader| reader.read(&Story::new(article, &doc, stop))).transpose()?;
        let view = view.as_ref();
        if let Some(entities) = view.and_then(|view| view.entities(&doc)) {
            doc.set_entities(entities);
        }
        let story = Story::new(article, &doc, stop);
        if view.is_some_and(|v| v.cut_off) {
            story.cut(Cut::Events);
        }
        let mut entities = entities::find(&story, &pipeline.actors, pipeline.gazetteer())?;
        let units = pipeline.places.resolve(&story, &mut entities)?;
        entities::settle_countries(&story, &units, &mut entities);
        let times = times::find(&story, &pipeline.times)?;
        let attributions = attributions::find(&story, &entities, &pipeline.cues)?;
        let claims = casualties::find(&story, &entities, &attributions, &pipeline.harm)?;
        let facts = Facts {
            entities: &entities,
            times: &times,
            attributions: &attributions,
            claims: &claims,
            units: &units,
            harm: &pipeline.harm,
        };
        let mentions = events::find(&story, &facts, &pipeline.triggers, view, trace)?;
        let clusters = rollup::events(&story, &facts, &mentions, &pipeline.events, view)?;
        Ok(finish(Findings { pipeline, story: &story, facts: &facts, view, mentions, clusters }, trace)?)
    }
}

/// All that was found in one article.
struct Findings<'a> {
    pipeline: &'a Pipeline,
    story: &'a Story<'a>,
    facts: &'a Facts<'a>,
    view: Option<&'a View>,
    mentions: Vec<EventMention>,
    clusters: Vec<Cluster>,
}

impl Findings<'_> {
    /// Leaves out mentions that only refer to what is told elsewhere.
    fn keep_telling(&mut self, trace: &mut Trace) -> Result<(), Stopped> {
        let Self { pipeline, story, mentions, clusters, .. } = self;
        if pipeline.reader.is_some() {
            rollup::keep_told(mentions, clusters, trace);
            return Ok(());
        }
        story.work(mentions.len() * mentions.len())?;
        pipeline.telling.keep(story, &pipeline.model, mentions, clusters, trace);
        Ok(())
    }

    fn assembler(&self) -> Result<Assembler<'_>, Stopped> {
        Assembler::new(self.story, self.facts, &self.pipeline.producer)
    }
}
