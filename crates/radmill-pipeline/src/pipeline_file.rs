use radmill_dicom::Limits;
use radmill_manifest::ShardOptions;
use serde::Deserialize;

use crate::{DeidentifySection, ImagesSection, NormalizeSection, SplitsSection, defaults};

/// A pipeline file as it is written: what is to be done, without where.
///
/// Every key but `version` may be left out; an unknown key is an error with line and column.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PipelineFile {
    /// Version of this format: 1.
    pub version: u32,
    /// Who contributes the data, as it is to stand in the manifest: `a-z`, `0-9` and `-`, 32 characters at most.
    #[serde(default)]
    pub contributor: Option<String>,
    /// How patients are protected.
    #[serde(default)]
    pub deidentify: DeidentifySection,
    /// How categories are found.
    #[serde(default)]
    pub classify: ClassifySection,
    /// How frames become images.
    #[serde(default)]
    pub normalize: NormalizeSection,
    /// How images lie in a dataset, and of which frames.
    #[serde(default)]
    pub images: ImagesSection,
    /// Whether a dataset gets DICOM files besides.
    #[serde(default)]
    pub dicom: DicomSection,
    /// How the manifest is cut.
    #[serde(default)]
    pub shards: ShardsSection,
    /// How patients are divided into train, validation and test.
    #[serde(default)]
    pub splits: SplitsSection,
    /// When to stop, and how much memory to use.
    #[serde(default)]
    pub job: JobSection,
    /// What a file may declare.
    #[serde(default)]
    pub limits: LimitsSection,
}

/// `[classify]`
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ClassifySection {
    /// A taxonomy file to use instead of the built-in one; relative to the pipeline file.
    pub taxonomy: Option<String>,
}

/// `[dicom]`
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct DicomSection {
    /// `ingest` writes the de-identified DICOM file of every source that becomes images.
    pub write: bool,
}

/// `[shards]`
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ShardsSection {
    /// Most rows of a shard.
    pub rows_max: usize,
    /// A shard ends at about this length in bytes.
    pub bytes_target: u64,
    /// Most rows of a row group within a shard.
    pub row_group_rows_max: usize,
    /// When a category has more shards than this that are less than half full, the next job merges them.
    pub small_files_max: usize,
}

/// `[job]`
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct JobSection {
    /// The job stops when more than this share of the sources is rejected, from 0 to 1.
    pub rejected_share_max: f64,
    /// Sources to look at before that share is judged.
    pub rejected_check_after: u64,
    /// Source files held in memory at the same time, in bytes.
    pub source_bytes_in_flight_max: u64,
    /// Frames decoded, normalized and encoded at the same time, in bytes.
    pub decoded_bytes_in_flight_max: u64,
}

/// `[limits]`: see [`Limits`], and [`radmill_archive::Limits`] for archives, for what each bounds.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[expect(
    missing_docs,
    reason = "each field is documented where it acts, in the Limits of radmill-dicom and radmill-archive"
)]
pub struct LimitsSection {
    pub file_bytes_max: u64,
    pub nesting_depth_max: u32,
    pub elements_max: u32,
    pub element_bytes_max: u64,
    pub frames_max: u32,
    pub frame_bytes_max: u64,
    pub decoded_bytes_max: u64,
    pub inflated_bytes_max: u64,
    pub archive_members_max: u64,
    pub archive_expansion_max: u64,
}

/// The pipeline file that is used when none is named.
pub const DEFAULT_PIPELINE: &str = include_str!("../../../pipelines/default.toml");

impl PipelineFile {
    /// Reads a pipeline file. The error says line, column and what is wrong.
    pub fn parse(text: &str) -> Result<PipelineFile, String> {
        let file: PipelineFile =
            toml::from_str(text).map_err(|error| error.to_string().trim_end().to_owned())?;
        file.check()?;
        Ok(file)
    }

    fn check(&self) -> Result<(), String> {
        if self.version != 1 {
            return Err(format!("version is {}, and this radmill reads version 1", self.version));
        }
        if let Some(contributor) = &self.contributor {
            let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
            if contributor.is_empty() || contributor.len() > 32 || !contributor.chars().all(allowed) {
                return Err("contributor must be 1 to 32 of the characters a-z, 0-9 and -".to_owned());
            }
        }
        self.normalize.check()?;
        self.images.check(self.normalize.output)?;
        self.splits.check()?;
        if !(0.0..=1.0).contains(&self.job.rejected_share_max) {
            return Err("job.rejected_share_max must be from 0 to 1".to_owned());
        }
        // Deeper nesting than this could exhaust the stack of a thread.
        if self.limits.nesting_depth_max > 256 {
            return Err("limits.nesting_depth_max must be at most 256".to_owned());
        }
        // The numbers of members have eight digits.
        if self.limits.archive_members_max > 99_999_999 {
            return Err("limits.archive_members_max must be at most 99999999".to_owned());
        }
        for (name, value) in [
            ("shards.rows_max", self.shards.rows_max as u64),
            ("shards.bytes_target", self.shards.bytes_target),
            ("shards.row_group_rows_max", self.shards.row_group_rows_max as u64),
            ("job.source_bytes_in_flight_max", self.job.source_bytes_in_flight_max),
            ("job.decoded_bytes_in_flight_max", self.job.decoded_bytes_in_flight_max),
        ] {
            if value == 0 {
                return Err(format!("{name} must be at least 1"));
            }
        }
        Ok(())
    }
}

