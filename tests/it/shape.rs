//! A JSON Schema as `schemars` writes it, walked field by field. Shared with the unit tests of `dateline_read::table`.

use serde_json::Value;

/// A schema, and the definitions that it refers to.
#[derive(Clone, Copy)]
pub(crate) struct Shape<'a> {
    pub(crate) root: &'a Value,
    pub(crate) at: &'a Value,
}

impl Shape<'_> {
    /// Without references and without the alternative of null.
    pub(crate) fn plain(self) -> Self {
        let at = match (self.at["$ref"].as_str(), self.at["anyOf"].as_array()) {
            (Some(name), _) => self.root.pointer(name.trim_start_matches('#')).unwrap(),
            (_, Some(any)) => any.iter().find(|s| s["type"] != "null").unwrap(),
            _ => return self,
        };
        Self { at, ..self }.plain()
    }

    pub(crate) fn field(self, name: &str) -> Option<Self> {
        let at = self.plain().at["properties"].get(name)?;
        Some(Self { at, ..self })
    }

    /// Whether it has a type, alone or among others.
    pub(crate) fn is(self, name: &str) -> bool {
        let kind = &self.plain().at["type"];
        kind == name || kind.as_array().is_some_and(|types| types.iter().any(|t| t == name))
    }

    /// Whether it is an enumeration; one with documented values is a choice of constants.
    pub(crate) fn is_choice(self) -> bool {
        let plain = self.plain().at;
        plain.get("oneOf").is_some() || plain.get("enum").is_some()
    }
}
