//! Which fragments make up a frame (PS3.5 A.4).
//!
//! Offset tables are wrong or empty in many real files, so they are believed only where they point at the starts of
//! fragments, and only where fragments do not already tell frames apart. What is found instead is a defect.

use std::borrow::Cow;
use std::ops::Range;

use bytes::Bytes;
use radmill_frame::{PixelDefect, PixelDefects};

use super::boundaries::{split, starts_codestream};

/// The frames of encapsulated pixel data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct FramePlan {
    pub(super) frames: FrameFragments,
    /// Frames that are there: as many as declared, or fewer.
    pub(super) n_frames: u32,
    pub(super) defects: PixelDefects,
}

/// Which fragments belong to which frame.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum FrameFragments {
    /// One frame: all fragments.
    All,
    /// As many fragments as frames.
    OneEach,
    /// For each frame, the range of its fragments.
    Ranges(Vec<Range<usize>>),
    /// For each frame, its fragment and the range of its bytes there.
    Within(Vec<(usize, Range<usize>)>),
    /// Nothing says where frames start, in fixed words why.
    Unknown(&'static str),
}

/// What the file says about its fragments.
#[derive(Clone, Copy)]
pub(super) struct Encapsulation<'a> {
    /// Number of Frames, at least 1.
    pub(super) n_frames: u32,
    pub(super) basic_offsets: &'a [u32],
    pub(super) extended_offsets: &'a [u64],
    pub(super) fragments: &'a [Bytes],
    /// The file ends inside the last fragment.
    pub(super) is_cut: bool,
    /// The transfer syntax has exactly one fragment for a frame (RLE, and samples that are not compressed).
    pub(super) has_single_fragments: bool,
}

impl FramePlan {
    /// Decides once for all frames of an instance.
    pub(super) fn new(file: Encapsulation<'_>) -> FramePlan {
        let mut plan = match (file.fragments.len(), file.n_frames as usize) {
            (0, _) => FramePlan::unknown(file, "there are no fragments"),
            (1, 1) => FramePlan::of(file, FrameFragments::All, 1),
            (_, 1) => several_for_one(file),
            (n_fragments, n_frames) if n_fragments == n_frames => {
                FramePlan::of(file, FrameFragments::OneEach, n_frames)
            }
            (n_fragments, n_frames) if n_fragments > n_frames => several_for_each(file),
            _ => fewer_than_frames(file),
        };
        // The last frame is not whole. A single one stays, to fail when it is decoded.
        if file.is_cut && plan.n_frames > 1 && plan.frames.take_last_fragment(plan.n_frames) {
            plan.n_frames -= 1;
            plan.defects.add(PixelDefect::FramesMissing);
        }
        plan
    }

    /// How many frames there are if each has one fragment, of these lengths, and what is wrong with the tables; `None`
    /// if their numbers differ.
    pub(super) fn one_each(
        n_frames: u32,
        lengths: impl ExactSizeIterator<Item = u64>,
        basic_offsets: &[u32],
        extended_offsets: &[u64],
    ) -> Option<(u32, PixelDefects)> {
        if lengths.len() != n_frames as usize {
            return None;
        }
        let positions: Vec<u64> = positions_of(lengths).collect();
        let is_right = |offsets: &[u64]| offsets.is_empty() || offsets == positions;
        let mut defects = PixelDefects::NONE;
        defects.add_if(!is_right(&widened(basic_offsets)), PixelDefect::OffsetTableWrong);
        defects.add_if(!is_right(extended_offsets), PixelDefect::ExtendedOffsetTableWrong);
        Some((n_frames, defects))
    }

    fn unknown(file: Encapsulation<'_>, why: &'static str) -> FramePlan {
        FramePlan {
            frames: FrameFragments::Unknown(why),
            n_frames: file.n_frames,
            defects: PixelDefects::NONE,
        }
    }

    /// A plan in which so many frames were found, with what that says about the number and about the tables.
    fn of(file: Encapsulation<'_>, frames: FrameFragments, n_found: usize) -> FramePlan {
        let declared = file.n_frames as usize;
        let mut defects = PixelDefects::NONE;
        defects.add_if(n_found < declared, PixelDefect::FramesMissing);
        defects.add_if(n_found > declared, PixelDefect::FramesExtra);
        let starts = frames.first_fragments(n_found);
        let is_right = |offsets: &[u64]| offsets.is_empty() || points_at(offsets, &starts, file.fragments);
        defects.add_if(!is_right(&widened(file.basic_offsets)), PixelDefect::OffsetTableWrong);
        defects.add_if(!is_right(file.extended_offsets), PixelDefect::ExtendedOffsetTableWrong);
        let n_frames = n_found.min(declared) as u32;
        FramePlan { frames, n_frames, defects }
    }
}

/// One frame is declared, and there are several fragments: they are its parts, unless each is a codestream.
fn several_for_one(file: Encapsulation<'_>) -> FramePlan {
    let starts = codestream_starts(file.fragments);
    let (frames, n_found, n_parts) = match starts[..] {
        [0, second, ..] => {
            (FrameFragments::Ranges(ranges(&starts, file.fragments.len())), starts.len(), second)
        }
        _ => (FrameFragments::All, 1, file.fragments.len()),
    };
    let mut plan = FramePlan::of(file, frames, n_found);
    plan.defects.add_if(n_parts > 1, PixelDefect::FrameInSeveralFragments);
    plan
}

