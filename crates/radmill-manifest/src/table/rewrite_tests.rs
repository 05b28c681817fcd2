//! Commits that take files out of the table, and rows that move from file to file.

use std::collections::BTreeMap;

use tempfile::TempDir;

use super::tests::{SMALL, commit, rows, shards};
use super::*;
use crate::batch::{rows_to_batch, text_column};
use crate::order::RowKey;
use crate::place::{ImagePlace, PlaceImages};
use crate::row::samples::numbered_row;
use crate::shard::{ShardOptions, Written, write_shards};
use crate::source::{Origin, RowFiles};
use crate::{ImageRow, write_segment};

const LARGE: ShardOptions = ShardOptions { rows_max: 10_000, ..SMALL };

/// A table of three jobs of 100 rows each.
fn three_jobs() -> (TempDir, DatasetTable) {
    let root = TempDir::new().unwrap();
    let mut table = DatasetTable::open_or_create(root.path()).unwrap();
    for number in 0..3_u32 {
        let rows: Vec<_> = (number * 100..number * 100 + 100).map(numbered_row).collect();
        let written = shards(root.path(), &rows, 40, &SMALL);
        assert_eq!((written.n_rows_added, written.n_rows_removed), (100, 0));
        table.commit(&commit(&format!("job-{number}"), &written)).unwrap();
    }
    (root, table)
}

