//! Morphological features of a token (Universal Dependencies), packed into one word.
//!
//! English analyses of the pipeline use 46 different `Name=Value` pairs, so an analysis is a bit set: `Copy`, no
//! string table, and tests such as "is this a past participle" are one mask. [`Morph`]'s `Display` gives spaCy's
//! canonical string, because the features are declared in spaCy's sort order (a test holds that).

use std::fmt;

use super::doc::labels;

labels! {
    /// One morphological feature with its value, in the order of the canonical string.
    Feature {
        AspectPerf = "Aspect=Perf", AspectProg = "Aspect=Prog", CaseAcc = "Case=Acc", CaseNom = "Case=Nom",
        ConjTypeCmp = "ConjType=Cmp", DefiniteDef = "Definite=Def", DefiniteInd = "Definite=Ind",
        DegreeCmp = "Degree=Cmp", DegreePos = "Degree=Pos", DegreeSup = "Degree=Sup", ForeignYes = "Foreign=Yes",
        GenderFem = "Gender=Fem", GenderMasc = "Gender=Masc", GenderNeut = "Gender=Neut", HyphYes = "Hyph=Yes",
        MoodInd = "Mood=Ind", NumTypeCard = "NumType=Card", NumTypeMult = "NumType=Mult", NumTypeOrd = "NumType=Ord",
        NumberPlur = "Number=Plur", NumberSing = "Number=Sing", Person1 = "Person=1", Person2 = "Person=2",
        Person3 = "Person=3", PolarityNeg = "Polarity=Neg", PossYes = "Poss=Yes", PronTypeArt = "PronType=Art",
        PronTypeDem = "PronType=Dem", PronTypeInd = "PronType=Ind", PronTypePrs = "PronType=Prs",
        PronTypeRel = "PronType=Rel", PunctSideFin = "PunctSide=Fin", PunctSideIni = "PunctSide=Ini",
        PunctTypeBrck = "PunctType=Brck", PunctTypeComm = "PunctType=Comm", PunctTypeDash = "PunctType=Dash",
        PunctTypePeri = "PunctType=Peri", PunctTypeQuot = "PunctType=Quot", ReflexYes = "Reflex=Yes",
        TensePast = "Tense=Past", TensePres = "Tense=Pres", VerbFormFin = "VerbForm=Fin", VerbFormGer = "VerbForm=Ger",
        VerbFormInf = "VerbForm=Inf", VerbFormPart = "VerbForm=Part", VerbTypeMod = "VerbType=Mod",
    } other Unknown
}

/// The morphological analysis of one token: a set of [`Feature`]s, at most one value per name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Morph(u64);

impl Morph {
    /// Reads a canonical string such as `Number=Plur|Person=3`; `_` and the empty string are the empty analysis.
    /// `None` when it holds a feature that [`Feature`] does not list.
    pub fn parse(text: &str) -> Option<Self> {
        if text.is_empty() || text == "_" {
            return Some(Self::default());
        }
        text.split('|').try_fold(Self::default(), |morph, part| match Feature::from_label(part) {
            Feature::Unknown => None,
            feature => Some(Self(morph.0 | 1 << feature as u8)),
        })
    }

    /// Whether the analysis holds `feature`.
    pub fn has(self, feature: Feature) -> bool {
        self.0 & 1 << feature as u8 != 0
    }

    /// The features of the analysis, in canonical order.
    pub fn features(self) -> impl Iterator<Item = Feature> {
        Feature::ALL.iter().copied().filter(move |f| self.has(*f))
    }
}

impl fmt::Display for Morph {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, feature) in self.features().enumerate() {
            let separator = if i > 0 { "|" } else { "" };
            write!(f, "{separator}{}", feature.as_str())?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn features_are_declared_in_the_order_of_the_canonical_string() {
        let labels: Vec<&str> = Feature::ALL.iter().map(|f| f.as_str()).collect();
        let mut sorted = labels.clone();
        sorted.sort_unstable();
        assert_eq!(labels, sorted);
        assert!(labels.len() < 64, "the bit set has room for 63 features and the unknown one");
    }

    #[test]
    fn strings_round_trip() {
        for text in ["", "Number=Sing", "Mood=Ind|Number=Sing|Person=3|Tense=Past|VerbForm=Fin"] {
            assert_eq!(Morph::parse(text).unwrap().to_string(), text);
        }
        assert_eq!(Morph::parse("_"), Some(Morph::default()));
        assert_eq!(Morph::parse("Number=Dual"), None);
    }
}
