//! Rows without images, for measuring how tables grow. Only there with the feature `synthetic`, which no binary that
//! is given to anybody has.

use super::ImageRow;
use crate::columns::{Cell, columns};

/// What tells an image that there is not from others.
#[derive(Clone, Debug, PartialEq)]
pub struct SyntheticImage {
    /// Pseudonym of the patient.
    pub patient_id: String,
    /// Replaced UID of the study.
    pub study_instance_uid: String,
    /// Replaced UID of the series.
    pub series_instance_uid: String,
    /// Replaced UID of the instance.
    pub sop_instance_uid: String,
    /// Number of the instance in its series, from 1.
    pub instance_number: i32,
    /// Keyed digest of the source, as hexadecimal digits.
    pub source_token: String,
    /// The image file, relative to the dataset root.
    pub image_path: String,
    /// SHA-256 of the image, as hexadecimal digits.
    pub image_sha256: String,
    /// What varies from image to image without meaning, from 0 to 1.
    pub noise: f64,
}

impl ImageRow {
    /// The row of an image that there is not, like this one in all that images of a kind have in common.
    pub fn like(&self, image: &SyntheticImage) -> ImageRow {
        let cells = columns().zip(&self.cells).map(|(column, cell)| changed(column.name(), cell, image));
        ImageRow { category: self.category, cells: cells.collect() }
    }
}

fn changed(column: &str, cell: &Cell, image: &SyntheticImage) -> Cell {
    let text = |text: &String| Cell::Text(Some(text.clone()));
    match (column, cell) {
        ("patient_id", _) => text(&image.patient_id),
        ("study_instance_uid", _) => text(&image.study_instance_uid),
        ("series_instance_uid" | "frame_of_reference_uid", _) => text(&image.series_instance_uid),
        ("sop_instance_uid", _) => text(&image.sop_instance_uid),
        ("instance_number", _) => Cell::Int32(Some(image.instance_number)),
        ("source_token", _) => text(&image.source_token),
        ("image_path", _) => text(&image.image_path),
        ("image_sha256", _) => text(&image.image_sha256),
        ("perceptual_hash", Cell::Text(Some(_))) => {
            Cell::Text(image.image_sha256.get(..16).map(str::to_owned))
        }
        (
            "slice_location_mm"
            | "slice_position_mm"
            | "sample_mean"
            | "sample_standard_deviation"
            | "background_share",
            Cell::Float64(Some(value)),
        ) => Cell::Float64(Some(value + image.noise)),
        ("image_position_patient_mm", Cell::Float64List(Some(position))) => {
            let slice = f64::from(image.instance_number);
            Cell::Float64List(Some(position.iter().map(|value| value + slice).collect()))
        }
        ("image_length_bytes", Cell::Int64(Some(bytes))) => {
            Cell::Int64(Some(bytes + (image.noise * 50_000.0) as i64))
        }
        ("sample_max", Cell::Int32(Some(value))) => Cell::Int32(Some(value - (image.noise * 100.0) as i32)),
        _ => cell.clone(),
    }
}