fn rewrite(table: &DatasetTable, keep: &mut dyn FnMut(&RowKey<'_>) -> bool) -> Written {
    let work = TempDir::new().unwrap();
    let live = table.live_files().unwrap();
    let files = RowFiles { segments: &[], live: &live };
    write_shards(
        files,
        table.folder(),
        work.path(),
        &LARGE,
        &mut |key, origin| {
            assert_eq!(origin, Origin::Table);
            keep(key)
        },
        None,
        None,
    )
    .unwrap()
}

struct Leaves {
    category: Category,
    patient_id: String,
    sop_instance_uid: String,
    source_token: String,
}

/// What names a row of the samples.
fn key_of(number: u32) -> Leaves {
    let row = numbered_row(number);
    let category = row.category();
    let batch = rows_to_batch(&[row]).unwrap();
    let text = |name| text_column(&batch, name).unwrap().value(0).to_owned();
    Leaves {
        category,
        patient_id: text("patient_id"),
        sop_instance_uid: text("sop_instance_uid"),
        source_token: text("source_token"),
    }
}

fn sources(table: &DatasetTable) -> Vec<String> {
    let mut tokens = Vec::new();
    table
        .for_each_key(&mut |_, key| tokens.push(format!("{} {}", key.image_path, key.source_token)))
        .unwrap();
    tokens.sort();
    tokens
}

fn log_of(root: &Path, version: u64) -> Vec<Value> {
    let path = root.join(format!("manifest/_delta_log/{version:020}.json"));
    fs::read_to_string(path).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn compaction_moves_rows_and_changes_none() {
    let (root, mut table) = three_jobs();
    let before = sources(&table);
    let live = table.live_files().unwrap();
    assert!(live.len() >= 9);
    let written = rewrite(&table, &mut |_| true);
    assert_eq!((written.n_rows_added, written.n_rows_removed), (0, 0));
    let operation = Operation::Compact { bytes_target: 1 << 27 };
    let commit = Commit { operation, removed: &live, ..commit("compact-1", &written) };
    assert_eq!(table.commit(&commit).unwrap(), 4);
    assert_eq!(table.commit(&commit).unwrap(), 4, "the same job is committed once");
    assert_eq!(sources(&table), before);
    assert_eq!(table.live_files().unwrap().len(), 3, "one file a category");
    for action in log_of(root.path(), 4) {
        for kind in ["add", "remove"] {
            assert!(action.get(kind).is_none_or(|file| file["dataChange"] == json!(false)), "{action}");
        }
        if let Some(info) = action.get("commitInfo") {
            assert_eq!(info["operation"], json!("OPTIMIZE"));
        }
    }
    for file in &live {
        assert!(table.folder().join(&file.path).exists(), "older versions can still be read");
    }

    // The same rows in one job give the same files as compaction.
    let other = TempDir::new().unwrap();
    let at_once = shards(other.path(), &rows(300), 300, &LARGE);
    assert_eq!(at_once.shards, written.shards);

    // Once more: every file is the same, and nothing leaves the table.
    let live = table.live_files().unwrap();
    let again = rewrite(&table, &mut |_| true);
    assert_eq!(again.shards, written.shards);
    let commit = Commit { written: &again, removed: &live, job_id: "compact-2", ..commit };
    assert_eq!(table.commit(&commit).unwrap(), 5);
    assert_eq!(table.live_files().unwrap(), live);
    let actions = log_of(root.path(), 5);
    assert!(actions.iter().all(|action| action.get("add").or(action.get("remove")).is_none()));
}

#[test]
fn new_rows_replace_old_ones_in_one_version() {
    let (root, mut table) = three_jobs();
    let live = table.live_files().unwrap();
    let work = TempDir::new().unwrap();
    let segment = work.path().join("0.parquet");
    write_segment(&segment, &(300..340).map(numbered_row).collect::<Vec<_>>()).unwrap();
    let leaves = key_of(7);
    let mut asked = BTreeMap::new();
    let mut place = |_, images: &[crate::RowImage]| {
        Ok((0..)
            .zip(images)
            .map(|(n, _)| ImagePlace { path: "images/new.tar".to_owned(), offset_bytes: n })
            .collect())
    };
    let written = write_shards(
        RowFiles { segments: std::slice::from_ref(&segment), live: &live },
        table.folder(),
        work.path(),
        &LARGE,
        &mut |key, origin| {
            *asked.entry(origin == Origin::Table).or_insert(0) += 1;
            origin == Origin::Segment || key.sop_instance_uid != leaves.sop_instance_uid
        },
        Some(&mut place),
        None,
    )
    .unwrap();
    assert_eq!(asked, BTreeMap::from([(false, 40), (true, 300)]), "each row is asked about once");
    let n_left = written.n_rows_removed;
    assert!(n_left > 0 && written.n_rows_added == 40);
    let left: Vec<_> = fs::read_dir(work.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left, ["0.parquet"], "what was merged on the way is removed");
    let replace = Commit { operation: Operation::Replace, removed: &live, ..commit("job-4", &written) };
    assert_eq!(table.commit(&replace).unwrap(), 4);
    let mut n_new = 0;
    let mut n_rows = 0;
    table
        .for_each_key(&mut |_, key| {
            assert_ne!(key.sop_instance_uid, leaves.sop_instance_uid);
            n_rows += 1;
            n_new += u32::from(key.image_path == "images/new.tar");
        })
        .unwrap();
    assert_eq!((n_rows, n_new), (340 - n_left, 40), "rows of the table keep their places");
    let actions = log_of(root.path(), 4);
    let info = actions.iter().find_map(|action| action.get("commitInfo")).unwrap();
    assert_eq!(info["operation"], json!("MERGE"));
    assert_eq!(info["radmillOperation"], json!("replace"));
    assert_eq!(info["radmillRowsAdded"], json!(40));
    assert_eq!(info["radmillRowsRemoved"], json!(n_left));
}

#[test]
fn withdrawn_rows_are_gone_and_come_back_with_their_file() {
    let (root, mut table) = three_jobs();
    let live = table.live_files().unwrap();
    let leaves = key_of(5);
    let category = live.iter().filter(|file| file.category == leaves.category);
    let category: Vec<LiveFile> = category.cloned().collect();
    let work = TempDir::new().unwrap();
    let files = RowFiles { segments: &[], live: &category };
    let written = write_shards(
        files,
        table.folder(),
        work.path(),
        &LARGE,
        &mut |key, _| key.patient_id != Some(leaves.patient_id.as_str()),
        None,
        None,
    )
    .unwrap();
    let withdraw =
        Commit { operation: Operation::Withdraw, removed: &category, ..commit("withdraw-1", &written) };
    table.commit(&withdraw).unwrap();
    let actions = log_of(root.path(), 4);
    let info = actions.iter().find_map(|action| action.get("commitInfo")).unwrap();
    assert_eq!(info["operation"], json!("DELETE"));
    assert!(!sources(&table).iter().any(|row| row.contains(&leaves.source_token)));

    // Files that have left may be added again under the same name.
    let back = Written { shards: Vec::new(), ..Written::default() };
    let rewritten: Vec<LiveFile> = table.live_files().unwrap();
    let rewritten: Vec<LiveFile> =
        rewritten.into_iter().filter(|file| file.category == leaves.category).collect();
    table.commit(&Commit { removed: &rewritten, ..commit("empty", &back) }).unwrap();
    table.commit(&commit("again", &written)).unwrap();
    assert_eq!(
        table.live_files().unwrap().iter().filter(|file| file.category == leaves.category).count(),
        rewritten.len()
    );
    let reopened = DatasetTable::open(root.path()).unwrap();
    assert_eq!(reopened.live_files().unwrap(), table.live_files().unwrap());
}

#[test]
fn commits_that_do_not_fit_the_table_are_refused() {
    let (_root, mut table) = three_jobs();
    let live = table.live_files().unwrap();
    let all = rewrite(&table, &mut |_| true);
    let fewer = rewrite(&table, &mut |key| key.frame_index == 0);
    assert!(fewer.n_rows_removed > 0);
    let gone = LiveFile { path: "category=CHEST/part-00000-gone.parquet".to_owned(), ..live[0].clone() };
    let compact = Commit {
        operation: Operation::Compact { bytes_target: 1 },
        removed: &live,
        ..commit("job-9", &fewer)
    };
    assert!(matches!(table.commit(&compact), Err(ManifestError::Layout { .. })));
    for removed in [vec![gone], [live.clone(), live.clone()].concat()] {
        let refused = table.commit(&Commit { removed: &removed, ..commit("job-9", &all) });
        assert!(matches!(refused, Err(ManifestError::Layout { .. })));
    }
    assert_eq!(table.version(), 3);
    table.commit(&Commit { removed: &live, ..commit("job-9", &all) }).unwrap();
    let again = table.commit(&commit("job-10", &all));
    assert!(matches!(again, Err(ManifestError::Layout { .. })), "rows would be there twice");
}

/// The keys of the newest version, in short.
fn keys(table: &DatasetTable) -> Vec<String> {
    let mut keys = Vec::new();
    table
        .for_each_key(&mut |file, key| {
            keys.push(format!("{} {} {}", file.category, key.sop_instance_uid, key.frame_index));
        })
        .unwrap();
    keys.sort();
    keys
}

#[test]
fn rows_of_the_table_are_merged_with_new_ones_and_others_leave() {
    let (root, work) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    let mut table = DatasetTable::open_or_create(root.path()).unwrap();
    let all = rows(700);
    let first = shards(root.path(), &all[..500], 100, &SMALL);
    table.commit(&commit("first", &first)).unwrap();

    // Rows with an even token leave; 200 new ones come.
    let new = work.path().join("new.parquet");
    write_segment(&new, &all[500..]).unwrap();
    let live = table.live_files().unwrap();
    let is_even = |key: &RowKey<'_>| u128::from_str_radix(key.source_token, 16).unwrap().is_multiple_of(2);
    let files = RowFiles { segments: &[new], live: &live };
    let keep = &mut |key: &RowKey<'_>, origin| origin == Origin::Segment || !is_even(key);
    let mut n_placed = 0;
    let place: &mut PlaceImages<'_> = &mut |_, images| {
        n_placed += images.len();
        Ok(images.iter().map(|image| ImagePlace { path: image.path.clone(), offset_bytes: 7 }).collect())
    };
    let target = root.path().join(TABLE_FOLDER);
    let second = write_shards(files, &target, work.path(), &SMALL, keep, Some(place), None).unwrap();
    assert_eq!(n_placed, 200, "images of the table lie where they are");
    let change = Commit { operation: Operation::Replace, removed: &live, ..commit("second", &second) };
    assert_eq!(table.commit(&change).unwrap(), 2);

    let expected_root = TempDir::new().unwrap();
    let mut expected = DatasetTable::open_or_create(expected_root.path()).unwrap();
    let wanted: Vec<ImageRow> = all
        .iter()
        .enumerate()
        .filter(|(n, _)| *n >= 500 || !(n / 4).is_multiple_of(2))
        .map(|(_, row)| row.clone())
        .collect();
    expected.commit(&commit("at-once", &shards(expected_root.path(), &wanted, 90, &SMALL))).unwrap();
    assert_eq!(keys(&table), keys(&expected));
    assert!(live.iter().all(|file| target.join(&file.path).is_file()), "old versions stay readable");
}
