//! A job that dies, or whose disk fails, at any change of a file: readers see the version before or the one after, and
//! the same command ends as if nothing had happened.
//!
//! A small library in C, loaded before the C library, counts what the process changes on disk and kills it, or lets the
//! system fail, at a change of a given number. By default some points of each job are tried, other ones in each job;
//! `RADMILL_CRASH_POINTS=200 cargo test -p radmill-cli --test crash` tries so many of each.

#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "this is test code")]

#[path = "../../../radmill-archive/tests/build/mod.rs"]
mod build;
#[path = "../common/mod.rs"]
mod common;
mod job;
mod withdrawal;

use std::process::Command;
use std::thread::sleep;
use std::time::{Duration, Instant};

use job::{Fault, Job};

/// Points that are tried of a job if nothing else is asked for.
const N_POINTS: usize = 16;

/// Numbers of changes to try, spread over the job.
pub(crate) fn points(n_changes: usize, offset: usize) -> Vec<usize> {
    let n_points = std::env::var("RADMILL_CRASH_POINTS").ok().and_then(|n| n.parse().ok());
    let step = n_changes.div_ceil(n_points.unwrap_or(N_POINTS)).max(1);
    (1..=n_changes).filter(|n| n % step == offset % step).collect()
}

/// Kills a job at one change after the other, each time begun anew, and lets the same command end it.
fn dies_at_every_point(job: &Job, offset: usize) {
    let expected = job.outcome();
    let n_changes = job.n_changes();
    for point in points(n_changes, offset) {
        let target = job.prepare();
        let output = job.run(&target, &Fault::Kill(point));
        assert_eq!(output.status.code(), None, "point {point} of {n_changes}");
        job.check_readers(&target);
        let output = job.run(&target, &Fault::None);
        assert!(output.status.success(), "point {point}: {}", common::stderr(&output));
        job.check_same(&target, &expected, point);
    }
}

/// Lets the system fail from one change on, and lets the same command end the job when it works again.
fn fails_at_every_point(job: &Job, offset: usize, error: i32) {
    let expected = job.outcome();
    let n_changes = job.n_changes();
    for (index, point) in points(n_changes, offset).into_iter().enumerate() {
        let target = job.prepare();
        let fault = if index % 2 == 0 { Fault::Once(point, error) } else { Fault::Always(point, error) };
        let output = job.run(&target, &fault);
        let text = common::stderr(&output);
        match output.status.code() {
            // What failed was not needed, such as removing what nobody sees.
            Some(0) => {}
            Some(4 | 6) => assert!(text.contains("radmill: cannot") || text.contains(": "), "{text}"),
            code => panic!("point {point} of {n_changes} ended with {code:?}: {text}"),
        }
        assert!(!text.contains("internal error"), "point {point}: {text}");
        job.check_readers(&target);
        let output = job.run(&target, &Fault::None);
        assert!(output.status.success(), "point {point}: {}", common::stderr(&output));
        job.check_same(&target, &expected, point);
    }
}

#[test]
fn a_first_job_survives_its_death_at_any_point() {
    let Some(job) = Job::new("ingest", "") else { return };
    dies_at_every_point(&job, 1);
}

#[test]
fn a_job_of_tar_files_survives_its_death_at_any_point() {
    let Some(job) = Job::new("ingest", "[images]\nlayout = \"tar\"\n[dicom]\nwrite = true\n") else { return };
    dies_at_every_point(&job, 2);
}

#[test]
fn a_job_of_parquet_files_survives_its_death_at_any_point() {
    let settings = "[images]\nlayout = \"parquet\"\n[splits]\ntrain = 0.5\ntest = 0.5\nvalidation = 0\n";
    let Some(job) = Job::new("ingest", settings) else { return };
    dies_at_every_point(&job, 7);
    dies_at_every_point(&job.after_changes(), 12);
}

#[test]
fn a_job_that_replaces_survives_its_death_at_any_point() {
    let Some(job) = Job::new("ingest", "") else { return };
    dies_at_every_point(&job.after_changes(), 3);
}

#[test]
fn a_job_that_merges_small_shards_survives_its_death_at_any_point() {
    let settings = "[shards]\nsmall_files_max = 0\n[images]\nlayout = \"tar\"\n";
    let Some(job) = Job::new("ingest", settings) else { return };
    dies_at_every_point(&job.after_changes(), 10);
}

#[test]
fn deidentified_files_survive_the_death_of_their_job_at_any_point() {
    let Some(job) = Job::new("deidentify", "") else { return };
    dies_at_every_point(&job, 4);
    dies_at_every_point(&job.after_changes(), 5);
}

#[test]
fn a_full_disk_at_any_point_is_told_and_survived() {
    const ENOSPC: i32 = 28;
    let Some(job) = Job::new("ingest", "") else { return };
    fails_at_every_point(&job, 6, ENOSPC);
    // At the nineteenth change an image that a row names was once taken back.
    fails_at_every_point(&job.after_changes(), 19, ENOSPC);
}

#[test]
fn a_target_that_becomes_read_only_is_told_and_survived() {
    const EROFS: i32 = 30;
    let Some(job) = Job::new("ingest", "[images]\nlayout = \"tar\"\n") else { return };
    fails_at_every_point(&job, 8, EROFS);
}

#[test]
fn too_many_open_files_are_told_and_survived() {
    const EMFILE: i32 = 24;
    let Some(job) = Job::new("deidentify", "") else { return };
    fails_at_every_point(&job, 9, EMFILE);
}

/// Many threads, and many deaths of the same job, at moments of a clock.
#[test]
fn a_job_that_dies_again_and_again_ends_the_same() {
    let Some(job) = Job::new("ingest", "") else { return };
    let expected = job.outcome();
    let mut state = 11_u64;
    for threads in ["1", "2", "8"] {
        let target = job.prepare();
        let begun = Instant::now();
        assert!(job.with_threads(threads).run(&job.prepare(), &Fault::None).status.success());
        let duration = begun.elapsed();
        for _ in 0..8 {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let mut child = job.with_threads(threads).command(&target, &Fault::None).spawn().unwrap();
            sleep(duration.mul_f64((state >> 40) as f64 / (1 << 24) as f64));
            child.kill().unwrap();
            child.wait().unwrap();
            job.check_readers(&target);
        }
        let output = job.with_threads(threads).run(&target, &Fault::None);
        assert!(output.status.success(), "{}", common::stderr(&output));
        job.check_same(&target, &expected, 0);
    }
}

/// SIGINT and SIGTERM let what is in flight finish; the exit code says that the job can be resumed.
#[test]
fn a_signal_at_any_moment_is_obeyed() {
    let Some(job) = Job::new("ingest", "") else { return };
    let expected = job.outcome();
    for (index, signal) in ["-INT", "-TERM"].into_iter().cycle().take(12).enumerate() {
        let target = job.prepare();
        let mut child = job.command(&target, &Fault::None).spawn().unwrap();
        sleep(Duration::from_millis(20 * index as u64));
        let id = child.id().to_string();
        assert!(Command::new("kill").args([signal, &id]).status().unwrap().success());
        // Before the handler stands, the signal itself ends the process.
        let code = child.wait().unwrap().code();
        assert!(matches!(code, None | Some(0 | 130)), "{code:?}");
        job.check_readers(&target);
        let output = job.run(&target, &Fault::None);
        assert!(output.status.success(), "{}", common::stderr(&output));
        job.check_same(&target, &expected, index);
    }
}
