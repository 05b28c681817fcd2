use std::fs::{self, File};
use std::path::{Path, PathBuf};

use deltalake_core::kernel::engine::arrow_conversion::TryIntoKernel as _;
use deltalake_core::kernel::transaction::{CommitBuilder, CommitProperties, TransactionError};
use deltalake_core::kernel::{Action, Protocol, StructType, new_metadata};
use deltalake_core::table::state::DeltaTableState;
use deltalake_core::{DeltaTable, DeltaTableBuilder, DeltaTableError, ensure_table_uri};
use radmill_anatomy::Category;
use serde_json::{Value, json};
use tokio::runtime::Runtime;

use crate::batch::{PARTITION_COLUMN, SCHEMA_VERSION, SCHEMA_VERSION_KEY, manifest_schema};
use crate::error::{During, ManifestError};
use crate::order::RowKey;
use crate::publish::sync_folder;
use crate::segment::{check_layout, open_parquet, read_keys, read_splits};
use crate::split::SplitRow;
use crate::{stats, values};

pub use commit::{Commit, Operation};
pub use history::TableVersion;
pub use owners::RowOwner;

/// Folder of the table in a dataset.
pub const TABLE_FOLDER: &str = "manifest";

/// The dataset table: a Delta Lake table of manifest rows, partitioned by category, as one version of it stands.
///
/// What goes into its log is neutral: relative paths of shards, statistics of de-identified columns, identifiers of
/// the job, and the time of the commit. No absolute path, no name of a user or a machine.
pub struct DatasetTable {
    folder: PathBuf,
    table: DeltaTable,
    runtime: Runtime,
}

/// A file of the table's current version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LiveFile {
    /// Relative to the table.
    pub path: String,
    /// The category of all rows.
    pub category: Category,
    /// Size of the file.
    pub n_bytes: u64,
    /// Number of rows.
    pub n_rows: u64,
}

impl DatasetTable {
    /// Opens the table of the dataset at `dataset_root`, which is made, with no rows, if there is none.
    pub fn open_or_create(dataset_root: &Path) -> Result<DatasetTable, ManifestError> {
        let folder = dataset_root.join(TABLE_FOLDER);
        fs::create_dir_all(&folder).during("make the folder of the table")?;
        let mut opened = DatasetTable::connect(folder)?;
        let exists = opened
            .runtime
            .block_on(opened.table.verify_deltatable_existence())
            .during("look for the log of the table")?;
        if !exists {
            opened.create()?;
        }
        opened.refresh()?;
        Ok(opened)
    }

    /// Opens the table of the dataset at `dataset_root` and writes nothing. An error if there is none.
    pub fn open(dataset_root: &Path) -> Result<DatasetTable, ManifestError> {
        let folder = dataset_root.join(TABLE_FOLDER);
        fs::metadata(&folder).during("open the folder of the table")?;
        let mut opened = DatasetTable::connect(folder)?;
        opened.refresh()?;
        Ok(opened)
    }

    /// Opens a version of the table of the dataset at `dataset_root` as it was. An error if it is not there.
    pub fn open_at(dataset_root: &Path, version: u64) -> Result<DatasetTable, ManifestError> {
        DatasetTable::open(dataset_root)?.at(version)
    }

    /// Another version of the same table, not newer than the one shown.
    pub fn at(&self, version: u64) -> Result<DatasetTable, ManifestError> {
        let newest = self.version();
        if version > newest {
            return Err(ManifestError::NoVersion { version, newest });
        }
        let mut older = DatasetTable::connect(self.folder.clone())?;
        let loaded = older.runtime.block_on(older.table.load_version(version));
        loaded.map_err(|_| ManifestError::NoVersion { version, newest })?;
        older.check_layout()?;
        Ok(older)
    }

    /// The folder that shards go into.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Version of the table that this value shows; 0 is the empty table.
    pub fn version(&self) -> u64 {
        self.table.version().unwrap_or(0)
    }

    /// Goes to the newest version.
    pub fn refresh(&mut self) -> Result<(), ManifestError> {
        self.runtime.block_on(self.table.load()).during("read the log of the table")?;
        self.check_layout()
    }

    /// The version that the job was committed as, if it was, up to the version shown.
    pub fn already_committed(&self, job_id: &str) -> Result<Option<u64>, ManifestError> {
        let state = self.state()?;
        let log_store = self.table.log_store();
        let recorded = self
            .runtime
            .block_on(state.transaction_version(log_store.as_ref(), job_id))
            .during("read the log of the table")?;
        Ok(recorded.and_then(|version| u64::try_from(version).ok()))
    }

    /// The files of the version shown, sorted by path.
    pub fn live_files(&self) -> Result<Vec<LiveFile>, ManifestError> {
        Ok(self.live_files_with_stats()?.into_iter().map(|(file, _)| file).collect())
    }

