//! What each version of the table is, from its log.

use std::collections::{BTreeMap, HashMap};

use radmill_anatomy::Category;
use serde_json::Value;

use super::{DatasetTable, LiveFile};
use crate::batch::PARTITION_COLUMN;
use crate::check::NamedByLog;
use crate::error::{During, ManifestError};
use crate::values;

/// One version of the table.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TableVersion {
    /// The number of the version.
    pub version: u64,
    /// When it was made, in milliseconds since 1970.
    pub time_ms: i64,
    /// What was done: `create`, or the name of an [`crate::Operation`]; the word of Delta Lake in lower case if
    /// another program made the version.
    pub operation: String,
    /// Identifier of the job.
    pub job_id: Option<String>,
    /// Version of radmill that made it.
    pub radmill_version: Option<String>,
    /// Rows that the version before has not.
    pub n_rows_added: u64,
    /// Rows of the version before that this one has not.
    pub n_rows_removed: u64,
    /// Rows by category.
    pub n_rows: BTreeMap<Category, u64>,
    /// Number of files.
    pub n_files: u64,
}

impl DatasetTable {
    /// The versions up to the one shown, the oldest first. Those whose log is there no more are left out.
    pub fn versions(&self) -> Result<Vec<TableVersion>, ManifestError> {
        let mut versions = Vec::new();
        let mut live = None;
        for version in 0..=self.version() {
            let Some(log) = self.read_log(version)? else {
                live = None;
                continue;
            };
            let live = match &mut live {
                Some(live) => live,
                none if version == 0 => none.insert(Live::new()),
                // The logs before are gone: a checkpoint says what the version consists of.
                none => none.insert(self.files_at(version)?),
            };
            versions.push(replay(version, &log, live)?);
        }
        Ok(versions)
    }

    /// Every file that a version up to the one shown names, by path, as far back as the log goes.
    pub(crate) fn files_of_log(&self) -> Result<NamedByLog, ManifestError> {
        let mut named = NamedByLog::new();
        let mut is_first = true;
        for version in 0..=self.version() {
            let Some(log) = self.read_log(version)? else { continue };
            if is_first && version > 0 {
                // The logs before are gone: a checkpoint says what the version consists of.
                let files = self.at(version)?.live_files_with_stats()?;
                named.extend(files.into_iter().map(|(file, stats)| (file.path.clone(), (file, stats))));
            }
            is_first = false;
            for line in log.lines().filter(|line| !line.is_empty()) {
                let action: Value = serde_json::from_str(line).map_err(|_| DAMAGED)?;
                if let Some(add) = action.get("add") {
                    let (file, stats) = added(add)?;
                    named.insert(file.path.clone(), (file, stats));
                }
            }
        }
        Ok(named)
    }

    fn files_at(&self, version: u64) -> Result<Live, ManifestError> {
        let files = self.at(version)?.live_files()?;
        Ok(files.into_iter().map(|file| (file.path, (file.category, file.n_rows))).collect())
    }

    /// The log of one version; `None` if it is there no more.
    fn read_log(&self, version: u64) -> Result<Option<String>, ManifestError> {
        let bytes = self.runtime.block_on(self.table.log_store().read_commit_entry(version));
        let bytes = bytes.during("read the log of the table")?;
        bytes.map(|bytes| String::from_utf8(bytes.to_vec()).map_err(|_| DAMAGED)).transpose()
    }
}

/// Category and number of rows of each file of a version.
type Live = HashMap<String, (Category, u64)>;

const DAMAGED: ManifestError = ManifestError::Layout { what: "the log of the table is damaged" };

fn replay(version: u64, log: &str, live: &mut Live) -> Result<TableVersion, ManifestError> {
    let mut entry = TableVersion { version, ..TableVersion::default() };
    for line in log.lines().filter(|line| !line.is_empty()) {
        let action: Value = serde_json::from_str(line).map_err(|_| DAMAGED)?;
        if let Some(add) = action.get("add") {
            let (file, _) = added(add)?;
            live.insert(file.path, (file.category, file.n_rows));
        } else if let Some(remove) = action.get("remove") {
            live.remove(remove["path"].as_str().ok_or(DAMAGED)?);
        } else if let Some(info) = action.get("commitInfo") {
            let text = |name: &str| info[name].as_str().map(str::to_owned);
            entry.time_ms = info["timestamp"].as_i64().unwrap_or_default();
            entry.operation = text("radmillOperation")
                .or_else(|| text("operation").map(|operation| operation.to_lowercase()))
                .unwrap_or_default();
            entry.job_id = text("radmillJob");
            entry.radmill_version = text("radmillVersion");
            entry.n_rows_added = info["radmillRowsAdded"].as_u64().unwrap_or_default();
            entry.n_rows_removed = info["radmillRowsRemoved"].as_u64().unwrap_or_default();
        }
    }
    if version == 0 {
        "create".clone_into(&mut entry.operation);
    }
    for (category, n_rows) in live.values() {
        *entry.n_rows.entry(*category).or_default() += n_rows;
    }
    entry.n_files = live.len() as u64;
    Ok(entry)
}

