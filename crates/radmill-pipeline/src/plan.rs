use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use radmill_store::{
    DatasetRoots, Listing, RootsLock, Sources, files_in, is_url, place_members, remove_folder,
};
use sha2::{Digest, Sha256};

use crate::archives::{archive_limits, next_archives, open_known_archives, rejection_of_unlisted};
use crate::bucket::{self, Wanted};
use crate::input::{Input, is_lists};
use crate::key::{hex, load_key};
use crate::ledger::{Header, Ledger, Redo, Selection, Unlisted, Way, select};
use crate::segment::path_text;
use crate::settings::{PipelineSource, Settings};
use crate::withdraw::{Tombstones, check_no_withdrawal};
use crate::{Event, JobError, JobKind, Part, PipelineFile, Summary, defaults};

/// What the user asked for.
#[derive(Clone, Debug)]
pub struct PlanOptions {
    /// What to make of the sources.
    pub kind: JobKind,
    /// Where the sources come from.
    pub input: Input,
    /// The dataset, or the folder of DICOM files, to make or add to.
    pub dataset: PathBuf,
    /// The private root of a dataset in a bucket; that of one on disk lies beside it.
    pub private: Option<PathBuf>,
    /// Where it is written how.
    pub pipeline: PipelineSource,
    /// The site key; the dataset's own if none is named.
    pub key: Option<PathBuf>,
    /// Threads; as many as the machine has if not said.
    pub n_threads: Option<usize>,
    /// What is done again of what finished jobs have worked on.
    pub redo: Redo,
    /// The part of the sources to map, if several machines share the job; all of them otherwise.
    pub part: Option<Part>,
}

impl PlanOptions {
    /// The input as the ledger knows it.
    fn known_input(&self) -> PathBuf {
        match &self.redo {
            Redo::Changed => self.input.known_as(),
            Redo::Rejected(retry) => retry.known_as.clone(),
        }
    }
}

/// A job settled into plain values: what every stage is to do, on which sources, into which dataset.
///
/// Holds the target for this job as long as it lives.
pub struct Plan {
    pub(crate) kind: JobKind,
    pub(crate) roots: DatasetRoots,
    /// The sources to work on.
    pub(crate) listing: Listing,
    /// What finished jobs know of the input.
    pub(crate) ledger: Ledger,
    /// The ledger's header as this job found it.
    pub(crate) before: Option<Header>,
    /// What earlier lists had that could not be read, where the input is a list.
    not_listed: Vec<Unlisted>,
    /// How the sources of the input stand to what is known of them.
    pub(crate) selection: Selection,
    /// What the next ledger says of the input and the settings.
    way: Way,
    pub(crate) file: PipelineFile,
    pub(crate) settings: Settings,
    /// Who has withdrawn.
    pub(crate) withdrawn: Tombstones,
    pub(crate) n_threads: usize,
    part: Option<Part>,
    /// Names this job, keyed because the names of sources go into it: same sources, settings and key, same id.
    pub(crate) plan_id: String,
    _lock: RootsLock,
}

impl Plan {
    /// Lists the sources, settles the pipeline file and takes the target for itself.
    /// Writes nothing but the two roots and, on first use, the key.
    ///
    /// Set `interrupted` from another thread to stop: then it fails, and the same options give the same plan later.
    pub fn new(options: &PlanOptions, interrupted: &AtomicBool) -> Result<Plan, JobError> {
        Plan::with_listing(options, interrupted, || options.input.list(interrupted))
    }

