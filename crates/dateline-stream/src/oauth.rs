//! OAUTHBEARER tokens from a file that somebody else keeps fresh: a projected service-account token, a sidecar.
//!
//! The file is read anew whenever librdkafka asks (at four fifths of a token's life, and every 10 s after a failure).
//! When a token ends is read from its `exp` claim; that is all that is understood of it: the brokers judge it. A token
//! that is no JWT is taken as it is and asked for again after [`OPAQUE_LIFE`].

use std::path::Path;
use std::time::Duration;

use rdkafka::client::OAuthToken;
use serde::Deserialize;
use thiserror::Error;

/// How long a token without a readable end counts as good.
const OPAQUE_LIFE: Duration = Duration::from_secs(300);
/// Larger files are no tokens.
const MAX_BYTES: u64 = 64 * 1024;

/// Why there is no token. Never quotes the file's content.
#[derive(Debug, Error, PartialEq, Eq)]
pub(super) enum TokenError {
    #[error("no oauth token: kafka.oauth_token_file is not set")]
    Unset,
    #[error("no oauth token: cannot read {path}: {reason}")]
    Unreadable { path: String, reason: String },
    #[error("no oauth token: {path} is empty, larger than 64 KiB, or holds more than one line")]
    Malformed { path: String },
    #[error("the oauth token in {path} expired {seconds} s ago")]
    Expired { path: String, seconds: i64 },
}

#[derive(Deserialize)]
struct Claims {
    sub: Option<String>,
    exp: Option<f64>,
}

/// Reads the token. `now`: milliseconds since 1970.
pub(super) fn read(path: Option<&Path>, now: i64) -> Result<OAuthToken, TokenError> {
    let path = path.ok_or(TokenError::Unset)?;
    let name = path.display().to_string();
    let unreadable = |e: std::io::Error| TokenError::Unreadable { path: name.clone(), reason: e.to_string() };
    if std::fs::metadata(path).map_err(unreadable)?.len() > MAX_BYTES {
        return Err(TokenError::Malformed { path: name });
    }
    let text = std::fs::read_to_string(path).map_err(unreadable)?;
    let token = text.trim();
    if token.is_empty() || token.contains(|c: char| c.is_whitespace() || c.is_control()) {
        return Err(TokenError::Malformed { path: name });
    }
    let claims = claims(token).unwrap_or(Claims { sub: None, exp: None });
    #[allow(clippy::cast_possible_truncation)] // Saturates, which is what is meant.
    let end = claims.exp.map(|seconds| (seconds * 1000.0) as i64);
    if let Some(end) = end.filter(|end| *end <= now) {
        return Err(TokenError::Expired { path: name, seconds: (now - end) / 1000 });
    }
    let opaque = i64::try_from(OPAQUE_LIFE.as_millis()).unwrap_or(i64::MAX);
    Ok(OAuthToken {
        token: token.to_owned(),
        // For the log of this side only: the brokers take the name from the token.
        principal_name: claims.sub.filter(|s| !s.is_empty()).unwrap_or_else(|| "dateline".to_owned()),
        lifetime_ms: end.unwrap_or(now.saturating_add(opaque)),
    })
}

/// The claims of a JWT (RFC 7519); the signature is the brokers' business.
fn claims(token: &str) -> Option<Claims> {
    serde_json::from_slice(&base64url(token.split('.').nth(1)?)?).ok()
}

/// Decodes base64url without padding (RFC 4648, section 5).
fn base64url(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len() * 3 / 4);
    let (mut bits, mut count) = (0u32, 0);
    for byte in text.trim_end_matches('=').bytes() {
        let value = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'-' => 62,
            b'_' => 63,
            _ => return None,
        };
        bits = bits << 6 | u32::from(value);
        count += 6;
        if count >= 8 {
            count -= 8;
            bytes.push((bits >> count & 0xff) as u8);
        }
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// {"alg":"none"} . {"sub":"worker","exp":2000000000}
    const JWT: &str = "eyJhbGciOiJub25lIn0.eyJzdWIiOiJ3b3JrZXIiLCJleHAiOjIwMDAwMDAwMDB9.";

    fn check(content: &str, now: i64) -> Result<(String, i64), TokenError> {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), content).unwrap();
        let shown = |e: TokenError| match e {
            TokenError::Expired { seconds, .. } => TokenError::Expired { path: String::new(), seconds },
            TokenError::Malformed { .. } => TokenError::Malformed { path: String::new() },
            other => other,
        };
        read(Some(file.path()), now).map(|t| (t.principal_name, t.lifetime_ms)).map_err(shown)
    }

    #[test]
    fn the_end_of_a_token_is_its_exp_claim() {
        assert_eq!(check(&format!("{JWT}\n"), 0), Ok(("worker".to_owned(), 2_000_000_000_000)));
        assert_eq!(check(JWT, 2_000_000_005_000), Err(TokenError::Expired { path: String::new(), seconds: 5 }));
        assert_eq!(check("opaque-token", 7), Ok(("dateline".to_owned(), 300_007)));
        for bad in ["", " \n", "two words", "a\nb"] {
            assert_eq!(check(bad, 0), Err(TokenError::Malformed { path: String::new() }), "{bad:?}");
        }
        assert_eq!(check(&"x".repeat(70_000), 0), Err(TokenError::Malformed { path: String::new() }));
        assert!(matches!(read(Some(Path::new("/none")), 0), Err(TokenError::Unreadable { .. })));
        assert!(matches!(read(None, 0), Err(TokenError::Unset)));
    }
}
