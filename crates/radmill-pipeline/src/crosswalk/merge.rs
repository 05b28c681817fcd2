use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::path::{Path, PathBuf};

use super::Pair;
use crate::JobError;
use crate::records::{publish_lines, read_lines};

/// Files that are open at the same time.
const OPEN_FILES_MAX: usize = 64;

/// Gives the pairs of sorted files in order, each once. What does not fit under [`OPEN_FILES_MAX`] is merged into
/// files in `work` first.
pub(super) fn merge(
    mut files: Vec<PathBuf>,
    work: &Path,
    give: &mut dyn FnMut(&Pair) -> Result<(), JobError>,
) -> Result<(), JobError> {
    let mut n_merged = 0;
    while files.len() > OPEN_FILES_MAX {
        let rest = files.split_off(OPEN_FILES_MAX);
        let merged = work.join(n_merged.to_string());
        publish_lines(&merged, |out| merge_open(&files, &mut |pair| out.write(pair)))?;
        n_merged += 1;
        // The merged file goes to the end, so that each pair is written only a few times.
        files = rest;
        files.push(merged);
    }
    merge_open(&files, give)
}

fn merge_open(
    files: &[PathBuf],
    give: &mut dyn FnMut(&Pair) -> Result<(), JobError>,
) -> Result<(), JobError> {
    let mut readers = Vec::with_capacity(files.len());
    let mut next = BinaryHeap::with_capacity(files.len());
    for (index, file) in files.iter().enumerate() {
        let mut reader = read_lines::<Pair>(file)?;
        if let Some(pair) = reader.next() {
            next.push(Reverse((pair?, index)));
        }
        readers.push(reader);
    }
    let mut last = None;
    while let Some(Reverse((pair, index))) = next.pop() {
        if let Some(following) = readers[index].next() {
            next.push(Reverse((following?, index)));
        }
        if last.as_ref() != Some(&pair) {
            give(&pair)?;
            last = Some(pair);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn any_number_of_files_gives_each_pair_once_and_in_order() {
        for n_files in [0, 1, 2, 64, 65, 200] {
            let folder = tempfile::tempdir().unwrap();
            let mut expected = BTreeSet::new();
            let files = (0..n_files).map(|file| {
                let pairs: BTreeSet<Pair> = (0..20)
                    .map(|step| {
                        let old = format!("{}", (file * 7 + step * 13) % 501);
                        Pair(old, format!("new {}", step % 2), String::new())
                    })
                    .collect();
                let path = folder.path().join(format!("part-{file}"));
                publish_lines(&path, |out| pairs.iter().try_for_each(|pair| out.write(pair))).unwrap();
                expected.extend(pairs);
                path
            });
            let files: Vec<PathBuf> = files.collect();
            let mut merged = Vec::new();
            merge(files, &folder.path().join("work"), &mut |pair| {
                merged.push(pair.clone());
                Ok(())
            })
            .unwrap();
            assert!(merged.iter().eq(&expected), "{n_files} files");
        }
    }
}
