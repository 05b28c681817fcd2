//! Which fragments make up a frame (PS3.5 A.4).
//!
//! Offset tables are wrong or empty in many real files, so they are believed only where they point at the starts of
//! fragments, and only where fragments do not already tell frames apart.

use std::borrow::Cow;
use std::ops::Range;

use bytes::Bytes;

/// Which fragments belong to which frame.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum FrameFragments {
    /// One frame: all fragments.
    All,
    /// As many fragments as frames.
    OneEach,
    /// For each frame, the range of its fragments.
    Ranges(Vec<Range<usize>>),
    /// Nothing says where frames start, in fixed words why.
    Unknown(&'static str),
}

impl FrameFragments {
    /// Decides once for all frames of an instance.
    pub(super) fn plan(
        n_frames: u32,
        basic_offsets: &[u32],
        extended_offsets: &[u64],
        fragments: &[Bytes],
    ) -> FrameFragments {
        let n_frames = n_frames as usize;
        if fragments.is_empty() {
            return FrameFragments::Unknown("there are no fragments");
        }
        if n_frames == 1 {
            return FrameFragments::All;
        }
        if fragments.len() == n_frames {
            return FrameFragments::OneEach;
        }
        if fragments.len() < n_frames {
            return FrameFragments::Unknown("there are fewer fragments than frames");
        }
        let basic_offsets: Vec<u64> = basic_offsets.iter().map(|&offset| u64::from(offset)).collect();
        by_offsets(n_frames, extended_offsets, fragments)
            .or_else(|| by_offsets(n_frames, &basic_offsets, fragments))
            .or_else(|| by_start_markers(n_frames, fragments))
            .map_or(
                FrameFragments::Unknown("nothing tells which fragments belong to a frame"),
                FrameFragments::Ranges,
            )
    }

    /// The encoded bytes of one frame, or why they cannot be told; copied only if they lie in several fragments.
    pub(super) fn frame<'a>(
        &self,
        frame_index: u32,
        fragments: &'a [Bytes],
    ) -> Result<Cow<'a, [u8]>, &'static str> {
        let index = frame_index as usize;
        let parts = match self {
            FrameFragments::All => Some(fragments),
            FrameFragments::OneEach => fragments.get(index).map(std::slice::from_ref),
            FrameFragments::Ranges(ranges) => {
                ranges.get(index).and_then(|range| fragments.get(range.clone()))
            }
            FrameFragments::Unknown(why) => return Err(why),
        };
        match parts {
            None | Some([]) => Err("there is no fragment for the frame"),
            Some([one]) => Ok(Cow::Borrowed(one)),
            Some(several) => Ok(Cow::Owned(several.concat())),
        }
    }
}

/// Frames by an offset table: one offset for each frame, from the first fragment's item tag to the frame's.
fn by_offsets(n_frames: usize, offsets: &[u64], fragments: &[Bytes]) -> Option<Vec<Range<usize>>> {
    if offsets.len() != n_frames || offsets.first() != Some(&0) {
        return None;
    }
    let mut position = 0_u64;
    let mut starts = Vec::with_capacity(n_frames);
    for (index, fragment) in fragments.iter().enumerate() {
        if offsets.get(starts.len()) == Some(&position) {
            starts.push(index);
        }
        // An item's tag and length take eight bytes.
        position += 8 + fragment.len() as u64;
    }
    (starts.len() == n_frames).then(|| ranges(&starts, fragments.len()))
}

/// Frames by the codestreams themselves: a frame starts where a fragment starts like a codestream.
fn by_start_markers(n_frames: usize, fragments: &[Bytes]) -> Option<Vec<Range<usize>>> {
    let starts: Vec<usize> =
        fragments.iter().enumerate().filter(|(_, f)| starts_codestream(f)).map(|(index, _)| index).collect();
    (starts.len() == n_frames && starts.first() == Some(&0)).then(|| ranges(&starts, fragments.len()))
}

/// JPEG and JPEG-LS start with SOI and another marker, JPEG 2000 with SOC and SIZ or as a JP2 file.
fn starts_codestream(fragment: &[u8]) -> bool {
    const JP2_SIGNATURE: &[u8] = b"\x00\x00\x00\x0CjP  ";
    fragment.starts_with(&[0xFF, 0xD8, 0xFF])
        || fragment.starts_with(&[0xFF, 0x4F, 0xFF, 0x51])
        || fragment.starts_with(JP2_SIGNATURE)
}

fn ranges(starts: &[usize], n_fragments: usize) -> Vec<Range<usize>> {
    let ends = starts.iter().skip(1).copied().chain([n_fragments]);
    starts.iter().zip(ends).map(|(&start, end)| start..end).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOI: &[u8] = &[0xFF, 0xD8, 0xFF, 0xDB];
    const REST: &[u8] = &[1, 2];

    fn check(
        n_frames: u32,
        basic: &[u32],
        extended: &[u64],
        fragments: &[&[u8]],
        expected: &[Result<&[u8], ()>],
    ) {
        let fragments: Vec<Bytes> = fragments.iter().map(|f| Bytes::copy_from_slice(f)).collect();
        let plan = FrameFragments::plan(n_frames, basic, extended, &fragments);
        for (index, expected) in expected.iter().enumerate() {
            let frame = plan.frame(index as u32, &fragments).map_err(|_| ());
            assert_eq!(frame.as_deref(), expected.as_ref().copied(), "frame {index} of {plan:?}");
        }
    }

    #[test]
    fn frames_are_found() {
        let both: &[u8] = &[0xFF, 0xD8, 0xFF, 0xDB, 1, 2];
        // One frame takes all, whatever the table says.
        check(1, &[4711], &[], &[SOI, REST], &[Ok(both), Ok(both)]);
        check(1, &[], &[], &[REST], &[Ok(REST)]);
        // One fragment a frame, whatever the table says.
        check(2, &[0, 4711], &[], &[SOI, REST], &[Ok(SOI), Ok(REST), Err(())]);
        // The table tells.
        check(2, &[0, 22], &[], &[SOI, REST, SOI], &[Ok(both), Ok(SOI)]);
        check(2, &[0, 10], &[], &[REST, REST, REST], &[Ok(REST), Ok(&[1, 2, 1, 2])]);
        check(2, &[], &[0, 10], &[REST, REST, REST], &[Ok(REST), Ok(&[1, 2, 1, 2])]);
        // The table is wrong or missing, the markers tell.
        check(2, &[0, 21], &[], &[SOI, REST, SOI], &[Ok(both), Ok(SOI)]);
        check(2, &[], &[], &[SOI, REST, SOI], &[Ok(both), Ok(SOI)]);
        // Nothing tells.
        check(2, &[], &[], &[REST, REST, REST], &[Err(())]);
        check(2, &[0, 22], &[], &[SOI], &[Err(())]);
        check(1, &[], &[], &[], &[Err(())]);
        check(3, &[0, 0, 0], &[], &[REST, REST, REST, REST], &[Err(())]);
    }
}
