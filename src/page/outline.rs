//! Outlines of land and borders, cut to a frame. See `data/land.txt` for their origin.

use std::fmt::Write;
use std::sync::LazyLock;

/// A rectangle of the earth in degrees, and the picture it is drawn on.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Frame {
    pub(super) west: f64,
    pub(super) south: f64,
    pub(super) east: f64,
    pub(super) north: f64,
    /// Units of the picture.
    pub(super) width: f64,
    pub(super) height: f64,
}

impl Frame {
    /// Equirectangular: a degree of longitude is as long as it is in the middle of the frame.
    pub(super) fn project(&self, lon: f64, lat: f64) -> (f64, f64) {
        let x = (lon - self.west) / (self.east - self.west) * self.width;
        let y = (self.north - lat) / (self.north - self.south) * self.height;
        (x, y)
    }

    pub(super) fn holds(&self, lon: f64, lat: f64) -> bool {
        (self.west..=self.east).contains(&lon) && (self.south..=self.north).contains(&lat)
    }
}

/// A ring or a line in degrees, with its extent.
struct Line {
    points: Vec<(f64, f64)>,
    west: f64,
    south: f64,
    east: f64,
    north: f64,
}

struct Outlines {
    land: Vec<Line>,
    borders: Vec<Line>,
}

static OUTLINES: LazyLock<Outlines> = LazyLock::new(|| read(include_str!("data/land.txt")));

fn read(table: &str) -> Outlines {
    let mut outlines = Outlines { land: Vec::new(), borders: Vec::new() };
    for row in table.lines().filter(|row| !row.starts_with('#')) {
        let Some((kind, numbers)) = row.split_once(' ') else { continue };
        let numbers: Vec<i32> = numbers.split(' ').filter_map(|n| n.parse().ok()).collect();
        let (mut x, mut y) = (0, 0);
        let points: Vec<(f64, f64)> = numbers
            .chunks_exact(2)
            .map(|step| {
                x += step[0];
                y += step[1];
                (f64::from(x) / 100.0, f64::from(y) / 100.0)
            })
            .collect();
        let least = |of: fn(&(f64, f64)) -> f64| points.iter().map(of).fold(f64::INFINITY, f64::min);
        let most = |of: fn(&(f64, f64)) -> f64| points.iter().map(of).fold(f64::NEG_INFINITY, f64::max);
        let (west, south, east, north) = (least(|p| p.0), least(|p| p.1), most(|p| p.0), most(|p| p.1));
        let line = Line { points, west, south, east, north };
        match kind {
            "L" => outlines.land.push(line),
            _ => outlines.borders.push(line),
        }
    }
    outlines
}

/// The land within a frame as SVG path data, in tenths of the picture's units.
pub(super) fn land(frame: &Frame) -> String {
    let mut path = String::new();
    for ring in OUTLINES.land.iter().filter(|ring| meets(ring, frame)) {
        let points: Vec<(f64, f64)> = ring.points.iter().map(|(x, y)| frame.project(*x, *y)).collect();
        draw(&mut path, &clip(points, frame), true);
    }
    path
}

/// The borders within a frame as SVG path data, in tenths of the picture's units.
pub(super) fn borders(frame: &Frame) -> String {
    let mut path = String::new();
    let (dx, dy) = (frame.east - frame.west, frame.north - frame.south);
    let near = |p: &(f64, f64)| {
        p.0 > frame.west - dx && p.0 < frame.east + dx && p.1 > frame.south - dy && p.1 < frame.north + dy
    };
    for line in OUTLINES.borders.iter().filter(|line| meets(line, frame)) {
        for run in line.points.split(|p| !near(p)) {
            let points: Vec<(f64, f64)> = run.iter().map(|(x, y)| frame.project(*x, *y)).collect();
            draw(&mut path, &points, false);
        }
    }
    path
}

fn meets(line: &Line, frame: &Frame) -> bool {
    line.west <= frame.east && line.east >= frame.west && line.south <= frame.north && line.north >= frame.south
}

