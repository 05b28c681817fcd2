//! The whole job, in a process of its own, so that its peak memory is its own.

use std::error::Error;
use std::path::Path;
use std::process::Command;
use std::sync::atomic::AtomicBool;
use std::time::Instant;

use radmill_pipeline::{Event, Input, JobKind, PipelineSource, Plan, PlanOptions, Redo, run_job};

/// Runs the job `repeat` times in child processes and prints the best run.
pub(crate) fn measure(
    corpus: &Path,
    work: &Path,
    n_threads: usize,
    repeat: u32,
) -> Result<(), Box<dyn Error>> {
    let mut best: Option<serde_json::Value> = None;
    for run in 0..repeat.max(1) {
        let out = work.join(format!("out-{n_threads}-{run}"));
        let output = Command::new(std::env::current_exe()?)
            .args(["--whole", "--threads", &n_threads.to_string(), "--corpus"])
            .arg(corpus)
            .arg("--out")
            .arg(&out)
            .output()?;
        if !output.status.success() {
            return Err(String::from_utf8_lossy(&output.stdout).into_owned().into());
        }
        let result: serde_json::Value = serde_json::from_slice(&output.stdout)?;
        let seconds = |result: &serde_json::Value| result["seconds"].as_f64().unwrap_or(f64::MAX);
        if best.as_ref().is_none_or(|best| seconds(&result) < seconds(best)) {
            best = Some(result);
        }
        // A later run must not find the pages of an earlier one.
        std::fs::remove_dir_all(&out)?;
    }
    let Some(best) = best else { return Ok(()) };
    let number = |name: &str| best[name].as_f64().unwrap_or(0.0);
    let seconds = number("seconds").max(1e-9);
    println!(
        "ingest, {n_threads} threads: {seconds:.2} s, {:.0} files/s, {:.0} MB/s of source, {:.0} images/s, {} MB peak memory, {} rejected",
        number("n_sources") / seconds,
        number("source_bytes") / 1e6 / seconds,
        number("n_images") / seconds,
        best["peak_memory_mb"],
        best["n_rejected"]
    );
    Ok(())
}

/// The job itself; prints its figures as one JSON object.
pub(crate) fn child(corpus: &Path, out: &Path, n_threads: usize) -> Result<(), Box<dyn Error>> {
    let start = Instant::now();
    let options = PlanOptions {
        kind: JobKind::Ingest,
        input: Input::Path(corpus.to_owned()),
        dataset: out.to_owned(),
        private: None,
        pipeline: PipelineSource::Default,
        key: None,
        n_threads: Some(n_threads),
        redo: Redo::Changed,
        part: None,
    };
    let interrupted = AtomicBool::new(false);
    let plan = Plan::new(&options, &interrupted)?;
    let summary = run_job(&plan, &interrupted, &mut |_: &Event| {})?;
    let seconds = start.elapsed().as_secs_f64();
    println!(
        "{}",
        serde_json::json!({
            "seconds": seconds,
            "n_sources": summary.n_sources,
            "source_bytes": summary.source_bytes,
            "n_images": summary.n_images,
            "n_rejected": summary.n_rejected,
            "peak_memory_mb": peak_memory_bytes().map(|bytes| bytes / 1_000_000),
        })
    );
    Ok(())
}

/// The most memory this process ever held; `None` where the system does not say.
pub(crate) fn peak_memory_bytes() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kibibytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kibibytes * 1024)
}