/// More fragments than frames: a table tells, or else the codestreams.
fn several_for_each(file: Encapsulation<'_>) -> FramePlan {
    let n_frames = file.n_frames as usize;
    let markers = codestream_starts(file.fragments);
    // A start that is no start of a codestream, where others are, is no start of a frame.
    let by_table = |offsets: &[u64]| {
        let starts = by_offsets(n_frames, offsets, file.fragments)?;
        (markers.is_empty() || starts.iter().all(|start| markers.contains(start))).then_some(starts)
    };
    let by_markers = || (markers.first() == Some(&0)).then(|| markers.clone());
    let table = by_table(file.extended_offsets).or_else(|| by_table(&widened(file.basic_offsets)));
    let has_table = table.is_some();
    let Some(starts) = table.or_else(by_markers) else {
        return FramePlan::unknown(file, "nothing tells which fragments belong to a frame");
    };
    let ranges = ranges(&starts, file.fragments.len());
    let is_split = ranges.iter().any(|range| range.len() > 1);
    let mut plan = FramePlan::of(file, FrameFragments::Ranges(ranges), starts.len());
    let no_table = file.basic_offsets.is_empty() && file.extended_offsets.is_empty();
    plan.defects.add_if(!has_table && no_table, PixelDefect::OffsetTableMissing);
    plan.defects.add_if(is_split, PixelDefect::FrameInSeveralFragments);
    plan
}

/// Fewer fragments than frames: frames lie together in a fragment, or are missing, or both.
fn fewer_than_frames(file: Encapsulation<'_>) -> FramePlan {
    if file.has_single_fragments {
        return FramePlan::of(file, FrameFragments::OneEach, file.fragments.len());
    }
    // What is left of a codestream that was cut is no frame.
    let n_whole = file.fragments.len() - usize::from(file.is_cut);
    let mut within = Vec::new();
    for (index, fragment) in file.fragments[..n_whole].iter().enumerate() {
        let Some(codestreams) = split(fragment) else {
            return FramePlan::unknown(file, "there are fewer fragments than frames");
        };
        within.extend(codestreams.into_iter().map(|range| (index, range)));
    }
    let n_found = within.len();
    if n_found == 0 {
        return FramePlan::unknown(file, "there are fewer fragments than frames");
    }
    let mut plan = FramePlan::of(file, FrameFragments::Within(within), n_found);
    plan.defects.add_if(n_found > n_whole, PixelDefect::SeveralFramesInFragment);
    plan
}

impl FrameFragments {
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
            FrameFragments::Within(places) => {
                let bytes = places.get(index).and_then(|(fragment, range)| {
                    fragments.get(*fragment).and_then(|bytes| bytes.get(range.clone()))
                });
                return bytes.map(Cow::Borrowed).ok_or("there is no fragment for the frame");
            }
            FrameFragments::Unknown(why) => return Err(why),
        };
        match parts {
            None | Some([]) => Err("there is no fragment for the frame"),
            Some([one]) => Ok(Cow::Borrowed(one)),
            Some(several) => Ok(Cow::Owned(several.concat())),
        }
    }

    /// The fragment in which each of so many frames starts.
    fn first_fragments(&self, n_frames: usize) -> Vec<usize> {
        match self {
            FrameFragments::All => vec![0],
            FrameFragments::OneEach => (0..n_frames).collect(),
            FrameFragments::Ranges(ranges) => ranges.iter().map(|range| range.start).collect(),
            FrameFragments::Within(places) => places.iter().map(|place| place.0).collect(),
            FrameFragments::Unknown(_) => Vec::new(),
        }
    }

    /// True if the last of so many frames has the last fragment.
    fn take_last_fragment(&self, n_frames: u32) -> bool {
        match self {
            FrameFragments::Ranges(ranges) => ranges.len() == n_frames as usize,
            FrameFragments::Within(_) | FrameFragments::Unknown(_) => false,
            FrameFragments::All | FrameFragments::OneEach => true,
        }
    }
}

fn widened(offsets: &[u32]) -> Vec<u64> {
    offsets.iter().map(|&offset| u64::from(offset)).collect()
}

/// Where each fragment's item tag lies, from the first one's; an item's tag and length take eight bytes.
fn positions(fragments: &[Bytes]) -> impl Iterator<Item = u64> + '_ {
    positions_of(fragments.iter().map(|fragment| fragment.len() as u64))
}

fn positions_of(lengths: impl Iterator<Item = u64>) -> impl Iterator<Item = u64> {
    lengths.scan(0_u64, |position, length| {
        let here = *position;
        *position += 8 + length;
        Some(here)
    })
}

/// Frames by an offset table: one offset for each frame, from the first fragment's item tag to the frame's.
fn by_offsets(n_frames: usize, offsets: &[u64], fragments: &[Bytes]) -> Option<Vec<usize>> {
    if offsets.len() != n_frames || offsets.first() != Some(&0) {
        return None;
    }
    let mut starts = Vec::with_capacity(n_frames.min(fragments.len()));
    for (index, position) in positions(fragments).enumerate() {
        if offsets.get(starts.len()) == Some(&position) {
            starts.push(index);
        }
    }
    (starts.len() == n_frames).then_some(starts)
}

/// True if a table points at the fragments in which frames start, and at nothing else.
fn points_at(offsets: &[u64], starts: &[usize], fragments: &[Bytes]) -> bool {
    let positions: Vec<u64> = positions(fragments).collect();
    offsets.len() == starts.len()
        && offsets.iter().zip(starts).all(|(offset, start)| positions.get(*start) == Some(offset))
}

/// The fragments that start like a codestream.
fn codestream_starts(fragments: &[Bytes]) -> Vec<usize> {
    fragments.iter().enumerate().filter(|(_, f)| starts_codestream(f)).map(|(index, _)| index).collect()
}

fn ranges(starts: &[usize], n_fragments: usize) -> Vec<Range<usize>> {
    let ends = starts.iter().skip(1).copied().chain([n_fragments]);
    starts.iter().zip(ends).map(|(&start, end)| start..end).collect()
}

#[cfg(test)]
mod tests;
