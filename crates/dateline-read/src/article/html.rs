//! HTML to readable text, with the way back to every byte.
//!
//! A reader, not a browser: it knows which elements part paragraphs, which are no text of the story (scripts, menus,
//! footers, forms) and which say what a paragraph is (`h1`, `figcaption`). Tags are read by html5gum, which follows the
//! WHATWG tokenizer; no tree is built. Time is linear in the input: open elements are kept on a stack of bounded depth.
//!
//! Left out: style sheets (what an element itself says of being hidden counts), layout of tables, pages that are written by
//! scripts.

mod detect;
mod hidden;
mod published;
mod tokens;

use std::ops::Range;

use super::body::Body;
use super::error::IntakeError;
use super::layout::BlockKind;
use super::mojibake::{self, Piece};
pub(super) use detect::is_html;

/// What an HTML document holds.
#[derive(Debug, Default)]
pub(super) struct Page {
    pub(super) body: Body,
    /// What the markup says of stretches of the body, in order.
    pub(super) marks: Vec<(Range<usize>, BlockKind)>,
    /// `<title>`.
    pub(super) title: Option<String>,
    /// When the page says that the article was published.
    pub(super) published: Option<String>,
    /// Without that, a time that the page shows, or that of its last change.
    pub(super) dated: Option<String>,
}

/// Elements whose text is not read.
const SKIPPED: [&str; 24] = [
    "script", "style", "noscript", "template", "svg", "math", "nav", "footer", "aside", "form", "button", "select",
    "option", "textarea", "iframe", "object", "audio", "video", "canvas", "map", "dialog", "menu", "datalist", "head",
];

/// Elements that part paragraphs.
const BLOCKS: [&str; 42] = [
    "address",
    "article",
    "blockquote",
    "body",
    "caption",
    "center",
    "dd",
    "details",
    "dir",
    "div",
    "dl",
    "dt",
    "fieldset",
    "figcaption",
    "figure",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "header",
    "hgroup",
    "hr",
    "html",
    "legend",
    "li",
    "main",
    "ol",
    "p",
    "pre",
    "search",
    "section",
    "summary",
    "table",
    "tbody",
    "td",
    "th",
    "thead",
    "tfoot",
    "tr",
    "ul",
];

/// Elements without content, and those that an unclosed neighbour closes: never kept on the stack.
const UNSTACKED: [&str; 26] = [
    "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr", "p",
    "li", "dd", "dt", "td", "th", "tr", "tbody", "thead", "tfoot", "rp", "rt",
];

/// Elements that give their text a kind.
fn kind_of(name: &str, class: &str) -> Option<BlockKind> {
    let class = class.to_ascii_lowercase();
    match name {
        "h1" => Some(BlockKind::Headline),
        "figcaption" | "figure" => Some(BlockKind::Caption),
        "p" | "div" | "span" | "section" if class.split_ascii_whitespace().any(|c| c.ends_with("caption")) => {
            Some(BlockKind::Caption)
        }
        "p" | "div" | "span" | "section" | "address"
            if class.split_ascii_whitespace().any(|c| c.ends_with("byline")) =>
        {
            Some(BlockKind::Byline)
        }
        _ => None,
    }
}

/// Most of a page's JSON-LD that is read, in bytes.
const MAX_DATA: usize = 256 << 10;

/// Reads a document. `text` must be shorter than 4 GiB.
pub(super) fn read(text: &str, max_depth: usize) -> Result<Page, IntakeError> {
    let page = read_with(text, Reader::new(max_depth))?;
    if !page.body.text.is_empty() {
        return Ok(page);
    }
    // Some pages hide all of their text until a script shows it, or while a dialog lies above it.
    read_with(text, Reader { reads_hidden: true, ..Reader::new(max_depth) })
}

fn read_with(text: &str, reader: Reader) -> Result<Page, IntakeError> {
    let mut reader = Reader {
        keep_lines: !detect::has_blocks(text),
        damaged: mojibake::is_damaged(text),
        story: detect::story(text),
        ..reader
    };
    tokens::run(text, &mut reader);
    if reader.too_deep {
        return Err(IntakeError::HtmlTooDeep { limit: reader.max_depth });
    }
    reader.close_all();
    reader.marks_in_order();
    (reader.page.published, reader.page.dated) = reader.statements.best();
    Ok(reader.page)
}

