//! Rows for the tests of this crate. Outside the tests there is no way to a row but through de-identification.

use dicom_dictionary_std::tags;
use radmill_anatomy::{Category, Classification, UncategorizedReason};
use radmill_frame::{Photometric, PixelDescription};
use radmill_image::{ImageData, NormalizedImage, PixelMeaning, PixelSpacingSource};

use super::*;
use crate::header::fake::FakeHeader;

/// What a row is made of, to be changed by a test.
pub(crate) struct Sample {
    pub(crate) header: FakeHeader,
    pub(crate) frame_index: u32,
    pub(crate) classification: Classification,
    pub(crate) image: NormalizedImage,
    pub(crate) file: ImageFile,
    pub(crate) provenance: Provenance,
}

impl Default for Sample {
    fn default() -> Sample {
        Sample {
            header: FakeHeader::default()
                .with(tags::PATIENT_ID, "P-1")
                .with(tags::STUDY_INSTANCE_UID, "2.25.5")
                .with(tags::SERIES_INSTANCE_UID, "2.25.6")
                .with(tags::SOP_INSTANCE_UID, "2.25.7")
                .with(tags::INSTANCE_NUMBER, "3")
                .with(tags::MODALITY, "CT")
                .with(tags::MANUFACTURER, "SIEMENS")
                .with(tags::IMAGE_TYPE, "ORIGINAL\\PRIMARY\\AXIAL")
                .with(tags::STUDY_DATE, "20000229")
                .with(tags::SLICE_THICKNESS, "2.5")
                .with(tags::IMAGE_POSITION_PATIENT, "-1\\2\\3.5")
                .with(tags::LOSSY_IMAGE_COMPRESSION, "00"),
            frame_index: 0,
            classification: Classification {
                category: Category::Chest,
                regions: vec!["lung".to_owned()],
                confidence: 0.9,
                conflict: false,
                reason: None,
                evidence: Vec::new(),
            },
            image: NormalizedImage {
                meaning: PixelMeaning {
                    scale: Some(1.0),
                    offset: Some(-1024.0),
                    unit: Some("HU".to_owned()),
                    error_max: Some(0.0),
                    stored_lowest: Some(0),
                    ..PixelMeaning::default()
                },
                pixel_spacing_mm: Some([0.5, 0.75]),
                pixel_spacing_source: Some(PixelSpacingSource::PixelSpacing),
                ..NormalizedImage::bare(2, 1, ImageData::Grey16(vec![4095, 24]))
            },
            file: ImageFile {
                path: "images/CHEST/07.png".to_owned(),
                offset_bytes: 0,
                length_bytes: 99,
                format: ImageFormat::Png,
                sha256: [7; 32],
            },
            provenance: Provenance {
                contributor_id: Some("site-a".to_owned()),
                source_token: [7; 16],
                dicom_path: Some("dicom/CHEST/07/07.dcm".to_owned()),
                splits: SplitShares { validation: 0.1, test: 0.1, seed: 0 },
                policy_id: "basic-1".to_owned(),
                pipeline_id: "default-1".to_owned(),
                taxonomy_version: "2026.1".to_owned(),
                radmill_version: "0.1.0".to_owned(),
            },
        }
    }
}

impl Sample {
    pub(crate) fn try_row(&self) -> Result<ImageRow, RowError> {
        let pixels = PixelDescription {
            rows: self.image.height,
            columns: self.image.width,
            n_frames: 1,
            samples_per_pixel: 1,
            photometric: Photometric::Monochrome2,
            bits_allocated: 16,
            bits_stored: 12,
            high_bit: 11,
            signed: false,
            planar: false,
        };
        ImageRow::from_source(&Source {
            header: FrameHeader::new(&self.header, self.frame_index),
            transfer_syntax: "1.2.840.10008.1.2.1",
            defects: &["no_preamble"],
            pixels: Some(&pixels),
            frame_index: self.frame_index,
            classification: &self.classification,
            image: &self.image,
            layout: SampleLayout::of(&self.image.data),
            file: &self.file,
            provenance: &self.provenance,
        })
    }

    pub(crate) fn row(&self) -> ImageRow {
        self.try_row().unwrap()
    }
}

/// Row number `index` of a synthetic dataset: four frames an instance, many patients, three categories, some nulls.
pub(crate) fn numbered_row(index: u32) -> ImageRow {
    numbered_sample(index).row()
}

/// What that row is made of.
pub(crate) fn numbered_sample(index: u32) -> Sample {
    let mut sample = Sample::default();
    let instance = index / 4;
    // Multiplication by an odd constant scatters the patients, so that rows do not come sorted.
    let patient = instance.wrapping_mul(2_654_435_761) >> 24;
    sample.frame_index = index % 4;
    sample.header = sample
        .header
        .with(tags::PATIENT_ID, &if patient == 0 { String::new() } else { format!("P-{patient:04}") })
        .with(tags::STUDY_INSTANCE_UID, &format!("2.25.1.{patient}"))
        .with(tags::SERIES_INSTANCE_UID, &format!("2.25.2.{patient}"))
        .with(tags::SOP_INSTANCE_UID, &format!("2.25.3.{instance}"))
        .with(
            tags::INSTANCE_NUMBER,
            &if instance.is_multiple_of(7) { String::new() } else { instance.to_string() },
        );
    sample.classification.category = match patient % 3 {
        0 => Category::Bone,
        1 => Category::Chest,
        _ => Category::Uncategorized,
    };
    if sample.classification.category == Category::Uncategorized {
        sample.classification.reason = Some(UncategorizedReason::NoEvidence);
    }
    let category = sample.classification.category.name();
    sample.file.path = format!("images/{category}/{instance}-{}.png", sample.frame_index);
    sample.provenance.source_token = u128::from(instance).to_be_bytes();
    sample
}
