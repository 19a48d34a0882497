//! From a record to the bytes of a file and back.

use arrow_array::cast::AsArray;
use arrow_array::types::{Date32Type, Float64Type, Int64Type, TimestampMillisecondType};
use parquet::arrow::arrow_reader::ParquetRecordBatchReader;
use serde_json::{Value, json};

use super::*;

/// What matters of an article with one event, one mention with a claim that another repeats, and a source.
fn article() -> Value {
    let claim = json!({"claim_id": "cc1", "kind": "killed", "best": 14, "polarity": "pos", "source_entity": "en2",
        "span": {"text": "killed 14", "char": [3, 12]}, "breakdown": {"children": 3}, "confidence": 0.9});
    let mention = |id: &str| {
        json!({"schema": "event.mention/1", "mention_id": id, "cluster_id": "ec1",
        "casualties": [claim], "participants": [{"role": "victim", "name": "x"}, {"role": "actor", "name": "y"}]})
    };
    json!({
        "schema": "article.enriched/1",
        "article": {"id": "a1", "url": "https://example.org/a?b=1,2", "source": "Example",
            "published_at": "2024-05-18T11:10:00+02:00",
            "title": "=HYPERLINK(\"evil\")", "extra": {"desk": "world"}},
        "entities": [{"id": "en2", "type": "ORG", "name": "Harbour Police", "salience": 1.0,
            "mentions": [{"text": "police"}, {"text": "Harbour Police"}], "references": [],
            "place": {"country_iso3": "NGA", "resolution": 4, "lat": -12.5, "lon": 8.0}}],
        "mentions": [mention("em1"), mention("em2")],
        "events": [{
            "schema": "event.article/1", "cluster_id": "ec1", "article_id": "a1", "main": true, "rank": 1,
            "time": {"start": "2024-05-17", "end": "2024-05-18T10:00", "granularity": "day", "via": "explicit"},
            "type": {"plover": {"event": "ASSAULT", "mode": ["explosives", "targeted"]},
                "cameo": {"code": "0831", "root": "08"},
                "quad_class": 4, "goldstein": -10.0},
            "actors": [{"name": "A", "cameo_code": "REB"}, {"name": "B", "cameo_code": "MIL"}], "recipients": [],
            "location": {"name": "Kano", "country_iso3": "NGA", "lat": 12.0, "lon": 8.5, "resolution": 4,
                "geonameid": 2335204},
            "casualties": {"killed": {"best": 14, "low": 3, "high": 14}, "injured": null},
            "assertion": {"modality": "reported", "polarity": "pos", "historical": false},
            "sources": {"n_attributed_sources": 1, "named": ["en2", "gone"], "anonymous": ["two \"officials\""]},
            "confidence": {"overall": 0.87}, "summary_text": "A bomb, they said,\nkilled 14.",
        }],
        "producer": {"version": "9.9"},
    })
}

fn values<'r>(table: Table, row: &'r Row, names: &[&str]) -> Vec<&'r Cell> {
    names.iter().map(|name| row.cell(table.position(name).unwrap())).collect()
}

fn encoded(table: Table, rows: Vec<Row>, format: Format) -> Vec<u8> {
    let mut encoder = Encoder::new(table, format).unwrap();
    encoder.push(rows).unwrap();
    let mut bytes = encoder.take().unwrap();
    bytes.extend(encoder.finish().unwrap());
    bytes
}

