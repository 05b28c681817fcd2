mod build;
mod error;
mod file;
mod layer;
mod lexicon;
mod misspelling;
mod regions;
mod tables;
mod word_hash;
mod words;

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, OnceLock};

use crate::{Category, EvidenceSource, UncategorizedReason};

pub use error::TaxonomyError;
pub(crate) use file::Strength;
pub(crate) use lexicon::{Entry, Hit, Lexicon};

/// Categories, regions, codes, terms and precedence: data, versioned, replaceable.
///
/// Cheap to clone; the matching structures are built once.
#[derive(Clone)]
pub struct Taxonomy {
    pub(crate) model: Arc<Model>,
}

/// The taxonomy, ready for matching.
pub(crate) struct Model {
    pub(crate) version: String,
    pub(crate) weights: [f32; EvidenceSource::COUNT],
    pub(crate) decision: Decision,
    pub(crate) regions: Vec<Region>,
    pub(crate) body_parts: HashMap<String, RegionIndex>,
    pub(crate) codes: HashMap<String, HashMap<String, RegionIndex>>,
    pub(crate) modality_rules: HashMap<String, Rule>,
    pub(crate) sop_class_rules: HashMap<String, Rule>,
    pub(crate) value_rules: Vec<ValueRule>,
    /// Score and confidence, both rising; between two points the confidence lies on a line.
    pub(crate) calibration: Vec<[f32; 2]>,
    pub(crate) whole_body: Option<RegionIndex>,
    pub(crate) animal: Option<RegionIndex>,
    pub(crate) lexicon: Lexicon,
}

pub(crate) type RegionIndex = u16;

/// A part of the body.
pub(crate) struct Region {
    pub(crate) id: String,
    /// Where it leads; `None` if its name says nothing about the place, such as ARTERY.
    pub(crate) lane: Option<Lane>,
    /// Further categories that it also belongs to.
    pub(crate) also: Vec<Category>,
    /// The regions that it stands for: itself, or those of a combination.
    pub(crate) members: Vec<RegionIndex>,
}

/// What evidence can point to: the nine categories, and the reasons for none of them that evidence can give.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Lane {
    Category(Category),
    WholeBody,
    Phantom,
    NotHuman,
}

impl Lane {
    /// Number of lanes.
    pub(crate) const COUNT: usize = 12;

    /// From 0 to [`Lane::COUNT`]; the categories come first, in declaration order.
    pub(crate) fn index(self) -> usize {
        match self {
            Lane::Category(category) => category as usize,
            Lane::WholeBody => 9,
            Lane::Phantom => 10,
            Lane::NotHuman => 11,
        }
    }

    /// The category in the manifest.
    pub(crate) fn category(self) -> Category {
        match self {
            Lane::Category(category) => category,
            _ => Category::Uncategorized,
        }
    }

    /// Why there is no category, if there is none.
    pub(crate) fn reason(self) -> Option<UncategorizedReason> {
        match self {
            Lane::Category(_) => None,
            Lane::WholeBody => Some(UncategorizedReason::WholeBody),
            Lane::Phantom => Some(UncategorizedReason::Phantom),
            Lane::NotHuman => Some(UncategorizedReason::NotHuman),
        }
    }
}

/// What Modality or SOP Class UID says by itself.
#[derive(Clone)]
pub(crate) struct Rule {
    pub(crate) id: String,
    pub(crate) region: RegionIndex,
    pub(crate) strength: Strength,
}

/// What a value of an attribute says for some modalities.
pub(crate) struct ValueRule {
    pub(crate) source: EvidenceSource,
    pub(crate) values: Vec<String>,
    /// Empty for all.
    pub(crate) modality: Vec<String>,
    pub(crate) rule: Rule,
}

/// The numbers of the `decision` table.
pub(crate) struct Decision {
    pub(crate) faint: f32,
    pub(crate) plain: f32,
    pub(crate) decisive: f32,
    pub(crate) also_share: f32,
    pub(crate) repeated_share: f32,
    pub(crate) misspelt_share: f32,
    pub(crate) tie_share: f32,
    pub(crate) evidence_min: f32,
    pub(crate) contradiction_cost: f32,
    pub(crate) confidence_min: f32,
    pub(crate) precedence: Vec<Category>,
    pub(crate) whole_body_spans: Vec<Vec<Category>>,
}

