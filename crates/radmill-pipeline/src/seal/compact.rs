//! Which files of the table are written anew along with new rows, so that small ones do not pile up.

use std::collections::BTreeMap;

use radmill_anatomy::Category;
use radmill_manifest::LiveFile;

use crate::ShardsSection;

/// The small files of every category that has more than `small_files_max` of them.
///
/// Small is less than half of what ends a shard, in rows and in bytes: two of them fit into one.
/// A function of the version that the job adds to, so that a seal that was interrupted picks the same ones again.
pub(super) fn crowded(section: &ShardsSection, live: &[LiveFile]) -> Vec<LiveFile> {
    let mut small: BTreeMap<Category, Vec<LiveFile>> = BTreeMap::new();
    for file in live {
        if file.n_bytes < section.bytes_target / 2 && file.n_rows < section.rows_max as u64 / 2 {
            small.entry(file.category).or_default().push(file.clone());
        }
    }
    small.into_values().filter(|files| files.len() > section.small_files_max).flatten().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_many_small_files_of_one_category_are_merged() {
        let section = ShardsSection {
            rows_max: 100,
            bytes_target: 1000,
            small_files_max: 2,
            ..ShardsSection::default()
        };
        let file = |name: &str, category, n_bytes, n_rows| LiveFile {
            path: name.to_owned(),
            category,
            n_bytes,
            n_rows,
        };
        let mut live = vec![
            file("a", Category::Chest, 10, 10),
            file("b", Category::Chest, 499, 49),
            file("c", Category::Chest, 500, 10),
            file("d", Category::Chest, 10, 50),
            file("e", Category::Brain, 10, 10),
        ];
        assert_eq!(crowded(&section, &live), []);
        live.push(file("f", Category::Chest, 10, 10));
        let names: Vec<String> = crowded(&section, &live).into_iter().map(|file| file.path).collect();
        assert_eq!(names, ["a", "b", "f"]);
        assert_eq!(crowded(&ShardsSection { small_files_max: 0, ..section }, &live).len(), 4);
    }
}
