//! Ultrasound: what lies outside of the regions that the device describes is screen, not image.

use dicom_dictionary_std::tags;
use radmill_dicom::DataSet;
use radmill_frame::{PixelMask, Rect};

use super::finding::{PixelFindings, PixelRisk, RegionsOfText};
use super::header::text;

/// Ultrasound (Multi-frame) Image Storage, retired ones included, and Enhanced US Volume Storage.
const CLASSES: [&str; 5] = [
    "1.2.840.10008.5.1.4.1.1.3",
    "1.2.840.10008.5.1.4.1.1.3.1",
    "1.2.840.10008.5.1.4.1.1.6",
    "1.2.840.10008.5.1.4.1.1.6.1",
    "1.2.840.10008.5.1.4.1.1.6.2",
];

pub(super) fn find(data: &DataSet) -> PixelFindings {
    let is_ultrasound = CLASSES.contains(&text(data, tags::SOP_CLASS_UID).as_str())
        || matches!(text(data, tags::MODALITY).as_str(), "US" | "IVUS" | "BDUS");
    if !is_ultrasound {
        return PixelFindings::default();
    }
    let regions = regions(data)
        .map_or(RegionsOfText::Unknown, |regions| RegionsOfText::Known(PixelMask::keep_only(regions)));
    PixelFindings { risks: vec![PixelRisk::Ultrasound], regions }
}

/// The regions of Sequence of Ultrasound Regions (PS3.3 C.8.5.5); `None` if there are none or one of them makes no
/// sense. Both corners belong to a region.
fn regions(data: &DataSet) -> Option<Vec<Rect>> {
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
    let regions: Vec<Rect> = items.iter().map(region).collect::<Option<_>>()?;
    // A region that is the whole screen hides nothing.
    let is_whole = |rect: &Rect| {
        u64::from(rect.width) * u64::from(rect.height) * 100 >= u64::from(rows) * u64::from(columns) * 98
    };
    (!regions.is_empty() && !regions.iter().any(is_whole)).then_some(regions)
}