    /// The same where `list` says what the sources are.
    pub(crate) fn with_listing(
        options: &PlanOptions,
        interrupted: &AtomicBool,
        list: impl FnOnce() -> Result<Listing, JobError>,
    ) -> Result<Plan, JobError> {
        let (mut file, settings) = Settings::without_key(&options.pipeline)?;
        if matches!(options.redo, Redo::Rejected(_)) {
            // Of what was rejected before, most may well be rejected again.
            file.job.rejected_share_max = 1.0;
        }
        let mut listing = list()?;
        let roots = roots_of(options)?;
        options.input.check_apart(&listing, &roots)?;
        roots.create().map_err(|error| JobError::Target(error.to_string()))?;
        let lock = match options.part {
            // Parts of one job get along with each other.
            Some(part) => roots.lock_part(&part.name())?,
            None => roots.lock()?,
        };
        let lock = lock.ok_or(JobError::Busy)?;
        bucket::refresh(&roots, options.part.map_or(Wanted::Newest, Wanted::Log))?;
        check_kind(options.kind, &roots)?;
        check_no_withdrawal(&roots)?;
        let is_begun = match options.kind {
            JobKind::Ingest => roots.has_table(),
            JobKind::Deidentify => roots.has_folders(),
        };
        let settings = settings(load_key(&roots, options.key.as_deref(), is_begun)?);
        let withdrawn = Tombstones::read(&roots)?;
        let input = options.known_input();
        let ledger = Ledger::of(&roots, &input);
        let before = ledger.header()?;
        if let Some(before) = &before {
            // A crash after the very last step leaves segments that nobody needs.
            remove_folder(&roots.segments(&before.job))?;
        }
        let limits = archive_limits(&file.limits);
        open_known_archives(&mut listing, &ledger, before.as_ref(), &limits, interrupted)?;
        check_not(interrupted)?;
        let not_listed = match &before {
            Some(before) if is_lists(&input) => before.unlisted_elsewhere(&listing),
            _ => Vec::new(),
        };
        let mut selection = select_sources(&mut listing, &ledger, &roots, &settings, &options.redo)?;
        place_members(&mut listing, &limits, interrupted);
        check_not(interrupted)?;
        if is_lists(&input) {
            // What is in no list this time may well be there.
            selection.changes.n_vanished = 0;
        }
        let plan_id = plan_id(options.kind, &input, &listing, &settings, before.as_ref());
        let n_threads = options.n_threads.unwrap_or_else(default_threads).max(1);
        let kind = options.kind;
        let way = way(options, &input, before.as_ref());
        Ok(Plan {
            kind,
            way,
            roots,
            listing,
            ledger,
            before,
            not_listed,
            selection,
            file,
            settings,
            withdrawn,
            n_threads,
            part: options.part,
            plan_id,
            _lock: lock,
        })
    }

    /// True if finished jobs have worked on all sources as they are.
    pub(crate) fn has_nothing_to_do(&self) -> bool {
        let before = self.before.as_ref();
        self.listing.sources.is_empty()
            && before.is_some_and(|before| before.unlisted == self.known_unlisted())
    }

    /// What the listing found and could not read.
    pub(crate) fn unlisted(&self) -> Vec<Unlisted> {
        self.listing.unlisted.iter().map(unlisted).collect()
    }

    /// The same, with what the ledger keeps besides.
    fn known_unlisted(&self) -> Vec<Unlisted> {
        let mut unlisted = self.not_listed.clone();
        unlisted.extend(self.unlisted());
        unlisted.sort_by(|a, b| a.source.cmp(&b.source));
        unlisted
    }

    /// The header of the ledger once this job is done.
    pub(crate) fn next_header(&self) -> Header {
        let (job, unlisted) = (self.plan_id.clone(), self.known_unlisted());
        let archives = next_archives(self.before.as_ref(), &self.listing.archives);
        Header::next(self.before.as_ref(), self.kind, job, unlisted, archives, self.way.clone())
    }

    /// The summary before any source of this job is counted.
    pub(crate) fn begin_summary(&self) -> Summary {
        let job = match &self.before {
            Some(before) if self.listing.sources.is_empty() => &before.job,
            _ => &self.plan_id,
        };
        Summary {
            dataset: self.roots.shown().to_owned(),
            quarantine: self.roots.quarantine(job),
            changes: self.selection.changes,
            ..self.selection.carried.clone()
        }
    }

