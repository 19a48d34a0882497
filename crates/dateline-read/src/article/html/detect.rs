//! Whether a text is HTML.

/// Elements that part paragraphs, by name.
const BLOCK: [&str; 13] =
    ["p", "br", "div", "li", "ul", "ol", "h1", "h2", "h3", "table", "blockquote", "figure", "article"];
/// Elements within paragraphs.
const INLINE: [&str; 8] = ["a", "b", "i", "em", "strong", "span", "img", "u"];

/// Tags of known elements found in a text.
#[derive(Debug, Default)]
struct Tags {
    block_start: usize,
    block_end: usize,
    breaks: usize,
    inline_start: usize,
    inline_end: usize,
}

/// Whether a text is HTML: it says so at its start, or holds tags of known elements that belong together. A stray "<", an
/// e-mail address in angle brackets or a single tag that is talked about make no HTML.
pub(in crate::article) fn is_html(text: &str) -> bool {
    let start = text.trim_start_matches('\u{feff}').trim_start();
    if ["<!doctype html", "<html", "<body", "<article"].iter().any(|tag| starts(start, tag)) {
        return true;
    }
    let tags = count(text);
    (tags.block_start > 0 && tags.block_end > 0)
        || tags.breaks >= 2
        || tags.block_start >= 3
        || (tags.inline_start > 0 && tags.inline_end > 0)
}

/// Whether paragraphs are marked up.
pub(super) fn has_blocks(text: &str) -> bool {
    let tags = count(text);
    tags.block_start + tags.breaks > 0
}

/// The element that holds the story: `article`, else `main`, if the page has one.
pub(super) fn story(text: &str) -> Option<&'static str> {
    let has = |name: &str| text.match_indices('<').any(|(at, _)| starts(&text[at + 1..], name));
    ["article", "main"].into_iter().find(|name| has(name))
}

fn count(text: &str) -> Tags {
    let mut tags = Tags::default();
    for (at, _) in text.match_indices('<') {
        let rest = &text[at + 1..];
        let (is_end, rest) = rest.strip_prefix('/').map_or((false, rest), |rest| (true, rest));
        let len = rest.bytes().take(11).take_while(u8::is_ascii_alphanumeric).count();
        let (name, after) = rest.split_at(len);
        if name.is_empty() || !after.starts_with([' ', '>', '/', '\n', '\t', '\r']) {
            continue;
        }
        let is = |names: &[&str]| names.iter().any(|n| n.eq_ignore_ascii_case(name));
        match (is(&BLOCK), is(&INLINE), is_end) {
            (true, _, false) if name.eq_ignore_ascii_case("br") => tags.breaks += 1,
            (true, _, false) => tags.block_start += 1,
            (true, _, true) => tags.block_end += 1,
            (_, true, false) => tags.inline_start += 1,
            (_, true, true) => tags.inline_end += 1,
            _ => {}
        }
    }
    tags
}

fn starts(text: &str, tag: &str) -> bool {
    text.get(..tag.len()).is_some_and(|head| head.eq_ignore_ascii_case(tag))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn html_is_told_from_text_with_brackets() {
        for (text, expect) in [
            ("<p>The port was closed.</p>", true),
            ("<!DOCTYPE html><title>x</title>", true),
            ("One.<br>Two.<br />Three.", true),
            ("<P>One.\n<P>Two.\n<P>Three.", true),
            ("The <a href=\"x\">port</a> was closed.", true),
            ("The port <harbour@example.org> was closed.", false),
            ("Prices rose <5% and then > 7%.", false),
            ("Use the <p> tag.", false),
            ("a <b and c> d", false),
            ("<tweet id=\"1\"><tweet/>", false),
            ("The port was closed.", false),
        ] {
            assert_eq!(is_html(text), expect, "{text}");
        }
    }
}
