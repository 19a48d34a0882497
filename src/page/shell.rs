//! The document around a page: head, style, script and the policy that lets nothing else in.

use std::sync::LazyLock;

use maud::{DOCTYPE, Markup, PreEscaped, html};
use sha2::{Digest, Sha256};

const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");

/// Nothing is loaded from anywhere; the page's own style and script are known by their hashes.
static POLICY: LazyLock<String> = LazyLock::new(|| {
    format!(
        "default-src 'none'; script-src 'sha256-{}'; style-src 'sha256-{}'; img-src data:; connect-src 'self'; \
         form-action 'self'; base-uri 'none'",
        base64(&Sha256::digest(SCRIPT)),
        base64(&Sha256::digest(STYLE)),
    )
});

/// A document with the Content-Security-Policy that it needs.
#[derive(Debug, Clone)]
pub struct Html {
    /// The whole document.
    pub body: String,
    /// Value of `Content-Security-Policy`.
    pub policy: &'static str,
}

/// What a document consists of.
pub(super) struct Document<'a> {
    pub(super) title: &'a str,
    /// Links at the top: address and label; the page's own has no address.
    pub(super) places: &'a [(Option<&'a str>, &'a str)],
    /// Seconds between reloads for browsers without JavaScript.
    pub(super) reload: Option<u32>,
    pub(super) content: Markup,
}

impl Document<'_> {
    pub(super) fn render(self) -> Html {
        let body = html! {
            (DOCTYPE)
            html lang="en" {
                head {
                    meta charset="utf-8";
                    // A saved file has no headers; the policy then holds by itself.
                    meta http-equiv="Content-Security-Policy" content=(*POLICY);
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    meta name="referrer" content="same-origin";
                    meta name="color-scheme" content="light dark";
                    @if let Some(seconds) = self.reload {
                        noscript { meta http-equiv="refresh" content=(seconds); }
                    }
                    title { (self.title) }
                    link rel="icon" href="data:,";
                    style { (PreEscaped(STYLE)) }
                }
                body {
                    a.skip href="#content" { "Skip to content" }
                    header.bar {
                        span.brand { "dateline" }
                        @if !self.places.is_empty() {
                            nav aria-label="Pages" {
                                @for (address, label) in self.places {
                                    @match address {
                                        Some(address) => a href=(address) { (label) },
                                        None => span aria-current="page" { (label) },
                                    }
                                }
                            }
                        }
                    }
                    main #content tabindex="-1" { (self.content) }
                    script { (PreEscaped(SCRIPT)) }
                }
            }
        };
        Html { body: body.into_string(), policy: &POLICY }
    }
}

/// Base 64 (RFC 4648, with padding).
fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let group = chunk.iter().fold(0_u32, |sum, b| sum << 8 | u32::from(*b)) << (8 * (3 - chunk.len()));
        for i in 0..4 {
            let digit = DIGITS[(group >> (18 - 6 * i)) as usize & 63];
            out.push(if i <= chunk.len() { char::from(digit) } else { '=' });
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_as_in_the_rfc() {
        let check = |bytes: &str, expect: &str| assert_eq!(base64(bytes.as_bytes()), expect);
        check("", "");
        check("f", "Zg==");
        check("fo", "Zm8=");
        check("foo", "Zm9v");
        check("foobar", "Zm9vYmFy");
    }

    #[test]
    fn style_and_script_cannot_end_their_elements() {
        assert!(!STYLE.contains("</") && !SCRIPT.contains("</") && !SCRIPT.contains("<!--"));
        // Style attributes and handlers would be blocked by the policy.
        assert!(!SCRIPT.contains("innerHTML") && !SCRIPT.contains("eval("));
    }
}
