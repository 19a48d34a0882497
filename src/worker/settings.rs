//! The stream's settings of a configuration.

use std::time::Duration;

use secrecy::ExposeSecret;

use super::link::LinkTopics;
use super::output::NewsTopics;
use crate::config::{Config, Delivery, ForeignArticles, LostHistory, Role};
use crate::stream;
use crate::stream::topics::{Kept, Purpose};

/// A worker's own name among all workers of all groups, which is its transactional id: `<group>-<instance>`, with `-`
/// and `%` of the instance written as `%2D` and `%25`. So the last `-` is always the one between them; without that,
/// instance `0` of group `two-a` and instance `a-0` of group `two` would fence each other.
fn slot(group: &str, instance: &str) -> String {
    format!("{group}-{}", instance.replace('%', "%25").replace('-', "%2D"))
}

/// The longest that state may take to be restored.
const RESTORE: Duration = Duration::from_secs(3600);

/// All topics of both roles. `topics.enriched` and `topics.input` carry whatever key the producer chose, `topics.entities`
/// that of the article or the entity, letters those of their articles: none of them names the record.
pub(crate) fn topics(config: &Config) -> Vec<Purpose> {
    let topics = &config.topics;
    let shards = Some(topics.link_partitions);
    [
        (&topics.input, Kept::Input, None),
        (&topics.enriched, Kept::Records, None),
        (&topics.events, Kept::Latest, None),
        (&topics.entities, Kept::Records, None),
        (&topics.link, Kept::Records, shards),
        (&topics.canonical, Kept::State, shards),
        (&topics.links, Kept::State, shards),
        (&topics.link_state, Kept::State, shards),
        (&topics.dead, Kept::Letters, None),
    ]
    .map(|(name, kept, partitions)| (name.as_str().into(), kept, partitions))
    .to_vec()
}

/// The stream's settings of a configuration.
pub(crate) fn settings(config: &Config) -> stream::Settings {
    let kafka = &config.kafka;
    let role = config.worker.role;
    let group = match role {
        Role::Read => kafka.group_id.clone(),
        Role::Link => format!("{}-link", kafka.group_id),
    };
    let delivery = match kafka.delivery {
        Delivery::ExactlyOnce => stream::Delivery::ExactlyOnce { transactional_id: slot(&group, &kafka.instance) },
        Delivery::AtLeastOnce => stream::Delivery::AtLeastOnce,
    };
    let (input, outputs) = match role {
        Role::Read => (&config.topics.input, NewsTopics::of(&config.topics).outputs()),
        Role::Link => (&config.topics.link, LinkTopics::of(&config.topics).outputs()),
    };
    let topics = stream::Topics::new(input.as_str(), outputs, config.topics.dead.as_str());
    let mut settings = stream::Settings::new(&kafka.bootstrap_servers, &group, delivery, topics);
    settings.client_id.clone_from(&kafka.client_id);
    settings.carried = stream::Carried { names: config.headers.carry.clone(), bytes: config.headers.max_bytes.0 };
    settings.session_timeout = kafka.session_timeout;
    settings.max_poll_interval = kafka.max_poll_interval;
    settings.transaction_timeout = kafka.transaction_timeout;
    settings.broker_patience = kafka.broker_patience;
    settings.lost_history = match kafka.lost_history {
        LostHistory::Continue => stream::LostHistory::Continue,
        LostHistory::Stop => stream::LostHistory::Stop,
    };
    settings.revoke_timeout = kafka.revoke_timeout;
    if config.worker.threads > 0 {
        settings.threads = config.worker.threads;
    }
    settings.batch_records = config.worker.batch_records;
    settings.batch_wait = config.worker.batch_wait;
    settings.in_flight_records = config.worker.in_flight_records;
    settings.in_flight_bytes = config.worker.in_flight_bytes.0;
    settings.article_timeout = config.worker.article_timeout;
    settings.article_hang_timeout = config.worker.article_hang_timeout;
    if role == Role::Link {
        settings.ordered = true;
        settings.changelog = Some(config.topics.link_state.as_str().into());
        settings.threads = 1;
        // Restoring the state is part of the first article.
        settings.article_timeout = RESTORE;
        settings.article_hang_timeout = RESTORE;
    }
    settings.drain_timeout = config.worker.drain_timeout;
    settings.crash_guard = config.worker.state_dir.clone().map(|folder| stream::CrashGuard {
        folder,
        name: slot(&group, &kafka.instance),
        limit: config.worker.crash_limit,
    });
    settings.dead_letters = stream::DeadLetterLimits {
        max_ratio: config.dead_letters.max_ratio,
        min_records: config.dead_letters.min_records,
        max_burst: config.dead_letters.max_burst,
        window: config.dead_letters.window,
        pause: config.dead_letters.pause,
    };
    settings.skip_foreign = config.dead_letters.unsupported_language == ForeignArticles::Skip;
    settings.output_bytes = config.limits.output_bytes.0;
    settings.oauth_token_file.clone_from(&kafka.oauth_token_file);
    settings.common = security(config);
    settings.consumer = kafka.consumer.0.clone().into_iter().collect();
    settings.producer = kafka.producer.0.clone().into_iter().collect();
    settings
}

/// Security as librdkafka properties. Certificates and host names are verified: librdkafka's default, which no
/// setting of ours turns off.
fn security(config: &Config) -> stream::Properties {
    let kafka = &config.kafka;
    let secret = |s: &Option<secrecy::SecretString>| s.as_ref().map(|s| s.expose_secret().to_owned());
    [
        ("security.protocol", Some(kafka.security_protocol.as_str().to_owned())),
        ("ssl.ca.location", kafka.ssl_ca_location.clone()),
        ("ssl.certificate.location", kafka.ssl_certificate_location.clone()),
        ("ssl.key.location", kafka.ssl_key_location.clone()),
        ("ssl.key.password", secret(&kafka.ssl_key_password)),
        ("sasl.mechanisms", kafka.sasl_mechanism.clone()),
        ("sasl.username", kafka.sasl_username.clone()),
        ("sasl.password", secret(&kafka.sasl_password)),
    ]
    .into_iter()
    .filter_map(|(name, value)| Some((name, value?)))
    .collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn ordinals_keep_the_id_that_they_always_had() {
        assert_eq!(slot("news", "0"), "news-0");
        assert_eq!(slot("two", "a-0"), "two-a%2D0");
        assert_ne!(slot("two", "a-0"), slot("two-a", "0"));
        assert_ne!(slot("g", "%2D"), slot("g", "-"));
    }

    proptest! {
        #[test]
        fn no_two_workers_share_an_id(pairs in prop::collection::vec(("[-%a2D5]{1,5}", "[-%a2D5]{1,5}"), 2..60)) {
            let mut owners: BTreeMap<String, (String, String)> = BTreeMap::new();
            for (group, instance) in pairs {
                let owner = (group.clone(), instance.clone());
                let first = owners.entry(slot(&group, &instance)).or_insert_with(|| owner.clone());
                prop_assert_eq!(first, &owner);
            }
        }
    }
}
