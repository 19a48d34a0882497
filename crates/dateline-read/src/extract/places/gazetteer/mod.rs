//! The gazetteer: countries, administrative units, populated places and regions with their names, in flat tables.
//!
//! The data are GeoNames' (CC BY 4.0) plus small tables of our own; `models/gazetteer/README.md` says how the file is
//! made. Loading checks everything once, so that no question can fail or panic afterwards. A gazetteer answers what a
//! name *can* mean; what it means in a story is decided by [`super::Resolver`].

pub mod file;
pub mod names;

use std::path::{Path, PathBuf};

use file::Sections;
use names::Names;

use super::fold::{fold, without_articles};

/// Why a gazetteer could not be loaded.
#[derive(Debug, thiserror::Error)]
pub enum GazetteerError {
    /// The file could not be read.
    #[error("cannot read the gazetteer {}: {source}; check the configured path", path.display())]
    Read {
        /// The configured path.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// Not a gazetteer.
    #[error("this is no gazetteer file (magic bytes missing); point to a gazetteer.bin of this release")]
    Magic,
    /// Another format version.
    #[error(
        "gazetteer format {found} is not supported, this build reads {}; use the gazetteer.bin of this release",
        file::VERSION
    )]
    Version {
        /// The file's version.
        found: u32,
    },
    /// The checksum does not match.
    #[error("the gazetteer's checksum does not match its content; copy the file again")]
    Checksum,
    /// A part contradicts another one or itself.
    #[error("the gazetteer is damaged in its {what}; use the gazetteer.bin of this release")]
    Damaged {
        /// The part.
        what: &'static str,
    },
    /// Built without the embedded data.
    #[error("this build embeds no gazetteer; configure the path of a gazetteer.bin")]
    NotEmbedded,
}

impl GazetteerError {
    /// A short, stable name for metrics and logs.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Read { .. } => "read",
            Self::Magic => "magic",
            Self::Version { .. } => "version",
            Self::Checksum => "checksum",
            Self::Damaged { .. } => "damaged",
            Self::NotEmbedded => "not_embedded",
        }
    }
}

/// Number of a place in a gazetteer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PlaceIndex(u32);

/// How a name belongs to a place, best first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum NameRank {
    /// The place's own name.
    Main = 0,
    /// A spelling or short form that English news uses.
    Press = 1,
    /// One of GeoNames' alternate names, any language in Latin letters.
    Alternate = 2,
    /// Made by rule: article or kind word dropped, or the name of a unit's seat.
    Derived = 3,
}

impl NameRank {
    fn from_bits(bits: u32) -> Self {
        [Self::Main, Self::Press, Self::Alternate, Self::Derived][(bits & 3) as usize]
    }
}

/// What a place is, in the order of the record's `resolution`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Level {
    /// Country or dependent territory.
    Country,
    /// First-level administrative unit.
    Province,
    /// Second-level administrative unit.
    District,
    /// Populated place.
    City,
    /// Part of a populated place, building, street, site.
    Site,
    /// Sea, river, mountains, island, region: none of the above.
    Region,
}

impl Level {
    /// The record's number for it.
    pub fn resolution(self) -> Option<u8> {
        (self != Self::Region).then_some(self as u8 + 1)
    }
}

/// A place as the gazetteer has it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Entry<'g> {
    /// Its number.
    pub index: PlaceIndex,
    /// Name in the gazetteer.
    pub name: &'g str,
    /// GeoNames id; the regions of our own table have none.
    pub geonameid: Option<u32>,
    /// Latitude in degrees.
    pub lat: f64,
    /// Longitude in degrees.
    pub lon: f64,
    /// Inhabitants; of units, the sum over their populated places; 0 where unknown.
    pub population: u32,
    /// Radius in kilometres that covers most of the place.
    pub radius_km: f64,
    /// The country; none for seas and regions of several countries.
    pub country: Option<PlaceIndex>,
    /// First-level unit that the place lies in.
    pub admin1: Option<PlaceIndex>,
    /// Second-level unit that the place lies in.
    pub admin2: Option<PlaceIndex>,
    /// GeoNames feature class.
    pub class: &'g str,
    /// GeoNames feature code.
    pub code: &'g str,
    /// What it is.
    pub level: Level,
}