/// What stands between two words.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Gap {
    None,
    /// Blanks, and where they stand.
    Blank(Range<usize>),
    Line,
    Paragraph,
    /// Something that is not shown.
    Hidden,
}

/// An element that is open.
struct Open {
    name: String,
    skipped: bool,
    link: bool,
    mark: Option<(BlockKind, usize)>,
}

struct Reader {
    page: Page,
    stack: Vec<Open>,
    max_depth: usize,
    too_deep: bool,
    reads_hidden: bool,
    damaged: bool,
    /// The element that holds the story, if the page has such a one.
    story: Option<&'static str>,
    /// Open elements of that name, links, and elements with a mark.
    in_story: usize,
    links: usize,
    marked: usize,
    /// Where the paragraph begins, and whether it is more than links to other stories.
    paragraph: usize,
    told: bool,
    /// The same of the outermost story element that is open.
    story_start: usize,
    story_told: bool,
    statements: published::Statements,
    /// The script of JSON-LD that is open.
    data: Option<String>,
    data_read: usize,
    /// An unstacked element that is not shown, and the depth at which it stands.
    unseen: Option<(String, usize)>,
    /// Line ends count, as in `pre`: there is no markup for paragraphs.
    keep_lines: bool,
    gap: Gap,
    skipping: usize,
    preformatted: usize,
    /// Where the text copied last ends.
    received_end: usize,
    in_title: bool,
    /// A `p` or other unstacked element with a kind; closed by the next break of a paragraph.
    loose: Option<(BlockKind, usize)>,
}

impl Reader {
    fn new(max_depth: usize) -> Self {
        Reader {
            page: Page::default(),
            stack: Vec::new(),
            max_depth,
            too_deep: false,
            reads_hidden: false,
            damaged: false,
            story: None,
            in_story: 0,
            links: 0,
            marked: 0,
            paragraph: 0,
            told: false,
            story_start: 0,
            story_told: false,
            statements: published::Statements::default(),
            data: None,
            data_read: 0,
            unseen: None,
            keep_lines: false,
            gap: Gap::None,
            skipping: 0,
            preformatted: 0,
            received_end: 0,
            in_title: false,
            loose: None,
        }
    }

    /// Characters that stand at `at` as they are.
    fn copy(&mut self, text: &str, at: usize) {
        if !self.reads(text) {
            return;
        }
        if !self.damaged {
            return self.runs(text, at);
        }
        mojibake::mend(text, |piece, range| match piece {
            Piece::Copy(text) => self.runs(text, at + range.start),
            Piece::Meant(c) => self.replacement(c, at + range.start..at + range.end),
        });
    }

    fn runs(&mut self, text: &str, mut at: usize) {
        let mut rest = text;
        while let Some(first) = rest.chars().next() {
            let (blank, dropped) = (is_blank(first), is_invisible(first));
            let len = rest.find(|c: char| is_blank(c) != blank || is_invisible(c) != dropped).unwrap_or(rest.len());
            let (run, next) = rest.split_at(len);
            if blank {
                self.blank(run, at..at + len);
            } else if !dropped {
                self.word(run, at..at + len);
            }
            at += len;
            rest = next;
        }
    }

    /// A character that stands for other bytes: an entity, a line end.
    fn replacement(&mut self, c: char, received: Range<usize>) {
        let mut buffer = [0; 4];
        let text = &*c.encode_utf8(&mut buffer);
        match self.reads(text) {
            true if is_blank(c) => self.blank(text, received),
            true if !is_invisible(c) => self.word(text, received),
            _ => {}
        }
    }

    /// Whether characters are text to read here.
    fn reads(&mut self, text: &str) -> bool {
        if self.in_title {
            self.page.title.get_or_insert_default().push_str(text);
        }
        if let Some(data) = &mut self.data
            && self.data_read + text.len() <= MAX_DATA
        {
            self.data_read += text.len();
            data.push_str(text);
        }
        !self.in_title && self.skipping == 0 && self.unseen.is_none()
    }

