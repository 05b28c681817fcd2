//! One job, one version.

use std::collections::{BTreeSet, HashMap};
use std::time::{SystemTime, UNIX_EPOCH};

use deltalake_core::DeltaTableError;
use deltalake_core::kernel::transaction::{
    CommitBuilder, CommitProperties, TableReference, TransactionError,
};
use deltalake_core::kernel::{Action, Add, Remove, Transaction};
use deltalake_core::protocol::{DeltaOperation, SaveMode};
use radmill_anatomy::Category;
use serde_json::{Value, json};

use super::{DatasetTable, LiveFile};
use crate::batch::PARTITION_COLUMN;
use crate::error::{During, ManifestError};
use crate::shard::{Shard, Written};
use crate::values;

/// What one job changes in the table.
#[derive(Clone, Debug)]
pub struct Commit<'a> {
    /// Identifier of the job: letters, digits and `. _ : + @ = -`. The same one is committed once at most.
    pub job_id: &'a str,
    /// Version of radmill.
    pub radmill_version: &'a str,
    /// What is done.
    pub operation: Operation,
    /// What is added: the shards, already in place.
    pub written: &'a Written,
    /// Files of the version shown that are no part of the next one. They stay on the disk, for older versions.
    pub removed: &'a [LiveFile],
}

/// What a version does to the one before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operation {
    /// Adds rows. Rows that were there may move into other files.
    Append,
    /// Adds rows in place of others.
    Replace,
    /// Moves rows into other files and changes none of them.
    Compact {
        /// The length that the new files were to have.
        bytes_target: u64,
    },
    /// Takes rows away.
    Withdraw,
}

impl Operation {
    /// As the log of the table has it: `append`, `replace`, `compact` or `withdraw`.
    pub fn name(self) -> &'static str {
        match self {
            Operation::Append => "append",
            Operation::Replace => "replace",
            Operation::Compact { .. } => "compact",
            Operation::Withdraw => "withdraw",
        }
    }

    /// In the words of Delta Lake. What adds rows and also removes files is a merge: an append only adds files.
    fn in_delta(self, has_removed: bool) -> DeltaOperation {
        match self {
            Operation::Append if !has_removed => append(),
            Operation::Append | Operation::Replace => DeltaOperation::Merge {
                predicate: None,
                merge_predicate: None,
                matched_predicates: Vec::new(),
                not_matched_predicates: Vec::new(),
                not_matched_by_source_predicates: Vec::new(),
            },
            Operation::Compact { bytes_target } => DeltaOperation::Optimize {
                predicate: None,
                target_size: i64::try_from(bytes_target).unwrap_or(i64::MAX),
            },
            Operation::Withdraw => DeltaOperation::Delete { predicate: None },
        }
    }
}

