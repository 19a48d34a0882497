//! Which librdkafka properties `kafka.consumer` and `kafka.producer` may set: the table `librdkafka.tsv`.
//!
//! A property that the table does not know is refused, and its value is never shown: a newer librdkafka cannot bring
//! one that goes past the promises of delivery and security. Values are held to the table's bounds here and to
//! librdkafka's own by librdkafka, one by one and without a network; what does not go together shows when the clients are built
//! ([`Settings::validate`](crate::Settings::validate)).

use std::collections::BTreeMap;
use std::sync::LazyLock;

use rdkafka::ClientConfig;
use rdkafka::error::KafkaError;

/// A kind of client.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Client {
    /// `kafka.consumer`.
    Consumer,
    /// `kafka.producer`.
    Producer,
}

impl Client {
    /// The table of settings with its properties.
    pub fn table(self) -> &'static str {
        match self {
            Self::Consumer => "kafka.consumer",
            Self::Producer => "kafka.producer",
        }
    }
}

#[derive(Debug, PartialEq)]
enum Verdict {
    Allowed,
    Range(f64, f64),
    OneOf(Vec<&'static str>),
    Alias(&'static str),
    Managed(&'static str),
    Refused,
}

#[derive(Debug)]
struct Row {
    clients: &'static str,
    verdict: Verdict,
    secret: bool,
    /// Empty: nothing to add.
    why: &'static str,
}

/// The table by name. A line that cannot be read is left out, so its property is refused; a test finds it.
static TABLE: LazyLock<BTreeMap<&'static str, Row>> = LazyLock::new(|| {
    let lines = include_str!("librdkafka.tsv").lines().filter(|line| !line.starts_with('#'));
    lines.filter_map(row).collect()
});

fn row(line: &'static str) -> Option<(&'static str, Row)> {
    let fields: Vec<&str> = line.split('\t').collect();
    let [name, clients, verdict, operand, secret, why] = fields[..] else { return None };
    let verdict = match verdict {
        "allowed" => Verdict::Allowed,
        "range" => {
            let (low, high) = operand.split_once("..")?;
            Verdict::Range(low.parse().ok()?, high.parse().ok()?)
        }
        "one_of" => Verdict::OneOf(operand.split('|').collect()),
        "alias" => Verdict::Alias(operand),
        "managed" => Verdict::Managed(operand),
        "refused" => Verdict::Refused,
        _ => return None,
    };
    Some((name, Row { clients, verdict, secret: secret == "yes", why: if why == "-" { "" } else { why } }))
}

/// Whether the value of a property must not be shown.
pub fn is_secret_property(name: &str) -> bool {
    TABLE.get(name).is_none_or(|row| row.secret)
}

/// Whether clients of both kinds have this property.
pub fn is_shared_property(name: &str) -> bool {
    TABLE.get(name).is_some_and(|row| row.clients == "*")
}

/// The name that stands for all names of a property.
pub fn canonical(name: &str) -> &str {
    match TABLE.get(name).map(|row| &row.verdict) {
        Some(Verdict::Alias(other)) => other,
        _ => name,
    }
}

/// Properties that users may set on some client, each with its client.
pub fn open() -> impl Iterator<Item = (Client, &'static str)> {
    let all = [(Client::Consumer, "C"), (Client::Producer, "P")];
    all.into_iter().flat_map(|(client, letter)| {
        let open = move |row: &Row| ["*", letter].contains(&row.clients) && row.verdict != Verdict::Refused;
        TABLE.iter().filter(move |(_, row)| open(row)).map(move |(name, _)| (client, *name))
    })
}

/// Properties that follow from a setting, each with that setting.
pub fn managed() -> impl Iterator<Item = (&'static str, &'static str)> {
    TABLE.iter().filter_map(|(name, row)| match row.verdict {
        Verdict::Managed(setting) => Some((*name, setting)),
        _ => None,
    })
}

/// The known name most like a mistyped one.
pub fn closest<'k>(name: &str, known: impl Iterator<Item = &'k str>) -> Option<String> {
    let (distance, near) = known.map(|k| (strsim::damerau_levenshtein(name, k), k)).min()?;
    (distance <= 3).then(|| near.to_owned())
}

