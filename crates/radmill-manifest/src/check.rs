//! Checks files of the table against what its log, their names and their own order say.

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use arrow_array::{Array, Int32Array, Int64Array, RecordBatch, StringArray};
use arrow_row::OwnedRow;
use arrow_schema::ArrowError;
use parquet::arrow::ProjectionMask;
use radmill_anatomy::Category;
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::batch::{SORT_COLUMNS, text_column};
use crate::columns::hex;
use crate::error::{During, ManifestError};
use crate::order::{KEY_COLUMNS, KeyColumns, Order, RowKey};
use crate::segment::{check_layout, open_parquet};
use crate::shard::shard_schema;
use crate::stats;
use crate::table::{DatasetTable, LiveFile};

/// A file that a version of the table names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamedFile {
    /// The file.
    pub file: LiveFile,
    /// The version shown names it; otherwise only older ones do.
    pub is_live: bool,
    /// Its statistics as the log has them, as JSON.
    pub(crate) stats: String,
}

/// What is wrong with a shard.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ShardFault {
    /// It is not there.
    Missing,
    /// It has another length than the log says.
    Length,
    /// Its bytes have another digest than its name says.
    Digest,
    /// It cannot be read as Parquet.
    Unreadable,
    /// It has other columns, or another schema version.
    Schema,
    /// Its rows are not in the order of the manifest.
    Order,
    /// It has another number of rows than the log says.
    RowCount,
    /// Its statistics are others than the log says.
    Statistics,
}

impl ShardFault {
    /// True if not all of its rows are known.
    pub fn hides_rows(self) -> bool {
        !matches!(self, ShardFault::Order | ShardFault::Statistics | ShardFault::Length)
    }
}

/// What a row says that can be checked.
#[derive(Clone, Copy, Debug)]
pub struct RowFacts<'a> {
    /// What names the row.
    pub key: RowKey<'a>,
    /// The category of the file that the row is in.
    pub category: Category,
    /// Why the image has no category of the nine.
    pub uncategorized_reason: Option<&'a str>,
    /// Where the image starts in its file.
    pub image_offset_bytes: u64,
    /// Length of the encoded image.
    pub image_length_bytes: u64,
    /// How the image is encoded, such as `png`.
    pub image_format: &'a str,
    /// Width and height in pixels, channels, bits of a sample.
    pub image_shape: [i32; 4],
    /// The DICOM file of the instance.
    pub dicom_path: Option<&'a str>,
}

const MORE_COLUMNS: [&str; 9] = [
    "uncategorized_reason",
    "image_offset_bytes",
    "image_length_bytes",
    "image_format",
    "width",
    "height",
    "channels",
    "bit_depth",
    "dicom_path",
];

impl DatasetTable {
    /// Every file that a version up to the one shown names, as far back as the log goes; sorted by path.
    pub fn named_files(&self) -> Result<Vec<NamedFile>, ManifestError> {
        let mut named = self.files_of_log()?;
        let mut files = Vec::with_capacity(named.len());
        for file in self.live_files()? {
            let stats = named.remove(&file.path).map(|(_, stats)| stats).unwrap_or_default();
            files.push(NamedFile { file, is_live: true, stats });
        }
        let older = named.into_values();
        files.extend(older.map(|(file, stats)| NamedFile { file, is_live: false, stats }));
        files.sort_by(|a, b| a.file.path.cmp(&b.file.path));
        Ok(files)
    }

