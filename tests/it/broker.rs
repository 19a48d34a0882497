//! The test broker itself: topics, records, headers and transactions arrive as written.

use crate::kafka::{self, Topics, create_topics, produce, read_topic};

#[test]
fn the_broker_keeps_what_is_written() {
    let Some(kafka) = kafka::shared("the_broker_keeps_what_is_written") else { return };
    let topics = Topics::new("broker");
    create_topics(kafka.bootstrap(), &topics, 2);
    let headers: [(&str, &[u8]); 1] = [("h", b"x")];
    produce(kafka.bootstrap(), &topics.input, [(Some(b"k".as_slice()), b"v".as_slice(), headers.as_slice())]);
    let found = read_topic(kafka.bootstrap(), &topics.input);
    assert_eq!(found.len(), 1);
    assert_eq!((found[0].key.as_deref(), found[0].value.as_slice()), (Some(b"k".as_slice()), b"v".as_slice()));
    assert_eq!(found[0].header("h"), Some("x"));
}
