use dicom_dictionary_std::tags;

use super::{Column, Fill};
use crate::header::FrameHeader;
use crate::values;

pub(super) const COLUMNS: &[Column] = &[
    Column::new(
        "patient_id",
        Fill::Text(|s| patient_id(&s.header)),
        "Patient ID (0010,0020)",
        "Pseudonym of the patient: a keyed function, the same in every batch of the site",
    )
    .null_when("the source names no patient")
    .in_log(),
    Column::new(
        "study_instance_uid",
        Fill::Text(|s| study_instance_uid(&s.header)),
        "Study Instance UID (0020,000D)",
        "Replaced UID of the study",
    )
    .null_if_absent()
    .in_log(),
    Column::new(
        "series_instance_uid",
        Fill::Text(|s| values::uid(s.header.text(tags::SERIES_INSTANCE_UID))),
        "Series Instance UID (0020,000E)",
        "Replaced UID of the series",
    )
    .null_if_absent()
    .in_log(),
    Column::new(
        "sop_instance_uid",
        Fill::Text(|s| values::uid(s.header.text(tags::SOP_INSTANCE_UID))),
        "SOP Instance UID (0008,0018)",
        "Replaced UID of the instance; together with `frame_index` it names a row",
    )
    .in_log(),
    Column::new(
        "frame_index",
        Fill::Int32(|s| i32::try_from(s.frame_index).ok()),
        "radmill",
        "The frame of the instance, counted from 0 (DICOM counts from 1)",
    ),
    Column::new(
        "n_frames",
        Fill::Int32(|s| i32::try_from(s.pixels?.n_frames).ok()),
        "Number of Frames (0028,0008)",
        "Frames that the instance has; 1 where the attribute is absent",
    )
    .null_when("the Image Pixel module is not valid"),
    Column::new(
        "sop_class_uid",
        Fill::Text(|s| values::uid(s.header.text(tags::SOP_CLASS_UID))),
        "SOP Class UID (0008,0016)",
        "What kind of object the instance is",
    )
    .null_if_absent(),
    Column::new(
        "series_number",
        Fill::Int32(|s| values::int(s.header.number(tags::SERIES_NUMBER))),
        "Series Number (0020,0011)",
        "Number of the series in its study",
    )
    .null_if_absent(),
    Column::new(
        "acquisition_number",
        Fill::Int32(|s| values::int(s.header.number(tags::ACQUISITION_NUMBER))),
        "Acquisition Number (0020,0012)",
        "Number of the acquisition in its series",
    )
    .null_if_absent(),
    Column::new(
        "instance_number",
        Fill::Int32(|s| values::int(s.header.number(tags::INSTANCE_NUMBER))),
        "Instance Number (0020,0013)",
        "Number of the instance in its series",
    )
    .null_if_absent(),
    Column::new(
        "frame_of_reference_uid",
        Fill::Text(|s| values::uid(s.header.text(tags::FRAME_OF_REFERENCE_UID))),
        "Frame of Reference UID (0020,0052)",
        "Replaced UID; positions of images with the same one can be compared",
    )
    .null_if_absent(),
];

/// What must not be in two splits: see [`crate::SplitRow::owner`].
pub(super) fn owner(header: &FrameHeader<'_>) -> Option<String> {
    patient_id(header).or_else(|| study_instance_uid(header))
}

fn patient_id(header: &FrameHeader<'_>) -> Option<String> {
    values::identifier(&header.text(tags::PATIENT_ID)?)
}

fn study_instance_uid(header: &FrameHeader<'_>) -> Option<String> {
    values::uid(header.text(tags::STUDY_INSTANCE_UID))
}