impl From<&LimitsSection> for Limits {
    fn from(section: &LimitsSection) -> Limits {
        Limits {
            file_bytes_max: section.file_bytes_max,
            nesting_depth_max: section.nesting_depth_max,
            elements_max: section.elements_max,
            element_bytes_max: section.element_bytes_max,
            frames_max: section.frames_max,
            frame_bytes_max: section.frame_bytes_max,
            decoded_bytes_max: section.decoded_bytes_max,
            inflated_bytes_max: section.inflated_bytes_max,
        }
    }
}

impl Default for ShardsSection {
    fn default() -> Self {
        ShardsSection {
            rows_max: ShardOptions::USUAL.rows_max,
            bytes_target: ShardOptions::USUAL.bytes_target,
            row_group_rows_max: ShardOptions::USUAL.row_group_rows_max,
            small_files_max: defaults::SMALL_FILES_MAX,
        }
    }
}

impl Default for JobSection {
    fn default() -> Self {
        JobSection {
            rejected_share_max: defaults::REJECTED_SHARE_MAX,
            rejected_check_after: defaults::REJECTED_CHECK_AFTER,
            source_bytes_in_flight_max: defaults::SOURCE_BYTES_IN_FLIGHT_MAX,
            decoded_bytes_in_flight_max: defaults::DECODED_BYTES_IN_FLIGHT_MAX,
        }
    }
}

impl Default for LimitsSection {
    fn default() -> Self {
        let limits = defaults::limits();
        LimitsSection {
            file_bytes_max: limits.file_bytes_max,
            nesting_depth_max: limits.nesting_depth_max,
            elements_max: limits.elements_max,
            element_bytes_max: limits.element_bytes_max,
            frames_max: limits.frames_max,
            frame_bytes_max: limits.frame_bytes_max,
            decoded_bytes_max: limits.decoded_bytes_max,
            inflated_bytes_max: limits.inflated_bytes_max,
            archive_members_max: defaults::ARCHIVE_MEMBERS_MAX,
            archive_expansion_max: defaults::ARCHIVE_EXPANSION_MAX,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_shipped_file_loads_and_says_for_whom() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../pipelines");
        let mut n_files = 0;
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_some_and(|extension| extension == "toml") {
                let text = std::fs::read_to_string(&path).unwrap();
                PipelineFile::parse(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
                for opening in ["# For ", "# From ", "# Into "] {
                    assert!(text.lines().take(3).any(|line| line.starts_with(opening)), "{}", path.display());
                }
                n_files += 1;
            }
        }
        assert!(n_files >= 2);
    }

    #[test]
    fn the_default_file_states_the_defaults() {
        assert_eq!(PipelineFile::parse(DEFAULT_PIPELINE), PipelineFile::parse("version = 1"));
    }

    #[test]
    fn wrong_files_say_where_and_what() {
        for (text, expected) in [
            ("", "missing field `version`"),
            ("version = 2", "version is 2"),
            ("version = 1\n[normalise]\n", "line 2, column 2"),
            ("version = 1\n[normalize]\nlongest_side = 5\n", "line 3, column 1"),
            ("version = 1\n[normalize]\nlongest_side = 5\n", "unknown field `longest_side`"),
            ("version = 1\n[normalize]\noutput = \"hu\"\n", "line 3, column 10"),
            (
                "version = 1\n[normalize]\nlongest_side_max = 0\n",
                "normalize.longest_side_max must be at least 1",
            ),
            ("version = 1\ncontributor = \"St. Mary\"", "contributor must be"),
            (
                "version = 1\n[splits]\ntest = 0.2",
                "splits: train, validation and test must be from 0 to 1 and sum to 1",
            ),
            (
                "version = 1\n[splits.categories]\nTOE = { train = 1, validation = 0, test = 0 }",
                "TOE is no category",
            ),
            (
                "version = 1\n[splits.categories]\nBONE = { train = 2, validation = 0, test = -1 }",
                "splits.categories.BONE",
            ),
            ("version = 1\n[splits]\nnear_duplicate_bits_max = 20", "from -1 to 8"),
            ("version = 1\n[images]\nformat = \"jpeg\"", "needs normalize.output = \"display8\""),
            (
                "version = 1\n[normalize]\noutput = \"display16\"\n[images]\nformat = \"jpeg\"",
                "needs normalize.output = \"display8\"",
            ),
            ("version = 1\n[images]\nquality = 90", "images.quality is for images.format = \"jpeg\""),
            (
                "version = 1\n[normalize]\noutput = \"display8\"\n[images]\nformat = \"jpeg\"\nquality = 0",
                "from 1 to 100",
            ),
            ("version = 1\n[images]\nformat = \"jxl\"", "line 3, column 10"),
            ("version = 1\n[job]\nrejected_share_max = 2.0", "from 0 to 1"),
            ("version = 1\n[limits]\nnesting_depth_max = 100000", "at most 256"),
        ] {
            let error = PipelineFile::parse(text).unwrap_err();
            assert!(error.contains(expected), "{text:?} gave {error:?}");
        }
    }
}
