//! What librdkafka's error texts mean, and what to do about them.
//!
//! librdkafka reports trouble with a connection only as text, through the error callback: the codes say no more than
//! "SSL error" or "transport failure". This is the one table from its texts (version 2.12: `rdkafka_ssl.c`,
//! `rdkafka_broker.c`, `rdkafka_sasl*.c`) to causes. A cause is *permanent* when no waiting mends it: somebody must
//! change a setting, a certificate or a user. Everything else may heal and is waited for.
//!
//! Not told apart, because OpenSSL does not say it in the text: an unknown CA, an expired certificate and a wrong host
//! name are all "certificate verify failed".

/// A cause of trouble.
#[derive(Debug, PartialEq, Eq)]
pub struct Diagnosis {
    /// Stable name.
    pub cause: &'static str,
    /// What to do, naming the setting.
    pub remedy: &'static str,
    /// Whether waiting is of no use.
    pub permanent: bool,
}

impl Diagnosis {
    /// Whether librdkafka only concludes it from a connection that was closed, which a broker that stops does too.
    pub(super) fn is_guess(&self) -> bool {
        self.cause == "protocol"
    }
}

const fn permanent(cause: &'static str, remedy: &'static str) -> Diagnosis {
    Diagnosis { cause, remedy, permanent: true }
}

const fn passing(cause: &'static str, remedy: &'static str) -> Diagnosis {
    Diagnosis { cause, remedy, permanent: false }
}

/// Texts (any of them, without regard to case) and what they mean; the first line that fits counts.
const TABLE: &[(&[&str], Diagnosis)] = &[
    (
        &[
            "certificate verify failed",
            "failed to verify broker certificate",
            "broker certificate could not be verified",
        ],
        permanent(
            "certificate",
            "the broker's certificate is not signed by the CA in kafka.ssl_ca_location, or has expired, or does not \
             name the host in kafka.bootstrap_servers (openssl s_client -connect HOST:PORT shows it)",
        ),
    ),
    (
        &[
            "alert certificate required",
            "bad certificate",
            "alert certificate unknown",
            "alert unknown ca",
            "certificate expired",
            "handshake failure",
            "unexpected message",
        ],
        permanent(
            "client_certificate",
            "the broker wants a client certificate that it trusts and that has not expired: set \
             kafka.ssl_certificate_location and kafka.ssl_key_location",
        ),
    ),
    (
        &[
            "wrong version number",
            "packet length too long",
            "http request",
            "connecting to a plaintext broker listener",
        ],
        permanent(
            "protocol",
            "the port does not speak TLS: correct kafka.security_protocol (plaintext or sasl_plaintext) or the port in \
             kafka.bootstrap_servers",
        ),
    ),
    (
        &["connecting to a ssl listener", "increase receive.message.max.bytes"],
        permanent(
            "protocol",
            "the port speaks TLS or wants SASL: correct kafka.security_protocol (ssl, sasl_ssl or sasl_plaintext) or \
             the port in kafka.bootstrap_servers",
        ),
    ),
    (
        &["broker might require sasl authentication"],
        permanent("protocol", "the port wants SASL: set kafka.security_protocol to sasl_ssl or sasl_plaintext"),
    ),
    (
        &["unsupported sasl mechanism", "mechanism handshake failed", "not enabled in the server"],
        permanent(
            "sasl_mechanism",
            "the brokers do not offer the mechanism in kafka.sasl_mechanism on this port; the text names those they do",
        ),
    ),
    (
        &["oauth token", "oauthbearer token", "failed to acquire sasl oauthbearer"],
        permanent("oauth_token", "put a valid token into the file named by kafka.oauth_token_file"),
    ),
    (
        &["sasl oauthbearer authentication failed", "invalid_token", "{\"status\":\"invalid"],
        permanent(
            "authentication",
            "the brokers refuse the token in kafka.oauth_token_file: look at its expiry, issuer, audience and scope",
        ),
    ),
    (
        &["sasl authentication error", "authentication failed", "sasl authentication failure"],
        permanent(
            "authentication",
            "the brokers refuse the user: correct kafka.sasl_username and kafka.sasl_password (or the file in \
             DATELINE__KAFKA__SASL_PASSWORD_FILE) and look whether kafka.sasl_mechanism is the one the user was made for",
        ),
    ),
    (
        &["failed to resolve"],
        passing(
            "name",
            "the host name in kafka.bootstrap_servers, or one that the brokers advertise, is not known here",
        ),
    ),
    (
        &["connection refused"],
        passing(
            "refused",
            "nothing listens there: is the broker up, and is the port in kafka.bootstrap_servers right?",
        ),
    ),
    (
        &["timed out", "timeout", "no route to host", "network is unreachable"],
        passing("timeout", "no answer: look at the network and firewalls, and at what the brokers advertise"),
    ),
];

