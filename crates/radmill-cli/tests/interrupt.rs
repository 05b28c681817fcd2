//! Ctrl-C before any source is worked on.

#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "this is test code")]

#[path = "../../radmill-archive/tests/build/mod.rs"]
mod build;
mod common;

use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

use common::{fixtures, ingest, radmill, stdout};

/// A compressed tar archive that takes seconds to go through, of 6 GB that nearly all are zero. Gzip streams may follow
/// each other, so that it is compressed once.
fn slow_archive(path: &Path) {
    let mut bytes = vec![0; 8 << 20];
    // Pays for the zeros: an archive that expands to 200 times its length is refused.
    let mut noise = 1_u64;
    for byte in &mut bytes[..60_000] {
        noise = noise.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        *byte = (noise >> 56) as u8;
    }
    let piece = build::gzip(&build::file("image.dcm", &bytes));
    let mut file = File::create(path).unwrap();
    for _ in 0..800 {
        file.write_all(&piece).unwrap();
    }
}

#[test]
fn an_archive_that_is_being_listed_does_not_hold_up_an_interrupt() {
    let folder = tempfile::tempdir().unwrap();
    let (archive, dataset) = (folder.path().join("slow.tar.gz"), folder.path().join("set"));
    slow_archive(&archive);
    let mut job = radmill();
    job.arg("ingest").arg(&archive).args(["--json", "--out"]).arg(&dataset);
    let mut child = job.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    // It is made just before archives are looked into.
    let private = folder.path().join("set.private");
    while !private.join("lock").exists() {
        assert!(child.try_wait().unwrap().is_none(), "the job ended by itself");
        sleep(Duration::from_millis(5));
    }
    Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(130), "{}", common::stderr(&output));
    assert!(!stdout(&output).contains("planned"), "it was listed to its end: {}", stdout(&output));

    let summary = ingest(&fixtures(), &dataset, &[]);
    assert!(summary["n_milled"].as_u64().unwrap() > 0, "{summary}");
}
