//! Event types: PLOVER events, modes and contexts, with their CAMEO and ACLED counterparts.
//!
//! Source of names: PLOVER manual 0.8 (Open Event Data Alliance). Scores and code tables live with the extraction.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

vocabulary! {
    /// The 16 PLOVER event types.
    EventType {
        Agree = "AGREE", Consult = "CONSULT", Support = "SUPPORT", Concede = "CONCEDE", Cooperate = "COOPERATE",
        Aid = "AID", Retreat = "RETREAT", Request = "REQUEST", Accuse = "ACCUSE", Reject = "REJECT",
        Threaten = "THREATEN", Protest = "PROTEST", Sanction = "SANCTION", Mobilize = "MOBILIZE", Coerce = "COERCE",
        Assault = "ASSAULT",
    }
}

vocabulary! {
    /// PLOVER modes: how an event was carried out.
    Mode {
        Abduct = "abduct", Access = "access", Aerial = "aerial", Allege = "allege", Arrest = "arrest",
        Assist = "assist", Beat = "beat", Boycott = "boycott", Ceasefire = "ceasefire", Censor = "censor",
        Change = "change", Convict = "convict", CrowdControl = "crowd-control", Curfew = "curfew", Cyber = "cyber",
        Demo = "demo", Deport = "deport", Destroy = "destroy", Disapprove = "disapprove", Disarm = "disarm",
        Discontinue = "discontinue", Drone = "drone", Expel = "expel", Explosives = "explosives",
        Firearms = "firearms", HeavyWeapons = "heavy-weapons", Hunger = "hunger", Investigate = "investigate",
        MartialLaw = "martial-law", Meet = "meet", Militia = "militia", Misinformation = "misinformation",
        Multilateral = "multilateral", Obstruct = "obstruct", Phone = "phone", Police = "police",
        Primitive = "primitive", Relations = "relations", Release = "release", Resign = "resign",
        Restrict = "restrict", Riot = "riot", Seize = "seize", Sexual = "sexual", Strike = "strike",
        SuicideAttack = "suicide-attack", Targeted = "targeted", Territory = "territory",
        ThirdParty = "third-party", Torture = "torture", Troops = "troops", Unconventional = "unconventional",
        Violence = "violence", Visit = "visit", Weapons = "weapons", Withdraw = "withdraw", Withhold = "withhold",
        Yield = "yield",
    }
}

vocabulary! {
    /// PLOVER contexts: what an event was about.
    Context {
        Military = "military", Intelligence = "intelligence", Executive = "executive", Legislative = "legislative",
        Election = "election", PoliticalInstitutions = "political_institutions", ProDemocracy = "pro_democracy",
        ProAutocracy = "pro_autocracy", Economic = "economic", Legal = "legal", Reparations = "reparations",
        HumanRights = "human_rights", RightsFreedoms = "rights_freedoms", Repression = "repression",
        HumanSecurity = "human_security", Gender = "gender", Lgbt = "lgbt", ReligionEthnicity = "religion_ethnicity",
        Inequality = "inequality", Diplomatic = "diplomatic", Territory = "territory", Peacekeeping = "peacekeeping",
        Health = "health", Asylum = "asylum", Migration = "migration", Disasters = "disasters",
        NaturalResource = "natural_resource", Environment = "environment", Technology = "technology",
        Terrorism = "terrorism", Cbrn = "cbrn", Cyber = "cyber", Misinformation = "misinformation", Crime = "crime",
        Corruption = "corruption", IllegalDrugs = "illegal_drugs", Trafficking = "trafficking",
    }
}

vocabulary! {
    /// Kinds of harm without an agent, which PLOVER has no type for.
    Happening {
        Earthquake = "earthquake", Flood = "flood", Storm = "storm", Fire = "fire",
        TransportAccident = "transport_accident", IndustrialAccident = "industrial_accident", Epidemic = "epidemic",
        Other = "other",
    }
}

/// PLOVER part of a type.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PloverType {
    /// Event type; null for happenings outside of PLOVER (disasters, accidents) that carry casualties.
    pub event: Option<EventType>,
    /// Modes, most extreme first.
    pub mode: Vec<Mode>,
    /// Contexts.
    pub context: Vec<Context>,
}

/// CAMEO code at the depth that is clear.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CameoCode {
    /// Two to four digits.
    #[schemars(regex(pattern = r"^[0-9]{2,4}$"))]
    pub code: Option<String>,
    /// Three digits.
    pub base: Option<String>,
    /// Two digits.
    pub root: Option<String>,
}

/// ACLED type of an event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct AcledType {
    /// ACLED event type.
    pub event_type: String,
    /// ACLED sub-event type.
    pub sub_event_type: String,
}

/// Another reading of an event's type.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct TypeAlternative {
    /// CAMEO code.
    pub cameo: String,
    /// Share of belief, 0 to 1.
    pub p: f64,
}

/// The type block of an event record.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct EventClass {
    /// PLOVER.
    pub plover: PloverType,
    /// What kind of accident, disaster or epidemic it is, where PLOVER has no type for it (since version 0.2).
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub happening: Option<Happening>,
    /// CAMEO.
    pub cameo: CameoCode,
    /// 1 verbal cooperation, 2 material cooperation, 3 verbal conflict, 4 material conflict.
    #[schemars(range(min = 1, max = 4))]
    pub quad_class: Option<u8>,
    /// Goldstein scale, -10 to 10.
    #[schemars(range(min = -10.0, max = 10.0))]
    pub goldstein: Option<f64>,
    /// PLOVER conflict-cooperation score of the most extreme mode.
    pub plover_score: Option<f64>,
    /// ACLED counterpart, where there is one.
    pub acled: Option<AcledType>,
    /// Other readings, best first.
    pub alternatives: Vec<TypeAlternative>,
}
