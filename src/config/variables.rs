//! Names of environment variables: which are settings, which are nobody's business, and which are mistakes.
//!
//! A variable that begins like ours and is none of ours is a mistake: ignored, it would leave a default in force that
//! its author believes to have changed. So is one whose name is ours but for a letter or two.

use std::sync::LazyLock;

use dateline_stream::properties;
use regex::Regex;

use super::layers::{Flat, SECRETS, open_property};

const PREFIX: &str = "DATELINE__";
/// Variables that the command line reads by itself.
pub(super) const OF_THE_COMMAND_LINE: [&str; 3] = ["DATELINE_CONFIG_DIR", "DATELINE_PROFILE", "DATELINE_ENV_FILE"];
/// What Kubernetes and Docker put into every container for a service whose name begins with "dateline".
static SERVICE_LINK: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let (number, protocol) =
        ("_SERVICE_(?:HOST|PORT(?:_[A-Z0-9_]+)?)", "_PORT_[0-9]+_(?:TCP|UDP|SCTP)(?:_(?:PROTO|PORT|ADDR))?");
    Regex::new(&format!("^DATELINE(?:_[A-Z0-9]+)*(?:{number}|{protocol})$")).ok()
});

/// What a variable is.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Variable {
    /// It sets this key.
    Setting(String),
    /// Somebody else's.
    Foreign,
    /// Meant for us, and no setting; the most similar variable.
    Mistake(Option<String>),
}

/// Tells what a variable is. The value is looked at only for `DATELINE_PORT=tcp://...`, which Kubernetes sets.
pub(super) fn classify(name: &str, value: &str, known: &Flat) -> Variable {
    if OF_THE_COMMAND_LINE.contains(&name) {
        return Variable::Foreign;
    }
    if let Some(key) = name.strip_prefix(PREFIX).filter(|rest| !rest.chars().any(|c| c.is_ascii_lowercase())).map(key) {
        let file = key.strip_suffix("_file").is_some_and(|secret| SECRETS.contains(&secret));
        if file || known.contains_key(&key) || open_property(&key).is_some() {
            return Variable::Setting(key);
        }
    }
    let link = SERVICE_LINK.as_ref().is_some_and(|link| link.is_match(name))
        || name.ends_with("_PORT") && ["tcp://", "udp://", "sctp://"].iter().any(|scheme| value.starts_with(scheme));
    let ours = name.get(..8).is_some_and(|start| start.eq_ignore_ascii_case("DATELINE"));
    match (ours, ours && link) {
        (_, true) => Variable::Foreign,
        (true, _) => Variable::Mistake(suggestion(name, known, 4)),
        // Names as long as ours do not come so near by chance.
        (false, _) if name.len() >= PREFIX.len() => match suggestion(name, known, 2) {
            Some(near) => Variable::Mistake(Some(near)),
            None => Variable::Foreign,
        },
        _ => Variable::Foreign,
    }
}

/// The key that the rest of a name stands for. In the open tables, dots are written as underscores.
fn key(rest: &str) -> String {
    let key = rest.to_lowercase().replace("__", ".");
    match open_property(&key) {
        Some(property) => format!("{}{}", &key[..key.len() - property.len()], property.replace('_', ".")),
        None => key,
    }
}

/// The variable that sets a key.
pub(super) fn variable(key: &str) -> String {
    match open_property(key) {
        Some(property) => {
            let table = key[..key.len() - property.len() - 1].replace('.', "__");
            format!("{PREFIX}{table}__{}", property.replace('.', "_")).to_uppercase()
        }
        None => format!("{PREFIX}{}", key.replacen('.', "__", 1)).to_uppercase(),
    }
}

