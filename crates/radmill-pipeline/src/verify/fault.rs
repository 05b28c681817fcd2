//! What can be wrong with a dataset, and what to do about it.

use std::collections::BTreeMap;

use radmill_manifest::ShardFault;
use serde::Serialize;

/// Examples that are kept of each kind.
const EXAMPLES_MAX: usize = 5;

/// Something that is wrong with a dataset.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Fault {
    /// A shard that a version names is not there.
    MissingShard,
    /// A shard has another length than the log of the table says.
    WrongShardLength,
    /// A shard has another digest than its name says.
    WrongShardDigest,
    /// A shard cannot be read.
    UnreadableShard,
    /// A shard has other columns than this version of radmill writes.
    OtherSchema,
    /// The rows of a shard are not in order.
    UnsortedRows,
    /// A shard has another number of rows than the log says.
    WrongRowCount,
    /// A shard has other statistics than the log says.
    WrongStatistics,
    /// Two rows of a version have the same SOP Instance UID and frame.
    DuplicateRow,
    /// A row says something else about its category than the folder that its shard is in.
    WrongCategory,
    /// The image of a row is not there.
    MissingImage,
    /// The file of an image is shorter or longer than its rows say.
    WrongImageLength,
    /// An image has another digest than its row says.
    WrongImageDigest,
    /// An image has another width, height, number of channels or depth than its row says.
    WrongImageShape,
    /// The DICOM file of a row is not there.
    MissingDicomFile,
    /// No row of any version names this image.
    OrphanImage,
    /// No row of any version names this DICOM file.
    OrphanDicomFile,
    /// No version names this shard.
    OrphanShard,
    /// A job that was killed left this behind.
    Leftover,
    /// Others than the owner can get at the private folder, or at a key.
    OpenPrivateFolder,
}

impl Fault {
    /// Stable name of the kind.
    pub fn name(self) -> &'static str {
        match self {
            Fault::MissingShard => "missing_shard",
            Fault::WrongShardLength => "wrong_shard_length",
            Fault::WrongShardDigest => "wrong_shard_digest",
            Fault::UnreadableShard => "unreadable_shard",
            Fault::OtherSchema => "other_schema",
            Fault::UnsortedRows => "unsorted_rows",
            Fault::WrongRowCount => "wrong_row_count",
            Fault::WrongStatistics => "wrong_statistics",
            Fault::DuplicateRow => "duplicate_row",
            Fault::WrongCategory => "wrong_category",
            Fault::MissingImage => "missing_image",
            Fault::WrongImageLength => "wrong_image_length",
            Fault::WrongImageDigest => "wrong_image_digest",
            Fault::WrongImageShape => "wrong_image_shape",
            Fault::MissingDicomFile => "missing_dicom_file",
            Fault::OrphanImage => "orphan_image",
            Fault::OrphanDicomFile => "orphan_dicom_file",
            Fault::OrphanShard => "orphan_shard",
            Fault::Leftover => "leftover",
            Fault::OpenPrivateFolder => "open_private_folder",
        }
    }

    /// What a person can do, in one sentence.
    pub fn advice(self) -> &'static str {
        match self {
            Fault::MissingShard
            | Fault::WrongShardLength
            | Fault::WrongShardDigest
            | Fault::UnreadableShard => {
                "put the shard back from a copy of the dataset: its name says what its digest has to be"
            }
            Fault::OtherSchema | Fault::UnsortedRows | Fault::WrongRowCount | Fault::WrongStatistics => {
                "the shard was not written by this version of radmill: put it back from a copy of the dataset"
            }
            Fault::DuplicateRow | Fault::WrongCategory => {
                "another program has changed the table: go back to the version before, and report it if radmill did this"
            }
            Fault::MissingImage
            | Fault::WrongImageLength
            | Fault::WrongImageDigest
            | Fault::WrongImageShape
            | Fault::MissingDicomFile => {
                "put the file back from a copy of the dataset; or let `radmill verify --repair` ask for its source again"
            }
            Fault::OrphanImage | Fault::OrphanDicomFile | Fault::OrphanShard | Fault::Leftover => {
                "`radmill verify --repair` removes it"
            }
            Fault::OpenPrivateFolder => "`radmill verify --repair` closes it to others",
        }
    }
}

impl From<ShardFault> for Fault {
    fn from(fault: ShardFault) -> Fault {
        match fault {
            ShardFault::Missing => Fault::MissingShard,
            ShardFault::Length => Fault::WrongShardLength,
            ShardFault::Digest => Fault::WrongShardDigest,
            ShardFault::Unreadable => Fault::UnreadableShard,
            ShardFault::Schema => Fault::OtherSchema,
            ShardFault::Order => Fault::UnsortedRows,
            ShardFault::RowCount => Fault::WrongRowCount,
            ShardFault::Statistics => Fault::WrongStatistics,
        }
    }
}

/// All faults of one kind.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Faults {
    /// How many there are.
    pub n: u64,
    /// How many of them were repaired.
    pub n_repaired: u64,
    /// The first few: files below the dataset root, or in the private root.
    pub examples: Vec<String>,
}

/// Faults by kind.
pub type FaultsByKind = BTreeMap<Fault, Faults>;

pub(super) fn note(faults: &mut FaultsByKind, fault: Fault, example: &str) {
    let kind = faults.entry(fault).or_default();
    kind.n += 1;
    if kind.examples.len() < EXAMPLES_MAX && kind.examples.last().is_none_or(|last| last != example) {
        kind.examples.push(example.to_owned());
    }
}
