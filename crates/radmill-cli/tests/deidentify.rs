//! DICOM in, de-identified DICOM out: what is written, under which names, and what a stopped job leaves.

#![allow(clippy::unwrap_used, reason = "this is test code")]

mod common;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Stdio;
use std::thread::sleep;
use std::time::Duration;

use common::{
    assert_fault, deidentify, files_below, fixtures, ingest, large_input, private, quarantine, radmill,
    read_dicom, real_files, run, same_key, stderr, stdout,
};
use dicom_core::Tag;
use radmill_dicom::ParsedInstance;
use serde_json::Value;

fn text(instance: &ParsedInstance, group: u16, element: u16) -> String {
    instance.data.text(Tag(group, element)).unwrap_or_default()
}

fn number(summary: &Value, name: &str) -> u64 {
    summary[name].as_u64().unwrap()
}

fn with_pipeline(folder: &Path, text: &str) -> String {
    let path = folder.join("pipeline.toml");
    fs::write(&path, format!("version = 1\n{text}")).unwrap();
    path.to_str().unwrap().to_owned()
}

#[test]
fn every_source_is_accounted_for_and_every_copy_is_named_by_its_new_values() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    let summary = deidentify(&fixtures(), &out, &[]);
    let n = |name| number(&summary, name);
    assert_eq!(n("n_sources"), files_below(&fixtures()).len() as u64);
    assert_eq!(n("n_sources"), n("n_milled") + n("n_rejected") + n("n_duplicates") + n("n_skipped"));
    assert_eq!(quarantine(&out).len() as u64, n("n_rejected"));

    let files = files_below(&out);
    assert_eq!(files.len() as u64, n("n_milled"), "one file each, and nothing besides");
    assert_eq!(files.values().map(|bytes| bytes.len() as u64).sum::<u64>(), n("dicom_bytes"));
    let sources: Vec<String> = files_below(&fixtures()).into_keys().collect();
    for (name, bytes) in &files {
        let instance = read_dicom(bytes);
        let tags = [(0x0010, 0x0020), (0x0020, 0x000D), (0x0020, 0x000E), (0x0008, 0x0018)];
        let [patient, study, series, uid] = tags.map(|(group, element)| text(&instance, group, element));
        let series = if series.is_empty() { "no-series".to_owned() } else { series };
        assert_eq!(*name, format!("{patient}/{study}/{series}/{uid}.dcm"));
        assert_eq!(text(&instance, 0x0012, 0x0062), "YES");
        let stems = sources.iter().filter_map(|source| Path::new(source).file_stem());
        assert!(stems.filter(|stem| stem.len() > 4).all(|stem| !name.contains(stem.to_str().unwrap())));
    }
}

#[test]
fn every_real_file_is_accounted_for_and_every_copy_can_be_read() {
    let Some(input) = real_files() else { return };
    let folder = tempfile::tempdir().unwrap();
    let lax = with_pipeline(folder.path(), "[deidentify]\nburned_in = \"allow\"\ndocuments = \"allow\"\n");
    for (name, more) in [("default", vec![]), ("lax", vec!["--pipeline", lax.as_str()])] {
        let out = folder.path().join(name);
        let summary = deidentify(&input, &out, &more);
        let n = |name| number(&summary, name);
        assert_eq!(n("n_sources"), files_below(&input).len() as u64);
        assert_eq!(n("n_sources"), n("n_milled") + n("n_rejected") + n("n_duplicates") + n("n_skipped"));
        assert_eq!(summary["rejected_by_reason"]["internal_error"], Value::Null);
        let files = files_below(&out);
        assert_eq!(files.len() as u64, n("n_milled"));
        assert!(files.len() > 250, "{summary}");
        files.values().for_each(|bytes| drop(read_dicom(bytes)));
    }
}

#[test]
fn what_has_no_pixels_is_written_as_well() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    let summary = deidentify(&fixtures().join("malformed/report.dcm"), &out, &[]);
    assert_eq!(number(&summary, "n_milled"), 1, "{summary}");
    let files = files_below(&out);
    assert!(read_dicom(files.values().next().unwrap()).pixels.is_none());
}

