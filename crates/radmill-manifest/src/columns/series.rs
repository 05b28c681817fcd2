use dicom_core::Tag;
use dicom_dictionary_std::tags;

use super::{Column, Fill};
use crate::header::FrameHeader;
use crate::values;

const AT_SEAL: &str = "radmill-manifest, from all rows of the series when they are sorted";
const NO_STACK: &str = "the row is of no stack: a localizer, or without position, orientation or series";

pub(super) const COLUMNS: &[Column] = &[
    Column::new(
        "stack_index",
        Fill::Int32(|_| None),
        AT_SEAL,
        "Number of the stack in its series and category, from 0: rows of one orientation, size and spacing, \
         one image a position",
    )
    .null_when(NO_STACK),
    Column::new(
        "slice_index",
        Fill::Int32(|_| None),
        AT_SEAL,
        "Number of the slice in its stack, from 0, by position along the normal; equal at equal positions",
    )
    .null_when(NO_STACK),
    Column::new("n_slices", Fill::Int32(|_| None), AT_SEAL, "Different positions in the stack")
        .null_when(NO_STACK),
    Column::new(
        "slice_spacing_mm",
        Fill::Float64(|_| None),
        AT_SEAL,
        "Median distance along the normal between neighbouring positions of the stack",
    )
    .unit("mm")
    .null_when("the row is of no stack, or its stack has one position"),
    Column::new(
        "is_regular_stack",
        Fill::Boolean(|_| None),
        AT_SEAL,
        "All neighbouring positions of the stack are `slice_spacing_mm` apart, within 1 % and 0.01 mm",
    )
    .null_when("the row is of no stack, or its stack has one position"),
    Column::new(
        "has_gap_before",
        Fill::Boolean(|_| None),
        AT_SEAL,
        "The position before is more than one and a half spacings away: slices are missing between",
    )
    .null_when(NO_STACK),
    Column::new(
        "has_gap_after",
        Fill::Boolean(|_| None),
        AT_SEAL,
        "The position after is more than one and a half spacings away: slices are missing between",
    )
    .null_when(NO_STACK),
    Column::new(
        "is_duplicate_position",
        Fill::Boolean(|_| None),
        AT_SEAL,
        "An earlier row of the stack, in the order of the manifest, has this position: without such rows a stack \
         has one image a position",
    )
    .null_when(NO_STACK),
    Column::new(
        "source_stack_id",
        Fill::Int32(|s| {
            let text = s.header.frame_text(tags::FRAME_CONTENT_SEQUENCE, tags::STACK_ID)?;
            text.parse().ok().filter(|id| *id >= 0)
        }),
        "Stack ID (0020,9056)",
        "Number of the group of frames that belong together, as the source says",
    )
    .null_when("absent, removed, or no whole number"),
    Column::new(
        "temporal_position_index",
        Fill::Int32(|s| {
            let of_frame =
                s.header.frame_number(tags::FRAME_CONTENT_SEQUENCE, tags::TEMPORAL_POSITION_INDEX);
            values::int(of_frame.or_else(|| s.header.number(tags::TEMPORAL_POSITION_IDENTIFIER)))
        }),
        "Temporal Position Index (0020,9128) or Temporal Position Identifier (0020,0100)",
        "Number of the point in time of a dynamic series",
    )
    .null_if_absent(),
    Column::new(
        "echo_number",
        Fill::Int32(|s| values::int(s.header.number(tags::ECHO_NUMBERS))),
        "Echo Number(s) (0018,0086)",
        "Number of the echo",
    )
    .null_if_absent(),
    Column::new(
        "trigger_time_ms",
        Fill::Float64(|s| {
            let group = tags::CARDIAC_SYNCHRONIZATION_SEQUENCE;
            let of_frame = s.header.frame_number(group, tags::NOMINAL_CARDIAC_TRIGGER_DELAY_TIME);
            values::number(of_frame.or_else(|| s.header.number(tags::TRIGGER_TIME)))
        }),
        "Nominal Cardiac Trigger Delay Time (0020,9153) or Trigger Time (0018,1060)",
        "Time from the trigger, such as the R peak, to the image",
    )
    .unit("ms")
    .null_if_absent(),
    Column::new(
        "diffusion_b_value",
        Fill::Float64(|s| {
            values::number(s.header.frame_number(tags::MR_DIFFUSION_SEQUENCE, tags::DIFFUSION_B_VALUE))
        }),
        "Diffusion b-value (0018,9087)",
        "Sensitivity to diffusion, in s/mm2",
    )
    .null_if_absent(),
    Column::new(
        "diffusion_gradient_orientation",
        Fill::Float64List(|s| values::numbers::<3>(gradient(&s.header))),
        "Diffusion Gradient Orientation (0018,9089)",
        "Direction of the diffusion gradient, x, y, z in the directions of the patient",
    )
    .null_if_absent(),
];

/// In the functional groups it is one level deeper, since a frame can have no direction.
fn gradient(header: &FrameHeader<'_>) -> Vec<f64> {
    const PATH: [Tag; 2] = [tags::MR_DIFFUSION_SEQUENCE, tags::DIFFUSION_GRADIENT_DIRECTION_SEQUENCE];
    header.nested_frame_numbers(PATH, tags::DIFFUSION_GRADIENT_ORIENTATION)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::header::fake::FakeHeader;

    #[test]
    fn the_gradient_is_found_in_groups_and_at_the_top() {
        let at_top = FakeHeader::default().with(tags::DIFFUSION_GRADIENT_ORIENTATION, "1\\0\\0");
        let direction = FakeHeader::default().with(tags::DIFFUSION_GRADIENT_ORIENTATION, "0\\1\\0");
        let diffusion =
            FakeHeader::default().with_items(tags::DIFFUSION_GRADIENT_DIRECTION_SEQUENCE, vec![direction]);
        let group = FakeHeader::default().with_items(tags::MR_DIFFUSION_SEQUENCE, vec![diffusion]);
        let in_group = at_top.clone().with_items(tags::PER_FRAME_FUNCTIONAL_GROUPS_SEQUENCE, vec![group]);
        for (header, expected) in [
            (&at_top, vec![1.0, 0.0, 0.0]),
            (&in_group, vec![0.0, 1.0, 0.0]),
            (&FakeHeader::default(), Vec::new()),
        ] {
            assert_eq!(gradient(&FrameHeader::new(header, 0)), expected);
        }
    }
}
