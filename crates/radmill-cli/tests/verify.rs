//! Everything that can go wrong with a dataset is found, and what can be repaired is.

#![allow(clippy::unwrap_used, reason = "this is test code")]

mod common;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use common::{
    assert_fault, contents, files_below, fixtures, ingest, private, radmill, run, same_key, stdout,
};
use radmill_manifest::DatasetTable;
use serde_json::Value;

/// Patient ID of what the second job adds.
const NUMBER: &str = "ZQSOZIKENOTOMI";

struct Made {
    folder: tempfile::TempDir,
    input: PathBuf,
    dataset: PathBuf,
    pipeline: String,
}

/// A dataset of two jobs, of which the second one has merged what the first one wrote.
fn made(settings: &str) -> Made {
    let folder = tempfile::tempdir().unwrap();
    let key = same_key(folder.path());
    let (input, dataset) = (folder.path().join("input"), folder.path().join("set"));
    let path = folder.path().join("pipeline.toml");
    fs::write(&path, format!("version = 1\n[shards]\nsmall_files_max = 0\n{settings}")).unwrap();
    let pipeline = path.to_str().unwrap().to_owned();
    for (name, bytes) in files_below(&fixtures().join("hospital-a")) {
        let path = input.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
    ingest(&input, &dataset, &["--key", &key, "--pipeline", &pipeline]);
    fs::copy(fixtures().join("hospital-d/abdomen/CT0001.dcm"), input.join("more")).unwrap();
    ingest(&input, &dataset, &["--key", &key, "--pipeline", &pipeline]);
    Made { folder, input, dataset, pipeline }
}

/// What is found, by kind: how often, and how often it was repaired.
fn faults(dataset: &Path, more: &[&str]) -> (Option<i32>, BTreeMap<String, (u64, u64)>) {
    let output = radmill().arg("verify").arg(dataset).arg("--json").args(more).output().unwrap();
    let found: Value = serde_json::from_str(&stdout(&output)).unwrap_or_else(|_| panic!("{output:?}"));
    let faults = found["faults"].as_object().unwrap().iter();
    let number = |faults: &Value, name: &str| faults[name].as_u64().unwrap();
    let faults =
        faults.map(|(kind, faults)| (kind.clone(), (number(faults, "n"), number(faults, "n_repaired"))));
    (output.status.code(), faults.collect())
}

fn images(dataset: &Path) -> Vec<PathBuf> {
    files_below(&dataset.join("images")).into_keys().map(|name| dataset.join("images").join(name)).collect()
}

fn shards(dataset: &Path) -> Vec<PathBuf> {
    let table = DatasetTable::open(dataset).unwrap();
    table.live_files().unwrap().into_iter().map(|file| table.folder().join(file.path)).collect()
}

fn assert_clean(dataset: &Path) {
    assert_eq!(faults(dataset, &[]), (Some(0), BTreeMap::new()));
}

#[test]
fn each_thing_that_breaks_is_found() {
    for settings in ["[dicom]\nwrite = true\n", "[images]\nlayout = \"tar\"\n"] {
        let made = made(settings);
        let dataset = &made.dataset;
        assert_clean(dataset);
        let is_tar = settings.contains("tar");
        let image = images(dataset).remove(0);
        let shard = shards(dataset).remove(0);

        let check = |path: &Path, break_it: &dyn Fn(&Path), expected: &[&str]| {
            let whole = fs::read(path).unwrap();
            break_it(path);
            let (code, found) = faults(dataset, &[]);
            assert_eq!(code, Some(12), "{expected:?}");
            assert_eq!(found.keys().map(String::as_str).collect::<Vec<_>>(), expected, "{settings}");
            fs::write(path, whole).unwrap();
            assert_clean(dataset);
        };
        let remove = |path: &Path| fs::remove_file(path).unwrap();
        let cut = |path: &Path| fs::write(path, &fs::read(path).unwrap()[..600]).unwrap();
        let longer = |path: &Path| fs::write(path, [fs::read(path).unwrap(), vec![0]].concat()).unwrap();
        let flip = |path: &Path| {
            let mut bytes = fs::read(path).unwrap();
            // In a tar file the first image begins after a block.
            bytes[560] ^= 1;
            fs::write(path, bytes).unwrap();
        };
        check(&image, &remove, &["missing_image"]);
        check(&image, &cut, &["wrong_image_length"]);
        check(&image, &flip, &["wrong_image_digest"]);
        check(&shard, &remove, &["missing_shard"]);
        check(&shard, &cut, &["unreadable_shard", "wrong_shard_digest", "wrong_shard_length"]);
        check(&shard, &longer, &["unreadable_shard", "wrong_shard_digest", "wrong_shard_length"]);
        if !is_tar {
            check(&image, &longer, &["wrong_image_length"]);
            let dicom = files_below(&dataset.join("dicom")).into_keys().next().unwrap();
            check(&dataset.join("dicom").join(dicom), &remove, &["missing_dicom_file"]);
        }
        let older: Vec<PathBuf> = files_below(&dataset.join("manifest"))
            .into_keys()
            .filter(|name| name.ends_with(".parquet"))
            .map(|name| dataset.join("manifest").join(name))
            .filter(|path| !shards(dataset).contains(path))
            .collect();
        check(&older[0], &remove, &["missing_shard"]);
    }
}

#[test]
fn what_no_version_names_is_found_and_removed() {
    let made = made("[dicom]\nwrite = true\n");
    let dataset = &made.dataset;
    let before = contents(dataset);
    let additions = [
        ("images/CHEST/3f/3f00-0.png", "orphan_image"),
        ("images/CHEST/00.tar", "orphan_image"),
        ("dicom/CHEST/3f/3f00.dcm", "orphan_dicom_file"),
        ("manifest/category=CHEST/part-00000-0123456789abcdef.parquet", "orphan_shard"),
        ("manifest/category=CHEST/.part-00001.tmp", "leftover"),
        (".staging/1", "leftover"),
        (".unsealed/0123/images/CHEST/1.png", "leftover"),
    ];
    let put_all = || {
        for (name, _) in additions {
            fs::create_dir_all(dataset.join(name).parent().unwrap()).unwrap();
            fs::write(dataset.join(name), "x").unwrap();
        }
    };
    put_all();
    let mut expected: BTreeMap<String, (u64, u64)> = BTreeMap::new();
    additions.iter().for_each(|(_, kind)| expected.entry((*kind).to_owned()).or_default().0 += 1);
    assert_eq!(faults(dataset, &[]), (Some(12), expected.clone()));
    let repaired: BTreeMap<_, _> = expected.iter().map(|(kind, (n, _))| (kind.clone(), (*n, *n))).collect();

    // A job that was interrupted may need them.
    let segments = private(dataset).join("segments/0123");
    fs::create_dir_all(&segments).unwrap();
    assert_eq!(faults(dataset, &["--repair"]), (Some(0), BTreeMap::new()));
    fs::remove_dir(segments).unwrap();
    // So may rows that cannot be read.
    let shard = shards(dataset).remove(0);
    let bytes = fs::read(&shard).unwrap();
    fs::remove_file(&shard).unwrap();
    let (code, found) = faults(dataset, &["--repair"]);
    assert_eq!((code, found.len()), (Some(12), 1), "{found:?}");
    fs::write(&shard, bytes).unwrap();

    assert_eq!(faults(dataset, &[]), (Some(12), expected), "nothing was removed so far");
    assert_eq!(faults(dataset, &["--repair"]), (Some(0), repaired));
    assert_clean(dataset);
    assert!(before == contents(dataset), "nothing else has changed");
}

#[cfg(unix)]
#[test]
fn an_open_private_folder_is_closed() {
    use std::os::unix::fs::PermissionsExt;
    let made = made("");
    let folder = private(&made.dataset);
    fs::set_permissions(&folder, fs::Permissions::from_mode(0o755)).unwrap();
    let kind = "open_private_folder".to_owned();
    assert_eq!(faults(&made.dataset, &[]), (Some(12), BTreeMap::from([(kind.clone(), (1, 0))])));
    assert_eq!(faults(&made.dataset, &["--repair"]), (Some(0), BTreeMap::from([(kind, (1, 1))])));
    assert_clean(&made.dataset);
    assert_eq!(fs::metadata(&folder).unwrap().permissions().mode() & 0o777, 0o700);
}

#[test]
fn lost_images_come_back_from_their_sources() {
    for settings in ["", "[images]\nlayout = \"tar\"\n"] {
        let made = made(settings);
        let dataset = &made.dataset;
        let lost = images(dataset).remove(0);
        let whole = fs::read(&lost).unwrap();
        fs::remove_file(&lost).unwrap();
        let output = radmill().arg("verify").arg(dataset).arg("--repair").output().unwrap();
        assert_eq!(output.status.code(), Some(12), "it is not back yet");
        let text = stdout(&output);
        let input = made.input.canonicalize().unwrap();
        let command = format!("radmill ingest {} --out", input.display());
        assert!(text.contains("missing_image") && text.contains(&command), "{text}");
        assert!(text.contains(&format!("--pipeline {}", made.pipeline)), "{text}");

        let key = same_key(made.folder.path());
        let done = ingest(&made.input, dataset, &["--key", &key, "--pipeline", &made.pipeline]);
        assert!(done["changes"]["n_modified"].as_u64().or(done["n_modified"].as_u64()) >= Some(1), "{done}");
        if settings.is_empty() {
            assert_eq!(fs::read(&lost).unwrap(), whole);
            assert_clean(dataset);
        } else {
            // Rows of the newest version have their images in new files; older versions name the lost one.
            let newest = DatasetTable::open(dataset).unwrap();
            newest.for_each_named_file(&mut |file| assert!(dataset.join(file).is_file(), "{file}")).unwrap();
        }
    }
}

#[test]
fn a_copy_can_be_verified_and_what_is_no_dataset_cannot() {
    let made = made("");
    let copy = made.folder.path().join("copy");
    for (name, bytes) in files_below(&made.dataset) {
        let path = copy.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
    assert_clean(&copy);
    assert!(!private(&copy).exists());
    let output = run(&[&"verify", &copy]);
    assert!(stdout(&output).contains("nothing is wrong"), "{output:?}");
    assert_fault(&run(&[&"verify", &made.input]), 6, &["no dataset"]);

    let lock = fs::File::create(private(&made.dataset).join("lock")).unwrap();
    lock.lock().unwrap();
    assert_fault(&run(&[&"verify", &made.dataset]), 8, &["another job"]);
}

#[test]
fn a_dataset_is_whole_after_a_withdrawal() {
    for settings in ["", "[images]\nlayout = \"tar\"\n"] {
        let made = made(settings);
        let dataset = &made.dataset;
        let key = same_key(made.folder.path());
        let withdrawn = run(&[&"withdraw", &dataset, &"--patient", &NUMBER, &"--key", &key]);
        assert!(withdrawn.status.success(), "{withdrawn:?}");
        assert_clean(dataset);
        let versions = stdout(&run(&[&"versions", &dataset, &"--json"]));
        let versions: Vec<Value> = versions.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(versions.len(), 1, "the history ends with a withdrawal");
        assert_eq!(versions[0]["operation"], "withdraw");
        assert!(versions[0]["rows_removed"].as_u64() > Some(0) && versions[0]["rows"].as_u64() > Some(0));
    }
}