#[test]
fn pixels_and_transfer_syntax_of_what_is_not_touched_stay() {
    let folder = tempfile::tempdir().unwrap();
    let mut n_compared = 0;
    let sources = files_below(&fixtures()).into_iter().filter(|(name, _)| !name.starts_with("malformed"));
    for (index, (name, source)) in sources.enumerate() {
        let out = folder.path().join(index.to_string());
        // What may show text is allowed to pass as it is.
        let pipeline = with_pipeline(folder.path(), "[deidentify]\nburned_in = \"allow\"\n");
        deidentify(&fixtures().join(&name), &out, &["--pipeline", &pipeline]);
        for copy in files_below(&out).values() {
            let (source, copy) = (read_dicom(&source), read_dicom(copy));
            assert_eq!(source.source.transfer_syntax, copy.source.transfer_syntax, "{name}");
            let frame = |instance: &ParsedInstance| {
                instance.pixels.as_ref().map(|pixels| pixels.decode_frame(0).unwrap())
            };
            assert!(frame(&source) == frame(&copy), "{name}");
            n_compared += 1;
        }
    }
    assert!(n_compared > 30);
}

#[test]
fn duplicates_conflicts_and_broken_files_end_where_they_belong() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    let summary = deidentify(&fixtures().join("malformed"), &out, &[]);
    let rejected: BTreeMap<String, String> = quarantine(&out)
        .iter()
        .map(|record| ["source", "reason"].map(|name| record[name].as_str().unwrap().to_owned()).into())
        .collect();
    for (name, expected) in [
        ("same_uid_a.dcm", None),
        ("same_uid_b.dcm", Some("sop_instance_conflict")),
        ("duplicate_a.dcm", None),
        ("duplicate_b.dcm", None),
        ("truncated_header.dcm", Some("truncated_file")),
        ("document.dcm", Some("encapsulated_document")),
        ("no_sop_instance_uid.dcm", Some("no_sop_instance_uid")),
    ] {
        assert_eq!(rejected.get(name).map(String::as_str), expected, "{name}");
    }
    assert_eq!(number(&summary, "n_duplicates"), 1);
    assert_eq!(summary["rejected_by_reason"]["internal_error"], Value::Null);
}

#[test]
fn one_two_and_eight_threads_give_the_same_bytes() {
    let folder = tempfile::tempdir().unwrap();
    let key = same_key(folder.path());
    let [one, two, eight] = ["1", "2", "8"].map(|threads| {
        let out = folder.path().join(format!("out-{threads}"));
        deidentify(&fixtures(), &out, &["--key", &key, "--threads", threads]);
        let instances = files_below(&private(&out).join("instances"));
        let crosswalk = files_below(&private(&out).join("crosswalk"));
        (files_below(&out), instances, crosswalk)
    });
    assert!(!one.0.is_empty() && !one.1.is_empty() && !one.2.is_empty());
    assert!(one == two && one == eight);
}

#[test]
fn a_second_run_adds_nothing_and_a_second_batch_adds_to_it() {
    let folder = tempfile::tempdir().unwrap();
    let (input, out) = (folder.path().join("input"), folder.path().join("out"));
    fs::create_dir(&input).unwrap();
    let malformed = fixtures().join("malformed");
    fs::copy(malformed.join("same_uid_a.dcm"), input.join("1")).unwrap();
    let first = deidentify(&input, &out, &[]);
    let before = files_below(&out);
    let again = deidentify(&input, &out, &[]);
    assert_eq!(again["already_finished"], true);
    assert_eq!(again["n_milled"], first["n_milled"]);
    assert!(before == files_below(&out));

    // Sorted before the first: what the folder has stays all the same.
    fs::copy(malformed.join("same_uid_b.dcm"), input.join("0")).unwrap();
    fs::copy(malformed.join("duplicate_a.dcm"), input.join("2")).unwrap();
    let second = deidentify(&input, &out, &[]);
    assert_eq!(["n_milled", "n_duplicates", "n_rejected"].map(|name| number(&second, name)), [2, 0, 1]);
    assert_eq!(second["rejected_by_reason"]["sop_instance_conflict"], 1);
    let after = files_below(&out);
    assert_eq!(after.len(), 2);
    assert!(before.iter().all(|(name, bytes)| after.get(name) == Some(bytes)));
}

