//! Places on a map: dots sized by mentions, honest about how sure a place is, labels that do not collide.
//!
//! Filled dots are places of events, rings are places only named; a dashed circle is the radius within which a coarse
//! place is believed to lie. Places of one point share a dot. The map shows the places given as focus with room around
//! them; what lies outside is named below it.

use std::collections::BTreeSet;

use maud::{Markup, html};

use super::outline::{Frame, borders, land};
use super::words::{one_line, shorten};
use crate::record::Place;

/// A place to show.
#[derive(Debug, Clone)]
pub(super) struct Spot {
    pub(super) name: String,
    pub(super) lat: f64,
    pub(super) lon: f64,
    /// Mentions, or events.
    pub(super) weight: usize,
    /// Class of the event there; none where the place is only named.
    pub(super) tone: Option<&'static str>,
    /// Whether the map is to show it.
    pub(super) focus: bool,
    pub(super) kind: Kind,
    pub(super) uncertainty_km: Option<f64>,
}

/// How a place is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    /// Known to a province or better: a dot.
    Dot,
    /// A country or a region: a name on the map.
    Region,
    /// A place of which no more than the country is known: in the legend, for a dot would say too much.
    Unplaced,
}

impl Spot {
    /// A place with its coordinates, if it has any.
    pub(super) fn new(place: &Place, name: &str, weight: usize, tone: Option<&'static str>) -> Option<Self> {
        let kind = match (place.resolution, &place.feature_code) {
            (Some(2..), _) => Kind::Dot,
            (_, Some(_)) => Kind::Region,
            (_, None) => Kind::Unplaced,
        };
        let name = shorten(&one_line(name), 60);
        let (lat, lon, uncertainty_km) = (place.lat?, place.lon?, place.uncertainty_km);
        Some(Self { name, lat, lon, weight, tone, focus: false, kind, uncertainty_km })
    }
}

const WIDTH: f64 = 440.0;
const HEIGHT: f64 = 300.0;
/// Least height of the map in degrees: some 600 km.
const LEAST: f64 = 5.5;
/// Kilometres of a degree of latitude.
const KM: f64 = 111.2;
/// Height of a label in the picture's units, as large as phones show it.
const LINE: f64 = 15.0;

/// Spots of one point.
struct Dot {
    names: Vec<String>,
    spot: Spot,
    weight: usize,
}

/// The map with its legend, or nothing where no place has coordinates.
pub(super) fn map(id: &str, title: &str, spots: &[Spot]) -> Markup {
    let spots: Vec<&Spot> = spots.iter().filter(|s| s.lat.abs() <= 90.0 && s.lon.abs() <= 180.0).collect();
    let Some(frame) = frame(&spots) else { return html! {} };
    let (unplaced, placed): (Vec<&Spot>, Vec<&Spot>) = spots.iter().partition(|s| s.kind == Kind::Unplaced);
    let unplaced: BTreeSet<&str> = unplaced.iter().map(|s| s.name.as_str()).collect();
    let unplaced: Vec<&str> = unplaced.into_iter().collect();
    let dots = dots(&placed);
    let (inside, outside): (Vec<&Dot>, Vec<&Dot>) = dots.iter().partition(|d| frame.holds(d.spot.lon, d.spot.lat));
    let labels = labels(&frame, &inside);
    let listed: Vec<String> = inside.iter().map(|d| d.names.join(", ")).collect();
    html! {
        figure.map {
            svg viewBox=(format!("0 0 {WIDTH} {HEIGHT}")) role="img" aria-labelledby=(format!("{id}-title {id}-desc")) {
                title id=(format!("{id}-title")) { (title) }
                desc id=(format!("{id}-desc")) { "Shown: " (shorten(&listed.join("; "), 600)) }
                rect.sea width=(WIDTH) height=(HEIGHT) {}
                path.land transform="scale(.1)" d=(land(&frame)) {}
                (graticule(&frame))
                path.border transform="scale(.1)" d=(borders(&frame)) {}
                @for dot in inside.iter().filter(|d| d.spot.kind == Kind::Dot) { (circle(&frame, dot)) }
                @for label in &labels {
                    text x=(tenth(label.x)) y=(tenth(label.y)) text-anchor=(label.anchor) class=(label.class) { (label.text) }
                }
                (scale(&frame))
            }
            figcaption {
                @if inside.iter().any(|d| d.spot.tone.is_some() && d.spot.kind == Kind::Dot) { span { (key(true)) " event" } }
                @if inside.iter().any(|d| d.spot.tone.is_none() && d.spot.kind == Kind::Dot) { span { (key(false)) " named" } }
                @if inside.iter().any(|d| unsure(d).is_some()) { span { "dashed: within this radius" } }
                @for dot in inside.iter().filter(|d| d.names.len() > 1 && d.spot.kind == Kind::Dot).take(3) {
                    span { "one point: " (shorten(&dot.names.join(", "), 120)) }
                }
                @if !unplaced.is_empty() { span { "known by country only: " (shorten(&unplaced.join(", "), 120)) } }
                @if !outside.is_empty() {
                    @let names: Vec<String> = outside.iter().flat_map(|d| d.names.clone()).collect();
                    span { "outside: " (shorten(&names.join(", "), 160)) }
                }
            }
        }
    }
}

