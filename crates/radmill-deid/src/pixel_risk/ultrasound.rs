//! Ultrasound: what lies outside of the regions that the device describes is screen, not image.

use dicom_dictionary_std::tags;
use radmill_dicom::DataSet;
use radmill_frame::{PixelMask, Rect};

use super::finding::{PixelFindings, PixelRisk, RegionsOfText};
use super::header::{is_secondary_capture, text};

/// Ultrasound (Multi-frame) Image Storage, retired ones included, and Enhanced US Volume Storage.
const CLASSES: [&str; 5] = [
    "1.2.840.10008.5.1.4.1.1.3",
    "1.2.840.10008.5.1.4.1.1.3.1",
    "1.2.840.10008.5.1.4.1.1.6",
    "1.2.840.10008.5.1.4.1.1.6.1",
    "1.2.840.10008.5.1.4.1.1.6.2",
];

pub(super) fn find(data: &DataSet) -> PixelFindings {
    let sop_class = text(data, tags::SOP_CLASS_UID);
    let is_ultrasound = CLASSES.contains(&sop_class.as_str())
        || matches!(text(data, tags::MODALITY).as_str(), "US" | "IVUS" | "BDUS");
    if !is_ultrasound {
        return PixelFindings::default();
    }
    // What was captured from a screen may have been cut or scaled since the regions were described.
    let regions = if is_secondary_capture(&sop_class) { None } else { regions(data) };
    let regions = regions.map_or(RegionsOfText::Unknown, RegionsOfText::Known);
    PixelFindings { risks: vec![PixelRisk::Ultrasound], regions }
}

/// Region Spatial Format (0018,6012) of drawings: bars, bodymarks, and texts.
const GRAPHICS: i64 = 5;

/// The regions of Sequence of Ultrasound Regions (PS3.3 C.8.5.5) but those of graphics; `None` if there are none, if one
/// of them makes no sense, or if they hide nothing. Both corners belong to a region.
fn regions(data: &DataSet) -> Option<PixelMask> {
    let items = data.items(tags::SEQUENCE_OF_ULTRASOUND_REGIONS);
    let size = |tag| data.integer(tag).and_then(|size| u32::try_from(size).ok()).filter(|size| *size > 0);
    let (rows, columns) = (size(tags::ROWS)?, size(tags::COLUMNS)?);
    let region = |item: &DataSet| {
        let corner = |tag| item.integer(tag).and_then(|position| u32::try_from(position).ok());
        let (left, top) = (corner(tags::REGION_LOCATION_MIN_X0)?, corner(tags::REGION_LOCATION_MIN_Y0)?);
        let (right, bottom) = (corner(tags::REGION_LOCATION_MAX_X1)?, corner(tags::REGION_LOCATION_MAX_Y1)?);
        let is_inside = left < right && top < bottom && left < columns && top < rows;
        // Some devices count one too far; a corner far outside belongs to another image.
        let is_near = right <= columns && bottom <= rows;
        (is_inside && is_near).then(|| Rect {
            x: left,
            y: top,
            width: right - left + 1,
            height: bottom - top + 1,
        })
    };
    let is_image = |item: &&DataSet| item.integer(tags::REGION_SPATIAL_FORMAT) != Some(GRAPHICS);
    let regions: Vec<Rect> = items.iter().filter(is_image).map(region).collect::<Option<_>>()?;
    // Regions that are the whole screen hide nothing, one alone or all together.
    let mask = PixelMask::keep_only(regions);
    let n_black: u64 =
        (0..rows).flat_map(|row| mask.black_columns(row, columns)).map(|span| span.len() as u64).sum();
    let n_pixels = u64::from(rows) * u64::from(columns);
    (n_black * 50 > n_pixels && n_black < n_pixels).then_some(mask)
}
