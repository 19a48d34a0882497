//! Paths into a record: `casualties.killed.best`, `actors[0].name`, `actors[].name` for all of a list,
//! `participants[role=actor].name` for some of it.
//!
//! `a.b | c.d`: `a.b` if there is an `a`. So `recipients[0].cameo_code | actors[1].cameo_code` never gives the code of one
//! party for the name of another, only because the first has no code.
//!
//! A path that begins with `article.` means the article, with `producer.` who made the record, with `mention.` the mention
//! that a claim stands in: records that do not carry them are read beside them where they are at hand.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde_json::Value;

/// A record, and what it is read beside.
#[derive(Debug, Clone, Copy)]
pub(super) struct Scope<'a> {
    pub(super) record: &'a Value,
    /// The article's own fields.
    pub(super) article: Option<&'a Value>,
    /// The mention around it.
    pub(super) mention: Option<&'a Value>,
    /// Who made the record, where that is said once for many.
    pub(super) producer: Option<&'a Value>,
    /// Names of entities by id.
    pub(super) names: Option<&'a BTreeMap<String, String>>,
}

const NULL: &Value = &Value::Null;

impl Scope<'_> {
    /// Whether the record is an `event.canonical/1`.
    pub(super) fn is_canonical(&self) -> bool {
        self.record["schema"] == "event.canonical/1"
    }

    /// The value at a path; null where there is none.
    pub(super) fn find(&self, path: &str) -> Cow<'_, Value> {
        for path in path.split('|').map(str::trim).filter(|path| !path.is_empty()) {
            let (root, path) = self.root(path);
            let (parent, field) = path.rsplit_once('.').map_or((None, path), |(parent, field)| (Some(parent), field));
            let parent = parent.map_or(Cow::Borrowed(root), |parent| find(root, parent));
            if !parent.is_null() {
                return follow(&parent, field);
            }
        }
        Cow::Borrowed(NULL)
    }

    /// Where a path begins. A record that carries the article itself knows best.
    fn root<'p>(&self, path: &'p str) -> (&Value, &'p str) {
        let own = |name: &str| self.record.get(name).filter(|own| own.is_object());
        match path.split_once('.') {
            Some(("article", rest)) => (own("article").or(self.article).unwrap_or(NULL), rest),
            Some(("producer", rest)) => (own("producer").or(self.producer).unwrap_or(NULL), rest),
            Some(("mention", rest)) => (self.mention.unwrap_or(NULL), rest),
            _ => (self.record, path),
        }
    }

    /// The ids' names; ids without one go.
    pub(super) fn named(&self, ids: &Value) -> Value {
        let name = |id: &Value| Some(self.names?.get(id.as_str()?)?.as_str().into());
        match ids {
            Value::Array(list) => Value::Array(list.iter().filter_map(name).collect()),
            id => name(id).unwrap_or(Value::Null),
        }
    }
}

fn split(path: &str) -> (&str, Option<&str>) {
    path.split_once('.').map_or((path, None), |(first, rest)| (first, Some(rest)))
}

fn find<'v>(value: &'v Value, path: &str) -> Cow<'v, Value> {
    // All of a list.
    if let Value::Array(items) = value {
        let found = items.iter().map(|item| find(item, path)).filter(|found| !found.is_null());
        return Cow::Owned(Value::Array(found.map(Cow::into_owned).collect()));
    }
    let (first, rest) = split(path);
    let found = step(value, first);
    rest.map_or_else(|| found.clone(), |rest| follow(&found, rest))
}

/// Goes on from a value that may be a list of our own making.
fn follow<'v>(found: &Cow<'v, Value>, rest: &str) -> Cow<'v, Value> {
    match found {
        Cow::Borrowed(value) => find(value, rest),
        Cow::Owned(value) => Cow::Owned(find(value, rest).into_owned()),
    }
}

/// One step: a field, one of a list, those of a list that have a value, or the whole list.
fn step<'v>(value: &'v Value, step: &str) -> Cow<'v, Value> {
    let (name, index) = step.split_once('[').unwrap_or((step, ""));
    let field = value.get(name).unwrap_or(NULL);
    let index = index.trim_end_matches(']');
    if let Some((key, wanted)) = index.split_once('=') {
        let items = field.as_array().map(Vec::as_slice).unwrap_or_default();
        return Cow::Owned(items.iter().filter(|item| item[key] == wanted).cloned().collect());
    }
    match index.parse::<usize>() {
        Ok(index) => Cow::Borrowed(field.get(index).unwrap_or(NULL)),
        Err(_) => Cow::Borrowed(field),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn paths_find_fields_lists_and_alternatives() {
        let record = json!({
            "a": {"b": 1, "none": null}, "list": [{"n": "x"}, {"n": null}, {"n": "y", "m": [{"k": 1}, {"k": 2}]}],
            "empty": [], "words": ["p", "q"],
        });
        let article = json!({"url": "u"});
        let scope = Scope { record: &record, article: Some(&article), mention: None, producer: None, names: None };
        for (path, expect) in [
            ("a.b", json!(1)),
            ("a.c", json!(null)),
            ("list[0].n", json!("x")),
            ("list[].n", json!(["x", "y"])),
            ("list[2].m[].k", json!([1, 2])),
            ("list[n=y].m[].k", json!([[1, 2]])),
            ("words[]", json!(["p", "q"])),
            ("empty[0].n | list[2].n", json!("y")),
            // There, but without a value: the alternative is not asked.
            ("list[1].n | list[2].n", json!(null)),
            ("a.list[0].n | list[2].n", json!("y")),
            ("article.url", json!("u")),
            ("mention.id | words[0]", json!("p")),
            ("mention.id", json!(null)),
            ("", json!(null)),
        ] {
            assert_eq!(*scope.find(path), expect, "{path}");
        }
        let own = json!({"article": {"url": "own"}});
        assert_eq!(*Scope { record: &own, ..scope }.find("article.url | article_id"), json!("own"));
    }
}
