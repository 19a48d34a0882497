//! Turns the TSV of `build.py` into `models/gazetteer.bin`.
//!
//! `cargo run --release --example compile-gazetteer -- gazetteer.tsv models/gazetteer.bin`

use std::collections::BTreeMap;

use anyhow::{Context, Result, bail};
use dateline::extract::places::fold::fold;
use dateline::extract::places::gazetteer::{Gazetteer, NO_COUNTRY, NONE, NameRank, file, names};

#[derive(Default)]
struct Columns {
    ids: Vec<u8>,
    lats: Vec<u8>,
    lons: Vec<u8>,
    people: Vec<u8>,
    radii: Vec<u8>,
    code_of: Vec<u8>,
    country_of: Vec<u8>,
    admin1_of: Vec<u8>,
    admin2_of: Vec<u8>,
    label_lengths: Vec<u8>,
    labels: Vec<u8>,
}

fn main() -> Result<()> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [input, output] = args.as_slice() else { bail!("usage: compile-gazetteer IN.tsv OUT.bin") };
    let text = std::fs::read_to_string(input).with_context(|| format!("cannot read {input}"))?;
    let (mut columns, mut codes, mut isos) = (Columns::default(), Vec::<String>::new(), Vec::<String>::new());
    let (mut info, mut country, mut admin) = (String::new(), String::new(), String::new());
    let mut keys: BTreeMap<String, BTreeMap<u32, NameRank>> = BTreeMap::new();
    for line in text.lines() {
        let fields: Vec<&str> = line.split('\t').collect();
        match fields.as_slice() {
            ["M", "snapshot", date] => info = format!("geonames-{date}"),
            ["M", ..] => {}
            ["C", rest @ ..] => {
                isos.push(rest[0].to_owned());
                country += &format!("{}\n", rest.join("\t"));
            }
            ["A", place, code] => admin += &format!("{place}\t{code}\n"),
            ["P", rest @ ..] => columns.push(rest, &isos, &mut codes).with_context(|| format!("in line {line:?}"))?,
            ["N", place, rank, name] => {
                let rank = match *rank {
                    "0" => NameRank::Main,
                    "1" => NameRank::Press,
                    "2" => NameRank::Alternate,
                    _ => NameRank::Derived,
                };
                let key = fold(name);
                if !key.is_empty() {
                    let best = keys.entry(key).or_default().entry(place.parse()?).or_insert(rank);
                    *best = rank.min(*best);
                }
            }
            _ => bail!("unknown line {line:?}"),
        }
    }
    let entries: Vec<_> = keys.into_iter().map(|(k, v)| (k, v.into_iter().collect::<Vec<_>>())).collect();
    let (coded, postings) = names::encode(&entries).map_err(anyhow::Error::msg)?;
    let file = file::pack(&[
        ("info", info.into_bytes()),
        ("country", country.into_bytes()),
        ("codes", codes.join("\n").into_bytes()),
        ("admin", admin.into_bytes()),
        ("lablens", columns.label_lengths),
        ("labels", columns.labels),
        ("ids", columns.ids),
        ("lats", columns.lats),
        ("lons", columns.lons),
        ("people", columns.people),
        ("radii", columns.radii),
        ("codeof", columns.code_of),
        ("ctryof", columns.country_of),
        ("adm1of", columns.admin1_of),
        ("adm2of", columns.admin2_of),
        ("keys", coded),
        ("postings", postings),
    ])?;
    let check = Gazetteer::from_bytes(&file).context("the file written does not load")?;
    std::fs::write(output, &file).with_context(|| format!("cannot write {output}"))?;
    let report = format!("{output}: {} bytes, {:?}\n", file.len(), check.info());
    std::io::Write::write_all(&mut std::io::stderr(), report.as_bytes())?;
    Ok(())
}

impl Columns {
    /// Adds a place from the fields of a P line.
    fn push(&mut self, fields: &[&str], isos: &[String], codes: &mut Vec<String>) -> Result<()> {
        let [id, lat, lon, people, radius, iso, code, admin1, admin2, name] = fields else {
            bail!("ten fields wanted")
        };
        let word = |field: &str, none: u32| if field.is_empty() { Ok(none) } else { field.parse::<u32>() };
        let degrees = |field: &str| field.parse::<f64>().map(|d| (d * 1e5).round() as i32);
        let at = codes.iter().position(|c| c == code).unwrap_or_else(|| {
            codes.push((*code).to_owned());
            codes.len() - 1
        });
        let country = match isos.iter().position(|i| i == iso) {
            Some(i) => u16::try_from(i)?,
            None if iso.is_empty() => NO_COUNTRY,
            None => bail!("unknown country {iso}"),
        };
        self.ids.extend(word(id, 0)?.to_le_bytes());
        self.lats.extend(degrees(lat)?.to_le_bytes());
        self.lons.extend(degrees(lon)?.to_le_bytes());
        self.people.extend(word(people, 0)?.to_le_bytes());
        self.radii.extend(radius.parse::<u16>()?.to_le_bytes());
        self.code_of.extend(u16::try_from(at)?.to_le_bytes());
        self.country_of.extend(country.to_le_bytes());
        self.admin1_of.extend(word(admin1, NONE)?.to_le_bytes());
        self.admin2_of.extend(word(admin2, NONE)?.to_le_bytes());
        self.label_lengths.push(u8::try_from(name.len())?);
        self.labels.extend(name.as_bytes());
        Ok(())
    }
}