    /// What an observer is told of a job that has nothing to do.
    pub(crate) fn planned_nothing(&self) -> Event {
        let (n_threads, changes) = (self.n_threads, self.selection.changes);
        Event::Planned { n_sources: 0, bytes: 0, n_resumed: 0, n_threads, changes }
    }

    /// Sources of one segment each: fixed by the listing alone, so that a resumed job cuts them alike.
    pub(crate) fn segments(&self) -> Vec<Range<usize>> {
        cut_segments(&self.listing.sources, defaults::SEGMENT_SOURCES_MAX, defaults::SEGMENT_SOURCE_BYTES_MAX)
    }

    /// True if this process maps the segment with this index.
    pub(crate) fn maps(&self, segment: usize) -> bool {
        self.part.is_none_or(|part| part.has(segment))
    }

    /// Where files are written before they get their names: a folder that no other part of the job uses.
    pub(crate) fn staging(&self) -> PathBuf {
        let staging = self.roots.staging();
        self.part.map_or(staging.clone(), |part| staging.join(part.name()))
    }

    /// Removes what is staged: what a killed job left, or an empty folder.
    pub(crate) fn clear_staging(&self) -> Result<(), JobError> {
        remove_folder(&self.staging())?;
        if self.roots.bucket.is_some() {
            // Of a segment that was finished everything is in the bucket; the others are mapped again.
            remove_folder(&self.part.map_or(self.roots.outbox(), |_| self.outbox()))?;
        }
        if self.part.is_some() {
            // Fails as long as another part has anything in it.
            let _ = std::fs::remove_dir(self.roots.staging());
        }
        Ok(())
    }

    /// Where finished files of the dataset are put: no other part of the job uses the folder, if it is not the dataset.
    pub(crate) fn outbox(&self) -> PathBuf {
        let outbox = self.roots.outbox();
        match (&self.roots.bucket, self.part) {
            (Some(_), Some(part)) => outbox.join(part.name()),
            (Some(_), None) => outbox.join("whole"),
            (None, _) => outbox,
        }
    }

    /// Where the DICOM file of a source waits for seal to give it its name.
    pub(crate) fn unsealed_file(&self, source_token: &str) -> PathBuf {
        let folder = self.roots.unsealed(&self.plan_id);
        folder.join(&source_token[..2]).join(format!("{source_token}.dcm"))
    }

    /// All sources that are accounted for, those included that are not worked on again.
    pub(crate) fn n_sources(&self) -> u64 {
        let n_listed = self.listing.sources.len() + self.listing.unlisted.len();
        n_listed as u64 + self.selection.carried.n_sources
    }
}

/// Archives that were not read to their end look like others.
fn check_not(interrupted: &AtomicBool) -> Result<(), JobError> {
    if interrupted.load(Ordering::Relaxed) { Err(JobError::Interrupted) } else { Ok(()) }
}

fn roots_of(options: &PlanOptions) -> Result<DatasetRoots, JobError> {
    if options.kind == JobKind::Deidentify && is_url(&options.dataset) {
        let target = options.dataset.display();
        return Err(JobError::Target(format!(
            "{target} is a bucket: DICOM files are written to a disk alone"
        )));
    }
    let roots = DatasetRoots::of(&options.dataset, options.private.as_deref());
    roots.map_err(|error| JobError::Target(error.to_string()))
}

/// A job that only tries again some sources leaves the settings as the others know them.
fn way(options: &PlanOptions, input: &Path, before: Option<&Header>) -> Way {
    match (&options.redo, before) {
        (Redo::Rejected(_), Some(before)) => before.way.clone(),
        _ => Way { input: path_text(input), pipeline: options.pipeline.used() },
    }
}

