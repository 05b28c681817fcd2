//! Which of many hashes are in a split that is not theirs to have, since a hash nearby is in another one.

use radmill_manifest::Split;

/// Groups of this size are compared pair by pair.
const PAIRWISE_MAX: usize = 24;

/// A hash, and the splits of all rows that have it: a bit each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) hash: u64,
    /// Splits of new rows.
    pub(super) new: u8,
    /// Splits of rows that the table has.
    pub(super) live: u8,
    /// Of the new ones, those that rows have to stay out of.
    pub(super) withheld: u8,
}

pub(super) fn bit(split: Split) -> u8 {
    1 << split as u8
}

impl Entry {
    pub(super) fn new(hash: u64, split: Split, is_live: bool) -> Entry {
        let bit = bit(split);
        let (new, live) = if is_live { (0, bit) } else { (bit, 0) };
        Entry { hash, new, live, withheld: 0 }
    }

    fn splits(&self) -> u8 {
        self.new | self.live
    }

    /// A new row stays out of its split if the table has such an image in another one, or if another new one has it in
    /// a split that needs it more: there is less to judge by than to learn from.
    fn yield_to(&mut self, other: &Entry) {
        for split in Split::ALL.map(bit) {
            let stronger = !(split | (split - 1));
            let is_taken = other.live & !split != 0 || other.new & stronger != 0;
            if self.new & split != 0 && is_taken {
                self.withheld |= split;
            }
        }
    }
}

/// Makes one of entries of equal hash, and sorts them.
pub(super) fn gather(entries: &mut Vec<Entry>) {
    entries.sort_unstable_by_key(|entry| entry.hash);
    entries.dedup_by(|next, first| {
        let is_same = next.hash == first.hash;
        if is_same {
            first.new |= next.new;
            first.live |= next.live;
        }
        is_same
    });
    for entry in entries {
        // What the table has in a split may be there once more.
        entry.new &= !entry.live;
    }
}

/// Marks what is withheld among entries of different hashes, of which two are near if they differ in at most
/// `bits_max` of the bits `open`; in all other bits they are equal.
///
/// Two that are near agree in one of `bits_max + 1` bands of the bits at least. So those that agree in a band are
/// looked at together, and told apart by the bands of what is left, until few remain.
pub(super) fn mark(entries: &mut [Entry], open: u64, bits_max: u32) {
    if is_one_split(entries) {
        return;
    }
    // Bits in which all are equal tell nothing apart.
    let first = entries.first().map_or(0, |entry| entry.hash);
    let open = entries.iter().fold(0, |varying, entry| varying | (entry.hash ^ first)) & open;
    if entries.len() <= PAIRWISE_MAX || open.count_ones() <= bits_max {
        return mark_pairs(entries, bits_max);
    }
    for band in bands(open, bits_max + 1) {
        entries.sort_unstable_by_key(|entry| (entry.hash & band, entry.hash));
        for group in entries.chunk_by_mut(|a, b| a.hash & band == b.hash & band) {
            mark(group, open & !band, bits_max);
        }
    }
}

/// True if nothing can be withheld.
fn is_one_split(entries: &[Entry]) -> bool {
    let (mut splits, mut new) = (0_u8, 0);
    for entry in entries {
        splits |= entry.splits();
        new |= entry.new;
    }
    new == 0 || splits.count_ones() < 2
}

fn mark_pairs(entries: &mut [Entry], bits_max: u32) {
    for index in 0..entries.len() {
        let mut entry = entries[index];
        for other in entries.iter_mut().take(index + 1) {
            if (entry.hash ^ other.hash).count_ones() <= bits_max {
                let before = entry;
                entry.yield_to(other);
                other.yield_to(&before);
            }
        }
        entries[index].withheld |= entry.withheld;
    }
}

/// Cuts the bits into `n` bands of about equal size.
fn bands(open: u64, n: u32) -> impl Iterator<Item = u64> {
    let n_open = open.count_ones();
    let places: Vec<u64> = (0..64).map(|place| 1 << place).filter(|place| open & place != 0).collect();
    (0..n).map(move |band| {
        let [start, end] = [band, band + 1].map(|band| (band * n_open / n) as usize);
        places[start..end].iter().sum()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL_BITS: u64 = u64::MAX;

    fn marked(mut entries: Vec<Entry>, bits_max: u32) -> Vec<Entry> {
        gather(&mut entries);
        mark(&mut entries, ALL_BITS, bits_max);
        entries.sort_by_key(|entry| entry.hash);
        entries
    }

    fn withheld(entries: &[(u64, Split, bool)], bits_max: u32) -> Vec<(u64, Split)> {
        let entries =
            entries.iter().map(|&(hash, split, is_live)| Entry::new(hash, split, is_live)).collect();
        let mut withheld = Vec::new();
        for entry in marked(entries, bits_max) {
            withheld.extend(
                Split::ALL
                    .into_iter()
                    .filter(|split| entry.withheld & bit(*split) != 0)
                    .map(|split| (entry.hash, split)),
            );
        }
        withheld
    }

    #[test]
    fn the_table_comes_first_then_test_then_validation() {
        use Split::{Test, Train, Validation};
        for (entries, expected) in [
            (vec![(7, Train, false), (7, Train, false)], vec![]),
            (vec![(7, Train, false), (7, Test, false)], vec![(7, Train)]),
            (vec![(7, Train, true), (7, Test, false)], vec![(7, Test)]),
            (vec![(7, Train, true), (7, Test, true)], vec![]),
            (vec![(7, Train, true), (7, Test, true), (7, Test, false)], vec![]),
            (vec![(7, Train, false), (6, Test, false)], vec![(7, Train)]),
            (vec![(7, Train, false), (0, Test, false)], vec![]),
            (vec![(7, Train, true), (6, Test, false)], vec![(6, Test)]),
            (
                vec![(7, Train, false), (7, Validation, false), (7, Test, false)],
                vec![(7, Train), (7, Validation)],
            ),
            (vec![(7, Validation, false), (5, Train, false), (5, Train, true)], vec![(7, Validation)]),
        ] {
            assert_eq!(withheld(&entries, 2), expected, "{entries:?}");
        }
        assert_eq!(withheld(&[(7, Train, false), (6, Test, false)], 0), []);
    }

    #[test]
    fn bands_find_what_comparing_all_pairs_finds() {
        // Clusters, of which some are dense, and noise; numbers from a small generator.
        let mut state = 1_u64;
        let mut random = move || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            state >> 16
        };
        let mut entries = Vec::new();
        for _ in 0..40 {
            let centre = random() << 20 ^ random();
            for _ in 0..60 {
                let flips = (0..random() % 5).fold(0_u64, |flips, _| flips ^ (1 << (random() % 64)));
                let split = Split::ALL[(random() % 3) as usize];
                entries.push(Entry::new(centre ^ flips, split, random() % 4 == 0));
            }
        }
        entries.extend((0..500).map(|number| Entry::new(number, Split::ALL[number as usize % 3], false)));
        for bits_max in 0..=4 {
            let mut expected = entries.clone();
            gather(&mut expected);
            mark_pairs(&mut expected, bits_max);
            let n_withheld = expected.iter().filter(|entry| entry.withheld != 0).count();
            assert!(n_withheld > 30, "{n_withheld}");
            assert!(marked(entries.clone(), bits_max) == expected, "{bits_max}");
        }
    }
}
