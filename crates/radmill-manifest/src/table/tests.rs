use std::collections::BTreeMap;

use arrow_array::RecordBatch;
use tempfile::TempDir;

use super::*;
use crate::row::samples::numbered_row;
use crate::shard::{Shard, ShardOptions, Written, write_shards};
use crate::source::RowFiles;
use crate::{ImageRow, write_segment};

pub(crate) const SMALL: ShardOptions =
    ShardOptions { rows_max: 80, bytes_target: 1 << 30, row_group_rows_max: 64, segments_open_max: 3 };

/// Writes the rows as segments of `n_segment_rows` and merges them into shards of the table at `root`.
pub(crate) fn shards(
    root: &Path,
    rows: &[ImageRow],
    n_segment_rows: usize,
    options: &ShardOptions,
) -> Written {
    let work = tempfile::tempdir().unwrap();
    let mut paths = Vec::new();
    for (index, rows) in rows.chunks(n_segment_rows).enumerate() {
        let path = work.path().join(format!("{index}.parquet"));
        write_segment(&path, rows).unwrap();
        paths.push(path);
    }
    let files = RowFiles { segments: &paths, live: &[] };
    write_shards(files, &root.join(TABLE_FOLDER), work.path(), options, &mut |_, _| true, None, None).unwrap()
}

fn files_below(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut files = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                files.insert(path.clone(), fs::read(&path).unwrap());
            }
        }
    }
    files
}

pub(crate) fn rows(n_rows: u32) -> Vec<ImageRow> {
    (0..n_rows).map(numbered_row).collect()
}

pub(crate) fn commit<'a>(job_id: &'a str, written: &'a Written) -> Commit<'a> {
    Commit { job_id, radmill_version: "0.1.0", operation: Operation::Append, written, removed: &[] }
}

#[test]
fn a_job_is_one_version_and_only_once() {
    let root = TempDir::new().unwrap();
    let mut table = DatasetTable::open_or_create(root.path()).unwrap();
    assert_eq!(table.version(), 0);
    assert_eq!(table.live_files().unwrap(), []);

    let first = shards(root.path(), &rows(500), 100, &SMALL);
    assert_eq!(table.live_files().unwrap(), [], "nothing is visible before the commit");
    assert_eq!(table.commit(&commit("job-1", &first)).unwrap(), 1);
    assert_eq!(table.already_committed("job-1").unwrap(), Some(1));
    assert_eq!(table.already_committed("job-2").unwrap(), None);
    assert_eq!(table.commit(&commit("job-1", &first)).unwrap(), 1);
    assert_eq!(table.version(), 1);

    let live = table.live_files().unwrap();
    assert_eq!(live.len(), first.shards.len());
    assert_eq!(live.iter().map(|file| file.n_rows).sum::<u64>(), 500);
    for file in &live {
        assert_eq!(fs::metadata(table.folder().join(&file.path)).unwrap().len(), file.n_bytes);
    }

    let reopened = DatasetTable::open(root.path()).unwrap();
    assert_eq!(reopened.already_committed("job-1").unwrap(), Some(1));
    let mut n_keys = 0;
    reopened
        .for_each_key(&mut |file, key| {
            let category = file.category;
            assert!(key.image_path.starts_with(&format!("images/{category}/")));
            assert_eq!(key.image_sha256.len(), 64);
            n_keys += 1;
        })
        .unwrap();
    assert_eq!(n_keys, 500);
}

#[test]
fn a_stale_table_does_not_commit() {
    let root = TempDir::new().unwrap();
    let mut table = DatasetTable::open_or_create(root.path()).unwrap();
    let mut other = DatasetTable::open_or_create(root.path()).unwrap();
    let shards = shards(root.path(), &rows(40), 40, &SMALL);
    other.commit(&commit("theirs", &Written::default())).unwrap();

    let refused = table.commit(&commit("ours", &shards));
    assert!(matches!(refused, Err(ManifestError::TableMoved)), "{refused:?}");
    assert_eq!(DatasetTable::open(root.path()).unwrap().live_files().unwrap(), []);
    table.refresh().unwrap();
    assert_eq!(table.commit(&commit("ours", &shards)).unwrap(), 2);
    assert_eq!(table.already_committed("theirs").unwrap(), Some(1));
    assert_eq!(table.already_committed("ours").unwrap(), Some(2));
}

