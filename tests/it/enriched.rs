//! What either tier, and the rules alone, make of an article; everything is loaded once for all tests.

use std::sync::{Arc, LazyLock};

use dateline::article::{Hint, Intake};
use dateline::extract::{Enricher, Pipeline};
use dateline::record::{EnrichedArticle, Tier};

static FAST: LazyLock<Arc<Pipeline>> = LazyLock::new(|| Arc::new(Pipeline::embedded(Tier::Fast).unwrap()));
static ACCURATE: LazyLock<Arc<Pipeline>> = LazyLock::new(|| Arc::new(Pipeline::embedded(Tier::Accurate).unwrap()));

static RULES: LazyLock<Arc<Pipeline>> = LazyLock::new(|| Arc::new(Pipeline::load(None, None).unwrap()));

/// An enricher without a learned reader.
pub(crate) fn by_rules() -> Enricher {
    Enricher::new(Arc::clone(&RULES))
}

/// An enricher of a tier.
pub(crate) fn enricher(tier: Tier) -> Enricher {
    Enricher::new(Arc::clone(match tier {
        Tier::Fast => &FAST,
        Tier::Accurate => &ACCURATE,
    }))
}

/// The record that an enricher makes of an article.
pub(crate) fn read(enricher: &mut Enricher, article: &str) -> EnrichedArticle {
    let article = Intake::default().read(article.as_bytes(), &Hint::default()).unwrap();
    enricher.enrich(&article, &|| false).unwrap()
}

/// The record of an article: its text, or a JSON object that holds it.
pub(crate) fn enrich(tier: Tier, article: &str) -> EnrichedArticle {
    read(&mut enricher(tier), article)
}