    /// The same with the statistics that the log has of each.
    fn live_files_with_stats(&self) -> Result<Vec<(LiveFile, String)>, ManifestError> {
        let mut files = Vec::new();
        for view in self.state()?.log_data().iter() {
            let path = values::relative_path(&view.path()).ok_or(ManifestError::Layout {
                what: "the table lists a file that is not below its folder",
            })?;
            let category = view.partition_values_map().remove(PARTITION_COLUMN).flatten();
            let category = category
                .and_then(|name| Category::from_name(&name))
                .ok_or(ManifestError::Layout { what: "the table lists a file without a known category" })?;
            let stats = view.stats().unwrap_or_default();
            let n_rows = serde_json::from_str::<Value>(&stats)
                .ok()
                .and_then(|stats| stats.get("numRecords")?.as_u64());
            let n_rows = n_rows
                .ok_or(ManifestError::Layout { what: "the table lists a file without its number of rows" })?;
            let n_bytes = u64::try_from(view.size()).unwrap_or(0);
            files.push((LiveFile { path, category, n_bytes, n_rows }, stats));
        }
        files.sort_by(|(a, _), (b, _)| a.path.cmp(&b.path));
        Ok(files)
    }

    /// Calls `visit` with the key of every row of the version shown, file by file.
    /// Reads the key columns only, a small batch at a time.
    pub fn for_each_key(&self, visit: &mut dyn FnMut(&LiveFile, RowKey<'_>)) -> Result<(), ManifestError> {
        for file in self.live_files()? {
            let builder = open_parquet(&self.folder.join(&file.path))?;
            check_layout(builder.metadata())?;
            read_keys(builder, &mut |key| visit(&file, key))?;
        }
        Ok(())
    }

    /// Calls `visit` for every row that is in a split. Reads the columns that are needed only.
    pub fn for_each_split(
        &self,
        visit: &mut dyn FnMut(RowKey<'_>, SplitRow<'_>),
    ) -> Result<(), ManifestError> {
        for file in self.live_files()? {
            let builder = open_parquet(&self.folder.join(&file.path))?;
            check_layout(builder.metadata())?;
            read_splits(builder, visit)?;
        }
        Ok(())
    }

    fn connect(folder: PathBuf) -> Result<DatasetTable, ManifestError> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .during("start the runtime of the table")?;
        let absolute = fs::canonicalize(&folder).during("open the folder of the table")?;
        let absolute = absolute
            .to_str()
            .ok_or(ManifestError::Layout { what: "the path of the dataset is not valid Unicode" })?;
        let table = {
            let _entered = runtime.enter();
            let location = ensure_table_uri(absolute).during("open the table")?;
            DeltaTableBuilder::from_url(location)
                .and_then(DeltaTableBuilder::build)
                .during("open the table")?
        };
        Ok(DatasetTable { folder, table, runtime })
    }

    /// Writes version 0. delta-rs has an operation for this, which records the absolute path of the table in the log.
    fn create(&mut self) -> Result<(), ManifestError> {
        let schema: StructType = manifest_schema().as_ref().try_into_kernel().during("make the table")?;
        let configuration = [
            (SCHEMA_VERSION_KEY, SCHEMA_VERSION.to_string()),
            // Old versions stay readable: a dataset is cited by its version. Withdrawal removes them on purpose.
            ("delta.enableExpiredLogCleanup", "false".to_owned()),
            ("delta.dataSkippingStatsColumns", stats::column_names()),
        ];
        let metadata = new_metadata(&schema, [PARTITION_COLUMN], configuration)
            .map_err(DeltaTableError::from)
            .during("make the table")?;
        let protocol: Protocol =
            serde_json::from_value(json!({ "minReaderVersion": 1, "minWriterVersion": 2 }))
                .map_err(|json_err| DeltaTableError::SerializeLogJson { json_err })
                .during("make the table")?;
        let actions = vec![Action::Protocol(protocol), Action::Metadata(metadata)];
        let written = self.runtime.block_on(async {
            let properties = CommitProperties::default().with_max_retries(0);
            let builder = CommitBuilder::from(properties).with_actions(actions);
            builder.build(None, self.table.log_store(), commit::append()).await
        });
        match written {
            Ok(_) => self.sync_log(0),
            // Another process made the table in this moment.
            Err(DeltaTableError::Transaction { source: TransactionError::MaxCommitAttempts(_) }) => Ok(()),
            Err(error) => Err(error).during("make the table"),
        }
    }

    /// Makes a version survive a loss of power.
    fn sync_log(&self, version: u64) -> Result<(), ManifestError> {
        let log = self.folder.join("_delta_log");
        let file = File::open(log.join(format!("{version:020}.json"))).during("sync the log of the table")?;
        file.sync_all().during("sync the log of the table")?;
        sync_folder(&log).and_then(|()| sync_folder(&self.folder)).during("sync the log of the table")
    }

    fn check_layout(&self) -> Result<(), ManifestError> {
        let metadata = self.state()?.metadata();
        let version = metadata.configuration().get(SCHEMA_VERSION_KEY);
        if version.map(String::as_str) != Some(SCHEMA_VERSION.to_string().as_str()) {
            return Err(ManifestError::Layout {
                what: "the table has another schema version than this version of radmill writes, \
                       or was not made by radmill",
            });
        }
        Ok(())
    }

    fn state(&self) -> Result<&DeltaTableState, ManifestError> {
        self.table.snapshot().during("read the log of the table")
    }
}

mod commit;
mod forget;
mod history;
mod owners;

#[cfg(test)]
mod rewrite_tests;
#[cfg(test)]
pub(crate) mod tests;
