//! ACLED event and sub-event types of our events.
//!
//! Rules of the ACLED codebook: what force was used, and who met whom. Only events of political violence,
//! demonstrations and a few strategic developments have a counterpart.

use super::Participant;
use crate::extract::entities::{Entities, EntityId};
use crate::record::{AcledType, EntityKind, EventClass, EventType, Mode, ParticipantRole, Sector};

/// Who acts on whom, as far as sectors tell.
struct Sides {
    actors: Vec<Sector>,
    others: Vec<Sector>,
    /// The word itself tells of two sides ("clash", "fighting").
    clash: bool,
    two: bool,
    people: bool,
    /// Somebody is named among those hit.
    individual: bool,
}

/// The ACLED type of an event, where it has one. `clash`: its word, or that of its cause, tells of two sides.
pub(super) fn classify(
    class: &EventClass,
    cast: &[Participant],
    entities: &Entities,
    harmed: bool,
    clash: bool,
) -> Option<AcledType> {
    let event = class.plover.event?;
    let mode = |m: Mode| class.plover.mode.contains(&m);
    let sides = sides(cast, entities, clash);
    let (event_type, sub_event_type) = match event {
        EventType::Assault => assault(&mode, &sides, harmed)?,
        EventType::Protest if mode(Mode::Riot) => ("Riots", "Violent demonstration"),
        EventType::Protest if mode(Mode::Boycott) => return None,
        EventType::Protest => ("Protests", "Peaceful protest"),
        EventType::Coerce if mode(Mode::Arrest) => ("Strategic developments", "Arrests"),
        EventType::Coerce if mode(Mode::Seize) && class.cameo.code.as_deref() == Some("192") => {
            ("Battles", "Non-state actor overtakes territory")
        }
        EventType::Agree | EventType::Retreat if mode(Mode::Ceasefire) => ("Strategic developments", "Agreement"),
        EventType::Retreat if mode(Mode::Withdraw) && class.cameo.code.as_deref() != Some("085") => {
            ("Strategic developments", "Non-violent transfer of territory")
        }
        EventType::Mobilize => ("Strategic developments", "Change to group/activity"),
        _ => return None,
    };
    // Territory taken by a state is regained, by others overtaken.
    let sub_event_type = match sub_event_type {
        "Non-state actor overtakes territory" if sides.actors.iter().any(|s| is_state(*s)) => {
            "Government regains territory"
        }
        other => other,
    };
    Some(AcledType { event_type: event_type.into(), sub_event_type: sub_event_type.into() })
}

fn assault(mode: &impl Fn(Mode) -> bool, sides: &Sides, harmed: bool) -> Option<(&'static str, &'static str)> {
    const REMOTE: &str = "Explosions/Remote violence";
    const CIVILIANS: &str = "Violence against civilians";
    Some(if mode(Mode::SuicideAttack) {
        (REMOTE, "Suicide bomb")
    } else if mode(Mode::Aerial) || mode(Mode::Drone) {
        (REMOTE, "Air/drone strike")
    } else if mode(Mode::Unconventional) {
        (REMOTE, "Chemical weapon")
    } else if mode(Mode::HeavyWeapons) {
        (REMOTE, "Shelling/artillery/missile attack")
    } else if mode(Mode::Explosives) {
        (REMOTE, "Remote explosive/landmine/IED")
    } else if mode(Mode::Sexual) {
        (CIVILIANS, "Sexual violence")
    } else if mode(Mode::Abduct) {
        (CIVILIANS, "Abduction/forced disappearance")
    } else if mode(Mode::CrowdControl) {
        let deadly = harmed || mode(Mode::Firearms);
        ("Protests", if deadly { "Excessive force against protesters" } else { "Protest with intervention" })
    } else if mode(Mode::Destroy) && !sides.people {
        ("Strategic developments", "Looting/property destruction")
    } else if armed(&sides.actors) && armed(&sides.others) && !sides.individual
        || sides.two && armed(&sides.actors)
        || sides.clash && (sides.actors.is_empty() || armed(&sides.actors)) && !sides.others.contains(&Sector::Cvl)
        // "three rebels were killed": whoever did it, an armed side was hit, unless it was one person's murder.
        || sides.actors.is_empty() && armed(&sides.others) && !sides.individual
    {
        ("Battles", "Armed clash")
    } else if sides.others.contains(&Sector::Cvl) || sides.people {
        (CIVILIANS, "Attack")
    } else if armed(&sides.actors) {
        ("Battles", "Armed clash")
    } else if sides.actors.is_empty() && sides.others.is_empty() {
        // Nothing says who met whom.
        return None;
    } else {
        (CIVILIANS, "Attack")
    })
}

fn sides(cast: &[Participant], entities: &Entities, clash: bool) -> Sides {
    let sectors = |p: &Participant| {
        p.entity.and_then(|e| entities.list[e].actor.as_ref()).map_or(Vec::new(), |a| a.sector.clone())
    };
    let of = |roles: &[ParticipantRole]| -> Vec<Sector> {
        cast.iter().filter(|p| roles.contains(&p.role)).flat_map(sectors).collect()
    };
    Sides {
        actors: of(&[ParticipantRole::Actor]),
        others: of(&[ParticipantRole::Recipient, ParticipantRole::Victim]),
        clash,
        two: cast.iter().filter(|p| p.role == ParticipantRole::Actor).count() >= 2,
        people: cast.iter().any(|p| p.role == ParticipantRole::Victim),
        individual: cast
            .iter()
            .filter(|p| matches!(p.role, ParticipantRole::Recipient | ParticipantRole::Victim))
            .any(|p| p.entity.is_some_and(|e| is_named_person(entities, e))),
    }
}

fn is_named_person(entities: &Entities, e: EntityId) -> bool {
    entities.list[e].kind == EntityKind::Person && entities.is_named(e)
}

fn is_state(sector: Sector) -> bool {
    matches!(sector, Sector::Mil | Sector::Cop | Sector::Gov)
}

fn armed(sectors: &[Sector]) -> bool {
    sectors
        .iter()
        .any(|s| matches!(s, Sector::Mil | Sector::Cop | Sector::Reb | Sector::Prm | Sector::Uaf | Sector::Spy))
}
