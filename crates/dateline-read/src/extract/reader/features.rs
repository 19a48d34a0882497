//! Named numbers: what the rules and the parse tell a head beside the encoder's vectors.

use std::borrow::Cow;

use serde::Serialize;

/// Features of one thing, each with its number; what is not listed is zero.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
#[serde(transparent)]
pub struct Features(Vec<(Cow<'static, str>, f32)>);

impl Features {
    /// Adds a number.
    pub fn number(&mut self, name: impl Into<Cow<'static, str>>, number: f32) {
        self.0.push((name.into(), number));
    }

    /// Adds a feature that holds.
    pub fn flag(&mut self, name: impl Into<Cow<'static, str>>) {
        self.number(name, 1.0);
    }

    /// Adds a feature if it holds.
    pub fn flag_if(&mut self, holds: bool, name: &'static str) {
        if holds {
            self.flag(name);
        }
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = (&str, f32)> {
        self.0.iter().map(|(name, number)| (name.as_ref(), *number))
    }
}
