//! `article.raw/1` JSON to a [`RawArticle`], with a precise reason for everything that is wrong with it.

use serde::de::IgnoredAny;
use serde_json::{Map, Value};

use super::error::IntakeError;
use super::limits::Limits;
use crate::record::{PublishedAt, RawArticle};

/// Deepest nesting that the JSON reader bears (its own recursion limit is 128).
const MAX_DEPTH: usize = 120;

/// Whether a message is JSON. An object is one from its first character on: prose hardly begins with a brace. Other
/// values must be whole, because prose may begin with a bracket or a quotation mark; an array may also be cut off.
pub(super) fn is_json(text: &str) -> bool {
    let text = text.trim();
    let whole = || serde_json::from_str::<IgnoredAny>(text);
    match text.as_bytes() {
        [b'{', ..] => true,
        [b'[', rest @ ..] => rest.trim_ascii_start().starts_with(b"{") || whole().map_or_else(|e| e.is_eof(), |_| true),
        [b'"' | b'-' | b'0'..=b'9' | b't' | b'f' | b'n', ..] => whole().is_ok(),
        _ => false,
    }
}

/// Reads one JSON message.
pub(super) fn parse(text: &str, limits: &Limits) -> Result<RawArticle, IntakeError> {
    check_depth(text.as_bytes(), limits.json_depth.min(MAX_DEPTH))?;
    // A line end after a string that was cut off would count as a control character within it.
    let text = text.trim_end();
    let fields = match serde_json::from_str::<Value>(text) {
        Ok(Value::Object(fields)) => fields,
        Ok(other) => return Err(IntakeError::NotAnObject { found: type_name(&other) }),
        Err(e) if e.is_eof() => return Err(IntakeError::TruncatedJson { at: text.len() }),
        Err(e) => return Err(IntakeError::NotJson { line: e.line(), column: e.column() }),
    };
    fields_to_article(fields, limits)
}

fn fields_to_article(mut fields: Map<String, Value>, limits: &Limits) -> Result<RawArticle, IntakeError> {
    let text = match fields.shift_remove("text") {
        None | Some(Value::Null) => return Err(IntakeError::MissingText),
        Some(Value::String(text)) => text,
        Some(other) => return Err(wrong("text", "a string", &other)),
    };
    let article = RawArticle {
        text,
        id: match fields.shift_remove("id") {
            // Database keys come as numbers; 64-bit integers keep every digit.
            Some(Value::Number(n)) if n.is_i64() || n.is_u64() => Some(n.to_string()),
            other => string("id", "a string or an integer", other)?,
        },
        url: string("url", "a string", fields.shift_remove("url"))?,
        source: string("source", "a string", fields.shift_remove("source"))?,
        title: string("title", "a string", fields.shift_remove("title"))?,
        published_at: match fields.shift_remove("published_at") {
            Some(Value::Number(n)) => n.as_i64().or_else(|| n.as_f64().map(|f| f as i64)).map(PublishedAt::Epoch),
            other => string("published_at", "a string or a number", other)?.map(PublishedAt::Text),
        },
        language: string("language", "a string", fields.shift_remove("language"))?,
        extra: Map::new(),
    };
    let bytes = json_len(&fields);
    if bytes > limits.extra_bytes {
        return Err(IntakeError::ExtraTooLarge { bytes, limit: limits.extra_bytes });
    }
    Ok(RawArticle { extra: fields, ..article })
}

/// An optional string field; null and blank strings count as absent.
fn string(field: &'static str, expected: &'static str, value: Option<Value>) -> Result<Option<String>, IntakeError> {
    match value {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(s)) if s.trim().is_empty() => Ok(None),
        Some(Value::String(s)) => Ok(Some(s)),
        Some(other) => Err(wrong(field, expected, &other)),
    }
}

fn wrong(field: &'static str, expected: &'static str, value: &Value) -> IntakeError {
    IntakeError::WrongType { field, expected, found: type_name(value) }
}

fn type_name(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
    }
}

/// Bytes of the fields as JSON, counted without building the text.
fn json_len(fields: &Map<String, Value>) -> usize {
    struct Count(usize);
    impl std::io::Write for Count {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0 += bytes.len();
            Ok(bytes.len())
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    let mut count = Count(0);
    if fields.is_empty() || serde_json::to_writer(&mut count, fields).is_err() {
        return 0;
    }
    count.0
}

/// Refuses deep nesting before any of it is built. Brackets within strings do not count.
fn check_depth(bytes: &[u8], limit: usize) -> Result<(), IntakeError> {
    let (mut depth, mut in_string, mut escaped) = (0usize, false, false);
    for (at, &b) in bytes.iter().enumerate() {
        if in_string {
            match b {
                _ if escaped => escaped = false,
                b'\\' => escaped = true,
                b'"' => in_string = false,
                _ => {}
            }
            continue;
        }
        match b {
            b'"' => in_string = true,
            b'{' | b'[' => {
                depth += 1;
                if depth > limit {
                    return Err(IntakeError::JsonTooDeep { limit, at });
                }
            }
            b'}' | b']' => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(text: &str) -> &'static str {
        match parse(text, &Limits { extra_bytes: 40, ..Limits::default() }) {
            Ok(_) => "ok",
            Err(e) => e.kind(),
        }
    }

    #[test]
    fn every_fault_has_its_own_reason() {
        for (text, expect) in [
            (r#"{"text":"a"}"#, "ok"),
            (r#"{"text":"a","id":17,"title":null,"published_at":1643900000}"#, "ok"),
            (r#"{"text":"a""#, "truncated_json"),
            (r#"{"text":"a"#, "truncated_json"),
            ("{\"text\":\"a\n", "truncated_json"),
            (r#"{text:"a"}"#, "not_json"),
            (r#"{"text":"a"} {}"#, "not_json"),
            ("{ braces } open this plain text", "not_json"),
            (r#"["text"]"#, "not_an_object"),
            (r#"{"body":"a"}"#, "missing_text"),
            (r#"{"text":null}"#, "missing_text"),
            (r#"{"text":["a"]}"#, "wrong_type"),
            (r#"{"text":"a","url":7}"#, "wrong_type"),
            (r#"{"text":"a","published_at":true}"#, "wrong_type"),
            (r#"{"text":"a","id":1.5}"#, "wrong_type"),
            (r#"{"text":"a","x":"0123456789012345678901234567890123456789"}"#, "extra_too_large"),
        ] {
            assert_eq!(kind(text), expect, "{text}");
        }
        assert_eq!(kind(&format!(r#"{{"text":"a","x":{}1{}}}"#, "[".repeat(40), "]".repeat(40))), "json_too_deep");
        assert_eq!(kind(r#"{"text":"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[["}"#), "ok", "brackets in strings");
    }

    #[test]
    fn unknown_fields_are_kept_in_order() {
        let raw =
            parse(r#"{"z":1,"text":"t","a":{"b":[2,null]},"id":18446744073709551615}"#, &Limits::default()).unwrap();
        assert_eq!(serde_json::to_string(&raw.extra).unwrap(), r#"{"z":1,"a":{"b":[2,null]}}"#);
        assert_eq!(raw.id.as_deref(), Some("18446744073709551615"));
    }

    #[test]
    fn messages_name_the_field_and_never_the_content() {
        let error = parse(r#"{"text":{"secret":"word"}}"#, &Limits::default()).unwrap_err();
        assert_eq!(error.to_string(), r#"the field "text" is an object, it must be a string"#);
        let error = parse(r#"{"text":"secret"#, &Limits::default()).unwrap_err();
        assert!(!error.to_string().contains("secret"), "{error}");
    }
}
