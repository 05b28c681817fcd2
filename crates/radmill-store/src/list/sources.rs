//! The sources of a listing in a few bytes each: there may be tens of millions.

use std::ops::Range;
use std::path::{Path, PathBuf};

use super::paths::os_string;
use super::{InArchive, Source};

/// Sources between two whose path is stored in full.
const BLOCK: usize = 32;

/// A sequence of [`Source`]s, packed: of each path only what differs from the one before is stored.
///
/// Takes about 20 bytes a source and the part of its path that is its own; a member of an archive takes 60 more.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    packed: Vec<u8>,
    /// Where every [`BLOCK`]th source begins.
    blocks: Vec<usize>,
    len: usize,
    members: Vec<InArchive>,
    /// The path of the last source.
    last: Vec<u8>,
    is_unsorted: bool,
}

/// Goes over sources in their order.
pub struct SourcesIter<'a> {
    sources: &'a Sources,
    /// The rest of what is packed.
    packed: &'a [u8],
    path: Vec<u8>,
    range: Range<usize>,
}

impl Sources {
    /// How many there are.
    pub fn len(&self) -> usize {
        self.len
    }

    /// True if there are none.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Adds one at the end.
    pub fn push(&mut self, source: Source) {
        let path = source.relative.as_os_str().as_encoded_bytes();
        let mut n_shared = self.last.iter().zip(path).take_while(|(a, b)| a == b).count();
        if self.len > 0 && !self.is_unsorted {
            self.is_unsorted = source.relative.as_path() < Path::new(&os_string(&self.last));
        }
        if self.len.is_multiple_of(BLOCK) {
            self.blocks.push(self.packed.len());
            n_shared = 0;
        }
        let Source { bytes, modified_ns, member, .. } = &source;
        let member = member.as_ref().map_or(0, |member| {
            self.members.push((**member).clone());
            self.members.len()
        });
        for number in [n_shared as u128, (path.len() - n_shared) as u128, u128::from(*bytes)] {
            write_number(&mut self.packed, number);
        }
        write_number(&mut self.packed, *modified_ns);
        write_number(&mut self.packed, member as u128);
        self.packed.extend(&path[n_shared..]);
        self.last.truncate(n_shared);
        self.last.extend(&path[n_shared..]);
        self.len += 1;
    }

    /// The source with this index. Panics if there is none.
    pub fn get(&self, index: usize) -> Source {
        self.range(index..index + 1).next().expect("an index of a source")
    }

    /// Goes over all of them.
    pub fn iter(&self) -> SourcesIter<'_> {
        self.range(0..self.len)
    }

    /// Goes over those with these indices.
    pub fn range(&self, range: Range<usize>) -> SourcesIter<'_> {
        let block = range.start / BLOCK;
        let packed = self.blocks.get(block).map_or(&[][..], |&start| &self.packed[start..]);
        let range = range.start..range.end.min(self.len);
        let mut iter = SourcesIter { sources: self, packed, path: Vec::new(), range };
        if !iter.range.is_empty() {
            for _ in block * BLOCK..iter.range.start {
                iter.unpack();
            }
        }
        iter
    }

    /// The index of the source with this path, among sorted ones.
    pub fn find(&self, path: &Path) -> Option<usize> {
        let (mut low, mut high) = (0, self.len);
        while low < high {
            let middle = low.midpoint(high);
            match self.get(middle).relative.as_path().cmp(path) {
                std::cmp::Ordering::Less => low = middle + 1,
                std::cmp::Ordering::Equal => return Some(middle),
                std::cmp::Ordering::Greater => high = middle,
            }
        }
        None
    }

    /// Keeps those that `is_kept` says, and asks in their order.
    pub fn retain(&mut self, mut is_kept: impl FnMut(&Source) -> bool) {
        let all = std::mem::take(self);
        self.extend(all.iter().filter(|source| is_kept(source)));
    }

    /// Sorts by path, component by component. What was added in this order needs no memory for that.
    pub fn sort(&mut self) {
        if self.is_unsorted {
            let mut all: Vec<Source> = self.iter().collect();
            all.sort_by(|a, b| a.relative.cmp(&b.relative));
            *self = all.into_iter().collect();
        }
    }
}

impl<'a> IntoIterator for &'a Sources {
    type Item = Source;
    type IntoIter = SourcesIter<'a>;

    fn into_iter(self) -> SourcesIter<'a> {
        self.iter()
    }
}

