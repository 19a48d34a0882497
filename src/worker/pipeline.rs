//! What reads articles, of a configuration: the pipeline with its lexicons, models and tier, and the intake.

use std::sync::Arc;

use super::{WorkerError, lexicons};
use crate::article::{Intake, Limits};
use crate::config::Config;
use crate::extract::reader::ReaderModel;
use crate::extract::{Pipeline, PipelineError};
use crate::telemetry::Metrics;
use crate::words::Lexicons;

/// The lexicons of a configuration.
pub(super) fn lexicons(config: &Config) -> Result<Lexicons, WorkerError> {
    lexicons::read(config.lexicons.dir.as_deref()).map_err(WorkerError::settings)
}

/// Loads the pipeline of a configuration.
pub(crate) fn pipeline(config: &Config) -> Result<Pipeline, WorkerError> {
    let lexicons = lexicons(config)?;
    let pipeline = Pipeline::load_with(config.model.path.as_deref(), config.model.gazetteer.as_deref(), lexicons)
        .map_err(WorkerError::settings)?;
    let tier = config.model.tier;
    let reader = config.model.reader.as_deref().map_or_else(|| ReaderModel::embedded(tier), ReaderModel::from_path);
    let reader = reader.and_then(|reader| reader.of_tier(tier));
    let reader = reader.map_err(|e| WorkerError::settings(PipelineError::Reader(e)))?;
    if !reader.is_fast_here() {
        tracing::warn!(
            "this processor has no AVX2: the accurate tier reads an article in seconds; model.tier = \"fast\" is for it"
        );
    }
    Ok(pipeline.with_reader(Arc::new(reader)))
}

/// Tells the metrics what was loaded.
pub(crate) fn told(pipeline: Pipeline, metrics: &Metrics) -> Arc<Pipeline> {
    let model = pipeline.model().info();
    metrics.set_model(&model.name, &model.version, &model.sha256);
    tell_lexicons(metrics, pipeline.lexicons());
    Arc::new(pipeline)
}

/// Tells the metrics which lexicons are in force.
pub(super) fn tell_lexicons(metrics: &Metrics, lexicons: &Lexicons) {
    let source = if lexicons.is_embedded() { "embedded" } else { "directory" };
    metrics.set_lexicons(source, &lexicons.sha256());
}

/// The intake of a configuration.
pub(crate) fn intake(config: &Config) -> Intake {
    Intake::new(Limits { bytes: config.limits.article_bytes.0, ..Limits::default() })
}