    /// Checks one file, and calls `visit` with its rows, at most 1024 at a time.
    /// What cannot be read is a fault of the file and no error.
    pub fn check_file(&self, named: &NamedFile, visit: &mut dyn FnMut(&[RowFacts<'_>])) -> Vec<ShardFault> {
        let path = self.folder().join(&named.file.path);
        let mut faults: Vec<ShardFault> = match measure(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return vec![ShardFault::Missing],
            Err(_) => return vec![ShardFault::Unreadable],
            Ok((n_bytes, digest)) => {
                let has_digest = named.file.path.ends_with(&format!("-{digest}.parquet"));
                let faults =
                    [(n_bytes == named.file.n_bytes, ShardFault::Length), (has_digest, ShardFault::Digest)];
                faults.into_iter().filter(|(is_right, _)| !is_right).map(|(_, fault)| fault).collect()
            }
        };
        match check_rows(&path, named, visit) {
            Ok(more) => faults.extend(more),
            Err(ManifestError::Layout { .. }) => faults.push(ShardFault::Schema),
            Err(_) => faults.push(ShardFault::Unreadable),
        }
        faults
    }
}

/// The files that a log names, by path, with their statistics.
pub(crate) type NamedByLog = HashMap<String, (LiveFile, String)>;

/// Length, and the digits of the digest that a name has.
fn measure(path: &Path) -> io::Result<(u64, String)> {
    let mut file = File::open(path)?;
    let mut digest = Sha256::new();
    let mut buffer = vec![0; 1 << 16];
    let mut n_bytes = 0;
    loop {
        let n = file.read(&mut buffer)?;
        if n == 0 {
            break;
        }
        digest.update(&buffer[..n]);
        n_bytes += n as u64;
    }
    let digits = hex(&digest.finalize());
    Ok((n_bytes, digits.get(..16).unwrap_or_default().to_owned()))
}

fn check_rows(
    path: &Path,
    named: &NamedFile,
    visit: &mut dyn FnMut(&[RowFacts<'_>]),
) -> Result<Vec<ShardFault>, ManifestError> {
    const ROWS_PER_BATCH: usize = 1024;
    let builder = open_parquet(path)?;
    check_layout(builder.metadata())?;
    if builder.schema().fields() != shard_schema().fields() {
        return Err(ManifestError::Layout { what: "a shard of the table has other columns" });
    }
    let mut faults = Vec::new();
    let said = stats::of_shard(builder.metadata().row_groups());
    let as_json = |text: &str| serde_json::from_str::<Value>(text).ok();
    if as_json(&said) != as_json(&named.stats) {
        faults.push(ShardFault::Statistics);
    }
    let columns = KEY_COLUMNS.into_iter().chain(SORT_COLUMNS).chain(MORE_COLUMNS);
    let mask = ProjectionMask::columns(builder.parquet_schema(), columns);
    let reader = builder.with_projection(mask).with_batch_size(ROWS_PER_BATCH).build();
    let mut order = Order::new().during("check rows")?;
    let mut last: Option<OwnedRow> = None;
    let (mut n_rows, mut is_sorted) = (0, true);
    for batch in reader.during("check rows")? {
        let batch = batch.during("check rows")?;
        for key in order.keys(&batch).during("check rows")?.iter() {
            is_sorted &= last.as_ref().is_none_or(|last| last.row() < key);
            last = Some(key.owned());
        }
        n_rows += batch.num_rows() as u64;
        visit(&facts_of(&batch, named.file.category).during("check rows")?);
    }
    let more = [(is_sorted, ShardFault::Order), (n_rows == named.file.n_rows, ShardFault::RowCount)];
    faults.extend(more.into_iter().filter(|(is_right, _)| !is_right).map(|(_, fault)| fault));
    Ok(faults)
}

fn facts_of(batch: &RecordBatch, category: Category) -> Result<Vec<RowFacts<'_>>, ArrowError> {
    let keys = KeyColumns::of(batch)?;
    let text = |name| text_column(batch, name);
    let [reason, format, dicom] = [text("uncategorized_reason")?, text("image_format")?, text("dicom_path")?];
    let offset: &Int64Array = column(batch, "image_offset_bytes")?;
    let length: &Int64Array = column(batch, "image_length_bytes")?;
    let mut shape = Vec::with_capacity(4);
    for name in ["width", "height", "channels", "bit_depth"] {
        shape.push(column::<Int32Array>(batch, name)?);
    }
    let optional = |column: &'_ StringArray, row| column.is_valid(row);
    Ok((0..batch.num_rows())
        .map(|row| RowFacts {
            key: keys.key(row),
            category,
            uncategorized_reason: optional(reason, row).then(|| reason.value(row)),
            image_offset_bytes: u64::try_from(offset.value(row)).unwrap_or(u64::MAX),
            image_length_bytes: u64::try_from(length.value(row)).unwrap_or(u64::MAX),
            image_format: format.value(row),
            image_shape: std::array::from_fn(|index| shape.get(index).map_or(0, |column| column.value(row))),
            dicom_path: optional(dicom, row).then(|| dicom.value(row)),
        })
        .collect())
}

fn column<'a, T: 'static>(batch: &'a RecordBatch, name: &str) -> Result<&'a T, ArrowError> {
    let column = batch.column_by_name(name).and_then(|column| column.as_any().downcast_ref());
    column.ok_or_else(|| ArrowError::SchemaError(format!("the column {name} is missing or of another type")))
}

#[cfg(test)]
mod tests {
    use std::fs;

    use tempfile::TempDir;

    use super::*;
    use crate::table::tests::{SMALL, commit, rows, shards};

    fn check(table: &DatasetTable, named: &NamedFile) -> (u64, Vec<ShardFault>) {
        let mut n_rows = 0;
        let faults = table.check_file(named, &mut |rows| {
            n_rows += rows.len() as u64;
            assert!(rows.iter().all(|row| row.key.image_path.contains(row.category.name())));
        });
        (n_rows, faults)
    }

    #[test]
    fn each_fault_of_a_file_is_found() {
        let root = TempDir::new().unwrap();
        let mut table = DatasetTable::open_or_create(root.path()).unwrap();
        table.commit(&commit("job-1", &shards(root.path(), &rows(300), 100, &SMALL))).unwrap();
        let named = table.named_files().unwrap();
        assert_eq!(named.len(), table.live_files().unwrap().len());
        for file in &named {
            assert_eq!(check(&table, file), (file.file.n_rows, Vec::new()));
        }

        let first = &named[0];
        let right = |change: &dyn Fn(&mut NamedFile)| {
            let mut other = first.clone();
            change(&mut other);
            check(&table, &other).1
        };
        assert_eq!(right(&|file| file.file.n_bytes += 1), [ShardFault::Length]);
        assert_eq!(right(&|file| file.file.n_rows += 1), [ShardFault::RowCount]);
        assert_eq!(right(&|file| file.stats = file.stats.replace("2.25", "2.26")), [ShardFault::Statistics]);

        let path = table.folder().join(&first.file.path);
        let whole = fs::read(&path).unwrap();
        fs::write(&path, &whole[..whole.len() / 2]).unwrap();
        assert_eq!(check(&table, first).1, [ShardFault::Length, ShardFault::Digest, ShardFault::Unreadable]);
        let mut flipped = whole.clone();
        flipped[whole.len() / 2] ^= 1;
        fs::write(&path, flipped).unwrap();
        assert!(check(&table, first).1.contains(&ShardFault::Digest));
        fs::remove_file(&path).unwrap();
        assert_eq!(check(&table, first), (0, vec![ShardFault::Missing]));
        fs::write(&path, whole).unwrap();
        assert_eq!(check(&table, first).1, []);
    }

    #[test]
    fn files_of_older_versions_are_named() {
        let root = TempDir::new().unwrap();
        let mut table = DatasetTable::open_or_create(root.path()).unwrap();
        let written = shards(root.path(), &rows(40), 40, &SMALL);
        table.commit(&commit("job-1", &written)).unwrap();
        let live = table.live_files().unwrap();
        let none = crate::Written::default();
        let withdraw =
            crate::Commit { operation: crate::Operation::Withdraw, removed: &live, ..commit("job-2", &none) };
        table.commit(&withdraw).unwrap();
        let named = table.named_files().unwrap();
        assert_eq!(named.iter().map(|named| named.file.clone()).collect::<Vec<_>>(), live);
        assert!(named.iter().all(|named| !named.is_live && check(&table, named).1.is_empty()));
    }
}
