//! Who an actor is, in codes that event data shares.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Actor codes after PLOVER (country, non-state group kind, sectors) and CAMEO (one joined code).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Actor {
    /// ISO 3166-1 alpha-3 country code.
    #[schemars(regex(pattern = r"^[A-Z]{3}$"))]
    pub country_iso3: Option<String>,
    /// Kind of international or non-state group.
    pub nonstate: Option<NonState>,
    /// PLOVER sectors, most specific first.
    pub sector: Vec<Sector>,
    /// CAMEO actor code, e.g. `USAMIL`.
    pub cameo_code: Option<String>,
}

/// PLOVER codes of actors that are not one state's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "UPPERCASE")]
#[allow(missing_docs)]
pub enum NonState {
    Igo,
    Uno,
    Eur,
    Ngo,
    Ism,
    Img,
    Mnc,
}

/// PLOVER sector codes (PLOVER manual 0.8, table of sectors).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "UPPERCASE")]
#[allow(missing_docs)]
pub enum Sector {
    Cop,
    Gov,
    Jud,
    Leg,
    Mil,
    Prm,
    Pty,
    Reb,
    Spy,
    Uaf,
    Unk,
    Agr,
    Bus,
    Crm,
    Cvl,
    Edu,
    Eli,
    Jrn,
    Lab,
    Med,
    Ref,
    Opp,
    Pre,
    Rel,
    Soc,
}
