use std::path::Path;

use radmill_manifest::SplitRow;
use radmill_store::{ScratchRecords, StoreError};
use sha2::{Digest, Sha256};

use super::SplitsSection;
use super::near::{Entry, bit, gather, mark};
use crate::JobError;

/// Rows of which one file of records should have no more: they take 16 MiB in memory.
const PART_ROWS: u64 = 1 << 20;

/// So many files of records are made at most, for each band.
const PARTS_MAX: u64 = 64;

/// Which new rows stay out of their split, so that no patient and no image is in two.
#[derive(Debug, Default)]
pub(crate) struct Clashes {
    owners: Vec<(u64, u8)>,
    images: Vec<(u64, u8)>,
}

impl Clashes {
    /// True if the row stays out of its split.
    pub(crate) fn withhold(&self, row: &SplitRow<'_>) -> bool {
        let has = |clashes: &[(u64, u8)], hash: Option<u64>| {
            hash.is_some_and(|hash| {
                let found = clashes.binary_search_by_key(&hash, |clash| clash.0);
                found.is_ok_and(|index| clashes[index].1 & bit(row.split) != 0)
            })
        };
        has(&self.images, row.perceptual_hash)
            || !self.owners.is_empty() && has(&self.owners, row.owner.map(hash_of_owner))
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.owners.is_empty() && self.images.is_empty()
    }
}

/// Gathers the rows of a job and of the table in files, and finds what clashes part by part.
pub(crate) struct ClashSearch {
    owners: Option<Bands>,
    images: Option<Bands>,
    /// What went wrong first.
    fault: Option<StoreError>,
}

impl ClashSearch {
    /// A search over about `n_rows` rows; `None` if the hash of the patient is all that decides.
    /// `folder` takes records meanwhile, in folders of its own; it is in the private root.
    pub(crate) fn begin(
        section: &SplitsSection,
        folder: &Path,
        n_rows: u64,
    ) -> Result<Option<ClashSearch>, JobError> {
        let n_parts = n_rows.div_ceil(PART_ROWS).clamp(1, PARTS_MAX) as usize;
        let owners = section.differs_by_category().then_some(0);
        let [owners, images] =
            [("split-owners", owners), ("split-images", section.near_bits())].map(|(name, bits_max)| {
                bits_max.map(|bits_max| Bands::create(&folder.join(name), bits_max, n_parts))
            });
        let (owners, images) = (owners.transpose()?, images.transpose()?);
        let is_needed = owners.is_some() || images.is_some();
        Ok(is_needed.then_some(ClashSearch { owners, images, fault: None }))
    }

    /// Notes a row; `is_live` if the table has it. A fault waits for [`ClashSearch::finish`].
    pub(crate) fn add(&mut self, row: &SplitRow<'_>, is_live: bool) {
        if let Err(fault) = self.try_add(row, is_live) {
            self.fault.get_or_insert(fault);
        }
    }

    fn try_add(&mut self, row: &SplitRow<'_>, is_live: bool) -> Result<(), StoreError> {
        let owner = row.owner.map(hash_of_owner);
        for (bands, hash) in [(&mut self.owners, owner), (&mut self.images, row.perceptual_hash)] {
            if let (Some(bands), Some(hash)) = (bands, hash) {
                bands.add(&Entry::new(hash, row.split, is_live))?;
            }
        }
        Ok(())
    }

    /// Finds what clashes.
    pub(crate) fn finish(self) -> Result<Clashes, JobError> {
        if let Some(fault) = self.fault {
            return Err(fault.into());
        }
        let [owners, images] = [self.owners, self.images].map(|bands| match bands {
            Some(bands) => bands.clashes(),
            None => Ok(Vec::new()),
        });
        Ok(Clashes { owners: owners?, images: images? })
    }
}

fn hash_of_owner(owner: &str) -> u64 {
    let digest = Sha256::digest(owner.as_bytes());
    u64::from_be_bytes(std::array::from_fn(|index| digest[index]))
}

/// Records of all rows for each band of the bits: rows that agree in a band are in one file of it.
struct Bands {
    bits_max: u32,
    bands: Vec<(u64, ScratchRecords<{ Bands::RECORD_BYTES }>)>,
}

impl Bands {
    /// A hash, and the splits of new rows and of those in the table.
    const RECORD_BYTES: usize = 10;