/// Cuts a ring to the picture and a little around it, so that no cut edge is seen (Sutherland and Hodgman 1974).
fn clip(mut points: Vec<(f64, f64)>, frame: &Frame) -> Vec<(f64, f64)> {
    const ROOM: f64 = 4.0;
    let sides: [(bool, f64, f64); 4] =
        [(true, -ROOM, 1.0), (true, frame.width + ROOM, -1.0), (false, -ROOM, 1.0), (false, frame.height + ROOM, -1.0)];
    for (vertical, at, sign) in sides {
        let depth = |p: &(f64, f64)| sign * (if vertical { p.0 } else { p.1 } - at);
        let Some(mut last) = points.last().copied() else { break };
        let mut cut = Vec::with_capacity(points.len());
        for point in points {
            let (a, b) = (depth(&last), depth(&point));
            if (a < 0.0) != (b < 0.0) {
                let share = a / (a - b);
                cut.push((last.0 + (point.0 - last.0) * share, last.1 + (point.1 - last.1) * share));
            }
            if b >= 0.0 {
                cut.push(point);
            }
            last = point;
        }
        points = cut;
    }
    points
}

/// Appends a line in whole tenths of a unit, without points closer to the last one than can be seen and without islands
/// that small.
fn draw(path: &mut String, points: &[(f64, f64)], closed: bool) {
    const STEP: f64 = 0.8;
    let mut kept: Vec<(f64, f64)> = Vec::with_capacity(points.len());
    for (i, point) in points.iter().enumerate() {
        let far = kept.last().is_none_or(|k| (k.0 - point.0).abs().max((k.1 - point.1).abs()) >= STEP);
        if far || (!closed && i + 1 == points.len()) {
            kept.push(*point);
        }
    }
    if kept.len() < if closed { 3 } else { 2 } {
        return;
    }
    let mut last = (0, 0);
    for (i, (x, y)) in kept.iter().enumerate() {
        // Within the picture and a little around it.
        let next = ((x * 10.0).round() as i32, (y * 10.0).round() as i32);
        let command = ["M", "l", " "][i.min(2)];
        // Writing to a String cannot fail.
        let _ = write!(path, "{command}{} {}", next.0 - last.0, next.1 - last.1);
        last = next;
    }
    if closed {
        path.push('z');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(west: f64, south: f64, east: f64, north: f64) -> Frame {
        Frame { west, south, east, north, width: 400.0, height: 300.0 }
    }

    #[test]
    fn every_line_of_the_table_is_read() {
        let table = include_str!("data/land.txt");
        let rows = table.lines().filter(|row| !row.starts_with('#')).count();
        assert_eq!(OUTLINES.land.len() + OUTLINES.borders.len(), rows);
        assert!(OUTLINES.land.len() > 900 && OUTLINES.borders.len() > 300);
        for line in OUTLINES.land.iter().chain(&OUTLINES.borders) {
            let inside = line.west >= -180.0 && line.east <= 180.0 && line.south >= -90.0 && line.north <= 90.0;
            assert!(inside && line.points.len() >= 2, "{} {} {} {}", line.west, line.south, line.east, line.north);
        }
    }

    #[test]
    fn land_is_cut_to_the_frame() {
        // The middle of Chad, and of the Pacific.
        let inland = land(&frame(17.0, 14.0, 18.0, 15.0));
        assert_eq!(inland.matches('M').count(), 1);
        assert!(inland.len() < 80, "a full rectangle: {inland}");
        assert_eq!(land(&frame(-140.0, -40.0, -130.0, -30.0)), "");
        assert!(!borders(&frame(35.0, 35.0, 38.0, 37.0)).is_empty(), "Turkey and Syria");
        let world = land(&frame(-180.0, -60.0, 180.0, 80.0));
        assert!(world.len() < 60_000, "{}", world.len());
    }
}
