//! What is left of older versions, and how it goes for good.

use std::collections::HashSet;
use std::fs::{self, File};
use std::path::Path;

use deltalake_core::checkpoints::create_checkpoint;
use radmill_anatomy::Category;
use serde_json::Value;

use super::DatasetTable;
use crate::batch::PARTITION_COLUMN;
use crate::error::{During, ManifestError};
use crate::publish::sync_folder;

const LOG_FOLDER: &str = "_delta_log";

impl DatasetTable {
    /// The identifier that the table was made with. Copies have the same one.
    pub fn id(&self) -> Result<String, ManifestError> {
        Ok(self.state()?.metadata().id().to_owned())
    }

    /// Removes every version before the one shown, with the files that only they have: afterwards the log begins with a
    /// checkpoint of this version, and asking for an earlier one is an error.
    ///
    /// Interrupted, it is finished by the next call; a reader of the newest version sees no difference meanwhile.
    pub fn forget_history(&mut self) -> Result<(), ManifestError> {
        self.refresh()?;
        let version = self.version();
        let log = self.folder().join(LOG_FOLDER);
        let checkpoint = log.join(format!("{version:020}.checkpoint.parquet"));
        let older = older_log_files(&log, version)?;
        if !older.is_empty() {
            if !(checkpoint.exists() && is_hinted(&log, version)) {
                // One without the hint was interrupted.
                remove(&checkpoint)?;
                let written = create_checkpoint(&self.table, None);
                self.runtime.block_on(written).during("write a checkpoint of the table")?;
            }
            // Only what is on the disk for certain may take the place of what is removed.
            let synced = File::open(&checkpoint).and_then(|file| file.sync_all());
            synced.and_then(|()| sync_folder(&log)).during("sync the log of the table")?;
            for name in older {
                remove(&log.join(name))?;
            }
            sync_folder(&log).during("sync the log of the table")?;
        }
        for path in self.former_files()? {
            remove(&self.folder().join(path))?;
        }
        self.refresh()
    }

    /// Data files below the table that are not in the version shown, unfinished ones included, sorted.
    pub(crate) fn former_files(&self) -> Result<Vec<String>, ManifestError> {
        let live: HashSet<String> = self.live_files()?.into_iter().map(|file| file.path).collect();
        let mut former = Vec::new();
        for category in Category::ALL {
            let folder = format!("{PARTITION_COLUMN}={category}");
            let names = names_in(&self.folder().join(&folder))?.into_iter();
            former.extend(names.map(|name| format!("{folder}/{name}")).filter(|path| !live.contains(path)));
        }
        Ok(former)
    }
}

/// True if the hint to the newest checkpoint, which is written after it, is of this version.
fn is_hinted(log: &Path, version: u64) -> bool {
    let hint = fs::read_to_string(log.join("_last_checkpoint")).ok();
    let hint = hint.and_then(|hint| serde_json::from_str::<Value>(&hint).ok());
    hint.is_some_and(|hint| hint["version"].as_u64() == Some(version))
}

/// Commits, checkpoints and checksums of versions before this one, and files that were never finished: `NAME#1` is what
/// the object store writes before a file gets its name.
fn older_log_files(log: &Path, version: u64) -> Result<Vec<String>, ManifestError> {
    let mut names = names_in(log)?;
    names.retain(|name| match name.get(..20).and_then(|digits| digits.parse::<u64>().ok()) {
        _ if name.contains('#') => true,
        Some(of_version) => of_version < version,
        None => name.starts_with("_commit_"),
    });
    Ok(names)
}

/// Names of the files in a folder, sorted; none if there is no such folder.
fn names_in(folder: &Path) -> Result<Vec<String>, ManifestError> {
    if !folder.exists() {
        return Ok(Vec::new());
    }
    let mut names = Vec::new();
    for entry in fs::read_dir(folder).during("list the files of the table")? {
        let entry = entry.during("list the files of the table")?;
        if entry.file_type().during("list the files of the table")?.is_file() {
            names.extend(entry.file_name().into_string());
        }
    }
    names.sort_unstable();
    Ok(names)
}

fn remove(path: &Path) -> Result<(), ManifestError> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(error).during("remove a file of an older version")
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shard::{Written, rewrite_shards};
    use crate::table::tests::{SMALL, commit, rows, shards};
    use crate::{Commit, ImagePlace, Operation};

    #[test]
    fn rows_that_are_withdrawn_are_nowhere_any_more() {
        let root = tempfile::TempDir::new().unwrap();
        let mut table = DatasetTable::open_or_create(root.path()).unwrap();
        let all = rows(300);
        for (job, part) in all.chunks(100).enumerate() {
            let written = shards(root.path(), part, 50, &SMALL);
            table.commit(&commit(&format!("job-{job}"), &written)).unwrap();
        }
        let mut patients = Vec::new();
        let scan = &mut |_: &_, owner: &crate::RowOwner<'_>| {
            patients.push((owner.patient_id.unwrap_or_default().to_owned(), owner.source_token.to_owned()));
        };
        table.for_each_owner(scan).unwrap();
        let (patient, _) = patients.iter().find(|(patient, _)| !patient.is_empty()).unwrap().clone();
        let tokens: HashSet<String> =
            patients.iter().filter(|(of, _)| *of == patient).map(|(_, token)| token.clone()).collect();
        let n_gone = patients.iter().filter(|(of, _)| *of == patient).count();
        assert!(n_gone > 0 && n_gone < 300);

        let live = table.live_files().unwrap();
        let work = tempfile::tempdir().unwrap();
        let written: Written = rewrite_shards(
            &live,
            table.folder(),
            work.path(),
            &SMALL,
            &mut |key| !tokens.contains(key.source_token),
            &mut |path, offset| Some(ImagePlace { path: format!("{path}.tar"), offset_bytes: offset + 512 }),
        )
        .unwrap();
        assert_eq!(written.n_rows_removed, n_gone as u64);
        let (job_id, operation) = ("withdraw-1", Operation::Withdraw);
        let change =
            Commit { job_id, radmill_version: "0.1.0", operation, written: &written, removed: &live };
        assert_eq!(table.commit(&change).unwrap(), 4);
        table.forget_history().unwrap();
        table.forget_history().unwrap();

        assert_eq!(table.version(), 4);
        assert_eq!(table.former_files().unwrap(), [""; 0]);
        let log = names_in(&table.folder().join(LOG_FOLDER)).unwrap();
        let expected =
            ["00000000000000000004.checkpoint.parquet", "00000000000000000004.json", "_last_checkpoint"];
        assert_eq!(log, expected);
        let reopened = DatasetTable::open(root.path()).unwrap();
        assert_eq!(reopened.id().unwrap(), table.id().unwrap());
        for job_id in ["job-0", "job-2", "withdraw-1"] {
            assert!(reopened.already_committed(job_id).unwrap().is_some(), "{job_id}");
        }
        let mut n_left = 0;
        let look = &mut |_: &_, owner: &crate::RowOwner<'_>| {
            assert_ne!(owner.patient_id, Some(patient.as_str()));
            assert!(owner.image_path.ends_with(".tar") && owner.image_offset_bytes == 512);
            n_left += 1;
        };
        reopened.for_each_owner(look).unwrap();
        assert_eq!(n_left, 300 - n_gone);
        // A later job goes on from here.
        let more = shards(root.path(), &all[..10], 50, &SMALL);
        assert_eq!(table.commit(&commit("job-4", &more)).unwrap(), 5);
    }
}