/// The variable most like a mistaken one. Underscores and case do not count: they are what goes wrong most.
fn suggestion(name: &str, known: &Flat, most: usize) -> Option<String> {
    let files = SECRETS.iter().map(|secret| format!("{}_FILE", variable(secret)));
    let properties = properties::open().map(|(client, name)| variable(&format!("{}.{name}", client.table())));
    let all: Vec<String> = known.keys().map(|key| variable(key)).chain(files).chain(properties).collect();
    let squeezed = |name: &str| name.replace('_', "").to_uppercase();
    let meant = squeezed(name);
    let near = all.iter().map(|v| (strsim::damerau_levenshtein(&meant, &squeezed(v)), v));
    near.min().filter(|(distance, _)| *distance <= most).map(|(_, variable)| variable.clone())
}

#[cfg(test)]
mod tests {
    use super::super::layers::embedded;
    use super::*;

    #[test]
    fn names_are_ours_or_nobodys_or_mistakes() {
        let known = embedded().unwrap();
        let setting = |key: &str| Variable::Setting(key.to_owned());
        let mistake = |near: &str| Variable::Mistake(Some(near).filter(|n| !n.is_empty()).map(str::to_owned));
        let cases = [
            ("DATELINE__KAFKA__GROUP_ID", setting("kafka.group_id")),
            ("DATELINE__KAFKA__SASL_PASSWORD_FILE", setting("kafka.sasl_password_file")),
            ("DATELINE__KAFKA__CONSUMER__FETCH_MIN_BYTES", setting("kafka.consumer.fetch.min.bytes")),
            ("DATELINE__MIN_CONFIDENCE__EVENTS", setting("min_confidence.events")),
            ("DATELINE_CONFIG_DIR", Variable::Foreign),
            ("PATH", Variable::Foreign),
            ("KAFKA_GROUP_ID", Variable::Foreign),
            ("DATE", Variable::Foreign),
            // One underscore, two in the wrong place, lower case, a slip of the finger.
            ("DATELINE_KAFKA_GROUP_ID", mistake("DATELINE__KAFKA__GROUP_ID")),
            ("DATELINE__KAFKA_GROUP_ID", mistake("DATELINE__KAFKA__GROUP_ID")),
            ("DATELINE__KAFKA__GROUP__ID", mistake("DATELINE__KAFKA__GROUP_ID")),
            ("dateline__kafka__group_id", mistake("DATELINE__KAFKA__GROUP_ID")),
            ("DATELINE__kafka__group_id", mistake("DATELINE__KAFKA__GROUP_ID")),
            ("DATLINE__KAFKA__GROUP_ID", mistake("DATELINE__KAFKA__GROUP_ID")),
            ("DATE_LINE__KAFKA__GROUP_ID", mistake("DATELINE__KAFKA__GROUP_ID")),
            ("DATELINE__KAFKA__BOOTSTRAP_SERVER", mistake("DATELINE__KAFKA__BOOTSTRAP_SERVERS")),
            ("DATELINE_KAFKA_CONSUMER_FETCH_MIN_BYTES", mistake("DATELINE__KAFKA__CONSUMER__FETCH_MIN_BYTES")),
            ("DATELINE_KAFKA_SASL_PASSWORD_FILE", mistake("DATELINE__KAFKA__SASL_PASSWORD_FILE")),
            ("DATELINE__NOTHING__LIKE__IT", mistake("")),
            ("DATELINE_TEST", mistake("")),
            ("DATELINE", mistake("")),
            // Service links of Kubernetes for services called dateline and dateline-admin.
            ("DATELINE_SERVICE_HOST", Variable::Foreign),
            ("DATELINE_ADMIN_SERVICE_PORT_METRICS", Variable::Foreign),
            ("DATELINE_PORT_9464_TCP_ADDR", Variable::Foreign),
            ("DATELINE_HTTP_PORT", mistake("")),
        ];
        for (name, expect) in cases {
            assert_eq!(classify(name, "9464", &known), expect, "{name}");
        }
        assert_eq!(classify("DATELINE_PORT", "tcp://10.0.0.7:9464", &known), Variable::Foreign);
    }
}