/// Leaves in the listing what there is to do.
fn select_sources(
    listing: &mut Listing,
    ledger: &Ledger,
    roots: &DatasetRoots,
    settings: &Settings,
    redo: &Redo,
) -> Result<Selection, JobError> {
    let others = Ledger::all(roots)?;
    let selection = select(&listing.sources, ledger, &others, &settings.pipeline_id, redo)?;
    let mut is_chosen = selection.is_chosen.iter();
    listing.sources.retain(|_| is_chosen.next().copied().unwrap_or(true));
    Ok(selection)
}

fn unlisted(unlisted: &radmill_store::Unlisted) -> Unlisted {
    Unlisted { source: path_text(&unlisted.relative), rejection: rejection_of_unlisted(&unlisted.lack) }
}

/// A target is either a dataset or a folder of DICOM files: they know in different ways what they hold.
fn check_kind(kind: JobKind, roots: &DatasetRoots) -> Result<(), JobError> {
    let (is_other, what) = match kind {
        JobKind::Ingest => (
            !files_in(&roots.instances(), "jsonl")?.is_empty(),
            "holds DICOM files that `radmill deidentify` wrote; a dataset needs a folder of its own",
        ),
        JobKind::Deidentify => (
            roots.has_table(),
            "holds a dataset that `radmill ingest` made; DICOM files need a folder of their own",
        ),
    };
    if is_other {
        return Err(JobError::Target(format!("{} {what}", roots.shown().display())));
    }
    Ok(())
}

fn cut_segments(sources: &Sources, n_sources_max: usize, bytes_max: u64) -> Vec<Range<usize>> {
    let mut segments = Vec::new();
    let (mut start, mut bytes) = (0, 0_u64);
    for (index, source) in sources.iter().enumerate() {
        let is_full = index - start == n_sources_max || bytes.saturating_add(source.bytes) > bytes_max;
        if is_full && index > start {
            segments.push(start..index);
            (start, bytes) = (index, 0);
        }
        bytes = bytes.saturating_add(source.bytes);
    }
    if start < sources.len() {
        segments.push(start..sources.len());
    }
    segments
}

fn plan_id(
    kind: JobKind,
    input: &Path,
    listing: &Listing,
    settings: &Settings,
    before: Option<&Header>,
) -> String {
    let mut digest = Sha256::new();
    digest.update(format!("{kind:?}"));
    // Another folder with the same names, lengths and times may hold other files.
    digest.update(Sha256::digest(input.as_os_str().as_encoded_bytes()));
    if let Some(before) = before {
        // The same work after another job is another job.
        digest.update(before.generation.to_le_bytes());
    }
    for source in &listing.sources {
        let path = source.relative.as_os_str().as_encoded_bytes();
        digest.update((path.len() as u64).to_le_bytes());
        digest.update(path);
        digest.update(source.bytes.to_le_bytes());
        digest.update(source.modified_ns.to_le_bytes());
    }
    for unlisted in &listing.unlisted {
        digest.update(unlisted.relative.as_os_str().as_encoded_bytes());
    }
    digest.update(settings.pipeline_id.as_bytes());
    hex(&settings.key.token("plan", &digest.finalize()))
}

fn default_threads() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

#[cfg(test)]
mod tests {
    use radmill_store::Source;

    use super::*;

    #[test]
    fn segments_are_cut_by_number_and_by_bytes() {
        let source = |bytes| Source::file(PathBuf::new(), bytes, 0);
        for (bytes, expected_ends) in [
            (vec![], vec![]),
            (vec![1], vec![1]),
            (vec![1, 1, 1, 1, 1], vec![3, 5]),
            (vec![9, 2, 1], vec![1, 3]),
            (vec![50, 50, 1], vec![1, 2, 3]),
        ] {
            let sources: Sources = bytes.into_iter().map(source).collect();
            let segments = cut_segments(&sources, 3, 10);
            let ends: Vec<usize> = segments.iter().map(|segment| segment.end).collect();
            assert_eq!(ends, expected_ends);
            assert!(segments.windows(2).all(|pair| pair[0].end == pair[1].start), "{segments:?}");
        }
    }
}
