use dicom_dictionary_std::tags;
use radmill_anatomy::EvidenceSource;

use super::{Column, Fill};
use crate::header::FrameHeader;
use crate::{terms, values};

pub(super) const COLUMNS: &[Column] = &[
    Column::new(
        "modality",
        Fill::Text(|s| Some(terms::modality_term(&s.header.text(tags::MODALITY)?)?.to_owned())),
        "Modality (0008,0060)",
        "Such as CT, MR, DX, MG, US",
    )
    .null_if_absent()
    .in_log(),
    Column::new(
        "image_type",
        Fill::TextList(|s| terms::image_type(&s.header.texts(tags::IMAGE_TYPE))),
        "Image Type (0008,0008)",
        "Such as ORIGINAL, PRIMARY, AXIAL; a value that is not on the list of known terms is OTHER",
    )
    .null_if_absent(),
    Column::new(
        "manufacturer",
        Fill::Text(|s| Some(terms::manufacturer(&s.header.text(tags::MANUFACTURER)?)?.to_owned())),
        "Manufacturer (0008,0070)",
        "Maker of the device by its usual name, such as SIEMENS; OTHER if it is not on the list of makers",
    )
    .null_if_absent()
    .in_log(),
    Column::new(
        "manufacturer_model_name",
        // Free text: passed on only from a maker that we know.
        Fill::Text(|s| {
            let known = terms::manufacturer(&s.header.text(tags::MANUFACTURER)?)? != "OTHER";
            values::text(s.header.text(tags::MANUFACTURER_MODEL_NAME)).filter(|_| known)
        }),
        "Manufacturer's Model Name (0008,1090)",
        "Model of the device, as written by it",
    )
    .null_when("absent, invalid or removed, or `manufacturer` is null or OTHER"),
    Column::new(
        "patient_sex",
        Fill::Text(|s| {
            values::code(s.header.text(tags::PATIENT_SEX))
                .filter(|sex| matches!(sex.as_str(), "F" | "M" | "O"))
        }),
        "Patient's Sex (0010,0040)",
        "F, M or O",
    )
    .null_when("absent, another value, or removed, as the Basic Profile does"),
    Column::new(
        "patient_age_years",
        Fill::Float64(|s| values::age_years(s.header.text(tags::PATIENT_AGE))),
        "Patient's Age (0010,1010)",
        "Age at the time of the study, to two decimals; 90 stands for 90 and above",
    )
    .unit("years")
    .null_when("absent, invalid or removed, as the Basic Profile does"),
    Column::new(
        "study_date",
        Fill::Date(|s| values::date(s.header.text(tags::STUDY_DATE))),
        "Study Date (0008,0020)",
        "**Shifted** by a number of days that is secret and the same for all dates of a patient: \
         intervals are true, the date is not",
    )
    .null_if_absent()
    .in_log(),
    Column::new(
        "series_date",
        Fill::Date(|s| values::date(s.header.text(tags::SERIES_DATE))),
        "Series Date (0008,0021)",
        "Shifted like `study_date`",
    )
    .null_if_absent(),
    Column::new(
        "acquisition_date",
        Fill::Date(|s| values::date(s.header.text(tags::ACQUISITION_DATE))),
        "Acquisition Date (0008,0022)",
        "Shifted like `study_date`",
    )
    .null_if_absent(),
    Column::new(
        "content_date",
        Fill::Date(|s| values::date(s.header.text(tags::CONTENT_DATE))),
        "Content Date (0008,0023)",
        "Shifted like `study_date`",
    )
    .null_if_absent(),
    Column::new(
        "body_part_examined",
        // An operator can type anything into this attribute, so the row holds the taxonomy's word for it.
        Fill::Text(|s| {
            let mut evidence = s.classification.evidence.iter();
            evidence.find_map(|evidence| {
                let is_body_part = evidence.source == EvidenceSource::BodyPartExamined;
                let term = evidence.rule.strip_prefix("body_part:").filter(|_| is_body_part)?;
                values::code(Some(term.to_owned()))
            })
        }),
        "Body Part Examined (0018,0015)",
        "The defined term that the source says; wrong in many real files, see `category` and `evidence`",
    )
    .null_when("absent, or no term that the taxonomy knows"),
    Column::new(
        "laterality",
        Fill::Text(|s| {
            let frame = s.header.frame_text(tags::FRAME_ANATOMY_SEQUENCE, tags::FRAME_LATERALITY);
            let image = || s.header.text(tags::IMAGE_LATERALITY);
            let series = || s.header.text(tags::LATERALITY);
            let side = values::code(frame.or_else(image).or_else(series));
            side.filter(|side| matches!(side.as_str(), "L" | "R" | "B" | "U"))
        }),
        "Frame Laterality (0020,9072), Image Laterality (0020,0062) or Laterality (0020,0060)",
        "L left, R right, B both, U unpaired",
    )
    .null_when("absent or another value"),
    Column::new(
        "view_position",
        Fill::Text(|s| Some(terms::view_position(&s.header.text(tags::VIEW_POSITION)?)?.to_owned())),
        "View Position (0018,5101)",
        "Such as PA, AP, LL, CC, MLO",
    )
    .null_if_absent(),
    Column::new(
        "patient_position",
        Fill::Text(|s| Some(terms::patient_position(&s.header.text(tags::PATIENT_POSITION)?)?.to_owned())),
        "Patient Position (0018,5100)",
        "Such as HFS (head first, supine)",
    )
    .null_if_absent(),
    Column::new(
        "source_rows",
        Fill::Int32(|s| i32::try_from(s.pixels?.rows).ok()),
        "Rows (0028,0010)",
        "Height of the source frame, before any resizing",
    )
    .unit("pixels")
    .null_when("the Image Pixel module is not valid"),
    Column::new(
        "source_columns",
        Fill::Int32(|s| i32::try_from(s.pixels?.columns).ok()),
        "Columns (0028,0011)",
        "Width of the source frame, before any resizing",
    )
    .unit("pixels")
    .null_when("the Image Pixel module is not valid"),
    Column::new(
        "pixel_spacing_row_mm",
        Fill::Float64(|s| values::number(s.image.pixel_spacing_mm.map(|[row, _]| row))),
        "Pixel Spacing (0028,0030), first value, or what stands for it",
        "Distance between the centres of neighbouring rows **of the image file**, after any resizing",
    )
    .unit("mm")
    .null_when("the header does not say"),
    Column::new(
        "pixel_spacing_column_mm",
        Fill::Float64(|s| values::number(s.image.pixel_spacing_mm.map(|[_, column]| column))),
        "Pixel Spacing (0028,0030), second value, or what stands for it",
        "Distance between the centres of neighbouring columns **of the image file**, after any resizing",
    )
    .unit("mm")
    .null_when("the header does not say"),
    Column::new(
        "pixel_spacing_source",
        Fill::Text(|s| Some(s.image.pixel_spacing_source?.code().to_owned())),
        "radmill-image",
        "The attribute that the spacing was read from: `pixel_spacing`, `imager_pixel_spacing` (at the detector, \
         not corrected for magnification), `nominal_scanned_pixel_spacing` or `ultrasound_regions`",
    )
    .null_when("the header does not say"),
    Column::new(
        "slice_thickness_mm",
        Fill::Float64(|s| {
            values::number(s.header.frame_number(tags::PIXEL_MEASURES_SEQUENCE, tags::SLICE_THICKNESS))
        }),
        "Slice Thickness (0018,0050)",
        "Nominal thickness of the slice",
    )
    .unit("mm")
    .null_if_absent(),
    Column::new(
        "spacing_between_slices_mm",
        Fill::Float64(|s| {
            values::number(s.header.frame_number(tags::PIXEL_MEASURES_SEQUENCE, tags::SPACING_BETWEEN_SLICES))
        }),
        "Spacing Between Slices (0018,0088)",
        "Distance between the centres of neighbouring slices, as the header says",
    )
    .unit("mm")
    .null_if_absent(),
    Column::new(
        "slice_location_mm",
        Fill::Float64(|s| values::number(s.header.number(tags::SLICE_LOCATION))),
        "Slice Location (0020,1041)",
        "Relative position of the slice; for geometry `image_position_patient_mm` is better",
    )
    .unit("mm")
    .null_if_absent(),
    Column::new(
        "image_position_patient_mm",
        Fill::Float64List(|s| {
            values::numbers::<3>(
                s.header.frame_numbers(tags::PLANE_POSITION_SEQUENCE, tags::IMAGE_POSITION_PATIENT),
            )
        }),
        "Image Position (Patient) (0020,0032)",
        "x, y, z of the centre of the first pixel of the source frame",
    )
    .unit("mm")
    .null_if_absent(),
    Column::new(
        "image_orientation_patient",
        Fill::Float64List(|s| {
            values::numbers::<6>(
                s.header.frame_numbers(tags::PLANE_ORIENTATION_SEQUENCE, tags::IMAGE_ORIENTATION_PATIENT),
            )
        }),
        "Image Orientation (Patient) (0020,0037)",
        "Direction cosines of the first row, then of the first column",
    )
    .null_if_absent(),
    Column::new(
        "slice_position_mm",
        Fill::Float64(|s| slice_position(&s.header)),
        "Image Position (Patient) and Image Orientation (Patient) (PS3.3 C.7.6.2.1.1)",
        "Position of the slice along its normal, which is the cross product of the directions of row and column: the \
         order of slices in a series, and their distances",
    )
    .unit("mm")
    .null_when("position or orientation is null, or the orientation is not two perpendicular directions"),
    Column::new(
        "is_localizer",
        Fill::Boolean(|s| Some(is_localizer(&s.header))),
        "Image Type (0008,0008) or Frame Type (0008,9007), third value",
        "A localizer (scout), which is no slice of a volume even where it stands in the same series",
    ),
    Column::new(
        "kvp",
        Fill::Float64(|s| values::number(s.header.frame_number(tags::CTX_RAY_DETAILS_SEQUENCE, tags::KVP))),
        "KVP (0018,0060)",
        "Peak tube voltage",
    )
    .unit("kV")
    .null_if_absent(),
    Column::new(
        "x_ray_tube_current_ma",
        Fill::Float64(|s| values::number(s.header.number(tags::X_RAY_TUBE_CURRENT))),
        "X-Ray Tube Current (0018,1151)",
        "Tube current",
    )
    .unit("mA")
    .null_if_absent(),
    Column::new(
        "exposure_time_ms",
        Fill::Float64(|s| values::number(s.header.number(tags::EXPOSURE_TIME))),
        "Exposure Time (0018,1150)",
        "Duration of the exposure",
    )
    .unit("ms")
    .null_if_absent(),
    Column::new(
        "exposure_mas",
        Fill::Float64(|s| values::number(s.header.number(tags::EXPOSURE))),
        "Exposure (0018,1152)",
        "Product of current and time",
    )
    .unit("mA s")
    .null_if_absent(),
    Column::new(
        "convolution_kernel",
        Fill::Text(|s| terms::convolution_kernel(&s.header.text(tags::CONVOLUTION_KERNEL)?)),
        "Convolution Kernel (0018,1210), first value",
        "Reconstruction kernel, in the maker's words",
    )
    .null_when("absent, removed, or not like the name of a kernel"),
    Column::new(
        "magnetic_field_strength_t",
        Fill::Float64(|s| values::number(s.header.number(tags::MAGNETIC_FIELD_STRENGTH))),
        "Magnetic Field Strength (0018,0087)",
        "Nominal field strength",
    )
    .unit("T")
    .null_if_absent(),
    Column::new(
        "scanning_sequence",
        Fill::TextList(|s| terms::scanning_sequence(&s.header.texts(tags::SCANNING_SEQUENCE))),
        "Scanning Sequence (0018,0020)",
        "Such as SE, IR, GR, EP",
    )
    .null_if_absent(),
    Column::new(
        "sequence_variant",
        Fill::TextList(|s| terms::sequence_variant(&s.header.texts(tags::SEQUENCE_VARIANT))),
        "Sequence Variant (0018,0021)",
        "Such as SK, MTC, SS, SP",
    )
    .null_if_absent(),
    Column::new(
        "mr_acquisition_type",
        Fill::Text(|s| {
            Some(terms::mr_acquisition_type(&s.header.text(tags::MR_ACQUISITION_TYPE)?)?.to_owned())
        }),
        "MR Acquisition Type (0018,0023)",
        "2D or 3D",
    )
    .null_if_absent(),
    Column::new(
        "repetition_time_ms",
        Fill::Float64(|s| {
            let group = tags::MR_TIMING_AND_RELATED_PARAMETERS_SEQUENCE;
            values::number(s.header.frame_number(group, tags::REPETITION_TIME))
        }),
        "Repetition Time (0018,0080)",
        "Time between two excitations",
    )
    .unit("ms")
    .null_if_absent(),
    Column::new(
        "echo_time_ms",
        Fill::Float64(|s| {
            let enhanced = s.header.frame_number(tags::MR_ECHO_SEQUENCE, tags::EFFECTIVE_ECHO_TIME);
            values::number(enhanced.or_else(|| s.header.number(tags::ECHO_TIME)))
        }),
        "Echo Time (0018,0081) or Effective Echo Time (0018,9082)",
        "Time from excitation to echo",
    )
    .unit("ms")
    .null_if_absent(),
    Column::new(
        "inversion_time_ms",
        Fill::Float64(|s| values::number(s.header.number(tags::INVERSION_TIME))),
        "Inversion Time (0018,0082)",
        "Time from inversion to excitation",
    )
    .unit("ms")
    .null_if_absent(),
    Column::new(
        "flip_angle_degrees",
        Fill::Float64(|s| {
            let group = tags::MR_TIMING_AND_RELATED_PARAMETERS_SEQUENCE;
            values::number(s.header.frame_number(group, tags::FLIP_ANGLE))
        }),
        "Flip Angle (0018,1314)",
        "Angle by which the magnetisation is turned",
    )
    .unit("degrees")
    .null_if_absent(),
    Column::new(
        "patient_orientation",
        Fill::TextList(|s| terms::patient_orientation(&s.header.texts(tags::PATIENT_ORIENTATION))),
        "Patient Orientation (0020,0020)",
        "Where rows and then columns of the image point to: A anterior, P posterior, R right, L left, H head, F foot, \
         combined such as LF; images are never turned",
    )
    .null_when("absent, or not two values of these letters"),
];

