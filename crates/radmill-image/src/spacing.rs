use dicom_dictionary_std::tags;

use crate::source::AttributeSource;

/// Physical distance between pixels, and where it was read.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PixelSpacing {
    /// Distance between the centres of adjacent rows, and of adjacent columns, in mm; finite and above 0.
    pub row_column_mm: [f64; 2],
    /// The attribute it was read from, which decides in which plane the distance holds.
    pub source: PixelSpacingSource,
}

/// Where a pixel spacing was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PixelSpacingSource {
    /// Pixel Spacing (0028,0030): in the patient; in projection radiography calibrated, where the file says so.
    PixelSpacing,
    /// Imager Pixel Spacing (0018,1164): at the front plane of the detector, magnification not corrected.
    ImagerPixelSpacing,
    /// Nominal Scanned Pixel Spacing (0018,2010): on the digitised film or paper.
    NominalScannedPixelSpacing,
    /// Physical Delta X and Y (0018,602C) (0018,602E) of all two-dimensional Ultrasound Regions in cm, which agree.
    /// Holds inside these regions, not for what is drawn around them.
    UltrasoundRegions,
}

impl PixelSpacingSource {
    /// Stable code for the row.
    pub fn code(self) -> &'static str {
        match self {
            PixelSpacingSource::PixelSpacing => "pixel_spacing",
            PixelSpacingSource::ImagerPixelSpacing => "imager_pixel_spacing",
            PixelSpacingSource::NominalScannedPixelSpacing => "nominal_scanned_pixel_spacing",
            PixelSpacingSource::UltrasoundRegions => "ultrasound_regions",
        }
    }
}

/// Region Spatial Format (0018,6012): two-dimensional (PS3.3 C.8.5.5.1.1).
const REGION_SPATIAL_FORMAT_2D: f64 = 1.0;
/// Physical Units X and Y Direction (0018,6024) (0018,6026): centimetre (PS3.3 C.8.5.5.1.15).
const PHYSICAL_UNITS_CM: f64 = 3.0;

/// The first that the header has, the one closest to the patient first.
pub(crate) fn read<S: AttributeSource>(data: S, frame_index: u32) -> Option<PixelSpacing> {
    let measures = data.functional_group(frame_index, tags::PIXEL_MEASURES_SEQUENCE);
    let candidates = [
        (measures, tags::PIXEL_SPACING, PixelSpacingSource::PixelSpacing),
        (Some(data), tags::PIXEL_SPACING, PixelSpacingSource::PixelSpacing),
        (Some(data), tags::IMAGER_PIXEL_SPACING, PixelSpacingSource::ImagerPixelSpacing),
        (Some(data), tags::NOMINAL_SCANNED_PIXEL_SPACING, PixelSpacingSource::NominalScannedPixelSpacing),
    ];
    for (level, tag, source) in candidates {
        let numbers = level.map_or_else(Vec::new, |level| level.numbers(tag));
        if let &[row, column] = numbers.as_slice()
            && is_length(row)
            && is_length(column)
        {
            return Some(PixelSpacing { row_column_mm: [row, column], source });
        }
    }
    ultrasound(data)
}

/// Height over width of a pixel, by the distance of rows and columns, else by Pixel Aspect Ratio (0028,0034).
pub(crate) fn aspect_ratio<S: AttributeSource>(data: S, spacing_mm: Option<[f64; 2]>) -> Option<f64> {
    spacing_mm.map(|[row, column]| row / column).or_else(|| read_aspect_ratio(data))
}

/// Pixel Aspect Ratio (0028,0034), height over width (PS3.3 C.7.6.3.1.7), where it makes sense.
fn read_aspect_ratio<S: AttributeSource>(data: S) -> Option<f64> {
    let &[vertical, horizontal] = data.numbers(tags::PIXEL_ASPECT_RATIO).as_slice() else { return None };
    (is_length(vertical) && is_length(horizontal)).then(|| vertical / horizontal)
}

/// The common spacing of the two-dimensional regions (PS3.3 C.8.5.5); `None` if they differ or one has other units.
fn ultrasound<S: AttributeSource>(data: S) -> Option<PixelSpacing> {
    let mut common = None;
    let regions = (0..).map_while(|index| data.item(tags::SEQUENCE_OF_ULTRASOUND_REGIONS, index));
    for region in regions {
        if region.number(tags::REGION_SPATIAL_FORMAT) != Some(REGION_SPATIAL_FORMAT_2D) {
            continue;
        }
        let in_cm = |tag| region.number(tag) == Some(PHYSICAL_UNITS_CM);
        if !in_cm(tags::PHYSICAL_UNITS_X_DIRECTION) || !in_cm(tags::PHYSICAL_UNITS_Y_DIRECTION) {
            return None;
        }
        // The sign only says to which side the axis points.
        let row = region.number(tags::PHYSICAL_DELTA_Y)?.abs() * 10.0;
        let column = region.number(tags::PHYSICAL_DELTA_X)?.abs() * 10.0;
        if !is_length(row) || !is_length(column) || common.is_some_and(|known| known != [row, column]) {
            return None;
        }
        common = Some([row, column]);
    }
    common.map(|row_column_mm| PixelSpacing { row_column_mm, source: PixelSpacingSource::UltrasoundRegions })
}