#[test]
fn an_event_has_what_its_article_and_its_entities_say() {
    let rows = rows(Table::Events, &article()).unwrap();
    let [event] = &rows[..] else { panic!("{} rows", rows.len()) };
    let names = [
        "event_id",
        "article_id",
        "source",
        "country",
        "actor1_code",
        "actor2",
        "actor2_code",
        "sources",
        "plover_mode",
        "fatalities_low",
        "injured_best",
        "time_precision",
        "geo_precision",
        "negated",
        "historical",
        "extra",
        "version",
        "n_origins",
    ];
    let text = |t: &str| Cell::Text(t.into());
    let expect = [
        text("ec1"),
        text("a1"),
        text("Example"),
        text("Nigeria"),
        text("REB"),
        text("B"),
        text("MIL"),
        text("Harbour Police"),
        text("explosives; targeted"),
        Cell::Int(3),
        Cell::Empty,
        Cell::Int(1),
        Cell::Int(1),
        Cell::Bool(false),
        Cell::Bool(false),
        text(r#"{"desk":"world"}"#),
        text("9.9"),
        Cell::Empty,
    ];
    for ((name, cell), expect) in names.iter().zip(values(Table::Events, event, &names)).zip(&expect) {
        assert_eq!(cell, expect, "{name}");
    }
}

#[test]
fn an_event_alone_has_what_it_carries() {
    let mut event = article()["events"][0].clone();
    event["dct"] = "2024-05-18".into();
    let alone = rows(Table::Events, &event).unwrap().remove(0);
    let names = ["article_id", "url", "sources"];
    assert_eq!(values(Table::Events, &alone, &names), [&Cell::Text("a1".into()), &Cell::Empty, &Cell::Empty]);
    let day = alone.cell(Table::Events.position("published_at").unwrap()).day();
    assert_eq!(day.unwrap().to_string(), "2024-05-18");
    // As soon as records carry their article, it is there.
    event["article"] = article()["article"].clone();
    let carried = rows(Table::Events, &event).unwrap().remove(0);
    assert_eq!(values(Table::Events, &carried, &["source"]), [&Cell::Text("Example".into())]);
}

#[test]
fn an_event_of_all_articles_has_the_same_columns() {
    let told = json!({
        "type": {"plover": {"event": "ASSAULT", "mode": []}, "cameo": "183", "quad_class": 4},
        "actors": [{"name": "A"}], "recipients": [{"name": "B"}], "summary_text": "A bomb.",
        "article": {"id": "a1", "publisher": "x.org", "title": "Bomb"},
        "location": {"name": "Kano", "country_iso2": "NG", "resolution": 3},
        "time": {"start": "2024-05-17", "granularity": "week"},
        "casualties": {"killed": {"best": 14, "low": 3, "high": 14}},
        "sources": {"articles": 3, "origins": 2, "publishers": 2,
            "first_published": "2024-05-17T11:00:00Z", "last_published": null,
            "reports": [{"article_id": "a1", "publisher": "x.org", "published_at": "2024-05-17T11:00:00Z"},
                {"article_id": "a2", "publisher": "x.org"}]},
    });
    let record =
        json!({"schema": "event.canonical/1", "canonical_id": "ce1", "status": "active", "revision": 4, "told": told});
    let row = rows(Table::Events, &record).unwrap().remove(0);
    let names = [
        "event_id",
        "article_id",
        "source",
        "iso3",
        "country",
        "cameo",
        "n_articles",
        "n_sources",
        "sources",
        "lifecycle",
        "revision",
        "time_precision",
        "geo_precision",
        "status",
        "fatalities_best",
        "notes",
    ];
    let text = |t: &str| Cell::Text(t.into());
    let expect = [
        text("ce1"),
        text("a1"),
        text("x.org"),
        text("NGA"),
        text("Nigeria"),
        text("183"),
        Cell::Int(3),
        Cell::Int(2),
        text("x.org"),
        text("active"),
        Cell::Int(4),
        Cell::Int(2),
        Cell::Int(2),
        Cell::Empty,
        Cell::Int(14),
        text("A bomb."),
    ];
    for ((name, cell), expect) in names.iter().zip(values(Table::Events, &row, &names)).zip(&expect) {
        assert_eq!(cell, expect, "{name}");
    }
    let mut clash = record.clone();
    clash["told"]["actors"] = json!([{"name": "A"}, {"name": "C"}]);
    clash["told"]["recipients"] = json!([]);
    let row = rows(Table::Events, &clash).unwrap().remove(0);
    assert_eq!(
        values(Table::Events, &row, &["actor1", "actor2", "recipients"]),
        [&text("A"), &text("C"), &Cell::Empty]
    );
    let gone = json!({"schema": "event.canonical/1", "canonical_id": "ce1", "status": "merged",
        "merged_into": "ce2", "told": null});
    let row = rows(Table::Events, &gone).unwrap().remove(0);
    assert_eq!(values(Table::Events, &row, &["merged_into", "title"]), [&text("ce2"), &Cell::Empty]);
}

#[test]
fn claims_count_once_and_name_who_makes_them() {
    let claims = rows(Table::Claims, &article()).unwrap();
    let [claim] = &claims[..] else { panic!("{} rows", claims.len()) };
    let text = |t: &str| Cell::Text(t.into());
    let names =
        ["mention_id", "event_id", "article_id", "claimed_by", "best", "children", "start", "negated", "version"];
    let expect = [
        text("em1"),
        text("ec1"),
        text("a1"),
        text("Harbour Police"),
        Cell::Int(14),
        Cell::Int(3),
        Cell::Int(3),
        Cell::Bool(false),
        Cell::Empty,
    ];
    assert_eq!(values(Table::Claims, claim, &names), expect.iter().collect::<Vec<_>>());
    let mentions = rows(Table::Mentions, &article()).unwrap();
    assert_eq!(
        values(Table::Mentions, &mentions[1], &["mention_id", "actors", "victims"]),
        [&text("em2"), &text("y"), &text("x")]
    );
    let entities = rows(Table::Entities, &article()).unwrap();
    let names = ["entity_key", "name", "forms", "n_mentions", "country", "version"];
    let expect = [
        text("ORG:harbour police"),
        text("Harbour Police"),
        text("police; Harbour Police"),
        Cell::Int(2),
        text("Nigeria"),
        text("9.9"),
    ];
    assert_eq!(values(Table::Entities, &entities[0], &names), expect.iter().collect::<Vec<_>>());
}

#[test]
fn an_article_without_some_lists_has_the_rows_of_the_others() {
    let mut slim = article();
    slim["without"] = json!(["events", "mentions"]);
    slim["claims"] = slim["mentions"][0]["casualties"].clone();
    slim["mentions"] = json!([]);
    slim["events"] = json!([]);
    let count = |table| rows(table, &slim).map(|rows| rows.len());
    assert_eq!(Table::ALL.map(count), [None, None, Some(1), Some(1)]);
    let claim = rows(Table::Claims, &slim).unwrap().remove(0);
    let text = |t: &str| Cell::Text(t.into());
    assert_eq!(
        values(Table::Claims, &claim, &["claimed_by", "best", "event_id"]),
        [&text("Harbour Police"), &Cell::Int(14), &Cell::Empty]
    );
}

#[test]
fn a_list_of_entities_is_a_row_each() {
    let tags = json!({"schema": "entity.tags/1", "article_id": "a1", "article": {"id": "a1", "publisher": "x.org"},
        "entities": [{"id": "en1", "key": "geonames:42", "name": "Kano", "type": "GPE", "n_mentions": 3,
                "place": {"country_iso3": "NGA"}},
            {"id": "en2", "key": "ORG:police", "name": "police", "type": "ORG", "n_mentions": 1}],
        "left_out": 9, "producer": {"version": "9.9"}});
    let rows = rows(Table::Entities, &tags).unwrap();
    assert_eq!(rows.len(), 2);
    let text = |t: &str| Cell::Text(t.into());
    let names = ["entity_key", "article_id", "publisher", "n_mentions", "country", "version"];
    let expect = [text("geonames:42"), text("a1"), text("x.org"), Cell::Int(3), text("Nigeria"), text("9.9")];
    assert_eq!(values(Table::Entities, &rows[0], &names), expect.iter().collect::<Vec<_>>());
}

#[test]
fn records_of_another_kind_give_no_rows() {
    for record in [json!({"schema": "link.article/1"}), json!({}), json!([1]), json!({"schema": "entity.tag/1"})] {
        assert_eq!(rows(Table::Events, &record), None, "{record}");
    }
    // Whatever else it holds: values of a wrong type are empty.
    let odd = json!({"schema": "event.article/1", "cluster_id": 7, "rank": "first", "actors": "nobody", "time": []});
    let row = rows(Table::Events, &odd).unwrap().remove(0);
    assert_eq!(
        values(Table::Events, &row, &["event_id", "rank", "actor1"]),
        [&Cell::Text("7".into()), &Cell::Empty, &Cell::Empty]
    );
}

#[test]
fn csv_has_a_header_and_no_formula() {
    let text = |rows, bom| String::from_utf8(encoded(Table::Events, rows, Format::Csv { bom })).unwrap();
    let csv = text(rows(Table::Events, &article()).unwrap(), false);
    let header: Vec<&str> = Table::Events.columns().iter().map(|c| c.name).collect();
    let (first, rest) = csv.split_once('\n').unwrap();
    assert_eq!(first, header.join(","));
    for part in [
        r#","'=HYPERLINK(""evil"")","#,
        r#","https://example.org/a?b=1,2","#,
        ",2024-05-18T09:10:00Z,2024-05-17,2024-05-18,",
        ",0831,08,4,-10.0,",
        ",12.0,8.5,",
        "\"A bomb, they said,\nkilled 14.\"",
        r#""two ""officials""""#,
    ] {
        assert!(rest.contains(part), "{part:?} in {rest}");
    }
    assert_eq!(text(Vec::new(), true), format!("\u{feff}{}\n", header.join(",")), "an empty table has its header");
}

#[test]
fn parquet_has_types_and_the_texts_as_they_are() {
    let bytes = encoded(Table::Events, rows(Table::Events, &article()).unwrap(), Format::Parquet);
    let mut reader = ParquetRecordBatchReader::try_new(bytes::Bytes::from(bytes), 100).unwrap();
    let batch = reader.next().unwrap().unwrap();
    let column = |name: &str| batch.column_by_name(name).unwrap();
    assert_eq!(column("title").as_string::<i32>().value(0), "=HYPERLINK(\"evil\")");
    assert_eq!(column("cameo").as_string::<i32>().value(0), "0831");
    assert_eq!(column("event_date").as_primitive::<Date32Type>().value(0), 19_860);
    assert_eq!(column("published_at").as_primitive::<TimestampMillisecondType>().value(0), 1_716_023_400_000);
    assert_eq!(column("goldstein").as_primitive::<Float64Type>().value(0), -10.0);
    assert_eq!(column("fatalities_best").as_primitive::<Int64Type>().value(0), 14);
    assert!(column("injured_best").is_null(0));
    let field = batch.schema().field_with_name("latitude").unwrap().clone();
    assert_eq!(field.metadata()["unit"], "degrees, WGS 84");
    let empty = encoded(Table::Claims, Vec::new(), Format::Parquet);
    assert_eq!(ParquetRecordBatchReader::try_new(bytes::Bytes::from(empty), 100).unwrap().count(), 0);
}

#[test]
fn geojson_has_points_and_properties() {
    let mut all = rows(Table::Events, &article()).unwrap();
    all.extend(rows(Table::Events, &json!({"schema": "event.article/1", "cluster_id": "nowhere"})).unwrap());
    let found: Value = serde_json::from_slice(&encoded(Table::Events, all, Format::GeoJson)).unwrap();
    let [event, nowhere] = &found["features"].as_array().unwrap()[..] else { panic!("{found}") };
    assert_eq!(event["geometry"], json!({"type": "Point", "coordinates": [8.5, 12.0]}));
    assert_eq!(event["properties"]["published_at"], "2024-05-18T09:10:00Z");
    assert_eq!(nowhere["geometry"], Value::Null);
    assert_eq!(Encoder::new(Table::Claims, Format::GeoJson).err().unwrap().kind(), "no_places");
    let none: Value = serde_json::from_slice(&encoded(Table::Events, Vec::new(), Format::GeoJson)).unwrap();
    assert_eq!(none, json!({"type": "FeatureCollection", "features": []}));
}

#[test]
fn a_long_table_leaves_memory_as_it_grows() {
    // What is the same in every row takes no room.
    let row = |n: u32| {
        let id = crate::record::id::text_sha256(&n.to_string());
        rows(Table::Claims, &json!({"schema": "event.mention/1", "casualties": [{"claim_id": id}]})).unwrap()
    };
    for format in [Format::Csv { bom: false }, Format::Parquet] {
        let mut encoder = Encoder::new(Table::Claims, format).unwrap();
        let mut taken = 0;
        for n in 0..60_000 {
            encoder.push(row(n)).unwrap();
            taken += if n % 1_000 == 0 { encoder.take().unwrap().len() } else { 0 };
        }
        assert!(taken > 0, "{format:?}");
        let rest = encoder.finish().unwrap();
        assert!(taken > rest.len(), "{format:?}: {taken} taken, {} left", rest.len());
    }
}