#[test]
fn a_file_that_no_job_is_known_to_have_written_stays() {
    let folder = tempfile::tempdir().unwrap();
    let key = same_key(folder.path());
    let (out, input) = (folder.path().join("out"), fixtures().join("mammo"));
    deidentify(&input, &out, &["--key", &key]);
    let files = files_below(&out);
    // The private root is lost, the key is not; one of the files is not what it was.
    fs::remove_dir_all(private(&out)).unwrap();
    let changed = files.keys().next().unwrap();
    fs::write(out.join(changed), "changed").unwrap();
    let output = run(&[&"deidentify", &input, &"--out", &out]);
    assert_fault(&output, 4, &["its site key is gone", "--key FILE"]);
    let summary = deidentify(&input, &out, &["--key", &key]);
    assert_eq!(number(&summary, "n_milled"), 0);
    assert_eq!(summary["rejected_by_reason"]["sop_instance_conflict"], 1);
    assert_eq!(number(&summary, "n_duplicates"), files.len() as u64 - 1);
    assert_eq!(fs::read_to_string(out.join(changed)).unwrap(), "changed");
    assert_eq!(files_below(&out).len(), files.len());
}

/// Starts a job, ends it with a signal after a while, and gives how it ended.
#[cfg(unix)]
fn stopped(input: &Path, out: &Path, key: &str, signal: &str, wait_ms: u64) -> Option<i32> {
    let mut child = radmill()
        .arg("deidentify")
        .arg(input)
        .arg("--out")
        .arg(out)
        .args(["--key", key, "--threads", "2"])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    sleep(Duration::from_millis(wait_ms));
    std::process::Command::new("kill").args([signal, &child.id().to_string()]).status().unwrap();
    child.wait().unwrap().code()
}

#[test]
#[cfg(unix)]
fn a_killed_job_shows_nothing_wrong_and_ends_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let key = same_key(folder.path());
    let input = large_input(folder.path());
    let whole = folder.path().join("whole");
    deidentify(&input, &whole, &["--key", &key]);
    let whole = files_below(&whole);

    let out = folder.path().join("out");
    let mut n_stopped = 0;
    for (signal, wait_ms) in [
        ("-KILL", 2),
        ("-INT", 10),
        ("-KILL", 30),
        ("-KILL", 60),
        ("-TERM", 90),
        ("-KILL", 150),
        ("-KILL", 250),
    ] {
        n_stopped += usize::from(stopped(&input, &out, &key, signal, wait_ms) != Some(0));
        let visible = if out.is_dir() { files_below(&out) } else { BTreeMap::new() };
        for (name, bytes) in visible.iter().filter(|(name, _)| !name.starts_with('.')) {
            assert!(whole.get(name) == Some(bytes), "{name} after {signal} at {wait_ms} ms");
        }
    }
    assert!(n_stopped > 0);
    deidentify(&input, &out, &["--key", &key]);
    assert!(whole == files_below(&out), "nothing hidden is left either");
}