/// The position along the normal; `None` where the directions are not of length 1 and perpendicular, about.
fn slice_position(header: &FrameHeader<'_>) -> Option<f64> {
    let position = values::numbers::<3>(
        header.frame_numbers(tags::PLANE_POSITION_SEQUENCE, tags::IMAGE_POSITION_PATIENT),
    )?;
    let orientation = values::numbers::<6>(
        header.frame_numbers(tags::PLANE_ORIENTATION_SEQUENCE, tags::IMAGE_ORIENTATION_PATIENT),
    )?;
    let ([a, b, c], [d, e, f]) = (take3(&orientation[..3])?, take3(&orientation[3..])?);
    let normal = [b * f - c * e, c * d - a * f, a * e - b * d];
    let length = normal.iter().map(|part| part * part).sum::<f64>().sqrt();
    // Real headers round direction cosines to as few as three digits.
    let is_unit = (length - 1.0).abs() < 0.01;
    is_unit.then(|| normal.iter().zip(&position).map(|(a, b)| a * b).sum::<f64>() / length)
}

fn take3(values: &[f64]) -> Option<[f64; 3]> {
    values.try_into().ok()
}

/// CT, MR and their enhanced forms call it LOCALIZER (PS3.3 C.8.2.1.1.1, C.8.3.1.1.1, C.8.16.1.3).
fn is_localizer(header: &FrameHeader<'_>) -> bool {
    let groups = [tags::CT_IMAGE_FRAME_TYPE_SEQUENCE, tags::MR_IMAGE_FRAME_TYPE_SEQUENCE];
    let of_frame = groups.into_iter().map(|group| header.frame_texts(group, tags::FRAME_TYPE));
    of_frame
        .chain([header.texts(tags::IMAGE_TYPE)])
        .any(|terms| terms.get(2).is_some_and(|term| term == "LOCALIZER"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::header::fake::FakeHeader;

    #[test]
    fn the_position_is_along_the_normal() {
        for (position, orientation, expected) in [
            ("1\\2\\3", "1\\0\\0\\0\\1\\0", Some(3.0)),
            ("1\\2\\3", "0\\1\\0\\0\\0\\-1", Some(-1.0)),
            ("1\\2\\3", "1\\0\\0\\0\\0\\-1", Some(2.0)),
            ("1\\2\\3", "1\\0\\0\\1\\0\\0", None),
            ("1\\2\\3", "0\\0\\0\\0\\0\\0", None),
            ("1\\2", "1\\0\\0\\0\\1\\0", None),
        ] {
            let header = FakeHeader::default()
                .with(tags::IMAGE_POSITION_PATIENT, position)
                .with(tags::IMAGE_ORIENTATION_PATIENT, orientation);
            assert_eq!(slice_position(&FrameHeader::new(&header, 0)), expected, "{position} {orientation}");
        }
    }

    #[test]
    fn localizers_are_told_by_image_or_frame_type() {
        let types = |tag, value| FakeHeader::default().with(tag, value);
        let enhanced = |value| {
            let group = types(tags::FRAME_TYPE, value);
            let shared = FakeHeader::default().with_items(tags::MR_IMAGE_FRAME_TYPE_SEQUENCE, vec![group]);
            FakeHeader::default().with_items(tags::SHARED_FUNCTIONAL_GROUPS_SEQUENCE, vec![shared])
        };
        for (header, expected) in [
            (types(tags::IMAGE_TYPE, "ORIGINAL\\PRIMARY\\LOCALIZER"), true),
            (types(tags::IMAGE_TYPE, "ORIGINAL\\PRIMARY\\AXIAL"), false),
            (types(tags::IMAGE_TYPE, "LOCALIZER"), false),
            (enhanced("ORIGINAL\\PRIMARY\\LOCALIZER\\NONE"), true),
            (enhanced("ORIGINAL\\PRIMARY\\VOLUME\\NONE"), false),
            (FakeHeader::default(), false),
        ] {
            assert_eq!(is_localizer(&FrameHeader::new(&header, 0)), expected);
        }
    }
}