    fn blank(&mut self, run: &str, range: Range<usize>) {
        let lines = run.bytes().filter(|&b| b == b'\n').count();
        let keep = self.keep_lines || self.preformatted > 0;
        match &self.gap {
            _ if keep && lines >= 2 => self.gap = Gap::Paragraph,
            Gap::None | Gap::Blank(_) | Gap::Hidden if keep && lines == 1 => self.gap = Gap::Line,
            Gap::None | Gap::Hidden => self.gap = Gap::Blank(range),
            _ => {}
        }
    }

    fn word(&mut self, word: &str, range: Range<usize>) {
        let here = self.received_end..self.received_end;
        let body = &mut self.page.body;
        if !body.text.is_empty() {
            match std::mem::replace(&mut self.gap, Gap::None) {
                Gap::None => {}
                Gap::Blank(blank) => body.push(" ", blank),
                Gap::Line => body.push("\n", here),
                Gap::Paragraph => body.push("\n\n", here),
                // "Jane Roe<span aria-hidden=true>|</span>Salgora", but not "port<span hidden>...</span>, he said".
                Gap::Hidden
                    if word.starts_with(char::is_alphanumeric) && body.text.ends_with(char::is_alphanumeric) =>
                {
                    body.push(" ", here);
                }
                Gap::Hidden => {}
            }
        }
        self.gap = Gap::None;
        // A marked paragraph is a headline, a byline or a caption, links or not.
        let unlinked = self.links == 0 && word.contains(char::is_alphanumeric);
        self.story_told |= unlinked;
        self.told |= self.story.is_none() || self.in_story > 0 || self.marked > 0 || self.loose.is_some() || unlinked;
        self.received_end = range.end;
        body.push(word, range);
    }

    fn start(&mut self, name: &str, attributes: &tokens::Attributes) {
        // A second title is that of a drawing.
        self.in_title = name == "title" && self.page.title.is_none();
        let block = BLOCKS.binary_search(&name).is_ok();
        if block && self.stack.last().is_some_and(|open| open.name == "head") {
            self.pop();
        }
        self.metadata(name, attributes);
        let depth = self.stack.len();
        if self.unseen.as_ref().is_some_and(|(open, at)| depth <= *at && hidden::ends_before(open, name, block)) {
            self.unseen = None;
        }
        if block {
            self.end_paragraph();
        } else if name == "br" {
            self.gap = if matches!(self.gap, Gap::Line | Gap::Paragraph) { Gap::Paragraph } else { Gap::Line };
        }
        let unread = hidden::is_beside(attributes) || !self.reads_hidden && hidden::is_hidden(name, attributes);
        let mark =
            kind_of(name, attributes.get("class").unwrap_or_default()).map(|kind| (kind, self.page.body.text.len()));
        if UNSTACKED.contains(&name) {
            if block {
                self.loose = mark;
            }
            if unread && block && name != "hr" && self.unseen.is_none() {
                self.unseen = Some((name.to_owned(), self.stack.len()));
            }
            return;
        }
        if attributes.self_closing && !block {
            return;
        }
        if self.stack.len() >= self.max_depth {
            self.too_deep = true;
            return;
        }
        // The footer of a quotation names who is quoted.
        let quoted = name == "footer" && self.stack.iter().any(|open| open.name == "blockquote");
        let skipped = unread || SKIPPED.contains(&name) && !quoted;
        if unread && self.gap == Gap::None {
            self.gap = Gap::Hidden;
        }
        self.skipping += usize::from(skipped);
        self.preformatted += usize::from(name == "pre");
        let link = name == "a" && attributes.get("href").is_some();
        self.links += usize::from(link);
        if self.story == Some(name) {
            if self.in_story == 0 {
                (self.story_start, self.story_told) = (self.page.body.text.len(), false);
            }
            self.in_story += 1;
        }
        self.marked += usize::from(mark.is_some());
        self.stack.push(Open { name: name.to_owned(), skipped, link, mark });
    }

    fn end(&mut self, name: &str) {
        self.in_title = false;
        if BLOCKS.binary_search(&name).is_ok() {
            self.end_paragraph();
        }
        if let Some(data) = self.data.take_if(|_| name == "script") {
            self.statements.json_ld(&data);
        }
        if self.unseen.as_ref().is_some_and(|(open, depth)| open == name && self.stack.len() <= *depth) {
            self.unseen = None;
        }
        // An end tag closes everything opened within its element; one without an element closes nothing.
        if let Some(at) = self.stack.iter().rposition(|open| open.name == name) {
            while self.stack.len() > at {
                self.pop();
            }
        }
    }