    fn create(folder: &Path, bits_max: u32, n_parts: usize) -> Result<Bands, StoreError> {
        let n_bands = bits_max + 1;
        let band = |index: u32| {
            let [start, end] = [index, index + 1].map(|band| band * u64::BITS / n_bands);
            let below = |end: u32| 1_u64.checked_shl(end).map_or(u64::MAX, |bit| bit - 1);
            let records = ScratchRecords::create(&folder.join(index.to_string()), n_parts)?;
            Ok((below(end) & !below(start), records))
        };
        Ok(Bands { bits_max, bands: (0..n_bands).map(band).collect::<Result<_, StoreError>>()? })
    }

    fn add(&mut self, entry: &Entry) -> Result<(), StoreError> {
        let mut record = [0; Bands::RECORD_BYTES];
        record[..8].copy_from_slice(&entry.hash.to_be_bytes());
        record[8..].copy_from_slice(&[entry.new, entry.live]);
        for (band, records) in &mut self.bands {
            // Some values of a band are frequent; multiplying spreads those that are neighbours.
            let spread = (entry.hash & *band).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32;
            records.write(spread as usize % records.n_files(), &record)?;
        }
        Ok(())
    }

    /// Each hash with the splits that new rows of it stay out of, sorted.
    fn clashes(self) -> Result<Vec<(u64, u8)>, JobError> {
        let mut clashes = Vec::new();
        for (band, mut records) in self.bands {
            for part in 0..records.n_files() {
                let mut entries = Vec::new();
                for record in records.read(part)? {
                    let record = record?;
                    let hash = u64::from_be_bytes(std::array::from_fn(|index| record[index]));
                    entries.push(Entry { hash, new: record[8], live: record[9], withheld: 0 });
                }
                gather(&mut entries);
                entries.sort_unstable_by_key(|entry| (entry.hash & band, entry.hash));
                for group in entries.chunk_by_mut(|a, b| a.hash & band == b.hash & band) {
                    mark(group, !band, self.bits_max);
                }
                let marked = entries.iter().filter(|entry| entry.withheld != 0);
                clashes.extend(marked.map(|entry| (entry.hash, entry.withheld)));
            }
        }
        Ok(merged(clashes))
    }
}

fn merged(mut clashes: Vec<(u64, u8)>) -> Vec<(u64, u8)> {
    clashes.sort_unstable();
    clashes.dedup_by(|next, first| {
        let is_same = next.0 == first.0;
        if is_same {
            first.1 |= next.1;
        }
        is_same
    });
    clashes
}

#[cfg(test)]
mod tests {
    use radmill_manifest::Split;

    use super::*;

    fn row(split: Split, owner: &'static str, hash: u64) -> SplitRow<'static> {
        SplitRow { split, owner: Some(owner), perceptual_hash: Some(hash) }
    }

    fn search(text: &str, rows: &[(SplitRow<'static>, bool)]) -> Clashes {
        let folder = tempfile::tempdir().unwrap();
        let section = crate::PipelineFile::parse(&format!("version = 1\n{text}")).unwrap().splits;
        // Several parts.
        let Some(mut search) = ClashSearch::begin(&section, folder.path(), 3 * PART_ROWS).unwrap() else {
            return Clashes::default();
        };
        rows.iter().for_each(|(row, is_live)| search.add(row, *is_live));
        search.finish().unwrap()
    }

    #[test]
    fn images_and_patients_are_in_one_split() {
        let rows = [
            row(Split::Train, "a", 0xff00_ff00_ff00_ff00),
            row(Split::Test, "b", 0xff00_ff00_ff00_ff03),
            row(Split::Train, "a", 0x0f0f_0f0f_0f0f_0f0f),
            row(Split::Test, "a", 0x1234_5678_9abc_def0),
        ];
        let all_new = rows.map(|row| (row, false));
        let withheld = |clashes: Clashes| rows.map(|row| clashes.withhold(&row));
        let near = "[splits]\nnear_duplicate_bits_max = 3\n";
        let shares =
            &format!("{near}[splits.categories]\nBREAST = {{ train = 0.5, validation = 0.0, test = 0.5 }}");
        for (text, expected) in [
            (near, [true, false, false, false]),
            ("", [false; 4]),
            ("[splits]\nnear_duplicate_bits_max = 1", [false; 4]),
            ("[splits]\nnear_duplicate_bits_max = -1", [false; 4]),
            // The patient of several categories stays in the test, with its images of the category that has it there.
            (shares, [true, false, true, false]),
        ] {
            assert_eq!(withheld(search(text, &all_new)), expected, "{text}");
        }
        let mut live = all_new;
        live[0].1 = true;
        // What the table has stays.
        assert_eq!(withheld(search(near, &live)), [false, true, false, false]);
        assert_eq!(withheld(search(shares, &live)), [false, true, false, true]);
    }
}
