//! The real files beside the repository, where they are: every one of them is accounted for.

mod common;

use common::{files_below, ingest, quarantine, real_files};

#[test]
fn every_real_file_is_accounted_for() {
    let Some(input) = real_files() else { return };
    let folder = tempfile::tempdir().unwrap();
    let dataset = folder.path().join("set");
    let summary = ingest(&input, &dataset, &[]);
    let n = |name: &str| summary[name].as_u64().unwrap();
    assert_eq!(n("n_sources"), files_below(&input).len() as u64);
    assert_eq!(n("n_sources"), n("n_milled") + n("n_rejected") + n("n_duplicates") + n("n_skipped"));
    // A quarter of these files are secondary captures, which wait for somebody to look at them.
    assert!(n("n_milled") >= 170 && n("n_images") >= 600, "{summary}");

    let quarantine = quarantine(&dataset);
    assert_eq!(quarantine.len() as u64, n("n_rejected"));
    for record in &quarantine {
        assert_ne!(record["reason"], "internal_error", "{record}");
        assert!(input.join(record["source"].as_str().unwrap()).is_file());
    }
    let n_images = files_below(&dataset.join("images")).len() as u64;
    assert_eq!(n_images, n("n_images"), "one file for each row, and none besides");
}