/// A broker that hangs up at once. librdkafka 2.12 means to add a hint then and does not: it looks for the word
/// "Disconnected" in the format of its message, not in the message (`rd_kafka_broker_set_error`).
const HANGS_UP: Diagnosis = permanent(
    "protocol",
    "the port hangs up at once: set kafka.security_protocol to what it speaks (TLS: ssl or sasl_ssl; a user and \
     password: sasl_ssl or sasl_plaintext), or correct the port in kafka.bootstrap_servers",
);

/// Whether the connection was closed before it was of any use: `... (after 3ms in state UP)`.
fn closed_at_once(text: &str) -> bool {
    let Some((_, end)) = text.rsplit_once("(after ") else { return false };
    let Some((millis, state)) = end.split_once("ms in state ") else { return false };
    let young = millis.parse::<u64>().is_ok_and(|millis| millis < 2_000);
    text.contains("disconnected") && (state.starts_with("apiversion_query") || (young && state.starts_with("up")))
}

/// What a text of librdkafka means, if it is known.
pub fn diagnose(text: &str) -> Option<&'static Diagnosis> {
    let text = text.to_lowercase();
    if closed_at_once(&text) {
        return Some(&HANGS_UP);
    }
    TABLE.iter().find(|(needles, _)| needles.iter().any(|needle| text.contains(needle))).map(|(_, d)| d)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_of_librdkafka_are_understood() {
        let check = |text: &str, cause: &str, permanent: bool| {
            let found = diagnose(text).map(|d| (d.cause, d.permanent));
            assert_eq!(found, Some((cause, permanent)), "{text}");
        };
        check(
            "ssl://b:9093/bootstrap: SSL handshake failed: error:0A000086:SSL routines::certificate verify failed: \
             broker certificate could not be verified, verify that ssl.ca.location is correctly configured",
            "certificate",
            true,
        );
        check("Failed to verify broker certificate: certificate has expired", "certificate", true);
        check(
            "error:0A00045C:SSL routines::tlsv13 alert certificate required: SSL alert number 116",
            "client_certificate",
            true,
        );
        check("SSL handshake failed: error:0A00010B:SSL routines::wrong version number", "protocol", true);
        check(
            "SSL handshake failed: Disconnected: connecting to a PLAINTEXT broker listener? (after 2ms)",
            "protocol",
            true,
        );
        check(
            "Disconnected: requesting ApiVersion: might be caused by incorrect security.protocol configuration \
             (connecting to a SSL listener?) or broker version is < 0.10",
            "protocol",
            true,
        );
        check(
            "SASL SCRAM-SHA-512 mechanism handshake failed: Broker: Unsupported SASL mechanism: broker's supported mechanisms: PLAIN",
            "sasl_mechanism",
            true,
        );
        check(
            "SASL authentication error: Authentication failed: Invalid username or password (after 9ms)",
            "authentication",
            true,
        );
        check("Failed to acquire SASL OAUTHBEARER token: cannot read", "oauth_token", true);
        check("Connect to ipv4#127.0.0.1:9 failed: Connection refused (after 0ms in state CONNECT)", "refused", false);
        check("Failed to resolve 'kafka:9092': Name or service not known", "name", false);
        check("b:9093: Disconnected: connection reset by peer (after 0ms in state APIVERSION_QUERY)", "protocol", true);
        check(
            "b:9093: Disconnected: connection closed by peer: receive 0 after POLLIN (after 7ms in state UP)",
            "protocol",
            true,
        );
        check("Receive failed: Invalid response size 352518912: increase receive.message.max.bytes", "protocol", true);
        let idle = "Disconnected: connection closed by peer: receive 0 after POLLIN (after 600001ms in state UP)";
        assert_eq!(diagnose(idle), None);
        assert_eq!(diagnose("1/1 brokers are down"), None);
    }

    #[test]
    fn every_remedy_names_a_setting_or_the_network() {
        for (needles, diagnosis) in TABLE {
            assert!(needles.iter().all(|n| *n == n.to_lowercase()), "{needles:?} must be in lower case");
            assert!(diagnosis.remedy.contains("kafka.") || diagnosis.remedy.contains("network"), "{diagnosis:?}");
        }
    }
}
