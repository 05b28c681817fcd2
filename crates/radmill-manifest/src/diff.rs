//! What differs between two versions of the table, row by row.

use std::collections::{BTreeMap, HashMap, HashSet};

use arrow_array::RecordBatch;
use arrow_row::{RowConverter, SortField};
use arrow_schema::{ArrowError, DataType, Schema};
use parquet::arrow::ProjectionMask;
use radmill_anatomy::Category;
use sha2::{Digest, Sha256};

use crate::error::{During, ManifestError};
use crate::order::KeyColumns;
use crate::segment::{check_layout, open_parquet};
use crate::table::{DatasetTable, LiveFile, TableVersion};

/// Rows that are compared at a time, which takes about 300 MB; more are compared in several passes over the files.
pub const DIFF_ROWS_MAX: u64 = 2_000_000;

/// Where an image lies is no content of its row.
const PLACE_COLUMNS: [&str; 2] = ["image_path", "image_offset_bytes"];

/// How a row differs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Change {
    /// Only the newer version has it.
    Added,
    /// Only the older version has it.
    Removed,
    /// Both versions have a row of this SOP Instance UID and frame, with other content.
    Changed,
}

/// Why a row differs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reason {
    /// The older version has nothing of the instance.
    NewSource,
    /// The instance is made from another source file, or its source file gives another instance now.
    ReplacedSource,
    /// The same source file was worked on again, with other settings or beside other images of its series.
    WorkedOnAgain,
    /// Its patient was withdrawn.
    Withdrawn,
    /// Between the versions there are withdrawals and replacements, and the instance went with one of them.
    WithdrawnOrReplaced,
}

/// What differs between two versions.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Difference {
    /// Number of rows by what happened to them. A row that changed its category counts in the newer one.
    pub n_rows: BTreeMap<(Category, Change, Reason), u64>,
    /// Rows that both versions have with the same content, be they in other files.
    pub n_same: u64,
}

impl Change {
    /// `added`, `removed` or `changed`.
    pub fn name(self) -> &'static str {
        match self {
            Change::Added => "added",
            Change::Removed => "removed",
            Change::Changed => "changed",
        }
    }
}

impl Reason {
    /// A word for it, in snake case.
    pub fn name(self) -> &'static str {
        match self {
            Reason::NewSource => "new_source",
            Reason::ReplacedSource => "replaced_source",
            Reason::WorkedOnAgain => "worked_on_again",
            Reason::Withdrawn => "withdrawn",
            Reason::WithdrawnOrReplaced => "withdrawn_or_replaced",
        }
    }
}

/// Compares an older version of a table with a newer one of the same.
///
/// Files that both have are not read. Of the others `rows_max` rows are held at a time, as digests.
pub fn diff(older: &DatasetTable, newer: &DatasetTable, rows_max: u64) -> Result<Difference, ManifestError> {
    let (old_files, new_files) = (older.live_files()?, newer.live_files()?);
    let old_only = without(&old_files, &new_files);
    let new_only = without(&new_files, &old_files);
    let n_rows = |files: &[LiveFile]| files.iter().map(|file| file.n_rows).sum::<u64>();
    let gone = reason_of_gone(&newer.versions()?, older.version());

    let mut difference =
        Difference { n_same: n_rows(&old_files) - n_rows(&old_only), ..Difference::default() };
    let n_passes = (n_rows(&old_only) + n_rows(&new_only)).div_ceil(rows_max.max(1));
    for pass in 0..n_passes {
        let part = Part { pass, n_passes };
        let old = Side::read(older, &old_only, part)?;
        let new = Side::read(newer, &new_only, part)?;
        difference.add(&old, &new, gone);
    }
    Ok(difference)
}

impl Difference {
    fn add(&mut self, old: &Side, new: &Side, gone: Reason) {
        for (key, row) in &new.rows {
            let known = old.sources.get(&key.instance);
            let reason = match known {
                None => Reason::NewSource,
                Some(token) if *token == row.source => Reason::WorkedOnAgain,
                Some(_) => Reason::ReplacedSource,
            };
            match old.rows.get(key) {
                None => self.count(row.category, Change::Added, reason),
                Some(before) if before == row => self.n_same += 1,
                Some(_) => self.count(row.category, Change::Changed, reason),
            }
        }
        for (key, row) in old.rows.iter().filter(|(key, _)| !new.rows.contains_key(key)) {
            let reason = match new.sources.get(&key.instance) {
                None => gone,
                Some(token) if *token == row.source => Reason::WorkedOnAgain,
                Some(_) => Reason::ReplacedSource,
            };
            self.count(row.category, Change::Removed, reason);
        }
    }

