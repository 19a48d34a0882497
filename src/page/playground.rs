//! The playground: a form for an article, and the article as it was read.

use std::time::Duration;

use maud::{Markup, html};

use super::article::{View, headline, view};
use super::shell::{Document, Html};

const PLACES: [(Option<&str>, &str); 2] = [(Some("/"), "Status"), (None, "Playground")];

/// An article to begin with.
#[derive(Debug, Clone, Copy)]
pub struct Sample {
    /// Its name, part of an address.
    pub name: &'static str,
    /// The message.
    pub text: &'static str,
}

/// Why an article was not read.
#[derive(Debug, Clone, Copy)]
pub struct Refusal<'a> {
    /// In a word, e.g. `too_large`.
    pub reason: &'a str,
    /// In a sentence.
    pub message: &'a str,
}

/// The form, with a text in it.
pub fn form(samples: &[Sample], text: &str, limit: usize) -> Html {
    let content = html! {
        h1 { "Playground" }
        (fields(text, limit))
        @if !samples.is_empty() {
            section aria-labelledby="samples" {
                h2 id="samples" { "Samples" }
                ul.inline { @for s in samples { li { a href=(format!("/playground?sample={}", s.name)) { (s.name) } } } }
            }
        }
    };
    document("Playground · Dateline", content)
}

/// An article that was read.
pub fn reading(one: View<'_>, text: &str, took: Duration, limit: usize) -> Html {
    let content = html! {
        h1 { "Playground" }
        p.soft role="status" { "Read in " (took.as_millis()) " ms. Nothing was published or kept." }
        details.again { summary { "Another article" } (fields(text, limit)) }
        (view(one, 1))
    };
    document(&format!("{} · Dateline", headline(one.record)), content)
}

/// An article that was not read.
pub fn refusal(refusal: Refusal<'_>, text: &str, limit: usize) -> Html {
    let content = html! {
        h1 { "Playground" }
        p.alarm role="alert" { strong { (refusal.reason.replace('_', " ")) } ": " (refusal.message) }
        (fields(text, limit))
    };
    document("Not read · Dateline", content)
}

/// With one field, plain text is an unambiguous encoding of a form, and three times smaller than the default one.
fn fields(text: &str, limit: usize) -> Markup {
    html! {
        form.paste method="post" action="/playground" enctype="text/plain" {
            label for="article" { "Article" }
            p.soft #article-help {
                "Plain text, HTML, or JSON as in " code { "article.raw/1" } "; English; at most " (limit >> 10) " KiB. "
                "It is read in this process and goes nowhere else."
            }
            // The first line break after the tag is not part of the value.
            textarea id="article" name="article" rows="14" required maxlength=(limit) aria-describedby="article-help"
                spellcheck="false" { "\n" (text) }
            button type="submit" { "Read it" }
        }
    }
}

fn document(title: &str, content: Markup) -> Html {
    Document { title, places: &PLACES, reload: None, content }.render()
}