impl DatasetTable {
    /// Adds and removes files as one version: afterwards everybody sees all of it, before that nobody any.
    /// Returns the version.
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
        let changes = self.changes(commit)?;
        let version = self.version().saturating_add(1);
        match self.write_version(commit, &changes, version) {
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

    /// What the commit changes: a file that is to be removed and was written anew with the same content stays.
    fn changes<'a>(&self, commit: &Commit<'a>) -> Result<Changes<'a>, ManifestError> {
        let Written { shards, n_rows_added, n_rows_removed, .. } = commit.written;
        let live = self.live_files()?;
        let live: BTreeSet<&str> = live.iter().map(|file| file.path.as_str()).collect();
        let removed: BTreeSet<&str> = commit.removed.iter().map(|file| file.path.as_str()).collect();
        let added: BTreeSet<&str> = shards.iter().map(Shard::path).collect();
        let what = if removed.len() != commit.removed.len() || added.len() != shards.len() {
            "a file is named twice by one commit"
        } else if !removed.is_subset(&live) {
            "a file that is to leave the table is not in it"
        } else if added.intersection(&live).any(|path| !removed.contains(path)) {
            "a file with the same rows is in the table already"
        } else if matches!(commit.operation, Operation::Compact { .. })
            && (*n_rows_added, *n_rows_removed) != (0, 0)
        {
            "compaction was to change no rows, and does"
        } else {
            return Ok(Changes {
                added: shards.iter().filter(|shard| !removed.contains(shard.path())).collect(),
                removed: commit.removed.iter().filter(|file| !added.contains(file.path.as_str())).collect(),
            });
        };
        Err(ManifestError::Layout { what })
    }

    fn write_version(
        &self,
        commit: &Commit<'_>,
        changes: &Changes<'_>,
        version: u64,
    ) -> Result<(), DeltaTableError> {
        let now_ms = now_ms();
        // The transaction records the version it makes. That is right because nothing is retried:
        // either this very version is written, or none.
        let transaction = Transaction::new_with_last_update(
            commit.job_id,
            i64::try_from(version).unwrap_or(i64::MAX),
            Some(now_ms),
        );
        let properties = CommitProperties::default()
            .with_max_retries(0)
            .with_cleanup_expired_logs(Some(false))
            .with_metadata(commit_info(commit))
            .with_application_transaction(transaction);
        let data_change = !matches!(commit.operation, Operation::Compact { .. });
        let removed = changes.removed.iter().map(|file| Action::Remove(remove(file, data_change, now_ms)));
        let added = changes.added.iter().map(|shard| Action::Add(add(shard, data_change, now_ms)));
        let actions = removed.chain(added).collect();
        let operation = commit.operation.in_delta(!changes.removed.is_empty());
        let state = self.table.snapshot()?;
        self.runtime.block_on(async {
            let builder = CommitBuilder::from(properties).with_actions(actions);
            let reference: &dyn TableReference = state;
            builder.build(Some(reference), self.table.log_store(), operation).await.map(drop)
        })
    }
}

/// Files that a version has and the one before has not, and the other way round.
struct Changes<'a> {
    added: Vec<&'a Shard>,
    removed: Vec<&'a LiveFile>,
}

/// The Delta operation that only adds files.
pub(super) fn append() -> DeltaOperation {
    DeltaOperation::Write {
        mode: SaveMode::Append,
        partition_by: Some(vec![PARTITION_COLUMN.to_owned()]),
        predicate: None,
    }
}

/// What the log says about the job besides.
fn commit_info(commit: &Commit<'_>) -> [(String, Value); 5] {
    [
        ("radmillVersion".to_owned(), json!(commit.radmill_version)),
        ("radmillJob".to_owned(), json!(commit.job_id)),
        ("radmillOperation".to_owned(), json!(commit.operation.name())),
        ("radmillRowsAdded".to_owned(), json!(commit.written.n_rows_added)),
        ("radmillRowsRemoved".to_owned(), json!(commit.written.n_rows_removed)),
    ]
}

fn add(shard: &Shard, data_change: bool, now_ms: i64) -> Add {
    Add {
        path: shard.path.clone(),
        partition_values: partition(shard.category),
        size: i64::try_from(shard.n_bytes).unwrap_or(i64::MAX),
        modification_time: now_ms,
        data_change,
        stats: Some(shard.stats.clone()),
        ..Add::default()
    }
}

fn remove(file: &LiveFile, data_change: bool, now_ms: i64) -> Remove {
    Remove {
        path: file.path.clone(),
        data_change,
        deletion_timestamp: Some(now_ms),
        extended_file_metadata: Some(true),
        partition_values: Some(partition(file.category)),
        size: i64::try_from(file.n_bytes).ok(),
        ..Remove::default()
    }
}

fn partition(category: Category) -> HashMap<String, Option<String>> {
    HashMap::from([(PARTITION_COLUMN.to_owned(), Some(category.name().to_owned()))])
}

/// Milliseconds since 1970. The log of a Delta table has to say when a version was made; nothing else knows a clock.
fn now_ms() -> i64 {
    let elapsed = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(elapsed.as_millis()).unwrap_or(i64::MAX)
}