/// A country's codes and ties.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Country {
    /// ISO 3166-1 alpha-2.
    pub iso2: String,
    /// ISO 3166-1 alpha-3.
    pub iso3: String,
    /// GeoNames continent code.
    pub continent: String,
    /// Countries that share a land border.
    pub neighbours: Vec<PlaceIndex>,
    /// The capital.
    pub capital: Option<PlaceIndex>,
}

/// A reading of a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Candidate {
    /// The place.
    pub place: PlaceIndex,
    /// How the name belongs to it.
    pub rank: NameRank,
}

/// What a gazetteer says about itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GazetteerInfo {
    /// Source and date, e.g. `geonames-2026-10`.
    pub name: String,
    /// Number of places.
    pub places: usize,
    /// Number of distinct keys.
    pub names: usize,
    /// Checksum of the content (SHA-256, hexadecimal).
    pub sha256: String,
}

/// All places and names.
#[derive(Debug)]
pub struct Gazetteer {
    info: GazetteerInfo,
    names: Names,
    countries: Vec<Country>,
    admin_codes: Vec<(PlaceIndex, String)>,
    codes: Vec<(String, String, Level)>,
    labels: String,
    label_starts: Vec<u32>,
    ids: Vec<u32>,
    lats: Vec<i32>,
    lons: Vec<i32>,
    populations: Vec<u32>,
    radii: Vec<u16>,
    code_of: Vec<u16>,
    country_of: Vec<u16>,
    admin1_of: Vec<u32>,
    admin2_of: Vec<u32>,
}

/// Stands for "none" in the columns of 32-bit references.
pub const NONE: u32 = u32::MAX;
/// Stands for "none" in the column of countries.
pub const NO_COUNTRY: u16 = u16::MAX;

impl Gazetteer {
    /// The gazetteer built into the binary.
    ///
    /// # Errors
    /// [`GazetteerError::NotEmbedded`] without the feature `embedded-model`.
    pub fn embedded() -> Result<Self, GazetteerError> {
        #[cfg(feature = "embedded-model")]
        return Self::from_bytes(include_bytes!("../../../../models/gazetteer.bin"));
        #[cfg(not(feature = "embedded-model"))]
        Err(GazetteerError::NotEmbedded)
    }

    /// Reads a gazetteer file.
    ///
    /// # Errors
    /// When the file cannot be read or is not a sound gazetteer of this format version.
    pub fn from_path(path: &Path) -> Result<Self, GazetteerError> {
        let bytes = std::fs::read(path).map_err(|source| GazetteerError::Read { path: path.to_owned(), source })?;
        Self::from_bytes(&bytes)
    }