/// A file that a version adds, and its statistics.
fn added(add: &Value) -> Result<(LiveFile, String), ManifestError> {
    let path = add["path"].as_str().and_then(values::relative_path);
    let category = add["partitionValues"][PARTITION_COLUMN].as_str().and_then(Category::from_name);
    let stats = add["stats"].as_str().ok_or(DAMAGED)?;
    let n_rows = serde_json::from_str::<Value>(stats).ok().and_then(|stats| stats["numRecords"].as_u64());
    let file = LiveFile {
        path: path.ok_or(DAMAGED)?,
        category: category.ok_or(DAMAGED)?,
        n_bytes: add["size"].as_u64().ok_or(DAMAGED)?,
        n_rows: n_rows.ok_or(DAMAGED)?,
    };
    Ok((file, stats.to_owned()))
}

#[cfg(test)]
mod tests {
    use tempfile::TempDir;

    use super::*;
    use crate::shard::{ShardOptions, Written, write_shards};
    use crate::source::RowFiles;
    use crate::table::tests::{SMALL, commit, rows, shards};
    use crate::{Commit, Operation};

    #[test]
    fn each_version_says_what_it_is() {
        let root = TempDir::new().unwrap();
        let mut table = DatasetTable::open_or_create(root.path()).unwrap();
        let written = shards(root.path(), &rows(300), 100, &SMALL);
        table.commit(&commit("job-1", &written)).unwrap();
        let live = table.live_files().unwrap();
        let files = RowFiles { segments: &[], live: &live };
        let large = ShardOptions { rows_max: 10_000, ..SMALL };
        let keep = &mut |key: &crate::RowKey<'_>, _| key.frame_index != 3;
        let fewer = write_shards(files, table.folder(), root.path(), &large, keep, None, None).unwrap();
        let withdraw = Commit { operation: Operation::Withdraw, removed: &live, ..commit("job-2", &fewer) };
        table.commit(&withdraw).unwrap();

        let versions = table.versions().unwrap();
        let facts: Vec<_> = versions
            .iter()
            .map(|v| (v.version, v.operation.as_str(), v.job_id.as_deref(), v.n_rows_added, v.n_rows_removed))
            .collect();
        assert_eq!(
            facts,
            [
                (0, "create", None, 0, 0),
                (1, "append", Some("job-1"), 300, 0),
                (2, "withdraw", Some("job-2"), 0, 75)
            ]
        );
        let n_rows: Vec<u64> = versions.iter().map(|version| version.n_rows.values().sum()).collect();
        assert_eq!(n_rows, [0, 300, 225]);
        assert_eq!(versions[2].n_files, 3);
        assert!(versions.iter().all(|version| version.time_ms > 0));

        assert_eq!(DatasetTable::open_at(root.path(), 1).unwrap().versions().unwrap(), versions[..2]);
        assert_eq!(DatasetTable::open_at(root.path(), 1).unwrap().live_files().unwrap(), live);
        let absent = DatasetTable::open_at(root.path(), 3);
        assert!(matches!(absent, Err(ManifestError::NoVersion { version: 3, newest: 2 })));
    }

    #[test]
    fn versions_before_a_checkpoint_may_be_gone() {
        let root = TempDir::new().unwrap();
        let mut table = DatasetTable::open_or_create(root.path()).unwrap();
        table.commit(&commit("job-1", &shards(root.path(), &rows(40), 40, &SMALL))).unwrap();
        for number in 2..=101 {
            table.commit(&commit(&format!("job-{number}"), &Written::default())).unwrap();
        }
        for version in 0..100 {
            let log = root.path().join(format!("manifest/_delta_log/{version:020}.json"));
            std::fs::remove_file(log).unwrap();
        }
        let versions = DatasetTable::open(root.path()).unwrap().versions().unwrap();
        let facts: Vec<_> = versions.iter().map(|v| (v.version, v.n_rows.values().sum::<u64>())).collect();
        assert_eq!(facts, [(100, 40), (101, 40)]);
        let gone = DatasetTable::open_at(root.path(), 5);
        assert!(matches!(gone, Err(ManifestError::NoVersion { version: 5, newest: 101 })));
    }
}
