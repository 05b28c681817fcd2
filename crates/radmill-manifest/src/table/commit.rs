//! One job's change of the table, as one version.

use std::collections::{HashMap, HashSet};
use std::time::{SystemTime, UNIX_EPOCH};

use deltalake_core::DeltaTableError;
use deltalake_core::kernel::transaction::{
    CommitBuilder, CommitProperties, TableReference, TransactionError,
};
use deltalake_core::kernel::{Action, Add, Remove, Transaction};
use deltalake_core::protocol::DeltaOperation;
use serde_json::json;

use super::{DatasetTable, LiveFile, append};
use crate::batch::PARTITION_COLUMN;
use crate::error::{During, ManifestError};
use crate::shard::Shard;
use crate::values;

/// What one job changes.
#[derive(Clone, Debug)]
pub struct Commit<'a> {
    /// Identifier of the job: letters, digits and `. _ : + @ = -`. The same one is committed once at most.
    pub job_id: &'a str,
    /// Version of radmill.
    pub radmill_version: &'a str,
    /// What kind of change it is.
    pub operation: Operation,
    /// New shards, already in place.
    pub shards: &'a [Shard],
    /// Files of the version before that are not in the new one. They stay on disk for readers of old versions.
    pub removed: &'a [LiveFile],
}

/// What kind of change a commit is, as the log of the table says it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operation {
    /// Rows are added (`WRITE`).
    Append,
    /// Rows are added, and rows of sources that were worked on again go (`UPDATE`).
    Replace,
    /// The same rows in other files (`OPTIMIZE`, without change of data).
    Compact {
        /// The size of file that is aimed at.
        bytes_target: u64,
    },
    /// Rows go (`DELETE`).
    Withdraw,
}

impl Operation {
    fn delta(self) -> DeltaOperation {
        match self {
            Operation::Append => append(),
            Operation::Replace => DeltaOperation::Update { predicate: None },
            Operation::Compact { bytes_target } => DeltaOperation::Optimize {
                predicate: None,
                target_size: i64::try_from(bytes_target).unwrap_or(i64::MAX),
            },
            Operation::Withdraw => DeltaOperation::Delete { predicate: None },
        }
    }

    fn changes_data(self) -> bool {
        !matches!(self, Operation::Compact { .. })
    }
}

impl DatasetTable {
    /// Makes one version: afterwards everybody sees all of the change, before that nobody any of it. Returns the version.
    ///
    /// A job that was committed already is not committed again; its version is returned.
    /// If somebody else has committed since this table was read, nothing is changed and the error is
    /// [`ManifestError::TableMoved`]: what was checked against the rows of this version has to be checked again.
    pub fn commit(&mut self, commit: &Commit<'_>) -> Result<u64, ManifestError> {
        for identifier in [commit.job_id, commit.radmill_version] {
            values::identifier(identifier).ok_or(ManifestError::Layout {
                what: "the job or the version of radmill is not an identifier",
            })?;
        }
        if let Some(version) = self.already_committed(commit.job_id)? {
            return Ok(version);
        }
        let version = self.version().saturating_add(1);
        match self.write_version(commit, version) {
            Ok(()) => {}
            Err(DeltaTableError::Transaction { source: TransactionError::MaxCommitAttempts(_) }) => {
                return Err(ManifestError::TableMoved);
            }
            Err(error) => {
                // The version may have been written and only what follows it, such as a checkpoint, have failed.
                self.refresh()?;
                return match self.already_committed(commit.job_id)? {
                    Some(version) => Ok(version),
                    None => Err(error).during("commit to the table"),
                };
            }
        }
        self.sync_log(version)?;
        self.refresh()?;
        Ok(version)
    }

    fn write_version(&self, commit: &Commit<'_>, version: u64) -> Result<(), DeltaTableError> {
        let now_ms = now_ms();
        let n_rows: u64 = commit.shards.iter().map(Shard::n_rows).sum();
        let n_rows_removed: u64 = commit.removed.iter().map(|file| file.n_rows).sum();
        // The transaction records the version it makes. That is right because nothing is retried:
        // either this very version is written, or none.
        let transaction = Transaction::new_with_last_update(
            commit.job_id,
            i64::try_from(version).unwrap_or(i64::MAX),
            Some(now_ms),
        );
        let info = [
            ("radmillVersion".to_owned(), json!(commit.radmill_version)),
            ("radmillJob".to_owned(), json!(commit.job_id)),
            ("radmillRows".to_owned(), json!(n_rows)),
            ("radmillRowsRemoved".to_owned(), json!(n_rows_removed)),
        ];
        let properties = CommitProperties::default()
            .with_max_retries(0)
            .with_cleanup_expired_logs(Some(false))
            .with_metadata(info)
            .with_application_transaction(transaction);
        let actions = actions(commit, now_ms);
        let state = self.table.snapshot()?;
        self.runtime.block_on(async {
            let builder = CommitBuilder::from(properties).with_actions(actions);
            let reference: &dyn TableReference = state;
            builder.build(Some(reference), self.table.log_store(), commit.operation.delta()).await.map(drop)
        })
    }
}

/// A file that is taken out and would be put in again stays as it is.
fn actions(commit: &Commit<'_>, now_ms: i64) -> Vec<Action> {
    let added: HashSet<&str> = commit.shards.iter().map(Shard::path).collect();
    let removed: HashSet<&str> = commit.removed.iter().map(|file| file.path.as_str()).collect();
    let changes_data = commit.operation.changes_data();
    let added_now = commit.shards.iter().filter(|shard| !removed.contains(shard.path()));
    let removed_now = commit.removed.iter().filter(|file| !added.contains(file.path.as_str()));
    let adds = added_now.map(|shard| Action::Add(Add { data_change: changes_data, ..add(shard, now_ms) }));
    let removes = removed_now.map(|file| Action::Remove(remove(file, now_ms, changes_data)));
    adds.chain(removes).collect()
}

fn remove(file: &LiveFile, now_ms: i64, data_change: bool) -> Remove {
    let category = file.category.name().to_owned();
    Remove {
        path: file.path.clone(),
        data_change,
        deletion_timestamp: Some(now_ms),
        extended_file_metadata: Some(true),
        partition_values: Some(HashMap::from([(PARTITION_COLUMN.to_owned(), Some(category))])),
        size: i64::try_from(file.n_bytes).ok(),
        tags: None,
        deletion_vector: None,
        base_row_id: None,
        default_row_commit_version: None,
    }
}

fn add(shard: &Shard, now_ms: i64) -> Add {
    let category = shard.category.name().to_owned();
    Add {
        path: shard.path.clone(),
        partition_values: HashMap::from([(PARTITION_COLUMN.to_owned(), Some(category))]),
        size: i64::try_from(shard.n_bytes).unwrap_or(i64::MAX),
        modification_time: now_ms,
        data_change: true,
        stats: Some(shard.stats.clone()),
        ..Add::default()
    }
}

/// Milliseconds since 1970. The log of a Delta table has to say when a version was made; nothing else knows a clock.
fn now_ms() -> i64 {
    let elapsed = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(elapsed.as_millis()).unwrap_or(i64::MAX)
}