/// Whether a client may be given a property with this value.
///
/// # Errors
/// Why not, as it follows the property's name in a sentence. Never quotes a secret.
pub fn judge(client: Client, name: &str, value: &str) -> Result<(), String> {
    let Some(row) = TABLE.get(name) else {
        let hint = closest(name, TABLE.keys().copied()).map(|n| format!("; did you mean {n}?")).unwrap_or_default();
        return Err(format!("is no property of librdkafka that Dateline knows{hint}"));
    };
    let because = |text: String| if row.why.is_empty() { text } else { format!("{text}: {}", row.why) };
    match &row.verdict {
        Verdict::Refused => return Err(because("is refused".to_owned())),
        Verdict::Managed(setting) => return Err(because(format!("is managed by Dateline; set {setting} instead"))),
        Verdict::Alias(other) => return judge(client, other, value),
        _ => {}
    }
    match (row.clients, client) {
        ("C", Client::Producer) => return Err(format!("is a property of consumers; set kafka.consumer.{name}")),
        ("P", Client::Consumer) => return Err(format!("is a property of producers; set kafka.producer.{name}")),
        _ => {}
    }
    match &row.verdict {
        Verdict::Range(low, high) if !value.trim().parse().is_ok_and(|n: f64| (*low..=*high).contains(&n)) => {
            return Err(because(format!("must be a number from {low} to {high}")));
        }
        Verdict::OneOf(values) if !values.contains(&value) => {
            return Err(because(format!("must be one of: {}", values.join(" "))));
        }
        _ => {}
    }
    match ClientConfig::new().set(name, value).create_native_config() {
        Ok(_) => Ok(()),
        Err(KafkaError::ClientConfig(_, text, ..)) if !row.secret => Err(format!("is refused by librdkafka: {text}")),
        Err(_) => Err("is refused by librdkafka".to_owned()),
    }
}

