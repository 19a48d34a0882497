//! What either tier makes of an article; the language model, the gazetteer and the reader are loaded once for all tests.

use std::sync::{Arc, LazyLock};

use dateline::article::{Hint, Intake};
use dateline::extract::{Enricher, Pipeline};
use dateline::record::{EnrichedArticle, Tier};

static FAST: LazyLock<Arc<Pipeline>> = LazyLock::new(|| Arc::new(Pipeline::embedded(Tier::Fast).unwrap()));
static ACCURATE: LazyLock<Arc<Pipeline>> = LazyLock::new(|| Arc::new(Pipeline::embedded(Tier::Accurate).unwrap()));

/// An enricher of a tier.
pub(crate) fn enricher(tier: Tier) -> Enricher {
    Enricher::new(Arc::clone(match tier {
        Tier::Fast => &FAST,
        Tier::Accurate => &ACCURATE,
    }))
}

/// The record of an article: its text, or a JSON object that holds it.
pub(crate) fn enrich(tier: Tier, article: &str) -> EnrichedArticle {
    let article = Intake::default().read(article.as_bytes(), &Hint::default()).unwrap();
    enricher(tier).enrich(&article, &|| false).unwrap()
}