impl Extend<Source> for Sources {
    fn extend<T: IntoIterator<Item = Source>>(&mut self, sources: T) {
        sources.into_iter().for_each(|source| self.push(source));
    }
}

impl FromIterator<Source> for Sources {
    fn from_iter<T: IntoIterator<Item = Source>>(sources: T) -> Sources {
        let mut packed = Sources::default();
        packed.extend(sources);
        packed
    }
}

impl SourcesIter<'_> {
    /// Length, time and member of the next source, whose path is then in `path`.
    fn unpack(&mut self) -> (u64, u128, usize) {
        let mut next = || read_number(&mut self.packed);
        let (n_shared, n_own) = (next() as usize, next() as usize);
        let facts = (next() as u64, next(), next() as usize);
        let (own, rest) = self.packed.split_at(n_own);
        self.path.truncate(n_shared);
        self.path.extend(own);
        self.packed = rest;
        facts
    }
}

impl Iterator for SourcesIter<'_> {
    type Item = Source;

    fn next(&mut self) -> Option<Source> {
        self.range.next()?;
        let (bytes, modified_ns, member) = self.unpack();
        let relative = PathBuf::from(os_string(&self.path));
        let member = member.checked_sub(1).map(|index| Box::new(self.sources.members[index].clone()));
        Some(Source { relative, bytes, modified_ns, member })
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.range.size_hint()
    }
}

/// Seven bits a byte, the lowest first; the highest bit says that there are more.
fn write_number(packed: &mut Vec<u8>, mut number: u128) {
    while number >= 0x80 {
        packed.push(number as u8 | 0x80);
        number >>= 7;
    }
    packed.push(number as u8);
}

fn read_number(packed: &mut &[u8]) -> u128 {
    let mut number = 0;
    for shift in (0..).step_by(7) {
        let (&byte, rest) = packed.split_first().expect("a number has a last byte");
        *packed = rest;
        number |= u128::from(byte & 0x7f) << shift;
        if byte < 0x80 {
            break;
        }
    }
    number
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use radmill_archive::Place;

    use super::*;

    fn source() -> impl Strategy<Value = Source> {
        let member = proptest::option::of(0_usize..300).prop_map(|archive| {
            archive.map(|archive| {
                Box::new(InArchive { archive, place: Some(Place::Stream { offset: archive as u64 }) })
            })
        });
        ("[a-c/.]{0,12}", any::<u64>(), any::<u128>(), member).prop_map(
            |(path, bytes, modified_ns, member)| Source { relative: path.into(), bytes, modified_ns, member },
        )
    }

    proptest! {
        #[test]
        fn what_is_packed_comes_out_again(sources in prop::collection::vec(source(), 0..150), at in 0..150_usize) {
            let packed: Sources = sources.iter().cloned().collect();
            prop_assert_eq!(packed.len(), sources.len());
            prop_assert!(packed.iter().eq(sources.iter().cloned()));
            let at = at.min(sources.len());
            prop_assert!(packed.range(at..sources.len()).eq(sources[at..].iter().cloned()));
            prop_assert!(at == sources.len() || packed.get(at) == sources[at]);

            let mut kept = packed.clone();
            kept.retain(|source| source.bytes % 2 == 0);
            prop_assert!(kept.iter().eq(sources.iter().filter(|source| source.bytes % 2 == 0).cloned()));

            let (mut sorted, mut expected) = (packed, sources);
            sorted.sort();
            expected.sort_by(|a, b| a.relative.cmp(&b.relative));
            prop_assert!(sorted.iter().eq(expected.iter().cloned()));
            for source in &expected {
                let found = sorted.find(&source.relative).map(|index| sorted.get(index).relative);
                prop_assert_eq!(found.as_deref(), Some(source.relative.as_path()));
            }
            prop_assert_eq!(sorted.find(Path::new("d")), None);
        }
    }

    #[test]
    fn a_source_takes_few_bytes() {
        let sources: Sources = (0..10_000_u64)
            .map(|number| {
                let path = format!("1.2.840.{:09}/{number:012}.dcm", number / 100);
                Source::file(path.into(), 500_000, 1_700_000_000_000_000_000 + u128::from(number))
            })
            .collect();
        let n_bytes = sources.packed.len() + 8 * sources.blocks.len();
        assert!(n_bytes < 30 * sources.len(), "{n_bytes}");
    }
}