    /// Reads a gazetteer from the bytes of its file.
    ///
    /// # Errors
    /// When the bytes are not a sound gazetteer of this format version.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, GazetteerError> {
        let sections = Sections::read(bytes)?;
        let ids = sections.u32s("ids")?;
        let places = ids.len();
        let (labels, label_starts) = labels(&sections, places)?;
        let codes = codes(sections.text("codes")?)?;
        let countries = countries(sections.text("country")?, places)?;
        let names = Names::read(sections.bytes("keys")?, sections.u32s("postings")?, places)?;
        let lines = sections.text("admin")?.lines();
        let admin_codes = lines.map(|line| {
            let (place, code) = line.split_once('\t')?;
            Some((PlaceIndex(place.parse().ok().filter(|p| (*p as usize) < places)?), code.to_owned()))
        });
        let admin_codes: Option<Vec<_>> = admin_codes.collect();
        let admin_codes = admin_codes.filter(|a| a.is_sorted()).ok_or(GazetteerError::Damaged { what: "admin" })?;
        let gazetteer = Self {
            info: GazetteerInfo {
                name: sections.text("info")?.trim().to_owned(),
                places,
                names: names.len(),
                sha256: sections.sha256.clone(),
            },
            names,
            admin_codes,
            labels,
            label_starts,
            lats: sections.i32s("lats")?,
            lons: sections.i32s("lons")?,
            populations: sections.u32s("people")?,
            radii: sections.u16s("radii")?,
            code_of: sections.u16s("codeof")?,
            country_of: sections.u16s("ctryof")?,
            admin1_of: sections.u32s("adm1of")?,
            admin2_of: sections.u32s("adm2of")?,
            ids,
            codes,
            countries,
        };
        gazetteer.check()?;
        Ok(gazetteer)
    }

    /// Columns of one length, and every reference within its table.
    fn check(&self) -> Result<(), GazetteerError> {
        let n = self.ids.len();
        let lengths = [
            self.lats.len(),
            self.lons.len(),
            self.populations.len(),
            self.radii.len(),
            self.code_of.len(),
            self.country_of.len(),
            self.admin1_of.len(),
            self.admin2_of.len(),
        ];
        let parents = self.admin1_of.iter().chain(&self.admin2_of);
        if lengths != [n; 8]
            || self.countries.len() > n
            || self.code_of.iter().any(|c| *c as usize >= self.codes.len())
            || self.country_of.iter().any(|c| *c != NO_COUNTRY && *c as usize >= self.countries.len())
            || parents.into_iter().any(|p| *p != NONE && *p as usize >= n)
            || self.lats.iter().any(|l| l.unsigned_abs() > 9_000_000)
            || self.lons.iter().any(|l| l.unsigned_abs() > 18_000_000)
        {
            return Err(GazetteerError::Damaged { what: "columns" });
        }
        Ok(())
    }

    /// What this gazetteer is.
    pub fn info(&self) -> &GazetteerInfo {
        &self.info
    }

    /// All readings of a name, in the order of place numbers: countries, provinces, districts, regions, populated
    /// places. Letter case, marks, apostrophes and hyphens do not matter; an Arabic article may be missing or differ.
    pub fn lookup(&self, name: &str) -> Vec<Candidate> {
        let key = fold(name);
        let mut found = self.lookup_key(&key);
        if found.is_empty()
            && let Some(bare) = without_articles(&key)
        {
            found = self.lookup_key(&bare);
            // Without its article the name is not the place's own any more.
            found.iter_mut().for_each(|c| c.rank = NameRank::Derived);
        }
        found
    }

    fn lookup_key(&self, key: &str) -> Vec<Candidate> {
        self.names.find(key).map(|(place, rank)| Candidate { place, rank }).collect()
    }

    /// A place by its number.
    pub fn entry(&self, index: PlaceIndex) -> Entry<'_> {
        let i = index.0 as usize;
        let (class, code, level) = &self.codes[self.code_of[i] as usize];
        let label = self.label_starts[i] as usize..self.label_starts[i + 1] as usize;
        let reference = |r: u32| (r != NONE).then_some(PlaceIndex(r));
        Entry {
            index,
            name: &self.labels[label],
            geonameid: Some(self.ids[i]).filter(|id| *id != 0),
            lat: f64::from(self.lats[i]) / 1e5,
            lon: f64::from(self.lons[i]) / 1e5,
            population: self.populations[i],
            radius_km: f64::from(self.radii[i]),
            country: Some(self.country_of[i]).filter(|c| *c != NO_COUNTRY).map(|c| PlaceIndex(u32::from(c))),
            admin1: reference(self.admin1_of[i]),
            admin2: reference(self.admin2_of[i]),
            class,
            code,
            level: *level,
        }
    }

    /// The country with an ISO 3166-1 alpha-2 code, in capitals.
    pub fn country(&self, iso2: &str) -> Option<PlaceIndex> {
        let found = self.countries.iter().position(|c| c.iso2 == iso2);
        found.map(|i| PlaceIndex(i as u32))
    }

    /// Codes and ties of a country; none for other places.
    pub fn country_facts(&self, country: PlaceIndex) -> Option<&Country> {
        self.countries.get(country.0 as usize)
    }

    /// GeoNames code of a first-level unit within its country ("TX", "12").
    pub fn admin_code(&self, unit: PlaceIndex) -> Option<&str> {
        let found = self.admin_codes.binary_search_by_key(&unit, |(p, _)| *p).ok()?;
        Some(&self.admin_codes[found].1)
    }
}