#[cfg(test)]
#[allow(unsafe_code)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};
    use std::ffi::CString;

    use super::*;

    /// A property as librdkafka itself describes it.
    struct Native {
        clients: BTreeSet<String>,
        alias_of: Option<String>,
        range: Option<(f64, f64)>,
    }

    /// librdkafka's own list.
    fn native() -> BTreeMap<String, Native> {
        let file = tempfile::NamedTempFile::new().unwrap();
        let path = CString::new(file.path().to_str().unwrap()).unwrap();
        // SAFETY: both strings end in NUL; the stream is checked, used by nobody else and closed once.
        unsafe {
            let stream = libc::fopen(path.as_ptr(), c"w".as_ptr());
            assert!(!stream.is_null());
            rdkafka::bindings::rd_kafka_conf_properties_show(stream.cast());
            assert_eq!(libc::fclose(stream), 0);
        }
        let text = std::fs::read_to_string(file.path()).unwrap();
        let mut found: BTreeMap<String, Native> = BTreeMap::new();
        // Columns: name | clients | range | default | importance | description. A default may hold the separator.
        for line in text.lines().filter(|line| line.contains("*Type: ")) {
            let columns: Vec<&str> = line.split(" | ").map(str::trim).collect();
            let description = columns.last().unwrap();
            let alias_of = description.strip_prefix("Alias for `").and_then(|rest| rest.split('`').next());
            let alias_of = alias_of.or_else(|| description.split("Alias for `").nth(1)?.split('`').next());
            let bounds = columns[2].split_once(" .. ");
            let range = bounds.and_then(|(low, high)| Some((low.parse().ok()?, high.parse().ok()?)));
            let new = Native { clients: BTreeSet::new(), alias_of: None, range };
            let native = found.entry(columns[0].to_owned()).or_insert(new);
            native.clients.insert(columns[1].to_owned());
            native.alias_of = native.alias_of.take().or(alias_of.map(str::to_owned));
        }
        found
    }

    #[test]
    fn every_property_of_librdkafka_is_decided() {
        let all = native();
        assert!(all.len() > 150, "librdkafka's list was not understood: {} properties", all.len());
        let lines = include_str!("librdkafka.tsv").lines().filter(|line| !line.starts_with('#')).count();
        assert_eq!(TABLE.len(), lines, "a line of librdkafka.tsv is malformed or doubled");
        let names: BTreeSet<&str> = TABLE.keys().copied().collect();
        let theirs: BTreeSet<&str> = all.keys().map(String::as_str).collect();
        let undecided: Vec<_> = theirs.difference(&names).collect();
        assert!(undecided.is_empty(), "decide these in librdkafka.tsv: {undecided:?}");
        let gone: Vec<_> = names.difference(&theirs).collect();
        assert!(gone.is_empty(), "librdkafka has no longer: {gone:?}");
        for (name, row) in TABLE.iter() {
            let native = &all[*name];
            assert!(native.clients.contains(row.clients), "{name} is of {:?}, not {}", native.clients, row.clients);
            match &row.verdict {
                Verdict::Refused => assert!(!row.why.is_empty(), "{name} is refused without a reason"),
                Verdict::Range(low, high) => {
                    let (least, most) = native.range.unwrap();
                    assert!(least <= *low && low < high && *high <= most, "{name} goes from {least} to {most}");
                }
                Verdict::OneOf(values) => {
                    for value in values {
                        judge(if row.clients == "P" { Client::Producer } else { Client::Consumer }, name, value)
                            .unwrap_or_else(|e| panic!("{name}={value} {e}"));
                    }
                }
                Verdict::Alias(other) => {
                    let one = |a: &str, b: &str| all[a].alias_of.as_deref() == Some(b);
                    assert!(one(name, other) || one(other, name), "{name} and {other} are two properties");
                }
                Verdict::Managed(_) | Verdict::Allowed => {}
            }
        }
        // Two names of one property that may both be set would take effect in a random order.
        for (name, theirs) in &all {
            let Some(other) = theirs.alias_of.as_deref().filter(|other| other != name) else { continue };
            let closed = |name: &str| matches!(TABLE[name].verdict, Verdict::Refused | Verdict::Managed(_));
            assert!(canonical(name) == canonical(other) || (closed(name) && closed(other)), "{name} and {other}");
        }
    }

    #[test]
    fn verdicts_say_what_to_do_instead() {
        use Client::{Consumer, Producer};
        let check = |client: Client, name: &str, value: &str, expect: &str| {
            let found = judge(client, name, value).err().unwrap_or_default();
            assert!(if expect.is_empty() { found.is_empty() } else { found.contains(expect) }, "{name}: {found:?}");
        };
        check(Consumer, "fetch.min.bytes", "1024", "");
        check(Consumer, "fetch.min.bytes", "many", "refused by librdkafka");
        check(Consumer, "enable.ssl.certificate.verification", "false", "always verified");
        check(Consumer, "ssl.endpoint.identification.algorithm", "none", "always verified");
        check(Producer, "security.protocol", "plaintext", "set kafka.security_protocol instead");
        check(Consumer, "auto.offset.reset", "latest", "is refused");
        check(Producer, "retries", "0", "is refused");
        check(Producer, "max.in.flight", "50", "from 1 to 5");
        check(Producer, "max.in.flight", "5", "");
        check(Producer, "queuing.strategy", "lifo", "keep their order");
        check(Consumer, "partition.assignment.strategy", "range,cooperative-sticky", "do not mix");
        check(Consumer, "partition.assignment.strategy", "cooperative-sticky", "");
        check(Producer, "fetch.min.bytes", "1", "set kafka.consumer.fetch.min.bytes");
        check(Consumer, "linger.ms", "1", "set kafka.producer.linger.ms");
        check(Producer, "compression.type", "zstd", "");
        check(Producer, "compression.type", "brotli", "one of");
        check(Consumer, "fetch.min.byte", "1", "did you mean fetch.min.bytes?");
        // Hidden in librdkafka: replaces the brokers by a mock.
        check(Consumer, "test.mock.num.brokers", "3", "is no property");
        check(Consumer, "heartbeat.interval.ms", "nan", "must be a number");
    }

    #[test]
    fn what_may_hold_a_secret_is_never_shown() {
        for name in
            ["sasl.password", "ssl.key.pem", "sasl.kerberos.kinit.cmd", "sasl.oauthbearer.client.secret", "unknown"]
        {
            assert!(is_secret_property(name), "{name}");
        }
        let telling = ["password", "passphrase", "secret", "pem", "kinit", "oauthbearer.config"];
        for (name, row) in TABLE.iter().filter(|(name, _)| telling.iter().any(|part| name.contains(part))) {
            assert!(row.secret, "{name} should be secret");
        }
        assert!(!is_secret_property("fetch.min.bytes"));
    }
}
