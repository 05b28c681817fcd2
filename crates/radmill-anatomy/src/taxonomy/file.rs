use std::collections::BTreeMap;

use serde::Deserialize;
use toml::Spanned;

/// A name with its place in the file, for messages.
pub(super) type Name = Spanned<String>;

/// A taxonomy file as written. Unknown keys are errors.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct TaxonomyFile {
    /// Version of this file format; only 1 exists.
    pub(super) format: Spanned<u32>,
    /// Version of the content, such as `2026.1`.
    pub(super) version: Name,
    /// Whether the taxonomy that ships with radmill is read after this file.
    #[serde(default)]
    pub(super) extends: Extends,
    #[serde(default)]
    pub(super) weights: BTreeMap<String, Spanned<f32>>,
    #[serde(default)]
    pub(super) decision: DecisionTable,
    #[serde(default)]
    pub(super) calibration: CalibrationTable,
    /// Category to its regions.
    #[serde(default)]
    pub(super) regions: BTreeMap<String, Vec<Name>>,
    /// Region to further categories that it belongs to.
    #[serde(default)]
    pub(super) also: BTreeMap<String, Vec<Name>>,
    #[serde(default)]
    pub(super) lanes: LaneTable,
    /// Term to the regions that it stands for.
    #[serde(default)]
    pub(super) combinations: BTreeMap<String, Vec<Name>>,
    /// Coding scheme to code value to region.
    #[serde(default)]
    pub(super) codes: BTreeMap<String, BTreeMap<String, Name>>,
    #[serde(default)]
    pub(super) rules: Vec<RuleTable>,
    #[serde(default)]
    pub(super) terms: Vec<TermTable>,
    #[serde(default)]
    pub(super) noise: Vec<WordTable>,
    #[serde(default)]
    pub(super) fillers: WordTable,
    /// Words for kinds of equipment, which say nothing about the place.
    #[serde(default)]
    pub(super) modalities: WordTable,
    #[serde(default)]
    pub(super) negations: WordTable,
    /// Language (ISO 639-1) to words, and single letters beyond ASCII, that show it.
    #[serde(default)]
    pub(super) languages: BTreeMap<String, Vec<Name>>,
}

#[derive(Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Extends {
    /// The file stands alone.
    Nothing,
    /// What the file says wins over the taxonomy that ships with radmill.
    #[default]
    Builtin,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct DecisionTable {
    pub(super) faint: Option<Spanned<f32>>,
    pub(super) plain: Option<Spanned<f32>>,
    pub(super) decisive: Option<Spanned<f32>>,
    pub(super) also_share: Option<Spanned<f32>>,
    pub(super) repeated_share: Option<Spanned<f32>>,
    pub(super) misspelt_share: Option<Spanned<f32>>,
    pub(super) tie_share: Option<Spanned<f32>>,
    pub(super) evidence_min: Option<Spanned<f32>>,
    pub(super) contradiction_cost: Option<Spanned<f32>>,
    pub(super) confidence_min: Option<Spanned<f32>>,
    /// Regions of which each term in the generated tables is decisive.
    #[serde(default)]
    pub(super) decisive_regions: Vec<Name>,
    pub(super) precedence: Option<Vec<Name>>,
    pub(super) whole_body_spans: Option<Vec<Vec<Name>>>,
}

/// How often rows with a score are right.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CalibrationTable {
    /// Score and share of right rows, both from 0 to 1 and neither falling.
    pub(super) points: Option<Spanned<Vec<[f32; 2]>>>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct LaneTable {
    #[serde(default)]
    pub(super) whole_body: Vec<Name>,
    #[serde(default)]
    pub(super) phantom: Vec<Name>,
    #[serde(default)]
    pub(super) not_human: Vec<Name>,
}

/// What Modality (0008,0060), SOP Class UID (0008,0016), Image Laterality (0020,0062) or Transducer Type (0018,6031)
/// says by itself. Beside the latter two, `modality` is a condition.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RuleTable {
    pub(super) id: String,
    #[serde(default)]
    pub(super) modality: Vec<String>,
    #[serde(default)]
    pub(super) sop_class: Vec<String>,
    #[serde(default)]
    pub(super) image_laterality: Vec<String>,
    #[serde(default)]
    pub(super) transducer_type: Vec<String>,
    pub(super) region: Name,
    #[serde(default)]
    pub(super) strength: Strength,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct TermTable {
    pub(super) region: Option<Name>,
    #[serde(default)]
    pub(super) regions: Vec<Name>,
    #[serde(default)]
    pub(super) strength: Strength,
    /// Strength in Series Description and Protocol Name, where it differs.
    pub(super) series: Option<Strength>,
    /// Modalities that the words count for; empty for all.
    #[serde(default)]
    pub(super) modality: Vec<String>,
    pub(super) words: Vec<Name>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WordTable {
    pub(super) words: Vec<Name>,
}

/// How much a term counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Strength {
    /// A hint.
    Faint,
    /// Names a region.
    #[default]
    Plain,
    /// Names an examination.
    Decisive,
}