fn key(event: bool) -> Markup {
    html! {
        svg width="10" height="10" aria-hidden="true" {
            circle cx="5" cy="5" r="3.5" class=(if event { "dot q0" } else { "dot named" }) {}
        }
    }
}

fn dots(spots: &[&Spot]) -> Vec<Dot> {
    let mut dots: Vec<Dot> = Vec::new();
    for spot in spots {
        let same = |d: &&mut Dot| (d.spot.lat - spot.lat).abs() < 1e-4 && (d.spot.lon - spot.lon).abs() < 1e-4;
        if let Some(dot) = dots.iter_mut().find(same) {
            if !dot.names.contains(&spot.name) {
                dot.names.push(spot.name.clone());
            }
            dot.weight += spot.weight;
            dot.spot.tone = dot.spot.tone.or(spot.tone);
            dot.spot.kind = dot.spot.kind.min(spot.kind);
        } else {
            dots.push(Dot { names: vec![spot.name.clone()], spot: (*spot).clone(), weight: spot.weight });
        }
    }
    dots.sort_by_key(|d| (d.spot.kind, d.spot.tone.is_none(), std::cmp::Reverse(d.weight)));
    dots
}

/// Around the places in focus, else around all, with the picture's proportions.
fn frame(spots: &[&Spot]) -> Option<Frame> {
    let mut chosen: Vec<&Spot> = spots.iter().copied().filter(|s| s.focus).collect();
    if chosen.is_empty() {
        chosen = spots.to_vec();
    }
    let first = chosen.first()?;
    let (mut west, mut east, mut south, mut north) = (first.lon, first.lon, first.lat, first.lat);
    for spot in &chosen {
        let most = if spot.kind == Kind::Dot { 150.0 } else { 700.0 };
        let km = spot.uncertainty_km.unwrap_or(0.0).min(most);
        let dy = km / KM;
        let dx = dy / spot.lat.to_radians().cos().max(0.2);
        (west, east) = (west.min(spot.lon - dx), east.max(spot.lon + dx));
        (south, north) = (south.min(spot.lat - dy), north.max(spot.lat + dy));
    }
    let (lon, lat) = ((west + east) / 2.0, (south + north) / 2.0);
    let squeeze = lat.to_radians().cos().max(0.25);
    let tall = ((north - south) * 1.5).max((east - west) * 1.4 * squeeze * HEIGHT / WIDTH).max(LEAST);
    let tall = tall.min(150.0);
    // Across the world, all longitudes must fit, at the price of true proportions.
    let wide = (tall * WIDTH / HEIGHT / squeeze).max((east - west) * 1.2).min(360.0);
    // Within the world, so that no part of the picture is empty.
    let lat = lat.clamp(-90.0 + tall / 2.0, 90.0 - tall / 2.0);
    let lon = lon.clamp(-180.0 + wide / 2.0, 180.0 - wide / 2.0);
    Some(Frame {
        west: lon - wide / 2.0,
        east: lon + wide / 2.0,
        south: lat - tall / 2.0,
        north: lat + tall / 2.0,
        width: WIDTH,
        height: HEIGHT,
    })
}

fn radius(dot: &Dot) -> f64 {
    (2.5 + (dot.weight as f64).sqrt() * 1.4).min(11.0)
}

/// The radius within which a place lies, where it is larger than its dot.
fn unsure(dot: &Dot) -> Option<f64> {
    dot.spot.uncertainty_km.filter(|km| *km >= 15.0 && dot.spot.kind == Kind::Dot)
}

