//! The order of an audit: read the sources, read the tables, read everything else.

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use bytes::Bytes;
use rayon::prelude::*;

use crate::error::AuditError;
use crate::finding::Hit;
use crate::index::Index;
use crate::link::{KeyReader, Linker, read_crosswalk};
use crate::list::{self, Listed};
use crate::outputs::dicom::DicomOutput;
use crate::outputs::parquet::ImageSources;
use crate::outputs::{image, json, name, other, parquet};
use crate::probe::{Linked, Probe};
use crate::read::walk::{Walked, walk};
use crate::report::{Counts, Report, ReportBuilder};
use crate::sources::Sources;

/// What to look at, and how.
#[derive(Clone, Debug)]
pub struct AuditOptions {
    /// The folder whose content is meant to be shared: a dataset, a folder of DICOM, or a single file.
    pub dataset: PathBuf,
    /// The sources it was made from. Without them the search goes by what identifiers look like.
    pub against: Option<PathBuf>,
    /// Old and new UIDs, to find the source of each output; without it they are found by pixels and structure.
    pub uids: Option<PathBuf>,
    /// Names of columns that are the same in every dataset, and say nothing even where a patient is called so.
    pub published_names: Vec<String>,
    /// Name outputs and sources by their paths. Such a report must stay where the sources are.
    pub show_paths: bool,
    /// Threads to use; as many as the machine has if none is given.
    pub threads: Option<usize>,
}

/// How far an audit is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// What is being read: `sources` or `outputs`.
    pub phase: &'static str,
    /// Files done in this phase.
    pub n_done: u64,
    /// Files of this phase.
    pub n_files: u64,
}

/// Tells how far the audit is, and asks whether to stop.
pub(crate) struct Watch<'w> {
    phase: &'static str,
    n_files: u64,
    n_done: AtomicU64,
    observe: &'w (dyn Fn(Progress) + Sync),
    stop: &'w AtomicBool,
}

impl Watch<'_> {
    pub(crate) fn one_done(&self) {
        let n_done = self.n_done.fetch_add(1, Ordering::Relaxed) + 1;
        (self.observe)(Progress { phase: self.phase, n_done, n_files: self.n_files });
    }

    pub(crate) fn check(&self) -> Result<(), AuditError> {
        if self.stop.load(Ordering::Relaxed) { Err(AuditError::Interrupted) } else { Ok(()) }
    }

    fn is_stopped(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }
}

/// Searches everything below a folder for what identifies somebody.
///
/// `observe` is called by many threads; `stop` ends the audit early.
///
/// # Errors
///
/// Fails if a root cannot be listed or the crosswalk is unusable. Single files that cannot be read are counted.
pub fn audit(
    options: &AuditOptions,
    observe: &(dyn Fn(Progress) + Sync),
    stop: &AtomicBool,
) -> Result<Report, AuditError> {
    let n_threads = options.threads.unwrap_or(0);
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(n_threads)
        .build()
        .map_err(|_| AuditError::Threads(n_threads))?;
    pool.install(|| run(options, observe, stop))
}

fn run(
    options: &AuditOptions,
    observe: &(dyn Fn(Progress) + Sync),
    stop: &AtomicBool,
) -> Result<Report, AuditError> {
    let outputs = list::files(&options.dataset).map_err(AuditError::Dataset)?;
    let watch = |phase, n_files: usize| Watch {
        phase,
        n_files: n_files as u64,
        n_done: AtomicU64::new(0),
        observe,
        stop,
    };
    let mut counts = Counts { outputs: outputs.len() as u64, ..Counts::default() };
    let Some(against) = &options.against else {
        let auditor = Auditor {
            outputs: &outputs,
            root: &options.dataset,
            published_names: &options.published_names,
            evidence: None,
            with_pixels: false,
        };
        let builder = auditor.run(&watch("outputs", outputs.len()), &mut counts)?;
        let output_path = |at: u64| options.show_paths.then(|| outputs[at as usize].relative.join("/"));
        return Ok(builder.finish(counts, false, output_path, |_| None));
    };
    let crosswalk = match options.uids.clone() {
        Some(path) => {
            read_crosswalk(&path).map_err(|problem| AuditError::Crosswalk { path: path.clone(), problem })?
        }
        None => HashMap::new(),
    };
    let sources = Sources::list(against)?;
    // Where every output is found by its UID, nobody needs to read the pixels of the sources.
    let with_pixels = crosswalk.is_empty();
    let facts = sources.read(with_pixels, &watch("sources", sources.len()))?;
    counts.sources = sources.len() as u64;
    counts.sources_dicom = facts.n_dicom;
    counts.sources_broken = facts.n_broken;
    counts.sources_unreadable = facts.n_unreadable;
    let index = facts.builder.build().map_err(|_| AuditError::TooMany)?;
    let linker = Linker::new(&sources, &facts.keys, crosswalk);
    let auditor = Auditor {
        outputs: &outputs,
        root: &options.dataset,
        published_names: &options.published_names,
        evidence: Some((&index, &linker)),
        with_pixels,
    };
    let builder = auditor.run(&watch("outputs", outputs.len()), &mut counts)?;
    let output_path = |at: u64| options.show_paths.then(|| outputs[at as usize].relative.join("/"));
    let source_path = |at: u64| {
        let source = u32::try_from(at).ok().filter(|_| options.show_paths)?;
        sources.shown_path(source)
    };
    Ok(builder.finish(counts, true, output_path, source_path))
}