fn labels(sections: &Sections, places: usize) -> Result<(String, Vec<u32>), GazetteerError> {
    const BROKEN: GazetteerError = GazetteerError::Damaged { what: "labels" };
    let lengths = sections.bytes("lablens")?;
    let text = sections.text("labels")?;
    let mut starts = Vec::with_capacity(places + 1);
    let mut at = 0usize;
    starts.push(0);
    for length in lengths {
        at += *length as usize;
        if !text.is_char_boundary(at) {
            return Err(BROKEN);
        }
        starts.push(at as u32);
    }
    if at != text.len() || lengths.len() != places {
        return Err(BROKEN);
    }
    Ok((text.to_owned(), starts))
}

/// Lines of the form `P.PPLC`.
fn codes(text: &str) -> Result<Vec<(String, String, Level)>, GazetteerError> {
    let rows = text.lines().map(|line| {
        let (class, code) = line.split_once('.')?;
        let level = match (class, code) {
            ("A", "ADM1") => Level::Province,
            ("A", "ADM2") => Level::District,
            ("A", _) => Level::Country,
            ("P", "PPLX") | ("S" | "R", _) | (_, "PRK" | "LCTY") => Level::Site,
            ("P", _) => Level::City,
            _ => Level::Region,
        };
        Some((class.to_owned(), code.to_owned(), level))
    });
    rows.collect::<Option<_>>().ok_or(GazetteerError::Damaged { what: "codes" })
}

/// Lines of ISO2, ISO3, continent, neighbours (ISO2, commas) and the capital's place number; line k is place k.
fn countries(text: &str, places: usize) -> Result<Vec<Country>, GazetteerError> {
    const BROKEN: GazetteerError = GazetteerError::Damaged { what: "country" };
    let rows: Vec<Vec<&str>> = text.lines().map(|l| l.split('\t').collect()).collect();
    if rows.iter().any(|r| r.len() != 5) || rows.len() > places || rows.len() >= usize::from(NO_COUNTRY) {
        return Err(BROKEN);
    }
    let number = |iso: &str| rows.iter().position(|r| r[0] == iso).map(|i| PlaceIndex(i as u32));
    rows.iter()
        .map(|row| {
            let capital = match row[4] {
                "" => None,
                n => Some(PlaceIndex(n.parse().ok().filter(|p| (*p as usize) < places).ok_or(BROKEN)?)),
            };
            Ok(Country {
                iso2: row[0].to_owned(),
                iso3: row[1].to_owned(),
                continent: row[2].to_owned(),
                neighbours: row[3].split(',').filter_map(number).collect(),
                capital,
            })
        })
        .collect()
}

/// Great-circle distance in kilometres (haversine, mean earth radius).
pub fn distance_km(a: (f64, f64), b: (f64, f64)) -> f64 {
    let (lat1, lat2) = (a.0.to_radians(), b.0.to_radians());
    let half = |d: f64| (d / 2.0).sin().powi(2);
    let x = half(lat2 - lat1) + lat1.cos() * lat2.cos() * half((b.1 - a.1).to_radians());
    2.0 * 6371.0088 * x.sqrt().min(1.0).asin()
}

#[cfg(test)]
mod tests;