impl Taxonomy {
    /// The taxonomy that ships with radmill.
    pub fn builtin() -> Taxonomy {
        static BUILTIN: OnceLock<Taxonomy> = OnceLock::new();
        BUILTIN
            .get_or_init(|| {
                let model =
                    build::builtin().expect("the taxonomy that ships with radmill is built by a test");
                Taxonomy { model: Arc::new(model) }
            })
            .clone()
    }

    /// Reads a taxonomy file (TOML, `format = 1`), which extends the one that ships with radmill or, with
    /// `extends = "nothing"`, replaces it. What is wrong is said with line and column: wrong keys, unknown regions
    /// and categories, numbers out of range, a word given twice.
    pub fn parse(text: &str) -> Result<Taxonomy, TaxonomyError> {
        Ok(Taxonomy { model: Arc::new(build::parse(text)?) })
    }

    /// Version of the taxonomy, such as `2026.1`.
    pub fn version(&self) -> &str {
        &self.model.version
    }

    /// All regions with the category that each leads to, in no particular order.
    pub fn regions(&self) -> impl Iterator<Item = (&str, Category)> {
        self.model
            .regions
            .iter()
            .map(|region| (region.id.as_str(), region.lane.map_or(Category::Uncategorized, Lane::category)))
    }

    /// Which category prevails where evidence is equal, the first first.
    pub fn precedence(&self) -> impl Iterator<Item = Category> {
        self.model.decision.precedence.iter().copied()
    }

    /// Number of words and phrases, noise included, and of codes.
    pub fn n_terms_and_codes(&self) -> (usize, usize) {
        (self.model.lexicon.n_terms(), self.model.codes.values().map(HashMap::len).sum())
    }

    /// The region of a code of this scheme (`SCT`, `SRT`), if the taxonomy knows it.
    pub fn region_of_code(&self, scheme: &str, value: &str) -> Option<&str> {
        self.model.region_of_code(scheme, value).map(|index| self.model.region(index).id.as_str())
    }
}

impl Model {
    pub(crate) fn region(&self, index: RegionIndex) -> &Region {
        self.regions.get(usize::from(index)).expect("region indices are made with the list of regions")
    }

    pub(crate) fn weight(&self, source: EvidenceSource) -> f32 {
        self.weights[source as usize]
    }

    /// The rule for this value of an attribute, if it says something for the modality.
    pub(crate) fn value_rule(&self, source: EvidenceSource, value: &str, modality: &str) -> Option<&Rule> {
        let applies = |rule: &&ValueRule| {
            rule.source == source
                && rule.values.iter().any(|known| known == value)
                && (rule.modality.is_empty() || rule.modality.iter().any(|known| known == modality))
        };
        if value.is_empty() { None } else { self.value_rules.iter().find(applies).map(|found| &found.rule) }
    }

    /// The share of rows with this score that are right, as measured.
    pub(crate) fn calibrated(&self, score: f32) -> f32 {
        let mut below = [0.0, 0.0];
        for &[x, y] in &self.calibration {
            if score <= x {
                let [x_below, y_below] = below;
                let share = if x > x_below { (score - x_below) / (x - x_below) } else { 1.0 };
                return y_below + share * (y - y_below);
            }
            below = [x, y];
        }
        below[1]
    }

    pub(crate) fn region_of_code(&self, scheme: &str, value: &str) -> Option<RegionIndex> {
        // SNOMED RT had several designators over the years (PS3.16 section 8).
        let scheme = match scheme {
            "SNM3" | "99SDM" | "SNM" => "SRT",
            "SNOMED-CT" | "SNOMEDCT" | "2.16.840.1.113883.6.96" => "SCT",
            "LOINC" | "LNC" | "2.16.840.1.113883.6.1" => "LN",
            "RADLEX" | "RadLex" | "RDLX" | "2.16.840.1.113883.6.256" => "RADLEX",
            other => other,
        };
        self.codes.get(scheme)?.get(value).copied()
    }
}

/// Version and sizes only.
impl fmt::Debug for Taxonomy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Taxonomy")
            .field("version", &self.model.version)
            .field("n_regions", &self.model.regions.len())
            .finish_non_exhaustive()
    }
}
