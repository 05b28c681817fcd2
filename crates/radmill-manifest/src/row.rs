use std::fmt;

use radmill_anatomy::{Category, Classification};
use radmill_deid::DeidentifiedInstance;
use radmill_frame::PixelDescription;
use radmill_image::{ImageData, NormalizedImage};
use thiserror::Error;

use crate::columns::{Cell, columns};
use crate::header::FrameHeader;
use crate::split::SplitShares;
use crate::values;

/// One row of the manifest: one image, which is one frame of one SOP Instance.
///
/// Made from a [`DeidentifiedInstance`] and nothing else, so that nothing identified reaches a manifest.
#[derive(Clone, PartialEq)]
pub struct ImageRow {
    category: Category,
    cells: Box<[Cell]>,
}

/// Where the encoded image lies, and what it is.
#[derive(Clone, Debug, PartialEq)]
pub struct ImageFile {
    /// The file, relative to the dataset root, with `/`; letters, digits and `. _ + @ = -` between the slashes.
    /// Made from pseudonyms and digests, never from the name of a source.
    pub path: String,
    /// Where the image starts in the file; 0 if the file is the image.
    pub offset_bytes: u64,
    /// Length of the encoded image.
    pub length_bytes: u64,
    /// How the image is encoded.
    pub format: ImageFormat,
    /// SHA-256 of the encoded image.
    pub sha256: [u8; 32],
}

/// How an image is encoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ImageFormat {
    /// Portable Network Graphics.
    Png,
    /// JPEG (ISO/IEC 10918-1), 8 bit.
    Jpeg,
}

/// Who and what made a row. Identifiers are letters, digits and `. _ : + @ = -`, 1 to 128 of them.
#[derive(Clone, Debug, PartialEq)]
pub struct Provenance {
    /// Who contributed the source, as the pipeline file says.
    pub contributor_id: Option<String>,
    /// Keyed digest of the bytes of the source file.
    pub source_token: [u8; 16],
    /// The de-identified DICOM file of the instance, under the same rules as [`ImageFile::path`]; `None` if none is
    /// written.
    pub dicom_path: Option<String>,
    /// How patients of the category are divided into splits.
    pub splits: SplitShares,
    /// The policy that de-identified the instance.
    pub policy_id: String,
    /// The pipeline in force.
    pub pipeline_id: String,
    /// Version of the taxonomy that gave the category.
    pub taxonomy_version: String,
    /// Version of radmill.
    pub radmill_version: String,
}

/// Why there is no row. Never holds a value.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum RowError {
    /// A column that is never null has no usable value.
    #[error("the column {column} has no usable value")]
    MissingValue {
        /// Name of the column.
        column: &'static str,
    },
}

impl RowError {
    /// Stable reason code for the quarantine.
    pub fn reason(&self) -> &'static str {
        match self {
            RowError::MissingValue { column: "sop_instance_uid" } => "missing_sop_instance_uid",
            RowError::MissingValue { .. } => "incomplete_row",
        }
    }
}

impl ImageFormat {
    /// The name in manifests, which is also the file name extension.
    pub fn name(self) -> &'static str {
        match self {
            ImageFormat::Png => "png",
            ImageFormat::Jpeg => "jpeg",
        }
    }
}

impl ImageRow {
    /// The row of one frame, counted from 0. A pure function of its arguments.
    pub fn new(
        instance: &DeidentifiedInstance,
        frame_index: u32,
        classification: &Classification,
        image: &NormalizedImage,
        file: &ImageFile,
        provenance: &Provenance,
    ) -> Result<ImageRow, RowError> {
        let attributes = instance.attributes();
        ImageRow::from_source(&Source {
            header: FrameHeader::new(&attributes, frame_index),
            transfer_syntax: instance.source_transfer_syntax(),
            defects: instance.source_defects(),
            pixels: instance.pixel_description().and_then(Result::ok),
            frame_index,
            classification,
            image,
            layout: SampleLayout::of(&image.data),
            file,
            provenance,
        })
    }

    /// The category, which is the partition of the row.
    pub fn category(&self) -> Category {
        self.category
    }

    /// The column `is_blank`: the image shows nothing.
    pub fn is_blank(&self) -> bool {
        let column = columns().position(|column| column.name() == "is_blank");
        let cell = column.and_then(|index| self.cells.get(index));
        matches!(cell, Some(Cell::Boolean(Some(true))))
    }

    pub(crate) fn cells(&self) -> &[Cell] {
        &self.cells
    }

    pub(crate) fn from_source(source: &Source) -> Result<ImageRow, RowError> {
        let mut cells = Vec::with_capacity(columns().count());
        for column in columns() {
            let cell = column.cell(source);
            if cell.is_null() && !column.nullable() {
                return Err(RowError::MissingValue { column: column.name() });
            }
            cells.push(cell);
        }
        Ok(ImageRow { category: source.classification.category, cells: cells.into() })
    }
}

/// The category only: never a value.
impl fmt::Debug for ImageRow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ImageRow").field("category", &self.category).finish_non_exhaustive()
    }
}

/// All that a column may look at.
pub(crate) struct Source<'a> {
    pub(crate) header: FrameHeader<'a>,
    pub(crate) transfer_syntax: &'a str,
    pub(crate) defects: &'a [&'static str],
    pub(crate) pixels: Option<&'a PixelDescription>,
    pub(crate) frame_index: u32,
    pub(crate) classification: &'a Classification,
    pub(crate) image: &'a NormalizedImage,
    pub(crate) layout: SampleLayout,
    pub(crate) file: &'a ImageFile,
    pub(crate) provenance: &'a Provenance,
}

