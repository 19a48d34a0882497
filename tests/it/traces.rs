//! OTLP export: what a receiver gets, with a link to the context that came in. Built with `--features otel`.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::sync::mpsc::{Receiver, channel};
use std::time::Instant;

use dateline::stream;
use dateline::stream::embedded::Broker;

use crate::PATIENCE;
use crate::kafka::{Topics, produce, read_until};
use crate::process::Group;

/// A receiver of OTLP over HTTP: its address, and the bodies of what is posted to `/v1/traces`.
fn receiver() -> (String, Receiver<Vec<u8>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let (send, bodies) = channel();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut reader = BufReader::new(stream.try_clone().unwrap());
            let mut head = String::new();
            while !head.ends_with("\r\n\r\n") && reader.read_line(&mut head).is_ok_and(|n| n > 0) {}
            let lower = head.to_lowercase();
            let length =
                lower.lines().find_map(|l| l.strip_prefix("content-length:")).map(|l| l.trim().parse().unwrap());
            let mut body = vec![0; length.unwrap_or(0)];
            reader.read_exact(&mut body).unwrap();
            assert!(head.starts_with("POST /v1/traces ") && lower.contains("application/x-protobuf"), "{head}");
            let _ = write!(stream, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
            if send.send(body).is_err() {
                return;
            }
        }
    });
    (address, bodies)
}

/// The fields of a protobuf message that hold bytes, as (number, bytes); numbers as little-endian bytes.
fn fields(mut bytes: &[u8]) -> Vec<(u64, Vec<u8>)> {
    fn varint(bytes: &mut &[u8]) -> u64 {
        let mut value = 0;
        for shift in (0..64).step_by(7) {
            let byte = bytes[0];
            *bytes = &bytes[1..];
            value |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                break;
            }
        }
        value
    }
    let mut found = Vec::new();
    while !bytes.is_empty() {
        let tag = varint(&mut bytes);
        let length = match tag & 7 {
            0 => {
                found.push((tag >> 3, varint(&mut bytes).to_le_bytes().to_vec()));
                continue;
            }
            1 => 8,
            5 => 4,
            _ => usize::try_from(varint(&mut bytes)).unwrap(),
        };
        let (own, rest) = bytes.split_at(length);
        found.push((tag >> 3, own.to_vec()));
        bytes = rest;
    }
    found
}

fn all(message: &[u8], number: u64) -> Vec<Vec<u8>> {
    fields(message).into_iter().filter(|(n, _)| *n == number).map(|(_, bytes)| bytes).collect()
}

fn one(message: &[u8], number: u64) -> Vec<u8> {
    all(message, number).into_iter().next().unwrap_or_default()
}

fn text(message: &[u8], number: u64) -> String {
    String::from_utf8(one(message, number)).unwrap()
}

/// The attribute of that name (`KeyValue` in field `number`), as text or number.
fn attribute(message: &[u8], number: u64, name: &str) -> Option<String> {
    let value = all(message, number).into_iter().find(|pair| text(pair, 1) == name).map(|pair| one(&pair, 2))?;
    let (kind, bytes) = fields(&value).into_iter().next()?;
    Some(if kind == 1 {
        String::from_utf8(bytes).unwrap()
    } else {
        u64::from_le_bytes(bytes.try_into().unwrap()).to_string()
    })
}

#[test]
fn every_article_is_a_span_linked_to_the_context_it_came_with() {
    let topics = Topics::new("traces");
    let broker = Broker::start(&topics.names()).unwrap();
    let bootstrap = broker.bootstrap_servers();
    let trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    let headers: [(&str, &[u8]); 2] = [("traceparent", trace.as_bytes()), ("tracestate", b"vendor=1")];
    let article = include_str!("../../config/samples/night-raid.txt");
    produce(bootstrap, &topics.input, [(None, article.as_bytes(), headers.as_slice())]);
    produce(bootstrap, &topics.input, [(None, br#"{"text": 5}"#.as_slice(), [].as_slice())]);

    let (address, bodies) = receiver();
    let worker = Group::new(bootstrap, "traces", &topics)
        .with("KAFKA__DELIVERY", "at_least_once")
        .with("KAFKA__CONSUMER__FETCH_WAIT_MAX_MS", "10")
        .variable("OTEL_EXPORTER_OTLP_ENDPOINT", &address)
        .variable("OTEL_BSP_SCHEDULE_DELAY", "200")
        .variable("OTEL_RESOURCE_ATTRIBUTES", "deployment.environment.name=test")
        .start(0)
        .ready();
    let enriched = read_until(bootstrap, &topics.enriched, PATIENCE, |m| !m.is_empty());
    assert_eq!(enriched[0].header("traceparent"), Some(trace), "the context goes on as it came");
    let mut spans = Vec::new();
    let end = Instant::now() + PATIENCE;
    while spans.len() < 2 {
        let body = bodies.recv_timeout(end.saturating_duration_since(Instant::now())).expect(&worker.log());
        for resource_spans in all(&body, 1) {
            let resource = one(&resource_spans, 1);
            assert_eq!(attribute(&resource, 1, "service.name").as_deref(), Some("dateline"));
            assert_eq!(attribute(&resource, 1, "service.version").as_deref(), Some(env!("CARGO_PKG_VERSION")));
            assert_eq!(attribute(&resource, 1, "deployment.environment.name").as_deref(), Some("test"));
            spans.extend(all(&resource_spans, 2).iter().flat_map(|scope| all(scope, 2)));
        }
    }
    assert_eq!(spans.len(), 2);
    // Without keys the two may lie in different partitions: told apart by their outcome.
    let is_bad = |span: &&Vec<u8>| attribute(span, 9, "error.type").is_some();
    let good = spans.iter().find(|span| !is_bad(span)).expect("the good article's span");
    let bad = spans.iter().find(is_bad).expect("the bad article's span");
    for span in [good, bad] {
        assert_eq!(text(span, 5), format!("process {}", topics.input));
        assert_eq!(one(span, 6), 5_u64.to_le_bytes(), "a consumer");
        assert!(one(span, 4).is_empty(), "a root span, no child of the producer's");
        assert_eq!(attribute(span, 9, "messaging.system").as_deref(), Some("kafka"));
        assert!(attribute(span, 9, "messaging.kafka.offset").is_some());
    }
    let link = one(good, 13);
    let hex = |bytes: &[u8]| bytes.iter().map(|b| format!("{b:02x}")).collect::<String>();
    assert_eq!(hex(&one(&link, 1)), "4bf92f3577b34da6a3ce929d0e0e4736");
    assert_eq!(hex(&one(&link, 2)), "00f067aa0ba902b7");
    assert_eq!(text(&link, 3), "vendor=1");
    assert_ne!(hex(&one(good, 1)), "4bf92f3577b34da6a3ce929d0e0e4736");
    let record = enriched[0].json();
    let events = record["events"].as_array().unwrap().len().to_string();
    assert_eq!(attribute(good, 9, "dateline.events"), Some(events));
    assert_eq!(attribute(bad, 9, "error.type").as_deref(), Some("wrong_type"));
    assert!(all(bad, 13).is_empty());
    assert_eq!(one(&one(bad, 15), 3), 2_u64.to_le_bytes(), "the status is an error");
    assert!(!hex(good).contains(&hex(b"raid")), "no text of the article in a span");
    assert_eq!(worker.stop().code(), Some(0));
}