/// Looks at outputs, in parallel.
struct Auditor<'a> {
    outputs: &'a [Listed],
    root: &'a Path,
    published_names: &'a [String],
    /// Values of the sources, and which source belongs to which output.
    evidence: Option<(&'a Index, &'a Linker<'a>)>,
    with_pixels: bool,
}

/// What looking at one output gave.
#[derive(Default)]
struct Looked {
    hits: Vec<Hit>,
    counts: Counts,
    image_sources: ImageSources,
}

/// The sources of the images at these places.
type SourcesOfImages = HashMap<(String, u64), u32>;

/// Outputs looked at between two merges.
const BATCH: usize = 2048;

impl Auditor<'_> {
    /// Tables come first: they say from which source an image file was made.
    fn run(&self, watch: &Watch<'_>, counts: &mut Counts) -> Result<ReportBuilder, AuditError> {
        let mut report = ReportBuilder::default();
        let mut image_sources = HashMap::new();
        let (tables, others): (Vec<usize>, Vec<usize>) =
            (0..self.outputs.len()).partition(|index| is_table(&self.outputs[*index]));
        for batch in tables.chunks(BATCH).chain(others.chunks(BATCH)) {
            let looked: Vec<Looked> = batch
                .par_iter()
                .map(|index| {
                    if watch.is_stopped() {
                        return Looked::default();
                    }
                    let looked = self.look_at(&self.outputs[*index], &image_sources);
                    watch.one_done();
                    looked
                })
                .collect();
            watch.check()?;
            for (index, looked) in batch.iter().zip(looked) {
                report.add(*index as u64, looked.hits);
                counts.add(&looked.counts);
                image_sources.extend(looked.image_sources);
            }
        }
        Ok(report)
    }

    /// Looks at one file. One that cannot be read is counted, and its name is looked at all the same.
    fn look_at(&self, output: &Listed, image_sources: &SourcesOfImages) -> Looked {
        let mut looked = Looked::default();
        if self.look_into(output, image_sources, &mut looked).is_err() {
            looked.counts.outputs_unreadable += 1;
        }
        looked
    }

    fn look_into(
        &self,
        output: &Listed,
        image_sources: &SourcesOfImages,
        looked: &mut Looked,
    ) -> io::Result<()> {
        let mut start = Vec::new();
        output.open()?.take(8).read_to_end(&mut start)?;
        if is_table(output) || start.starts_with(b"PAR1") {
            return self.table(output, looked);
        }
        if image::is_png(&start) || image::is_jpeg(&start) {
            let source = image_sources.get(&output.image_place(self.root));
            return self.image(output, source.copied(), looked);
        }
        let is_json = [".json", ".jsonl", ".ndjson"].iter().any(|end| output.name().ends_with(end));
        if is_json {
            let bytes = output.read()?;
            looked.counts.other += 1;
            self.probe_names_and(output, None, looked, |probe| json::file(probe, &bytes));
            return Ok(());
        }
        self.dicom_or_other(output, looked)
    }

    fn table(&self, output: &Listed, looked: &mut Looked) -> io::Result<()> {
        looked.counts.tables += 1;
        let linker = self.evidence.map(|(_, linker)| linker);
        let mut read = None;
        let member = if output.path().is_some() { Bytes::new() } else { output.read()?.into() };
        self.probe_names_and(output, None, looked, |probe| {
            read = match output.path() {
                Some(path) => File::open(path).ok().and_then(|file| parquet::file(probe, file, linker).ok()),
                None => parquet::file(probe, member, linker).ok(),
            }
        });
        match read {
            Some((image_sources, rows)) => {
                looked.image_sources = image_sources;
                looked.counts.rows += rows.n_rows;
                looked.counts.images += rows.n_images;
                looked.counts.linked += rows.n_linked;
                looked.counts.not_linked += rows.n_rows - rows.n_linked;
                Ok(())
            }
            // What its reader cannot open is still a run of bytes.
            None => self.as_bytes(output, "a table that cannot be read", looked),
        }
    }

    fn image(&self, output: &Listed, source: Option<u32>, looked: &mut Looked) -> io::Result<()> {
        let bytes = output.read()?;
        looked.counts.images += 1;
        looked.counts.linked += u64::from(source.is_some());
        looked.counts.not_linked += u64::from(source.is_none());
        let linked = source.and_then(|source| self.evidence.and_then(|(_, linker)| linker.load(source)));
        self.probe_names_and(output, linked, looked, |probe| {
            if image::is_png(&bytes) { image::png(probe, &bytes) } else { image::jpeg(probe, &bytes) }
        });
        Ok(())
    }

    fn dicom_or_other(&self, output: &Listed, looked: &mut Looked) -> io::Result<()> {
        let mut keys = KeyReader::new(self.with_pixels);
        let walked = walk(open(output)?, &mut keys)?;
        if walked == Walked::NotDicom {
            looked.counts.other += 1;
            looked.counts.outputs_unreadable += u64::from(output.is_nested_archive());
            return self.as_bytes(output, "file", looked);
        }
        looked.counts.dicom += 1;
        let keys = keys.finish();
        let linked = self.evidence.and_then(|(_, linker)| linker.load(linker.find(&keys)?));
        looked.counts.linked += u64::from(linked.is_some());
        looked.counts.not_linked += u64::from(linked.is_none());
        let reader = open(output)?;
        let mut walked = Ok(Walked::Broken);
        self.probe_names_and(output, linked, looked, |probe| {
            let mut visitor = DicomOutput::new(probe);
            walked = walk(reader, &mut visitor);
            visitor.finish();
        });
        if walked? == Walked::Broken {
            looked.counts.dicom_broken += 1;
            return self.as_bytes(output, "DICOM that cannot be followed to its end", looked);
        }
        Ok(())
    }

    fn as_bytes(&self, output: &Listed, at: &str, looked: &mut Looked) -> io::Result<()> {
        let reader = open(output)?;
        let mut read = Ok(());
        self.probe_names_and(output, None, looked, |probe| read = other::file(probe, at, reader));
        read
    }

    fn probe_names_and(
        &self,
        output: &Listed,
        linked: Option<Arc<Linked>>,
        looked: &mut Looked,
        look: impl FnOnce(&mut Probe<'_>),
    ) {
        let mut probe = match self.evidence {
            Some((index, _)) => Probe::against(index, linked),
            None => Probe::by_shape(),
        }
        .with_published(self.published_names);
        name::names(&mut probe, &output.relative);
        look(&mut probe);
        for hit in probe.hits {
            if !looked.hits.contains(&hit) {
                looked.hits.push(hit);
            }
        }
    }
}

fn open(output: &Listed) -> io::Result<BufReader<Box<dyn Read>>> {
    Ok(BufReader::with_capacity(1 << 16, output.open()?))
}

fn is_table(output: &Listed) -> bool {
    output.name().ends_with(".parquet")
}

impl Counts {
    fn add(&mut self, other: &Counts) {
        self.dicom += other.dicom;
        self.dicom_broken += other.dicom_broken;
        self.images += other.images;
        self.tables += other.tables;
        self.rows += other.rows;
        self.other += other.other;
        self.outputs_unreadable += other.outputs_unreadable;
        self.linked += other.linked;
        self.not_linked += other.not_linked;
    }
}
