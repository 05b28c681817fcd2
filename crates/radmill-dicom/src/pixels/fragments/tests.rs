use proptest::prelude::*;

use super::*;
use crate::pixels::test_streams::{JPEG_GREY, bytes as from_digits};

const SOI: &[u8] = &[0xFF, 0xD8, 0xFF, 0xDB];
const REST: &[u8] = &[1, 2];

struct Case<'a> {
    n_frames: u32,
    basic: &'a [u32],
    extended: &'a [u64],
    fragments: &'a [&'a [u8]],
    is_cut: bool,
    has_single_fragments: bool,
}

const CASE: Case<'_> = Case {
    n_frames: 1,
    basic: &[],
    extended: &[],
    fragments: &[],
    is_cut: false,
    has_single_fragments: false,
};

/// The frames that are expected, and that there is no other.
#[track_caller]
fn check(case: &Case<'_>, expected: &[&[u8]], defects: &[&str]) {
    let fragments: Vec<Bytes> = case.fragments.iter().map(|f| Bytes::copy_from_slice(f)).collect();
    let plan = FramePlan::new(Encapsulation {
        n_frames: case.n_frames,
        basic_offsets: case.basic,
        extended_offsets: case.extended,
        fragments: &fragments,
        is_cut: case.is_cut,
        has_single_fragments: case.has_single_fragments,
    });
    if expected.is_empty() {
        assert!(plan.frames.frame(0, &fragments).is_err(), "{plan:?}");
        return;
    }
    assert_eq!(plan.n_frames as usize, expected.len(), "{plan:?}");
    for (index, expected) in expected.iter().enumerate() {
        let frame = plan.frames.frame(index as u32, &fragments);
        assert_eq!(frame.as_deref(), Ok(*expected), "frame {index} of {plan:?}");
    }
    assert_eq!(plan.defects.codes(), defects, "{plan:?}");
}

#[test]
fn as_many_fragments_as_frames_need_no_table() {
    check(&Case { fragments: &[REST], ..CASE }, &[REST], &[]);
    check(&Case { fragments: &[REST], basic: &[0], ..CASE }, &[REST], &[]);
    check(&Case { fragments: &[REST], basic: &[4711], ..CASE }, &[REST], &["offset_table_wrong"]);
    let two = Case { n_frames: 2, fragments: &[SOI, REST], ..CASE };
    check(&two, &[SOI, REST], &[]);
    check(&Case { basic: &[0, 12], ..two }, &[SOI, REST], &[]);
    check(&Case { basic: &[0, 4711], ..two }, &[SOI, REST], &["offset_table_wrong"]);
    check(&Case { extended: &[0, 12], ..two }, &[SOI, REST], &[]);
    check(&Case { extended: &[0], ..two }, &[SOI, REST], &["extended_offset_table_wrong"]);
}

#[test]
fn frames_of_several_fragments() {
    let both: &[u8] = &[0xFF, 0xD8, 0xFF, 0xDB, 1, 2];
    let split = "frame_in_several_fragments";
    check(&Case { fragments: &[SOI, REST], ..CASE }, &[both], &[split]);
    // The table tells.
    let three = Case { n_frames: 2, fragments: &[SOI, REST, SOI], ..CASE };
    check(&Case { basic: &[0, 22], ..three }, &[both, SOI], &[split]);
    let unmarked = Case { n_frames: 2, fragments: &[REST, REST, REST], ..CASE };
    check(&Case { basic: &[0, 10], ..unmarked }, &[REST, &[1, 2, 1, 2]], &[split]);
    check(&Case { extended: &[0, 10], ..unmarked }, &[REST, &[1, 2, 1, 2]], &[split]);
    check(
        &Case { extended: &[0, 10], basic: &[0, 11], ..unmarked },
        &[REST, &[1, 2, 1, 2]],
        &[split, "offset_table_wrong"],
    );
    // The table is wrong or missing, the markers tell.
    check(&Case { basic: &[0, 21], ..three }, &[both, SOI], &[split, "offset_table_wrong"]);
    check(&Case { basic: &[0, 12], ..three }, &[both, SOI], &[split, "offset_table_wrong"]);
    check(&three, &[both, SOI], &[split, "offset_table_missing"]);
    // Nothing tells.
    check(&unmarked, &[], &[]);
    check(&Case { n_frames: 3, basic: &[0, 0, 0], fragments: &[REST; 4], ..CASE }, &[], &[]);
    check(&CASE, &[], &[]);
}

