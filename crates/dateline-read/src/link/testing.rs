//! Articles for tests, made of a few words.

use super::article::heaviest;
use super::idf::Idf;
use super::words;
use crate::record::link::{
    LinkArticle, LinkClaim, LinkEvent, LinkName, LinkParty, LinkPlace, LinkTime, LinkToll, LinkType,
};
use crate::record::{EventType, Granularity, PloverType, Producer, Tier, Via, id};

/// An article of a publisher and a day, of the text given; its main event is an assault in Salgora on 2 May 2021.
pub(super) fn article(name: &str, publisher: &str, day: &str, text: &str) -> LinkArticle {
    let idf = Idf::embedded().unwrap();
    let title = text.split('.').next().unwrap_or_default();
    let doc_id = id::doc_id(&id::text_sha256(&format!("{name} {text}")));
    LinkArticle {
        schema: "link.article/1".to_owned(),
        article_id: name.to_owned(),
        key: None,
        generation: id::generation(&doc_id, &["1"]),
        url: Some(format!("https://{publisher}/{name}")),
        publisher: Some(publisher.to_owned()),
        title: Some(title.to_owned()),
        published_at: Some(day.to_owned()),
        language: "en".to_owned(),
        wire: None,
        body_chars: text.chars().count(),
        template: false,
        fingerprint: words::fingerprint(&[text]).iter().map(|b| format!("{b:02x}")).collect(),
        sketch: heaviest([text], 32, idf),
        lead: heaviest([text], 20, idf),
        headline: heaviest([title], 12, idf),
        idf: "idf-1".to_owned(),
        people: Vec::new(),
        organisations: Vec::new(),
        ages: words::ages(&[text]).into_iter().collect(),
        streets: words::streets(&[text]).into_iter().collect(),
        places: vec![place("Salgora", 1, 10.0)],
        days: vec!["2021-05-02".to_owned()],
        types: vec![Some(EventType::Assault)],
        killed: None,
        injured: None,
        story_id: id::story_id(&doc_id, name),
        event_ids: Vec::new(),
        events: vec![event(&format!("ec1-{name}"), true)],
        doc_id,
        producer: Producer {
            name: "dateline".to_owned(),
            version: "1".to_owned(),
            model: "m".to_owned(),
            gazetteer: "g".to_owned(),
            tier: Tier::Fast,
            reader: None,
            lexicons: None,
        },
    }
}

/// A city of a latitude on the meridian of 20.
pub(super) fn place(name: &str, geonameid: u32, lat: f64) -> LinkPlace {
    LinkPlace {
        name: name.to_owned(),
        geonameid: Some(geonameid),
        lat: Some(lat),
        lon: Some(20.0),
        admin1: Some("North".to_owned()),
        admin1_code: Some(format!("{:02}", geonameid / 10)),
        country_iso2: Some("XX".to_owned()),
        resolution: Some(4),
        weight: 0.8,
    }
}

/// An assault in Salgora on 2 May 2021.
pub(super) fn event(event_id: &str, main: bool) -> LinkEvent {
    LinkEvent {
        event_id: event_id.to_owned(),
        main,
        rank: 1,
        background: false,
        class: LinkType {
            plover: PloverType { event: Some(EventType::Assault), mode: Vec::new(), context: Vec::new() },
            happening: None,
            cameo: Some("190".to_owned()),
            quad_class: Some(4),
            goldstein: Some(-10.0),
            acled: None,
        },
        actors: Vec::new(),
        recipients: Vec::new(),
        location: Some(place("Salgora", 1, 10.0)),
        time: Some(LinkTime {
            start: Some("2021-05-02".to_owned()),
            end: Some("2021-05-02".to_owned()),
            granularity: Granularity::Day,
            via: Via::Explicit,
        }),
        killed: None,
        injured: None,
        triggers: vec!["attack".to_owned()],
        summary: None,
        links: Vec::new(),
        confidence: 0.8,
        type_confidence: Some(0.8),
        time_confidence: Some(0.8),
        casualties_confidence: Some(0.8),
    }
}

/// The same article with a number of dead.
pub(super) fn killing(mut article: LinkArticle, dead: u64, source: Option<&str>) -> LinkArticle {
    let claim = LinkClaim { source: source.map(str::to_owned), best: Some(dead), low: Some(dead), high: Some(dead) };
    article.killed = Some(dead);
    article.events[0].killed = Some(LinkToll {
        best: Some(dead),
        low: Some(dead),
        high: Some(dead),
        corrected: false,
        by_source: vec![claim],
    });
    article
}

/// The same article with people, named rarely.
pub(super) fn naming(mut article: LinkArticle, people: &[&str]) -> LinkArticle {
    article.people = people.iter().map(|p| LinkName { name: words::name(p), idf: 84, last_idf: 84 }).collect();
    article.events[0].recipients = people
        .iter()
        .map(|p| LinkParty { name: (*p).to_owned(), named: true, country_iso3: None, cameo_code: None })
        .collect();
    article
}

/// The same article somewhere else.
pub(super) fn at(mut article: LinkArticle, place: LinkPlace) -> LinkArticle {
    article.events[0].location = Some(place.clone());
    article.places = vec![place];
    article
}

/// The same article of a later day.
pub(super) fn on(mut article: LinkArticle, day: &str) -> LinkArticle {
    article.days = vec![day.to_owned()];
    if let Some(time) = &mut article.events[0].time {
        (time.start, time.end) = (Some(day.to_owned()), Some(day.to_owned()));
    }
    article
}