    fn count(&mut self, category: Category, change: Change, reason: Reason) {
        *self.n_rows.entry((category, change, reason)).or_default() += 1;
    }
}

/// Why instances are gone after the version `older`.
fn reason_of_gone(versions: &[TableVersion], older: u64) -> Reason {
    let since = versions.iter().filter(|version| version.version > older && version.n_rows_removed > 0);
    let (withdrawn, others): (Vec<_>, Vec<_>) = since.partition(|version| version.operation == "withdraw");
    match (withdrawn.is_empty(), others.is_empty()) {
        (true, _) => Reason::ReplacedSource,
        (false, true) => Reason::Withdrawn,
        (false, false) => Reason::WithdrawnOrReplaced,
    }
}

fn without(files: &[LiveFile], others: &[LiveFile]) -> Vec<LiveFile> {
    let others: HashSet<&str> = others.iter().map(|file| file.path.as_str()).collect();
    files.iter().filter(|file| !others.contains(file.path.as_str())).cloned().collect()
}

/// Which instances are looked at.
#[derive(Clone, Copy)]
struct Part {
    pass: u64,
    n_passes: u64,
}

type Short = [u8; 16];

#[derive(PartialEq, Eq, Hash)]
struct Key {
    instance: Short,
    frame_index: i32,
}

#[derive(PartialEq, Eq)]
struct Row {
    category: Category,
    source: Short,
    content: Short,
}

/// Some rows of one version.
#[derive(Default)]
struct Side {
    rows: HashMap<Key, Row>,
    /// The source of each instance.
    sources: HashMap<Short, Short>,
}

impl Side {
    fn read(table: &DatasetTable, files: &[LiveFile], part: Part) -> Result<Side, ManifestError> {
        const ROWS_PER_BATCH: usize = 1024;
        let mut side = Side::default();
        for file in files {
            let builder = open_parquet(&table.folder().join(&file.path))?;
            check_layout(builder.metadata())?;
            let schema = builder.schema().clone();
            let columns = schema.fields().iter().filter(|field| !holds_bytes(field.data_type()));
            let mask =
                ProjectionMask::columns(builder.parquet_schema(), columns.map(|field| field.name().as_str()));
            let reader = builder.with_projection(mask).with_batch_size(ROWS_PER_BATCH).build();
            for batch in reader.during("read rows to compare")? {
                let batch = batch.during("read rows to compare")?;
                side.add(&batch, file.category, part).during("compare rows")?;
            }
        }
        Ok(side)
    }

    fn add(&mut self, batch: &RecordBatch, category: Category, part: Part) -> Result<(), ArrowError> {
        let keys = KeyColumns::of(batch)?;
        let content = content(batch)?;
        for row in 0..batch.num_rows() {
            let key = keys.key(row);
            let instance = short(key.sop_instance_uid.as_bytes());
            let bucket = u64::from_be_bytes(*instance.first_chunk().expect("16 bytes begin with 8"));
            if bucket % part.n_passes != part.pass {
                continue;
            }
            let source = short(key.source_token.as_bytes());
            self.sources.insert(instance, source);
            let row = Row { category, source, content: short(content.row(row).data()) };
            self.rows.insert(Key { instance, frame_index: key.frame_index }, row);
        }
        Ok(())
    }
}

/// Everything that a row says, as bytes, but for where its image lies.
fn content(batch: &RecordBatch) -> Result<arrow_row::Rows, ArrowError> {
    let schema = batch.schema();
    let indices: Vec<usize> = (0..schema.fields().len())
        .filter(|&index| !PLACE_COLUMNS.contains(&schema.field(index).name().as_str()))
        .collect();
    let said = batch.project(&indices)?;
    RowConverter::new(sort_fields(said.schema_ref()))?.convert_columns(said.columns())
}

fn sort_fields(schema: &Schema) -> Vec<SortField> {
    schema.fields().iter().map(|field| SortField::new(field.data_type().clone())).collect()
}

/// Encoded images within rows have their digest in another column.
fn holds_bytes(data_type: &DataType) -> bool {
    match data_type {
        DataType::Binary | DataType::LargeBinary | DataType::BinaryView => true,
        DataType::Struct(fields) => fields.iter().any(|field| holds_bytes(field.data_type())),
        _ => false,
    }
}

fn short(bytes: &[u8]) -> Short {
    let digest: [u8; 32] = Sha256::digest(bytes).into();
    *digest.first_chunk().expect("32 bytes begin with 16")
}

#[cfg(test)]
mod tests {
    use tempfile::TempDir;