#[test]
fn profiles_differ_and_the_pipeline_file_says_more() {
    let folder = tempfile::tempdir().unwrap();
    let input = fixtures().join("hospital-a");
    let mut sizes = BTreeMap::new();
    for profile in ["basic", "research", "strict"] {
        let out = folder.path().join(profile);
        deidentify(&input, &out, &["--profile", profile]);
        let instances: Vec<ParsedInstance> =
            files_below(&out).values().map(|bytes| read_dicom(bytes)).collect();
        let has_dates = instances.iter().any(|instance| !text(instance, 0x0008, 0x0020).is_empty());
        sizes.insert(profile, (has_dates, instances.len()));
    }
    assert!(sizes["research"].0, "dates are shifted");
    assert!(sizes["basic"].1 >= sizes["strict"].1, "strict rejects more: {sizes:?}");

    let keep = with_pipeline(
        folder.path(),
        "[deidentify]\nprofile = \"basic\"\n[deidentify.override]\nStudyDescription = \"K\"\nModality = \"K\"\n",
    );
    let out = folder.path().join("override");
    deidentify(&input, &out, &["--pipeline", &keep]);
    let has_description = |bytes: &Vec<u8>| !text(&read_dicom(bytes), 0x0008, 0x1030).is_empty();
    assert!(files_below(&out).values().any(has_description));
}

#[test]
fn wrong_use_is_told_in_one_sentence() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    let with = |more: &[&str]| {
        radmill()
            .arg("deidentify")
            .arg(fixtures().join("mammo"))
            .arg("--out")
            .arg(&out)
            .args(more)
            .output()
            .unwrap()
    };
    assert_fault(&with(&["--profile", "lax"]), 2, &["basic, research, strict"]);
    let pipeline = with_pipeline(folder.path(), "[deidentify]\noptions = [\"keep_all\"]\n");
    assert_fault(&with(&["--profile", "basic", "--pipeline", &pipeline]), 2, &["cannot be used with"]);
    assert_fault(&with(&["--pipeline", &pipeline]), 3, &["line 3, column", "`clean_graphics`"]);
    assert_fault(&with(&["--key", "/no/such/key"]), 4, &["cannot read"]);
    assert!(files_below(&out).is_empty());
    let output = run(&[&"deidentify", &folder.path().join("nothing"), &"--out", &out]);
    assert_fault(&output, 5, &["no such file"]);
}

#[test]
fn a_dataset_and_a_folder_of_files_do_not_mix() {
    let folder = tempfile::tempdir().unwrap();
    let input = fixtures().join("mammo");
    let [dataset, files] = ["dataset", "files"].map(|name| folder.path().join(name));
    ingest(&input, &dataset, &[]);
    deidentify(&input, &files, &[]);
    assert_fault(&run(&[&"deidentify", &input, &"--out", &dataset]), 6, &["`radmill ingest` made"]);
    assert_fault(&run(&[&"ingest", &input, &"--out", &files]), 6, &["`radmill deidentify` wrote"]);
}

#[test]
fn the_summary_and_the_events_say_what_happened() {
    let folder = tempfile::tempdir().unwrap();
    let [out, other] = ["out", "other"].map(|name| folder.path().join(name));
    let output = run(&[&"deidentify", &fixtures(), &"--out", &out]);
    let text = stdout(&output);
    for words in ["DICOM files", "rejected by reason", "duplicates", "files  ", "quarantine", "never share"] {
        assert!(text.contains(words), "{words:?} is not in {text}");
    }
    assert!(!text.contains("pyarrow"), "{text}");

    let strict = with_pipeline(folder.path(), "[job]\nrejected_share_max = 0.0\nrejected_check_after = 1\n");
    let output = run(&[&"deidentify", &fixtures(), &"--out", &other, &"--json", &"--pipeline", &strict]);
    assert_fault(&output, 7, &["nothing was added"]);
    let last = stdout(&output).lines().last().unwrap().to_owned();
    assert_eq!(last, "{\"event\":\"failed\",\"reason\":\"too_many_rejected\"}");
    assert!(files_below(&other).keys().all(|name| name.starts_with('.')));
}

#[test]
#[cfg(unix)]
fn what_is_private_is_for_its_owner_alone() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    deidentify(&fixtures(), &out, &[]);
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&private(&out)), 0o700);
    let files = files_below(&private(&out));
    assert!(files.keys().any(|name| name.starts_with("crosswalk/")));
    for name in files.keys().filter(|name| !name.starts_with("runs/") && *name != "lock") {
        assert_eq!(mode(&private(&out).join(name)), 0o600, "{name}");
    }
    // Neither source paths nor old values leave it.
    let shared = files_below(&out).into_keys().collect::<Vec<_>>().join("\n");
    assert!(!shared.contains("hospital"));
}

