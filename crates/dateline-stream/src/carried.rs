//! Headers of an input that go on to every record made of it: the W3C trace context, and those of the producer that the
//! settings name.
//!
//! One article becomes dozens of records, so what is carried is bounded in bytes; a header that does not fit stays
//! behind, and is counted. What tells of the input's own bytes is never carried, because it would be untrue of the
//! outputs: its type and schema, CloudEvents attributes, the marks of serialisers (`__TypeId__`, `__value_schema_id`) and
//! Dateline's own. Dead letters are another matter: they are the input, and keep all of it.

use super::process::Header;

/// Carried whatever the settings say, and first.
const TRACE: [&str; 2] = ["traceparent", "tracestate"];
/// Of the input's bytes, not of the article. A mark ends in a star.
const OWN: [&str; 6] = ["content-*", "schema", "ce_*", "ce-*", "dateline.*", "__*"];

/// Which headers are carried.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Carried {
    /// Names; a star at the end stands for anything.
    pub names: Vec<String>,
    /// Bytes of all carried headers together, names and values.
    pub bytes: usize,
}

impl Default for Carried {
    fn default() -> Self {
        Self { names: vec!["*".to_owned()], bytes: 8 << 10 }
    }
}

impl Carried {
    /// The headers to carry, in their order, and how many were left behind for want of room.
    pub fn select(&self, headers: &[Header]) -> (Vec<Header>, u64) {
        let trace = headers.iter().filter(|header| TRACE.contains(&header.name.as_str()));
        let named = headers.iter().filter(|header| self.names(&header.name));
        let (mut carried, mut room, mut left) = (Vec::new(), self.bytes, 0);
        for header in trace.chain(named) {
            match room.checked_sub(header.name.len() + header.value.as_ref().map_or(0, Vec::len)) {
                Some(rest) => {
                    room = rest;
                    carried.push(header.clone());
                }
                None => left += 1,
            }
        }
        (carried, left)
    }

    fn names(&self, name: &str) -> bool {
        let is = |pattern: &str| match pattern.strip_suffix('*') {
            Some(start) => name.starts_with(start),
            None => name == pattern,
        };
        !TRACE.contains(&name) && !OWN.into_iter().any(is) && self.names.iter().any(|pattern| is(pattern))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_named_and_fits_is_carried() {
        let headers = [
            ("content-type", "application/json"),
            ("schema", "theirs/1"),
            ("ce_id", "7"),
            ("__TypeId__", "com.example.Article"),
            ("dateline.replays", "1"),
            ("tenant", "a"),
            ("feed.name", "wire"),
            ("feed.rank", "3"),
            ("tenant", "b"),
            ("traceparent", "00-x"),
        ]
        .map(|(name, value)| Header::new(name, value));
        let check = |names: &[&str], bytes: usize, expect: &[&str], left: u64| {
            let carried = Carried { names: names.iter().map(|n| (*n).to_owned()).collect(), bytes };
            let (found, behind) = carried.select(&headers);
            let found: Vec<String> = found
                .iter()
                .map(|h| format!("{}={}", h.name, String::from_utf8_lossy(h.value.as_deref().unwrap())))
                .collect();
            assert_eq!((found.iter().map(String::as_str).collect::<Vec<_>>(), behind), (expect.to_vec(), left));
        };
        let all = ["traceparent=00-x", "tenant=a", "feed.name=wire", "feed.rank=3", "tenant=b"];
        check(&["*"], 1 << 10, &all, 0);
        check(&["*"], 34, &["traceparent=00-x", "tenant=a", "feed.rank=3"], 2);
        check(&["feed.*"], 1 << 10, &["traceparent=00-x", "feed.name=wire", "feed.rank=3"], 0);
        check(&["tenant", "ce_id"], 1 << 10, &["traceparent=00-x", "tenant=a", "tenant=b"], 0);
        check(&[], 1 << 10, &["traceparent=00-x"], 0);
        check(&["*"], 0, &[], 5);
    }
}
