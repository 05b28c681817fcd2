//! `radmill crosswalk export`: what was replaced by what, for its owner alone.

#![allow(clippy::unwrap_used, reason = "this is test code")]

mod common;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use common::{
    assert_fault, deidentify, files_below, fixtures, ingest, parse_dicom, read_dicom, run, same_key, stderr,
};
use dicom_core::Tag;
use radmill_dicom::ParsedInstance;

const RECIPIENT: &str = "age1y7tun0055utadexje4ejnpz9rwagc4hkqepu0cj5wj8kn5p7n5dqls63pk";

/// Exports in plain text and reads both files back.
fn export(dataset: &Path, folder: &Path) -> [Vec<(String, String)>; 2] {
    let files = ["patients.csv", "uids.csv"].map(|name| folder.join(name));
    let output = run(&[&"crosswalk", &"export", &dataset, &"--patients", &files[0], &"--uids", &files[1]]);
    assert!(output.status.success(), "{}", stderr(&output));
    files.map(|file| {
        let mut reader = csv::Reader::from_path(&file).unwrap();
        assert_eq!(reader.headers().unwrap(), &["id_old", "id_new"][..]);
        reader.deserialize().collect::<Result<_, _>>().unwrap()
    })
}

fn text(instance: &ParsedInstance, group: u16, element: u16) -> String {
    instance.data.text(Tag(group, element)).unwrap_or_default()
}

#[test]
fn every_copy_can_be_traced_to_its_source() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    deidentify(&fixtures(), &out, &[]);
    let [patients, uids] = export(&out, folder.path());
    assert!(patients.is_sorted() && uids.is_sorted());
    let old_of = |pairs: &[(String, String)]| -> BTreeMap<String, String> {
        pairs.iter().map(|(old, new)| (new.clone(), old.clone())).collect()
    };
    let (patient_of, uid_of) = (old_of(&patients), old_of(&uids));
    assert_eq!(
        (patient_of.len(), uid_of.len()),
        (patients.len(), uids.len()),
        "no two old values share a new one"
    );

    let sources: Vec<ParsedInstance> =
        files_below(&fixtures()).into_values().filter_map(|bytes| parse_dicom(&bytes).ok()).collect();
    let known: BTreeSet<[String; 3]> = sources
        .iter()
        .map(|source| {
            [text(source, 0x0010, 0x0020), text(source, 0x0020, 0x000D), text(source, 0x0008, 0x0018)]
        })
        .collect();
    let copies = files_below(&out);
    assert!(!copies.is_empty());
    for (name, bytes) in copies {
        let copy = read_dicom(&bytes);
        let old =
            |pairs: &BTreeMap<String, String>, new: String| pairs.get(&new).cloned().unwrap_or_default();
        let source = [
            old(&patient_of, text(&copy, 0x0010, 0x0020)),
            old(&uid_of, text(&copy, 0x0020, 0x000D)),
            old(&uid_of, text(&copy, 0x0008, 0x0018)),
        ];
        assert!(known.contains(&source), "{name} leads to {source:?}");
    }
}

#[test]
fn jobs_add_up_and_the_result_is_always_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let key = same_key(folder.path());
    let [at_once, in_parts, dataset] =
        ["at-once", "in-parts", "dataset"].map(|name| folder.path().join(name));
    for name in ["hospital-a", "mammo"] {
        deidentify(&fixtures().join(name), &in_parts, &["--key", &key]);
        ingest(&fixtures().join(name), &dataset, &["--key", &key]);
    }
    let both = folder.path().join("both");
    for name in ["hospital-a", "mammo"] {
        for (file, bytes) in files_below(&fixtures().join(name)) {
            let path = both.join(name).join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, bytes).unwrap();
        }
    }
    deidentify(&both, &at_once, &["--key", &key]);
    let expected = export(&at_once, folder.path());
    assert!(expected.iter().all(|pairs| !pairs.is_empty()));
    assert_eq!(export(&in_parts, folder.path()), expected);
    let [patients, uids] = export(&dataset, folder.path());
    assert!(patients.iter().all(|pair| expected[0].contains(pair)) && !patients.is_empty());
    assert!(uids.iter().all(|pair| expected[1].contains(pair)) && !uids.is_empty());
}

#[test]
fn it_goes_where_it_may_and_for_its_owner_alone() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    deidentify(&fixtures().join("mammo"), &out, &[]);
    let other = folder.path().join("u.csv");
    for inside in ["out/p.csv", "out/new/p.csv", "nothing/../out/p.csv", "out/../out/p.csv"] {
        let path = folder.path().join(inside);
        let output = run(&[&"crosswalk", &"export", &out, &"--patients", &path, &"--uids", &other]);
        assert_fault(&output, 6, &["which may be shared"]);
        assert!(!path.exists() && !other.exists());
    }
    export(&out, folder.path());
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        for name in ["patients.csv", "uids.csv"] {
            let mode = fs::metadata(folder.path().join(name)).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
        }
    }
    let nothing = folder.path().join("nothing");
    let output = run(&[&"crosswalk", &"export", &nothing, &"--patients", &other, &"--uids", &out]);
    assert_fault(&output, 5, &["nothing.private does not exist"]);
    let output = run(&[&"crosswalk", &"export", &out, &"--patients", &other, &"--uids", &other]);
    assert_fault(&output, 6, &["a file each"]);
}

#[test]
fn a_recipient_gets_it_encrypted() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    deidentify(&fixtures().join("mammo"), &out, &[]);
    let [plain, _] = export(&out, folder.path());
    let [patients, uids, recipients] = ["p.age", "u.age", "to.txt"].map(|name| folder.path().join(name));
    fs::write(&recipients, format!("# the registry\n\n{RECIPIENT}\n")).unwrap();
    let export_for = |option: &str, value: &str| {
        run(&[&"crosswalk", &"export", &out, &"--patients", &patients, &"--uids", &uids, &option, &value])
    };
    for (option, value) in [("--recipient", RECIPIENT), ("--recipients-file", recipients.to_str().unwrap())] {
        let output = export_for(option, value);
        assert!(output.status.success(), "{}", stderr(&output));
        for file in [&patients, &uids] {
            let bytes = fs::read(file).unwrap();
            assert!(bytes.starts_with(b"age-encryption.org/v1\n-> X25519 "));
            let text = String::from_utf8_lossy(&bytes);
            assert!(
                !text.contains("id_old")
                    && plain.iter().all(|(old, new)| !text.contains(old) && !text.contains(new))
            );
        }
    }
    fs::write(&recipients, "# nobody\n").unwrap();
    for (option, value, code, words) in [
        ("--recipient", "age1nobody", 2, "not an age X25519 recipient"),
        ("--recipients-file", recipients.to_str().unwrap(), 4, "no recipient in it"),
    ] {
        let output = export_for(option, value);
        assert_fault(&output, code, &[words]);
    }
}