#[test]
fn many_versions_survive_a_checkpoint() {
    let root = TempDir::new().unwrap();
    let mut table = DatasetTable::open_or_create(root.path()).unwrap();
    let shards = shards(root.path(), &rows(40), 40, &SMALL);
    let n_files = shards.shards.len();
    table.commit(&commit("job-1", &shards)).unwrap();
    for number in 2..=101 {
        assert_eq!(table.commit(&commit(&format!("job-{number}"), &Written::default())).unwrap(), number);
    }
    let reopened = DatasetTable::open(root.path()).unwrap();
    assert_eq!(reopened.version(), 101);
    assert_eq!(reopened.live_files().unwrap().len(), n_files);
    assert_eq!(reopened.already_committed("job-1").unwrap(), Some(1));
    let log = files_below(&root.path().join("manifest/_delta_log"));
    assert!(log.keys().any(|path| path.to_string_lossy().contains(".checkpoint.")));
    assert!(log.keys().any(|path| path.ends_with("00000000000000000000.json")));
}

#[test]
fn equal_rows_give_equal_shards_however_they_were_spread() {
    let rows = rows(400);
    let mut reversed = rows.clone();
    reversed.reverse();
    let expected = TempDir::new().unwrap();
    let listed = shards(expected.path(), &rows, 400, &SMALL);
    assert!(listed.shards.len() > 3);
    let expected = files_below(expected.path());
    for (rows, n_segment_rows) in [(&rows, 60), (&reversed, 60), (&reversed, 133), (&rows, 17)] {
        let root = TempDir::new().unwrap();
        assert_eq!(
            shards(root.path(), rows, n_segment_rows, &SMALL),
            listed,
            "{n_segment_rows} rows a segment"
        );
        let found = files_below(root.path());
        assert!(found.values().eq(expected.values()), "{n_segment_rows} rows a segment");
    }
}

#[test]
fn shards_are_cut_by_rows_and_by_bytes() {
    let rows = rows(4000);
    let by_bytes = ShardOptions { rows_max: usize::MAX, bytes_target: 1, ..SMALL };
    for (options, n_rows_max) in [(&ShardOptions { rows_max: 500, ..SMALL }, 500), (&by_bytes, 1024)] {
        let root = TempDir::new().unwrap();
        let shards = shards(root.path(), &rows, 4000, options).shards;
        assert_eq!(shards.iter().map(Shard::n_rows).sum::<u64>(), 4000);
        let full = shards.iter().filter(|shard| shard.n_rows() == n_rows_max).count();
        assert!(full + 3 >= shards.len(), "all but the last of each category are full");
        assert!(shards.iter().all(|shard| shard.n_rows() <= n_rows_max));
    }
}

#[test]
fn refused_rows_are_left_out_and_nothing_else() {
    let root = TempDir::new().unwrap();
    let work = TempDir::new().unwrap();
    let path = work.path().join("0");
    write_segment(&path, &rows(3000)).unwrap();
    for keep_every in [1, 2, 7, 5000] {
        let keep = &mut |key: &RowKey<'_>, _| {
            let token = u128::from_str_radix(key.source_token, 16).unwrap();
            token.is_multiple_of(keep_every)
        };
        let files = RowFiles { segments: std::slice::from_ref(&path), live: &[] };
        let shards = write_shards(files, root.path(), work.path(), &SMALL, keep, None, None).unwrap().shards;
        let n_expected = (0..750_u128).filter(|token| token.is_multiple_of(keep_every)).count() * 4;
        assert_eq!(shards.iter().map(Shard::n_rows).sum::<u64>(), n_expected as u64);
    }
    let files = RowFiles { segments: &[path], live: &[] };
    let none = write_shards(files, root.path(), work.path(), &SMALL, &mut |_, _| false, None, None).unwrap();
    assert_eq!(none, Written::default(), "a category without rows has no shard");
}

