//! Why an article is refused.

/// The reason for which a message cannot become an [`super::Article`].
///
/// Messages name the thing and the remedy. They never quote the article: they end up in logs, headers and metrics.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IntakeError {
    /// Nothing but blanks.
    #[error("the message is empty; send plain text or article.raw/1 JSON")]
    EmptyMessage,
    /// More bytes than [`super::Limits::bytes`].
    #[error("the message has {bytes} bytes, the limit is {limit}; raise the limit or send the text alone")]
    TooLarge {
        /// Bytes received.
        bytes: usize,
        /// Bytes allowed.
        limit: usize,
    },
    /// More characters than [`super::Limits::chars`].
    #[error("the text has {chars} characters, the limit is {limit}; raise the limit or split the text")]
    TooLong {
        /// Characters received.
        chars: usize,
        /// Characters allowed.
        limit: usize,
    },
    /// Not UTF-8.
    #[error("byte {at} does not belong to UTF-8 text; send UTF-8 text or JSON (Avro and Protobuf are not read)")]
    NotUtf8 {
        /// Offset of the first bad byte.
        at: usize,
    },
    /// JSON that ends too early.
    #[error("the JSON ends at byte {at} before its object is closed; the message was cut off on its way")]
    TruncatedJson {
        /// Where it ends.
        at: usize,
    },
    /// Not JSON, although it begins like JSON or is declared as such.
    #[error(
        "the message is not valid JSON (line {line}, column {column}); mend it, or declare plain text that begins \
         with a brace by content-type text/plain"
    )]
    NotJson {
        /// Line of the error, from 1.
        line: usize,
        /// Column of the error, from 1.
        column: usize,
    },
    /// JSON, but not an object.
    #[error("the JSON message is {found}; send one object with a field \"text\" per message")]
    NotAnObject {
        /// What it is.
        found: &'static str,
    },
    /// Nested deeper than [`super::Limits::json_depth`].
    #[error("the JSON is nested deeper than {limit} at byte {at}; flatten the unknown fields")]
    JsonTooDeep {
        /// Depth allowed.
        limit: usize,
        /// Where the limit is passed.
        at: usize,
    },
    /// No field `text`.
    #[error("the JSON object has no field \"text\"; put the article there")]
    MissingText,
    /// A known field of a wrong type.
    #[error("the field \"{field}\" is {found}, it must be {expected}")]
    WrongType {
        /// The field.
        field: &'static str,
        /// What it must be.
        expected: &'static str,
        /// What it is.
        found: &'static str,
    },
    /// A text without a single visible character.
    #[error("the text is empty; nothing can be read in it")]
    EmptyText,
    /// Unknown fields beyond [`super::Limits::extra_bytes`].
    #[error("the unknown fields take {bytes} bytes, the limit is {limit}; drop some or raise the limit")]
    ExtraTooLarge {
        /// Bytes received.
        bytes: usize,
        /// Bytes allowed.
        limit: usize,
    },
    /// Nested deeper than [`super::Limits::html_depth`].
    #[error("the HTML nests more than {limit} elements; send readable text instead")]
    HtmlTooDeep {
        /// Depth allowed.
        limit: usize,
    },
    /// Framed by a serialiser of a schema registry, and no JSON object behind the frame.
    #[error(
        "the message has the frame of a schema registry and no JSON object behind it; Avro and Protobuf are not read: \
         use the registry's JSON serialiser, or send article.raw/1 JSON or plain text"
    )]
    Framed,
    /// Compressed by the producer's program, not by its Kafka client.
    #[error("the message is compressed ({what}); send it as it is and set the producer's compression.type instead")]
    Compressed {
        /// By which program.
        what: &'static str,
    },
    /// A file of a word processor and the like.
    #[error("the message is {what}; send its text")]
    Document {
        /// What it is.
        what: &'static str,
    },
    /// No text at all.
    #[error("the message is {what}; send UTF-8 text or article.raw/1 JSON")]
    Binary {
        /// What it is.
        what: &'static str,
    },
    /// Text in another encoding.
    #[error("the message is UTF-16; convert it to UTF-8")]
    Utf16,
    /// XML that is neither XHTML nor NITF.
    #[error(
        "the message is XML; send the article's text, its HTML, or article.raw/1 JSON, or declare plain text by \
         content-type text/plain"
    )]
    Xml,
    /// Rows and columns.
    #[error(
        "the message is a table of {columns} columns; send one article.raw/1 JSON object per article, or declare plain \
         text by content-type text/plain"
    )]
    Table {
        /// How many.
        columns: usize,
    },
    /// Not an English text.
    #[error("the text is not English ({}); route other languages elsewhere", found.unwrap_or("language not known"))]
    UnsupportedLanguage {
        /// The language (BCP 47), where it is one of those known by their function words or script.
        found: Option<&'static str>,
    },
}

impl IntakeError {
    /// Short name for metrics and headers.
    pub fn kind(&self) -> &'static str {
        match self {
            IntakeError::EmptyMessage => "empty_message",
            IntakeError::TooLarge { .. } => "too_large",
            IntakeError::TooLong { .. } => "too_long",
            IntakeError::NotUtf8 { .. } => "not_utf8",
            IntakeError::TruncatedJson { .. } => "truncated_json",
            IntakeError::NotJson { .. } => "not_json",
            IntakeError::NotAnObject { .. } => "not_an_object",
            IntakeError::JsonTooDeep { .. } => "json_too_deep",
            IntakeError::MissingText => "missing_text",
            IntakeError::WrongType { .. } => "wrong_type",
            IntakeError::EmptyText => "empty_text",
            IntakeError::ExtraTooLarge { .. } => "extra_too_large",
            IntakeError::HtmlTooDeep { .. } => "html_too_deep",
            IntakeError::Framed => "schema_registry",
            IntakeError::Compressed { .. } => "compressed",
            IntakeError::Document { .. } => "document",
            IntakeError::Binary { .. } => "binary",
            IntakeError::Utf16 => "utf_16",
            IntakeError::Xml => "xml",
            IntakeError::Table { .. } => "table",
            IntakeError::UnsupportedLanguage { .. } => "unsupported_language",
        }
    }

    /// Whether something is wrong with the article. A text in another language is sound and was read well enough to tell.
    /// Everything else may mean that a producer has changed its format or lost its text: an empty text, too, is what a
    /// scraper sends that a new page layout has broken.
    pub fn is_fault(&self) -> bool {
        !matches!(self, IntakeError::UnsupportedLanguage { .. })
    }
}