#[test]
fn ingest_writes_dicom_where_the_pipeline_file_asks_for_it() {
    let folder = tempfile::tempdir().unwrap();
    let dataset = folder.path().join("set");
    let pipeline = with_pipeline(folder.path(), "[dicom]\nwrite = true\n");
    let summary = ingest(&fixtures(), &dataset, &["--pipeline", &pipeline]);
    let n_files = |root: &str| files_below(&dataset.join(root)).len() as u64;
    assert_eq!(number(&summary, "n_dicom_files"), number(&summary, "n_milled"));
    assert_eq!(n_files("dicom"), number(&summary, "n_milled"), "those of conflicts are removed");
    let written = files_below(&dataset.join("dicom"));
    assert!(written.values().all(|bytes| text(&read_dicom(bytes), 0x0012, 0x0062) == "YES"));

    // Other settings: all of it is made anew, and what older versions of the table name stays.
    let pipeline =
        with_pipeline(folder.path(), "[dicom]\nwrite = true\n[normalize]\noutput = \"display8\"\n");
    let second = ingest(&fixtures(), &dataset, &["--pipeline", &pipeline]);
    assert_eq!(number(&second, "n_milled"), number(&summary, "n_milled"));
    let after = files_below(&dataset.join("dicom"));
    assert_eq!(after.len(), 2 * written.len());
    assert!(written.iter().all(|(name, bytes)| after.get(name) == Some(bytes)));
}

#[test]
#[cfg(unix)]
fn explain_does_not_wait_for_a_pipe() {
    let folder = tempfile::tempdir().unwrap();
    let pipe = folder.path().join("pipe");
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    assert_fault(&run(&[&"explain", &pipe]), 5, &["a pipe, socket or device"]);
}

#[test]
fn explain_tells_what_deidentify_would_do() {
    for (name, words) in [
        ("malformed/report.dcm", ["no_pixel_data", "deidentify would write a copy of it: yes"]),
        ("malformed/document.dcm", ["encapsulated_document", "deidentify would write a copy of it: no"]),
    ] {
        let output = run(&[&"explain", &fixtures().join(name)]);
        let text = stdout(&output);
        assert_eq!(output.status.code(), Some(9), "{}", stderr(&output));
        assert!(words.iter().all(|word| text.contains(word)), "{name}: {text}");
    }
}

#[test]
fn files_of_modified_sources_are_replaced() {
    let folder = tempfile::tempdir().unwrap();
    let key = same_key(folder.path());
    let input = folder.path().join("input");
    fs::create_dir(&input).unwrap();
    let malformed = fixtures().join("malformed");
    let put = |name: &str, fixture: &str| fs::copy(malformed.join(fixture), input.join(name)).unwrap();
    let fresh = |name: &str| {
        deidentify(&input, &folder.path().join(name), &["--key", &key]);
        files_below(&folder.path().join(name))
    };
    put("a", "same_uid_a.dcm");
    put("b", "report.dcm");
    let out = folder.path().join("out");
    deidentify(&input, &out, &["--key", &key]);
    // The same instance with other pixels, then another instance.
    for (round, fixture) in ["same_uid_b.dcm", "duplicate_a.dcm", "same_uid_a.dcm"].into_iter().enumerate() {
        put("a", fixture);
        let summary = deidentify(&input, &out, &["--key", &key]);
        assert_eq!((number(&summary, "n_modified"), number(&summary, "n_unchanged")), (1, 1));
        assert_eq!((number(&summary, "n_milled"), number(&summary, "n_rejected")), (2, 0));
        assert!(files_below(&out) == fresh(&format!("fresh-{round}")), "{fixture}");
    }
}
