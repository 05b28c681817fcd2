//! What settling found, in a few bytes a source.

use radmill_manifest::RowKey;

use super::conflict;
use super::content::{Short, short};
use crate::outcome::Outcome;

/// What becomes of a milled source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Verdict {
    /// It is the source that holds its instance.
    pub(super) stays: bool,
    /// The source that holds the instance gives something else.
    pub(super) is_conflict: bool,
    /// Its files are those of the source that holds the instance.
    pub(super) keeps_files: bool,
    /// Its rows are left out.
    pub(super) drops_rows: bool,
}

impl Verdict {
    pub(super) const STAYS: Verdict =
        Verdict { stays: true, is_conflict: false, keeps_files: true, drops_rows: false };

    fn to_byte(self) -> u8 {
        let bits = [self.stays, self.is_conflict, self.keeps_files, self.drops_rows];
        bits.iter().enumerate().map(|(index, bit)| u8::from(*bit) << index).sum()
    }

    fn from_byte(byte: u8) -> Verdict {
        let bit = |index: u8| byte >> index & 1 == 1;
        Verdict { stays: bit(0), is_conflict: bit(1), keeps_files: bit(2), drops_rows: bit(3) }
    }
}

/// What becomes of each source of a job: a byte for each, and ten bytes more for each whose rows are left out.
pub(crate) struct Verdicts {
    by_source: Vec<u8>,
    /// In a part for each part of the claims, sorted.
    dropped: Vec<Vec<Dropped>>,
}

/// Beside the bits of a verdict.
const SAME_PIXELS: u8 = 1 << 4;

/// Names an instance of a source: five bytes of the digest of each.
type Dropped = [u8; 10];

impl Verdicts {
    pub(super) fn new(n_sources: usize) -> Verdicts {
        let by_source = vec![Verdict::STAYS.to_byte(); n_sources];
        Verdicts { by_source, dropped: Vec::new() }
    }

    /// Notes of a source that stays that another instance has the same images.
    pub(super) fn set_same_pixels(&mut self, number: u32) {
        self.by_source[number as usize] |= SAME_PIXELS;
    }

    /// True if the source with this number holds its instance.
    pub(super) fn keeps_source(&self, number: u32) -> bool {
        Verdict::from_byte(self.by_source[number as usize]).stays
    }

    pub(super) fn set(&mut self, number: u32, verdict: Verdict) {
        self.by_source[number as usize] = verdict.to_byte();
    }

    /// Adds the next part of what is left out.
    pub(super) fn add_dropped(&mut self, mut dropped: Vec<Dropped>) {
        dropped.sort_unstable();
        dropped.dedup();
        dropped.shrink_to_fit();
        self.dropped.push(dropped);
    }

    /// Gives the source with this number its final outcome, and gives the files that lose their row by it.
    pub(crate) fn apply(&self, number: usize, outcome: &mut Outcome) -> Vec<String> {
        let Outcome::Milled(milled) = outcome else { return Vec::new() };
        let Some(byte) = self.by_source.get(number) else { return Vec::new() };
        let verdict = Verdict::from_byte(*byte);
        if verdict.stays {
            milled.has_same_pixels = byte & SAME_PIXELS != 0;
            return Vec::new();
        }
        let files = milled.take_row_files();
        *outcome = if verdict.is_conflict { conflict() } else { Outcome::Duplicate };
        if verdict.keeps_files { Vec::new() } else { files }
    }

    /// True if a row of this job belongs to a source that holds its instance, and is new.
    pub(crate) fn stays(&self, key: &RowKey<'_>) -> bool {
        if self.dropped.iter().all(Vec::is_empty) {
            return true;
        }
        let uid = short(key.sop_instance_uid);
        let part = self.dropped.get(part_of(&uid, self.dropped.len()));
        part.is_none_or(|part| part.binary_search(&dropped(&uid, &short(key.source_token))).is_err())
    }
}

/// The part that everything about an instance is in.
pub(super) fn part_of(uid: &Short, n_parts: usize) -> usize {
    usize::from(u16::from_be_bytes([uid[0], uid[1]])) % n_parts.max(1)
}

pub(super) fn dropped(uid: &Short, source_token: &Short) -> Dropped {
    // The first bytes of the digest of an instance decide about the part. Of ten million rows that stay and as many
    // that go, one is taken for another once in 10^10 jobs, and the sum of rows would tell.
    std::array::from_fn(|index| if index < 5 { uid[index + 2] } else { source_token[index - 5] })
}

impl Verdicts {
    /// For a source that was milled: whether it stays. For the tests.
    #[cfg(test)]
    pub(super) fn verdict(&self, number: usize) -> Verdict {
        Verdict::from_byte(self.by_source[number])
    }
}