#[test]
fn frames_that_share_a_fragment_or_are_not_there() {
    let one = from_digits(JPEG_GREY);
    let two = [&one[..], &[0], &one].concat();
    let shared = "several_frames_in_fragment";
    check(&Case { n_frames: 2, fragments: &[&two], ..CASE }, &[&one, &one], &[shared]);
    check(&Case { n_frames: 3, fragments: &[&two, &one], ..CASE }, &[&one, &one, &one], &[shared]);
    check(
        &Case { n_frames: 2, basic: &[0, one.len() as u32 + 1], fragments: &[&two], ..CASE },
        &[&one, &one],
        &["offset_table_wrong", shared],
    );
    check(&Case { n_frames: 3, fragments: &[&one, &one], ..CASE }, &[&one, &one], &["frames_missing"]);
    check(&Case { n_frames: 9, fragments: &[&two], ..CASE }, &[&one, &one], &["frames_missing", shared]);
    check(&Case { n_frames: 1, fragments: &[&one, &one], ..CASE }, &[&one], &["frames_extra"]);
    check(
        &Case { n_frames: 2, fragments: &[&one, &one, &one], ..CASE },
        &[&one, &one],
        &["frames_extra", "offset_table_missing"],
    );
    // Uncompressed and RLE frames have one fragment each, by the standard.
    let single = Case { has_single_fragments: true, n_frames: 3, fragments: &[REST, REST], ..CASE };
    check(&single, &[REST, REST], &["frames_missing"]);
    // What is no codestream, or none that ends, is no frame.
    check(&Case { n_frames: 2, fragments: &[SOI], ..CASE }, &[], &[]);
    check(&Case { n_frames: 3, fragments: &[&one, REST], ..CASE }, &[], &[]);
}

#[test]
fn the_last_frame_of_a_file_that_was_cut_is_missing() {
    let one = from_digits(JPEG_GREY);
    let cut = &one[..100];
    let missing = "frames_missing";
    let case = Case { is_cut: true, ..CASE };
    check(&Case { n_frames: 3, fragments: &[&one, &one, cut], ..case }, &[&one, &one], &[missing]);
    check(&Case { n_frames: 5, fragments: &[&one, &one, cut], ..case }, &[&one, &one], &[missing]);
    check(
        &Case { n_frames: 2, fragments: &[SOI, REST, SOI, REST], ..case },
        &[&[0xFF, 0xD8, 0xFF, 0xDB, 1, 2]],
        &["frame_in_several_fragments", missing, "offset_table_missing"],
    );
    // What was cut came after all frames.
    let two = [&one[..], &one].concat();
    let all: [&[u8]; 4] = [&one; 4];
    check(
        &Case { n_frames: 4, fragments: &[&two, &two, cut], ..case },
        &all,
        &["several_frames_in_fragment"],
    );
    // A single frame is left to the decoder.
    check(&Case { fragments: &[cut], ..case }, &[cut], &[]);
}

proptest! {
    /// Whatever a file says of its fragments: no more frames than declared, each of them somewhere.
    #[test]
    fn every_planned_frame_has_bytes(
        n_frames in 1..6_u32,
        basic in prop::collection::vec(0..40_u32, 0..5),
        extended in prop::collection::vec(0..40_u64, 0..5),
        kinds in prop::collection::vec(0..5_usize, 0..6),
        is_cut in any::<bool>(),
        has_single_fragments in any::<bool>(),
    ) {
        let one = from_digits(JPEG_GREY);
        let pieces: [&[u8]; 5] = [&[], REST, SOI, &one, &[&one[..], &one].concat()];
        let fragments: Vec<Bytes> = kinds.iter().map(|kind| Bytes::copy_from_slice(pieces[*kind])).collect();
        let plan = FramePlan::new(Encapsulation {
            n_frames,
            basic_offsets: &basic,
            extended_offsets: &extended,
            fragments: &fragments,
            is_cut,
            has_single_fragments,
        });
        prop_assert!((1..=n_frames).contains(&plan.n_frames));
        prop_assert_eq!(plan.defects.contains(PixelDefect::FramesMissing), plan.n_frames < n_frames);
        if !matches!(plan.frames, FrameFragments::Unknown(_)) {
            for frame_index in 0..plan.n_frames {
                prop_assert!(plan.frames.frame(frame_index, &fragments).is_ok());
            }
        }
    }
}