#[test]
fn a_shard_is_sorted_and_its_statistics_are_true() {
    let root = TempDir::new().unwrap();
    for shard in shards(root.path(), &rows(900), 100, &SMALL).shards {
        let builder = open_parquet(&root.path().join(TABLE_FOLDER).join(shard.path())).unwrap();
        assert!(builder.schema().field_with_name(PARTITION_COLUMN).is_err());
        let batches: Vec<RecordBatch> = builder.build().unwrap().map(Result::unwrap).collect();
        let mut order = crate::order::Order::new().unwrap();
        let mut patients = Vec::new();
        let mut n_rows = 0;
        let mut last = None;
        for batch in &batches {
            n_rows += batch.num_rows();
            for key in order.keys(batch).unwrap().iter() {
                assert!(last.as_ref() < Some(&key.owned()));
                last = Some(key.owned());
            }
            let column = crate::batch::text_column(batch, "patient_id").unwrap();
            patients.extend(column.iter().map(|patient| patient.map(str::to_owned)));
        }
        let stats: Value = serde_json::from_str(&shard.stats).unwrap();
        assert_eq!(stats["numRecords"], json!(n_rows));
        assert_eq!(stats["minValues"]["patient_id"], json!(patients.iter().flatten().min()));
        assert_eq!(stats["maxValues"]["patient_id"], json!(patients.iter().flatten().max()));
        assert_eq!(stats["nullCount"]["patient_id"], json!(patients.iter().filter(|p| p.is_none()).count()));
        assert_eq!(stats["minValues"]["study_date"], json!("2000-02-29"));
    }
}

#[test]
fn the_log_says_nothing_about_this_machine() {
    let root = TempDir::with_prefix("canary-folder-").unwrap();
    let mut table = DatasetTable::open_or_create(root.path()).unwrap();
    let shards = shards(root.path(), &rows(40), 40, &SMALL);
    table.commit(&commit("job-1", &shards)).unwrap();

    let mut words =
        vec!["canary-folder-".to_owned(), "file://".to_owned(), env!("CARGO_MANIFEST_DIR").to_owned()];
    // Names shorter than that would be found by chance.
    for variable in ["USER", "LOGNAME", "HOSTNAME", "HOME"] {
        words.extend(std::env::var(variable).ok().filter(|value| value.len() > 4));
    }
    words.extend(
        fs::read_to_string("/etc/hostname").ok().map(|name| name.trim().to_owned()).filter(|n| n.len() > 4),
    );
    for (path, bytes) in files_below(&root.path().join(TABLE_FOLDER)) {
        let text = String::from_utf8_lossy(&bytes);
        for word in &words {
            assert!(!text.contains(word.as_str()), "{word} in {}", path.display());
        }
    }
    let log = root.path().join("manifest/_delta_log/00000000000000000001.json");
    let known = ["add", "commitInfo", "txn"];
    for line in fs::read_to_string(log).unwrap().lines() {
        let action: BTreeMap<String, Value> = serde_json::from_str(line).unwrap();
        assert!(action.keys().all(|key| known.contains(&key.as_str())), "{line}");
        if let Some(info) = action.get("commitInfo").and_then(Value::as_object) {
            let keys: Vec<&str> = info.keys().map(String::as_str).collect();
            assert_eq!(
                keys,
                [
                    "clientVersion",
                    "engineInfo",
                    "operation",
                    "operationParameters",
                    "radmillJob",
                    "radmillOperation",
                    "radmillRowsAdded",
                    "radmillRowsRemoved",
                    "radmillVersion",
                    "timestamp"
                ]
            );
        }
    }
}

#[test]
fn foreign_tables_and_identifiers_are_refused() {
    let root = TempDir::new().unwrap();
    assert!(DatasetTable::open(root.path()).is_err());
    let mut table = DatasetTable::open_or_create(root.path()).unwrap();
    assert!(matches!(table.commit(&commit("a job", &Written::default())), Err(ManifestError::Layout { .. })));
    assert_eq!(table.version(), 0);

    let log = root.path().join("manifest/_delta_log/00000000000000000000.json");
    let text = fs::read_to_string(&log).unwrap();
    let pair = format!("\"{SCHEMA_VERSION_KEY}\":\"{SCHEMA_VERSION}\"");
    assert!(text.contains(&pair));
    fs::write(&log, text.replace(&pair, &format!("\"{SCHEMA_VERSION_KEY}\":\"999\""))).unwrap();
    assert!(matches!(DatasetTable::open(root.path()), Err(ManifestError::Layout { .. })));
}