    use super::*;
    use crate::row::samples::{numbered_row, numbered_sample};
    use crate::shard::write_shards;
    use crate::source::RowFiles;
    use crate::table::tests::{SMALL, commit, shards};
    use crate::{Commit, Operation, Origin, RowKey, write_segment};

    fn check(root: &TempDir, versions: [u64; 2], expected: &[(Change, Reason, u64)], n_same: u64) {
        let [older, newer] = versions.map(|version| DatasetTable::open_at(root.path(), version).unwrap());
        for rows_max in [DIFF_ROWS_MAX, 300] {
            let found = diff(&older, &newer, rows_max).unwrap();
            let mut n_rows = BTreeMap::new();
            for ((_, change, reason), n) in &found.n_rows {
                *n_rows.entry((*change, *reason)).or_insert(0) += n;
            }
            let expected = expected.iter().map(|(change, reason, n)| ((*change, *reason), *n));
            assert_eq!(n_rows, expected.collect(), "{versions:?} {rows_max}");
            assert_eq!(found.n_same, n_same, "{versions:?} {rows_max}");
        }
    }

    /// Writes all rows of the table anew, but for those that `keep` refuses, beside `more`.
    fn rewrite(
        table: &mut DatasetTable,
        operation: Operation,
        more: &[crate::ImageRow],
        keep: &dyn Fn(&RowKey<'_>) -> bool,
    ) {
        let work = TempDir::new().unwrap();
        let segment = work.path().join("0");
        write_segment(&segment, more).unwrap();
        let live = table.live_files().unwrap();
        let files = RowFiles { segments: &[segment], live: &live };
        let keep = &mut |key: &RowKey<'_>, origin| origin == Origin::Segment || keep(key);
        let written = write_shards(files, table.folder(), work.path(), &SMALL, keep, None, None).unwrap();
        let job = format!("job-{}", table.version() + 1);
        table.commit(&Commit { operation, removed: &live, ..commit(&job, &written) }).unwrap();
    }

    #[test]
    fn every_kind_of_difference_is_told_from_the_others() {
        let root = TempDir::new().unwrap();
        let mut table = DatasetTable::open_or_create(root.path()).unwrap();
        let rows: Vec<_> = (0..400).map(numbered_row).collect();
        table.commit(&commit("job-1", &shards(root.path(), &rows, 100, &SMALL))).unwrap();

        // 2: more rows. 3: the same rows in other files.
        let more: Vec<_> = (400..440).map(numbered_row).collect();
        table.commit(&commit("job-2", &shards(root.path(), &more, 100, &SMALL))).unwrap();
        rewrite(&mut table, Operation::Compact { bytes_target: 1 }, &[], &|_| true);
        check(&root, [0, 1], &[(Change::Added, Reason::NewSource, 400)], 0);
        check(&root, [1, 2], &[(Change::Added, Reason::NewSource, 40)], 400);
        check(&root, [2, 3], &[], 440);
        check(&root, [3, 3], &[], 440);

        // 4: instance 0 from another source, instance 1 from the same one with other settings, instance 2 not at all.
        let changed: Vec<_> = (0..8)
            .map(|number| {
                let mut sample = numbered_sample(number);
                if number < 4 {
                    sample.provenance.source_token = [0xaa; 16];
                } else {
                    sample.provenance.pipeline_id = "other".to_owned();
                }
                sample.row()
            })
            .collect();
        let instances: Vec<String> = (0..3).map(|number| format!("2.25.3.{number}")).collect();
        let keep = |key: &RowKey<'_>| !instances.iter().any(|uid| uid == key.sop_instance_uid);
        rewrite(&mut table, Operation::Replace, &changed, &keep);
        let replaced = [
            (Change::Removed, Reason::ReplacedSource, 4),
            (Change::Changed, Reason::ReplacedSource, 4),
            (Change::Changed, Reason::WorkedOnAgain, 4),
        ];
        check(&root, [3, 4], &replaced, 428);

        // 5: an instance is withdrawn.
        rewrite(&mut table, Operation::Withdraw, &[], &|key| key.sop_instance_uid != "2.25.3.9");
        check(&root, [4, 5], &[(Change::Removed, Reason::Withdrawn, 4)], 432);
        let both = [
            (Change::Added, Reason::NewSource, 40),
            (Change::Removed, Reason::WithdrawnOrReplaced, 8),
            (Change::Changed, Reason::ReplacedSource, 4),
            (Change::Changed, Reason::WorkedOnAgain, 4),
        ];
        check(&root, [1, 5], &both, 384);
    }
}
