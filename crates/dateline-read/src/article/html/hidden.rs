//! What a page holds and does not show: text that a reader never saw and that is no part of the story.
//!
//! No style sheet is read: only what the element itself says counts.

use super::tokens::Attributes;

/// Roles of what stands around a story, as the elements of [`super::SKIPPED`] do.
const ROLES: [&str; 10] = [
    "alertdialog",
    "complementary",
    "contentinfo",
    "dialog",
    "menu",
    "menubar",
    "navigation",
    "search",
    "toolbar",
    "tooltip",
];

/// Elements that pages hide until a script shows them, or while a dialog lies above them: they hold the story.
const NEVER: [&str; 3] = ["body", "html", "main"];

/// Whether an element stands around the story.
pub(super) fn is_beside(attributes: &Attributes) -> bool {
    let role = attributes.get("role").unwrap_or_default();
    let mut roles = role.split_ascii_whitespace();
    roles.any(|role| ROLES.iter().any(|r| r.eq_ignore_ascii_case(role))) || is_true(attributes.get("aria-modal"))
}

/// Whether an element is not shown, or not read out. `hidden=until-found` is shown when looked for.
pub(super) fn is_hidden(name: &str, attributes: &Attributes) -> bool {
    !NEVER.contains(&name)
        && (attributes.get("hidden").is_some_and(|value| !value.eq_ignore_ascii_case("until-found"))
            || is_true(attributes.get("aria-hidden"))
            || attributes.get("style").is_some_and(hides))
}

fn is_true(value: Option<&str>) -> bool {
    value.is_some_and(|value| value.trim().eq_ignore_ascii_case("true"))
}

fn hides(style: &str) -> bool {
    style.split(';').filter_map(|declaration| declaration.split_once(':')).any(|(property, value)| {
        let value = value.split('!').next().unwrap_or_default().trim();
        let is = |p: &str, v: &str| property.trim().eq_ignore_ascii_case(p) && value.eq_ignore_ascii_case(v);
        is("display", "none") || is("visibility", "hidden")
    })
}

/// Whether the start tag `next` at the same depth ends the element `open`, whose end tag may be left out.
pub(super) fn ends_before(open: &str, next: &str, next_is_block: bool) -> bool {
    match open {
        "p" => next_is_block,
        "li" => next == "li",
        "dt" | "dd" => matches!(next, "dt" | "dd"),
        "td" | "th" => matches!(next, "td" | "th" | "tr" | "tbody" | "thead" | "tfoot"),
        "tr" => matches!(next, "tr" | "tbody" | "thead" | "tfoot"),
        "tbody" | "thead" | "tfoot" => matches!(next, "tbody" | "thead" | "tfoot"),
        _ => false,
    }
}