fn is_length(number: f64) -> bool {
    number.is_finite() && number > 0.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::fake::FakeDataSet;

    fn check(data: FakeDataSet, frame_index: u32, expected: Option<([f64; 2], &str)>) {
        let found = read(&data, frame_index).map(|spacing| (spacing.row_column_mm, spacing.source.code()));
        assert_eq!(found, expected);
    }

    fn measures(spacing: [f64; 2]) -> FakeDataSet {
        let item = FakeDataSet::default().numbers(tags::PIXEL_SPACING, &spacing);
        FakeDataSet::default().items(tags::PIXEL_MEASURES_SEQUENCE, vec![item])
    }

    fn region(format: f64, units: f64, delta_x: f64, delta_y: f64) -> FakeDataSet {
        FakeDataSet::default()
            .numbers(tags::REGION_SPATIAL_FORMAT, &[format])
            .numbers(tags::PHYSICAL_UNITS_X_DIRECTION, &[units])
            .numbers(tags::PHYSICAL_UNITS_Y_DIRECTION, &[units])
            .numbers(tags::PHYSICAL_DELTA_X, &[delta_x])
            .numbers(tags::PHYSICAL_DELTA_Y, &[delta_y])
    }

    #[test]
    fn the_closest_to_the_patient_is_taken() {
        let imager = FakeDataSet::default().numbers(tags::IMAGER_PIXEL_SPACING, &[0.2, 0.3]);
        let both = imager.clone().numbers(tags::PIXEL_SPACING, &[0.1, 0.15]);
        let zero = imager.clone().numbers(tags::PIXEL_SPACING, &[0.0, 0.0]);
        let film = FakeDataSet::default().numbers(tags::NOMINAL_SCANNED_PIXEL_SPACING, &[0.5, 0.5]);
        check(both, 0, Some(([0.1, 0.15], "pixel_spacing")));
        check(imager, 0, Some(([0.2, 0.3], "imager_pixel_spacing")));
        check(zero, 0, Some(([0.2, 0.3], "imager_pixel_spacing")));
        check(film, 0, Some(([0.5, 0.5], "nominal_scanned_pixel_spacing")));
        check(FakeDataSet::default(), 0, None);
        check(FakeDataSet::default().numbers(tags::PIXEL_SPACING, &[0.5]), 0, None);
        check(FakeDataSet::default().numbers(tags::PIXEL_SPACING, &[0.5, -0.5]), 0, None);
    }

    #[test]
    fn functional_groups_come_first_per_frame_before_shared() {
        let data = FakeDataSet::default()
            .numbers(tags::PIXEL_SPACING, &[9.0, 9.0])
            .items(tags::SHARED_FUNCTIONAL_GROUPS_SEQUENCE, vec![measures([1.0, 1.0])])
            .items(
                tags::PER_FRAME_FUNCTIONAL_GROUPS_SEQUENCE,
                vec![FakeDataSet::default(), measures([2.0, 2.0])],
            );
        check(data.clone(), 0, Some(([1.0, 1.0], "pixel_spacing")));
        check(data.clone(), 1, Some(([2.0, 2.0], "pixel_spacing")));
        check(data, 7, Some(([1.0, 1.0], "pixel_spacing")));
    }

    #[test]
    fn ultrasound_regions_have_to_agree() {
        let with = |regions| FakeDataSet::default().items(tags::SEQUENCE_OF_ULTRASOUND_REGIONS, regions);
        let found = Some(([0.5, 0.25], "ultrasound_regions"));
        check(with(vec![region(1.0, 3.0, 0.025, 0.05)]), 0, found);
        check(with(vec![region(1.0, 3.0, 0.025, -0.05), region(2.0, 4.0, 1.0, 1.0)]), 0, found);
        check(with(vec![region(1.0, 3.0, 0.025, 0.05), region(1.0, 3.0, 0.03, 0.05)]), 0, None);
        check(with(vec![region(1.0, 3.0, 0.025, 0.05), region(1.0, 5.0, 0.025, 0.05)]), 0, None);
        check(with(vec![region(1.0, 3.0, 0.0, 0.05)]), 0, None);
        check(with(vec![region(3.0, 3.0, 0.1, 0.1)]), 0, None);
    }
}