    fn pop(&mut self) {
        let Some(open) = self.stack.pop() else { return };
        if self.unseen.as_ref().is_some_and(|(_, depth)| self.stack.len() < *depth) {
            self.unseen = None;
        }
        self.skipping -= usize::from(open.skipped);
        self.preformatted -= usize::from(open.name == "pre");
        self.links -= usize::from(open.link);
        self.marked -= usize::from(open.mark.is_some());
        self.mark(open.mark);
        if self.story == Some(open.name.as_str()) {
            self.in_story -= 1;
            self.end_story();
        }
    }

    /// Takes back a story element that is nothing but links, a card that leads to another story; never all there is.
    fn end_story(&mut self) {
        if self.in_story == 0 && !self.story_told && self.marked == 0 && self.story_start > 0 {
            self.page.body.truncate(self.story_start);
            let len = self.page.body.text.len();
            self.page.marks.retain(|(range, _)| range.end <= len);
            self.paragraph = self.paragraph.min(len);
        }
    }

    /// Ends a paragraph. One outside of the story that is nothing but links leads to other stories, and is taken back.
    fn end_paragraph(&mut self) {
        if !self.told && self.marked == 0 {
            self.page.body.truncate(self.paragraph);
        }
        self.close_loose();
        self.gap = Gap::Paragraph;
        self.paragraph = self.page.body.text.len();
        self.told = false;
    }

    fn close_loose(&mut self) {
        let loose = self.loose.take();
        self.mark(loose);
    }

    fn mark(&mut self, mark: Option<(BlockKind, usize)>) {
        if let Some((kind, start)) = mark
            && start < self.page.body.text.len()
        {
            self.page.marks.push((start..self.page.body.text.len(), kind));
        }
    }

    fn close_all(&mut self) {
        self.end_paragraph();
        while !self.stack.is_empty() {
            self.pop();
        }
    }

    /// Outer marks come after the inner ones they cover; the outermost of a nest says enough.
    fn marks_in_order(&mut self) {
        self.page.marks.sort_by_key(|(range, _)| (range.start, std::cmp::Reverse(range.end)));
        let mut end = 0;
        self.page.marks.retain(|(range, _)| {
            let outermost = range.end > end;
            end = end.max(range.end);
            outermost
        });
    }

    fn metadata(&mut self, name: &str, attributes: &tokens::Attributes) {
        let speaks = matches!(name, "meta" | "time" | "abbr" | "script")
            || attributes.get("itemprop").or(attributes.get("property")).is_some();
        if !speaks || !published::belongs(self.stack.iter().map(|open| open.name.as_str())) {
            return;
        }
        if name != "script" {
            let in_head = self.stack.iter().any(|open| open.name == "head");
            self.statements.element(name, attributes, in_head);
        } else if attributes.get("type").is_some_and(|t| t.to_ascii_lowercase().contains("ld+json")) {
            self.data = Some(String::new());
        }
    }
}

/// Blanks that HTML collapses; the no-break space too, which pages use for layout.
fn is_blank(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\n' | '\r' | '\u{c}' | '\u{a0}')
}