fn circle(frame: &Frame, dot: &Dot) -> Markup {
    let (x, y) = frame.project(dot.spot.lon, dot.spot.lat);
    let class = format!("dot {}", dot.spot.tone.unwrap_or("named"));
    let unit = HEIGHT / (frame.north - frame.south) / KM;
    html! {
        @if let Some(km) = unsure(dot).filter(|km| km * unit > radius(dot) + 2.0 && km * unit < WIDTH) {
            circle.around cx=(tenth(x)) cy=(tenth(y)) r=(tenth(km * unit)) {}
        }
        circle class=(class) cx=(tenth(x)) cy=(tenth(y)) r=(tenth(radius(dot))) { title { (dot.names.join(", ")) } }
    }
}

struct Label {
    text: String,
    x: f64,
    y: f64,
    anchor: &'static str,
    class: &'static str,
}

/// Left, top, right, bottom.
type Rect = (f64, f64, f64, f64);

/// Labels in order of weight; one that finds no free place is left out (the dot has a tooltip, the tables have all).
fn labels(frame: &Frame, dots: &[&Dot]) -> Vec<Label> {
    let mut taken: Vec<Rect> = dots
        .iter()
        .filter(|d| d.spot.kind == Kind::Dot)
        .map(|d| {
            let ((x, y), r) = (frame.project(d.spot.lon, d.spot.lat), radius(d));
            (x - r, y - r, x + r, y + r)
        })
        .collect();
    // The scale stands there, and the degrees.
    taken.push((0.0, HEIGHT - 22.0, 130.0, HEIGHT));
    taken.push((0.0, 0.0, WIDTH, 12.0));
    taken.push((WIDTH - 30.0, 0.0, WIDTH, HEIGHT));
    let mut labels = Vec::new();
    for dot in dots {
        let mut text = shorten(&dot.names[0], 26);
        if dot.names.len() > 1 {
            text.push_str(&format!(" +{}", dot.names.len() - 1));
        }
        let (x, y) = frame.project(dot.spot.lon, dot.spot.lat);
        let r = radius(dot) + 3.0;
        let (event, wide) = (dot.spot.tone.is_some(), dot.spot.kind != Kind::Dot);
        // Bold letters, and capitals with space between them, as wide as common fonts have them on a telephone.
        let width = text.chars().count() as f64 * if event || wide { 9.2 } else { 8.0 };
        let class = if wide {
            "country"
        } else if event {
            "label event"
        } else {
            "label"
        };
        let candidates: &[(f64, f64, &'static str)] = if wide {
            &[(0.0, 4.0, "middle"), (0.0, 24.0, "middle"), (0.0, -16.0, "middle")]
        } else {
            &[
                (r, 4.0, "start"),
                (-r, 4.0, "end"),
                (0.0, -r - 2.0, "middle"),
                (0.0, r + 10.0, "middle"),
                (r, -8.0, "start"),
                (r, 16.0, "start"),
                (-r, -8.0, "end"),
                (-r, 16.0, "end"),
            ]
        };
        let free = candidates.iter().find_map(|(dx, dy, anchor)| {
            let (x, y) = (x + dx, y + dy);
            let left = match *anchor {
                "start" => x,
                "end" => x - width,
                _ => x - width / 2.0,
            };
            let rect = (left, y - LINE + 3.0, left + width, y + 3.0);
            let inside = rect.0 >= 2.0 && rect.2 <= WIDTH - 2.0 && rect.1 >= 2.0 && rect.3 <= HEIGHT - 2.0;
            let own = |t: &Rect| t.0 <= x - dx && x - dx <= t.2 && t.1 <= y - dy && y - dy <= t.3 && !wide;
            (inside && !taken.iter().any(|t| overlap(t, &rect) && !own(t))).then_some((rect, x, y, *anchor))
        });
        if let Some((rect, x, y, anchor)) = free {
            taken.push(rect);
            labels.push(Label { text, x, y, anchor, class });
        }
    }
    labels
}

fn overlap(a: &Rect, b: &Rect) -> bool {
    a.0 < b.2 && b.0 < a.2 && a.1 < b.3 && b.1 < a.3
}

/// Meridians and parallels at round degrees: all there is to see in the middle of a country or a sea.
fn graticule(frame: &Frame) -> Markup {
    let tall = frame.north - frame.south;
    let step = [0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 30.0].into_iter().find(|s| tall / s <= 5.0).unwrap_or(45.0);
    let lines = |from: f64, to: f64| {
        let first = (from / step).ceil();
        let count = ((to / step).floor() - first) as usize;
        (0..=count.min(40)).map(move |i| (first + i as f64) * step)
    };
    html! {
        g.grid {
            @for lat in lines(frame.south, frame.north) {
                @let y = frame.project(0.0, lat).1;
                line x1="0" x2=(WIDTH) y1=(tenth(y)) y2=(tenth(y)) {}
                @if y > 14.0 && y < HEIGHT - 24.0 {
                    text x=(WIDTH - 3.0) y=(tenth(y - 2.0)) text-anchor="end" { (degrees(lat, 'N', 'S')) }
                }
            }
            @for lon in lines(frame.west, frame.east) {
                @let x = frame.project(lon, 0.0).0;
                line x1=(tenth(x)) x2=(tenth(x)) y1="0" y2=(HEIGHT) {}
                @if x > 14.0 && x < WIDTH - 40.0 { text x=(tenth(x + 2.0)) y="10" { (degrees(lon, 'E', 'W')) } }
            }
        }
    }
}

fn degrees(value: f64, positive: char, negative: char) -> String {
    match value {
        v if v > 0.0 => format!("{v}°{positive}"),
        v if v < 0.0 => format!("{}°{negative}", -v),
        _ => "0°".to_owned(),
    }
}

/// A bar of a round length in the lower left corner.
fn scale(frame: &Frame) -> Markup {
    let unit = HEIGHT / (frame.north - frame.south) / KM;
    let km = [10, 20, 50, 100, 200, 500, 1000, 2000, 5000];
    let km = km.into_iter().rev().find(|km| f64::from(*km) * unit <= 90.0).unwrap_or(10);
    let length = f64::from(km) * unit;
    html! {
        g.scale {
            path d=(format!("M8 {0}v5h{length:.1}v-5", HEIGHT - 13.0)) {}
            text x=(tenth(length + 13.0)) y=(HEIGHT - 7.0) { (km) " km" }
        }
    }
}

fn tenth(value: f64) -> String {
    format!("{value:.1}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spot(name: &str, lat: f64, lon: f64, focus: bool) -> Spot {
        Spot { name: name.into(), lat, lon, weight: 3, tone: None, focus, kind: Kind::Dot, uncertainty_km: None }
    }

    #[test]
    fn the_frame_holds_its_places_and_stays_on_earth() {
        let check = |places: &[(f64, f64)]| {
            let spots: Vec<Spot> = places.iter().map(|(lat, lon)| spot("x", *lat, *lon, true)).collect();
            let frame = frame(&spots.iter().collect::<Vec<_>>()).unwrap();
            for (lat, lon) in places {
                assert!(frame.holds(*lon, *lat), "{frame:?} {lat} {lon}");
            }
            assert!(frame.north <= 90.0 && frame.south >= -90.0, "{frame:?}");
            assert!(frame.east <= 180.001 && frame.west >= -180.001, "{frame:?}");
        };
        check(&[(36.0, 36.6)]);
        check(&[(0.0, 0.0), (1.0, 1.0)]);
        check(&[(89.0, 0.0)]);
        check(&[(-17.7, 178.0)]);
        check(&[(64.0, -150.0), (-33.0, 151.0), (51.0, 0.0)]);
        assert!(frame(&[]).is_none());
    }

    #[test]
    fn places_of_one_point_share_a_dot_and_labels_do_not_collide() {
        let near: Vec<Spot> =
            (0..40).map(|i| spot(&format!("Place {i}"), 36.0 + f64::from(i) * 0.02, 36.6, true)).collect();
        let spots: Vec<&Spot> = near.iter().collect();
        let frame = frame(&spots).unwrap();
        let (unplaced, placed): (Vec<&Spot>, Vec<&Spot>) = spots.iter().partition(|s| s.kind == Kind::Unplaced);
        let mut unplaced: Vec<&str> = unplaced.iter().map(|s| s.name.as_str()).collect();
        unplaced.dedup();
        let dots = dots(&placed);
        let labels = labels(&frame, &dots.iter().collect::<Vec<_>>());
        assert!(!labels.is_empty() && labels.len() < 40);
        let twice = [spot("Atmeh", 35.8, 36.6, true), spot("Idlib", 35.8, 36.6, true), spot("Atmeh", 35.8, 36.6, true)];
        let dots = super::dots(&twice.iter().collect::<Vec<_>>());
        assert_eq!((dots.len(), dots[0].names.join(","), dots[0].weight), (1, "Atmeh,Idlib".to_owned(), 9));
    }

    #[test]
    fn places_outside_are_named_below() {
        let markup = map("m", "Map", &[spot("Lyon", 45.7, 4.8, true), spot("Lima", -12.0, -77.0, false)]).into_string();
        assert!(markup.contains("outside: Lima"), "{markup}");
        assert!(map("m", "Map", &[spot("Nowhere", f64::NAN, 4.8, true)]).into_string().is_empty());
    }
}