/// Layout of the samples of an image.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct SampleLayout {
    pub(crate) channels: i32,
    pub(crate) bit_depth: i32,
}

impl SampleLayout {
    pub(crate) fn of(data: &ImageData) -> SampleLayout {
        let (channels, bit_depth) = match data {
            ImageData::Grey8(_) => (1, 8),
            ImageData::Grey16(_) => (1, 16),
            ImageData::Rgb8(_) => (3, 8),
        };
        SampleLayout { channels, bit_depth }
    }
}

/// Whether `value` may stand as an identifier in [`Provenance`]; the plan asks before a job starts.
pub fn is_identifier(value: &str) -> bool {
    values::identifier(value).is_some()
}

#[cfg(feature = "synthetic")]
mod synthetic;

#[cfg(feature = "synthetic")]
pub use self::synthetic::SyntheticImage;

#[cfg(test)]
pub(crate) mod samples;

#[cfg(test)]
mod tests {
    use dicom_dictionary_std::tags;
    use radmill_anatomy::{Evidence, EvidenceSource};

    use super::samples::Sample;
    use super::*;

    fn cell(row: &ImageRow, name: &str) -> Cell {
        let index = columns().position(|column| column.name() == name).expect("a column of this name");
        row.cells()[index].clone()
    }

    fn text(value: &str) -> Cell {
        Cell::Text(Some(value.to_owned()))
    }

    #[test]
    fn a_row_holds_what_the_header_and_the_stages_say() {
        let row = Sample::default().row();
        for (name, expected) in [
            ("category", text("CHEST")),
            ("patient_id", text("P-1")),
            ("sop_instance_uid", text("2.25.7")),
            ("frame_index", Cell::Int32(Some(0))),
            ("n_frames", Cell::Int32(Some(1))),
            ("modality", text("CT")),
            ("study_date", Cell::Date(Some(11_016))),
            ("slice_thickness_mm", Cell::Float64(Some(2.5))),
            ("image_position_patient_mm", Cell::Float64List(Some(vec![-1.0, 2.0, 3.5]))),
            ("pixel_spacing_row_mm", Cell::Float64(Some(0.5))),
            ("pixel_spacing_column_mm", Cell::Float64(Some(0.75))),
            ("body_part_examined", Cell::Text(None)),
            ("width", Cell::Int32(Some(2))),
            ("bit_depth", Cell::Int32(Some(16))),
            ("sample_min", Cell::Int32(Some(24))),
            ("sample_max", Cell::Int32(Some(4095))),
            ("sample_offset", Cell::Float64(Some(-1024.0))),
            ("sample_unit", text("HU")),
            ("photometric_interpretation", text("MONOCHROME2")),
            ("source_token", text("07070707070707070707070707070707")),
            ("lossy", Cell::Boolean(Some(false))),
            ("split", text("train")),
            ("labels", Cell::TextMap(None)),
        ] {
            assert_eq!(cell(&row, name), expected, "{name}");
        }
    }

    #[test]
    fn body_part_is_the_word_of_the_taxonomy() {
        let evidence = |rule: &str| Evidence {
            source: EvidenceSource::BodyPartExamined,
            rule: rule.to_owned(),
            category: Category::Chest,
            weight: 0.9,
        };
        let mut sample = Sample::default();
        sample.header = sample.header.with(tags::BODY_PART_EXAMINED, "CHEST DOE");
        assert_eq!(cell(&sample.row(), "body_part_examined"), Cell::Text(None));
        sample.classification.evidence = vec![evidence("term:chest")];
        assert_eq!(cell(&sample.row(), "body_part_examined"), Cell::Text(None));
        sample.classification.evidence = vec![evidence("body_part:CHEST")];
        let row = sample.row();
        assert_eq!(cell(&row, "body_part_examined"), text("CHEST"));
        let Cell::EvidenceList(Some(evidence)) = cell(&row, "evidence") else { panic!("a list") };
        assert_eq!((evidence[0].source, evidence[0].weight), ("body_part_examined", 0.9));
    }

    #[test]
    fn what_must_not_be_null_is_refused() {
        let check = |change: &dyn Fn(&mut Sample), column, reason| {
            let mut sample = Sample::default();
            change(&mut sample);
            let error = sample.try_row().unwrap_err();
            assert_eq!(error, RowError::MissingValue { column });
            assert_eq!(error.reason(), reason);
        };
        let no_uid = |s: &mut Sample| s.header = s.header.clone().with(tags::SOP_INSTANCE_UID, "DOE^JOHN");
        check(&no_uid, "sop_instance_uid", "missing_sop_instance_uid");
        check(&|s| s.file.path = "/srv/doe/1.png".to_owned(), "image_path", "incomplete_row");
        check(&|s| s.file.path = "images/../../1.png".to_owned(), "image_path", "incomplete_row");
        check(&|s| s.provenance.policy_id = "my policy".to_owned(), "policy_id", "incomplete_row");
        check(&|s| s.classification.confidence = f32::NAN, "confidence", "incomplete_row");
        check(&|s| s.frame_index = u32::MAX, "frame_index", "incomplete_row");
    }

    #[test]
    fn debug_shows_no_value() {
        let shown = format!("{:?}", Sample::default().row());
        assert_eq!(shown, "ImageRow { category: Chest, .. }");
    }
}