/// Characters that only tell a browser where words may break.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{200b}' | '\u{2060}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn check(html: &str, expect: &str) {
        assert_eq!(read(html, 100).unwrap().body.text, expect, "{html}");
    }

    #[test]
    fn readable_text_only() {
        check("<p>One.</p><p>Two &amp; three.</p>", "One.\n\nTwo & three.");
        check("<p>One.<p>Two.", "One.\n\nTwo.");
        check("One<br>two<br/><br>three", "One\ntwo\n\nthree");
        check("<p>  a \n <b> b</b>c </p>", "a bc");
        check("<nav>Home</nav><p>Text.</p><script>var a = '<p>no</p>';</script><style>p{}</style>", "Text.");
        check("<head><title>T &amp; t</title></head><body><p>Text.</p><footer>Imprint</footer></body>", "Text.");
        check("<p>Sal&shy;gora&nbsp;port &#8212; &ldquo;yes&rdquo;</p>", "Salgora port — “yes”");
        check("<p>&amp;ldquo;Yes,&amp;#x201d; she said. R&amp;D; &amp;lt;b</p>", "“Yes,” she said. R&D; &lt;b");
        check("<div><nav>Menu<div>deep</div></div><p>Text.</p>", "Text.");
        check("<pre>a\nb\n\nc</pre>", "a\nb\n\nc");
        check("First <b>bold</b> line.\n\nSecond <i>one</i>.", "First bold line.\n\nSecond one.");
        check("<p>1 < 2 and 3 > 2 & so on</p>", "1 < 2 and 3 > 2 & so on");
        check("<p>One.\r\nTwo.</p>", "One. Two.");
        check("<!-- no --><p>a<!-- no -->b</p>", "ab");
        check("<blockquote>Words.<footer>Jane Roe</footer></blockquote>", "Words.Jane Roe");
        check("<html><head><title>T</title><body><p>Text.", "Text.");
        check("", "");
    }

    #[test]
    fn what_is_not_shown_is_not_read() {
        for (html, expect) in [
            ("<p>a</p><p hidden>b</p><p>c</p>", "a\n\nc"),
            ("<p>a<p aria-hidden=TRUE>b <i>b</i> b<p>c", "a\n\nc"),
            ("<p>a</p><p hidden>b<div>c</div>", "a\n\nc"),
            ("<ul><li>a<li hidden><p>b</p><ul><li>b</ul> b<li>c</ul>", "a\n\nc"),
            ("<ul><li>a<li hidden>b</ul>c", "a\n\nc"),
            ("<table><tr><td>a<td hidden>b<td>c<tr hidden><td>d<tr><td>e</table>", "a\n\nc\n\ne"),
            ("<div style='color: red; Display:none !important'><p>b</p></div><p>a", "a"),
            ("<section style='visibility : hidden'>b</section><p style='display:block'>a", "a"),
            ("<div role='dialog'><p>b</p></div><div aria-modal=true>c</div><p>a", "a"),
            ("<dialog open>b</dialog><div role='navigation'>c</div><p>a", "a"),
            ("<p>a<span hidden> b</span>, c<i class=icon aria-hidden=true></i></p>", "a, c"),
            ("<p>a<span aria-hidden='true'>|</span>b <span aria-hidden='true'>|</span> c</p>", "a b c"),
            ("<p aria-hidden=false>a</p><p hidden=until-found>b</p>", "a\n\nb"),
            ("<body style='display:none'><main aria-hidden=true><p>a</p></main></body>", "a"),
            ("<div id=root aria-hidden=true><p>a</p></div><div role=dialog>b</div>", "a"),
            ("<img hidden><br hidden><hr hidden>a", "a"),
        ] {
            check(html, expect);
        }
    }

    #[test]
    fn links_outside_of_the_story_are_other_stories() {
        for (html, expect) in [
            ("<div><a href=x>b</a></div><article><p>a <a href=x>c</a></p><p><a href=x>d</a></p></article>", "a c\n\nd"),
            ("<article>a</article><ul><li><a href=x>b</a> | <a href=x>c</a></ul><p>d <a href=x>e</a></p>", "a\n\nd e"),
            ("<article>a</article><a href=x><h3>b</h3><p>c</p></a><a href=x>d</a>", "a"),
            ("<h1><a href=x>h</a></h1><p class=byline><a href=x>r</a></p><article>a</article>", "h\n\nr\n\na"),
            ("<main><p><a href=x>b</a></p>a</main><p><a href=x>c</a>", "b\n\na"),
            ("<main><article>a</article><p><a href=x>b</a></p></main>", "a"),
            ("<article></article><a name=top>a</a>", "a"),
            ("<article>a</article><article><h1><a href=x>b</a></h1></article><article>c</article>", "a\n\nc"),
            ("<article><p><a href=x>a</a></p></article>", "a"),
            ("<div>a</div><div><a href=x>b</a></div>", "a\n\nb"),
        ] {
            check(html, expect);
        }
    }

    #[test]
    fn damaged_characters_are_read_as_they_were_meant() {
        check(
            "<p>JosÃ© GarcÃ\u{ad}a&amp; 10Â\u{a0}km â€” â€œyesâ€ he\u{200b} said</p>",
            "José García& 10 km — “yes” he said",
        );
        let html = "<p>â€”a</p>";
        let body = read(html, 100).unwrap().body;
        assert_eq!(&html[body.received_range(0.."—".len())], "â€”");
    }

    #[test]
    fn markup_says_what_a_paragraph_is() {
        let html = "<h1>Head</h1><p class=\"c-byline\">By Jane Roe</p><p>Text.</p>\
                    <figure><img alt='x'><figcaption>A port.</figcaption><span>AP</span></figure><p>More.</p>";
        let page = read(html, 100).unwrap();
        let marks: Vec<(&str, BlockKind)> = page.marks.iter().map(|(r, k)| (&page.body.text[r.clone()], *k)).collect();
        assert_eq!(
            marks.iter().map(|(t, k)| (t.trim(), *k)).collect::<Vec<_>>(),
            [("Head", BlockKind::Headline), ("By Jane Roe", BlockKind::Byline), ("A port.\n\nAP", BlockKind::Caption)]
        );
    }

    #[test]
    fn pages_state_title_and_date() {
        let page = read(
            "<html><head><title>Ferry</title><svg><title>Logo</title></svg><meta property='article:published_time' content='2021-05-03T10:00Z'></head>",
            100,
        )
        .unwrap();
        assert_eq!((page.title.as_deref(), page.published.as_deref()), (Some("Ferry"), Some("2021-05-03T10:00Z")));
    }

    #[test]
    fn nesting_is_limited_and_hostile_input_is_linear() {
        assert_eq!(read(&"<div>".repeat(101), 100).unwrap_err().kind(), "html_too_deep");
        assert!(read(&"<p>".repeat(300_000), 100).is_ok());
        assert!(read(&"</div>".repeat(300_000), 100).is_ok());
        assert!(read(&"<b>a</i>".repeat(90), 100).is_ok());
        assert!(read(&"&amp".repeat(300_000), 100).is_ok());
        assert!(read(&"<".repeat(300_000), 100).is_ok());
    }

    #[test]
    fn a_blank_between_references_leads_back_to_itself() {
        let html = "&amp;\u{a0}&amp;<p>";
        let body = read(html, 100).unwrap().body;
        assert_eq!(body.text, "& &");
        let received = body.text.char_indices().map(|(i, c)| &html[body.received_range(i..i + c.len_utf8())]);
        assert_eq!(received.collect::<Vec<_>>(), ["&amp;", "\u{a0}", "&amp;"]);
    }

    const PIECES: &str = "(?s)(<p>|</p>|<br>|<div class=\"é\">|</div>|<figure>|<nav>|</nav>|<title>|<pre>|</pre>|<!--|-->|&amp;|&mdash;|&amp;ldquo;|&amp;#39;|&nGt;\
        |<article>|</article>|<a href=x>|</a>|<p hidden>|<i hidden>|</i>|&nbsp;|&#x1F600;|&bogus;|&|<|>|\r\n|\n| |\u{a0}|\u{ad}|<script>|</script>|<plaintext>|[a-zA-Zé—😀. ]{1,6}){0,40}";

    proptest! {
        #[test]
        fn every_position_leads_back(html in PIECES) {
            let Ok(Page { body, .. }) = read(&html, 100) else { return Ok(()) };
            let bounds: Vec<usize> = body.text.char_indices().map(|(at, _)| at).chain([body.text.len()]).collect();
            let mut last = 0..0;
            for pair in bounds.windows(2) {
                let range = body.received_range(pair[0]..pair[1]);
                prop_assert!(html.is_char_boundary(range.start) && html.is_char_boundary(range.end), "{:?}", range);
                prop_assert!(range.start >= last.start && range.end >= last.end, "{:?} after {:?}", range, last);
                let (read, received) = (&body.text[pair[0]..pair[1]], &html[range.clone()]);
                let replaced = received.starts_with('&') || received.chars().all(is_blank) || read == "\n";
                prop_assert!(read == received || replaced, "{:?} for {:?}", read, received);
                last = range;
            }
            for (i, &start) in bounds.iter().enumerate().step_by(3) {
                for &end in bounds[i..].iter().step_by(5) {
                    let range = body.received_range(start..end);
                    prop_assert!(range.start <= range.end && range.end <= html.len());
                    prop_assert!(html.is_char_boundary(range.start) && html.is_char_boundary(range.end));
                }
            }
        }
    }
}
