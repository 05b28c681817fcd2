//! Takes every source through the line, on all threads, into segments.
//!
//! Workers take sources in order and send what became of them to the collector, which is the calling thread and
//! the only one that writes segments. A worker that runs too far ahead of the oldest open segment waits, so that
//! the rows held in memory are bounded.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use radmill_manifest::ImageRow;
use radmill_store::{Source, SourceReader};

use crate::archives::setback;
use crate::budget::Budget;
use crate::crosswalk::Replacements;
use crate::line::Line;
use crate::outcome::{INTERNAL_ERROR, Mapped, Outcome, Setback, SourceRecord, Stage};
use crate::plan::Plan;
use crate::segment::{self, path_text};
use crate::{Event, JobError, Observer};

/// Segments that may be open at the same time: one being finished by the slowest source, the others being filled.
const OPEN_SEGMENTS_MAX: usize = 3;

/// Results on their way to the collector, for each thread: enough that no worker waits for a short write.
const CHANNEL_CAPACITY_PER_THREAD: usize = 4;

/// Parsing nests as deep as the limits allow; this is several times what that takes.
const STACK_BYTES: usize = 16 << 20;

/// Maps all segments of this process that are not finished yet. Afterwards they lie complete in the private root.
pub(crate) fn map(
    plan: &Plan,
    interrupted: &AtomicBool,
    observer: &mut dyn Observer,
) -> Result<(), JobError> {
    let folder = plan.roots.segments(&plan.plan_id);
    let segments = plan.segments();
    let own = (0..segments.len()).filter(|&index| plan.maps(index)).collect::<Vec<_>>();
    let open: Vec<usize> =
        own.iter().copied().filter(|&index| !segment::is_complete(&folder, index)).collect();
    let sources: Vec<(usize, usize)> = open
        .iter()
        .enumerate()
        .flat_map(|(ordinal, &segment)| segments[segment].clone().map(move |source| (ordinal, source)))
        .collect();
    let mut progress = Progress::new(plan, &segments, &own, &open);
    observer.on(&progress.planned(plan));

    // For the frames of instances that have many. The loops over sources are threads of their own: as tasks of the
    // pool they could be picked up by a thread that waits for frames, and suspend its source.
    let frame_pool =
        rayon::ThreadPoolBuilder::new().num_threads(plan.n_threads).build().map_err(no_threads)?;
    let (sender, receiver) = sync_channel(plan.n_threads * CHANNEL_CAPACITY_PER_THREAD);
    let work = Work {
        plan,
        line: Line::new(plan, &frame_pool),
        reader: SourceReader::new(&plan.listing, sources.iter().map(|&(_, source)| source)),
        source_budget: Budget::new(plan.file.job.source_bytes_in_flight_max),
        sources: &sources,
        next: AtomicUsize::new(0),
        window: Window::new(),
        stop: AtomicBool::new(false),
        interrupted,
    };
    let collected = thread::scope(|scope| {
        for _ in 0..plan.n_threads {
            let sender = sender.clone();
            let worker = thread::Builder::new().stack_size(STACK_BYTES);
            if let Err(error) = worker.spawn_scoped(scope, || work.run(sender)) {
                work.stop();
                return Err(no_threads(error));
            }
        }
        drop(sender);
        let collected = collect(&work, &segments, &open, &receiver, &mut progress, observer);
        // After a fault of the whole job the workers still have results to hand over; nobody wants them.
        work.stop();
        receiver.iter().for_each(drop);
        collected
    });
    collected?;
    if interrupted.load(Ordering::Relaxed) {
        return Err(JobError::Interrupted);
    }
    Ok(())
}

fn no_threads(error: impl std::fmt::Display) -> JobError {
    JobError::Internal(format!("no threads: {error}"))
}

/// A source finished by a worker: ordinal of its segment among the unfinished ones, index of the source,
/// and what became of it.
type Finished = (usize, usize, Result<Mapped, JobError>);

struct Work<'a> {
    plan: &'a Plan,
    line: Line<'a>,
    reader: SourceReader<'a>,
    source_budget: Budget,
    /// Ordinal of the segment among the unfinished ones, and index of the source.
    sources: &'a [(usize, usize)],
    next: AtomicUsize,
    window: Window,
    stop: AtomicBool,
    interrupted: &'a AtomicBool,
}

impl Work<'_> {
    /// What each worker does until there is nothing left.
    fn run(&self, sender: SyncSender<Finished>) {
        while let Some(&(ordinal, source)) = self.sources.get(self.next.fetch_add(1, Ordering::Relaxed)) {
            self.window.wait_for(ordinal, || self.is_stopped());
            if self.is_stopped() {
                return;
            }
            let Some(mapped) = self.map_source(&self.plan.listing.sources[source]) else { return };
            if sender.send((ordinal, source, mapped)).is_err() {
                return;
            }
        }
    }

    /// What becomes of a source; `None` if the work was stopped before it could be read.
    fn map_source(&self, source: &Source) -> Option<Result<Mapped, JobError>> {
        let mut patient = None;
        let limit = self.plan.settings.limits.file_bytes_max;
        let turn = self.reader.turn(source, || self.is_stopped())?;
        // Not before its turn: the source that comes before may be waiting for this memory.
        let _share = self.source_budget.take(if source.bytes > limit { 0 } else { source.bytes });
        let mapped = match turn.read(limit) {
            Err(fault) => Err(setback(fault, limit)),
            // A panic is a fault of ours; it costs this record and shows in the exit code.
            Ok(bytes) => catch_unwind(AssertUnwindSafe(|| self.line.take(bytes, &mut patient)))
                .unwrap_or_else(|_| Err(Setback::reject(Stage::Row, INTERNAL_ERROR, "a fault of radmill"))),
        };
        let mapped = match mapped {
            Ok(mapped) => mapped,
            Err(Setback::Skip(reason)) => Mapped::nothing(Outcome::Skipped { reason: reason.to_owned() }),
            Err(Setback::Reject(rejection)) => Mapped::nothing(Outcome::Rejected(rejection)),
            Err(Setback::Job(error)) => return Some(Err(error)),
        };
        Some(Ok(Mapped { patient, ..mapped }))
    }

    fn stop(&self) {
        self.stop.store(true, Ordering::Relaxed);
        self.window.wake();
    }

    fn is_stopped(&self) -> bool {
        self.stop.load(Ordering::Relaxed) || self.interrupted.load(Ordering::Relaxed)
    }
}

fn collect(
    work: &Work<'_>,
    segments: &[Range<usize>],
    unfinished: &[usize],
    receiver: &Receiver<Finished>,
    progress: &mut Progress,
    observer: &mut dyn Observer,
) -> Result<(), JobError> {
    let folder = work.plan.roots.segments(&work.plan.plan_id);
    let mut open: BTreeMap<usize, OpenSegment> = BTreeMap::new();
    for (ordinal, source, mapped) in receiver {
        let mapped = mapped?;
        let segment = unfinished[ordinal];
        let listed = &work.plan.listing.sources[source];
        observer.on(&progress.one_more(listed.bytes, &mapped.outcome));
        progress.check_rejected(work.plan)?;
        let filling = open.entry(segment).or_insert_with(|| OpenSegment::new(segments[segment].len()));
        filling.add(source - segments[segment].start, listed, mapped);
        if filling.n_missing == 0
            && let Some(full) = open.remove(&segment)
        {
            segment::write(&work.plan.roots, &work.plan.outbox(), &folder, segment, &full.into_content())?;
            work.window.finish(ordinal);
        }
    }
    Ok(())
}

/// A segment of which some sources are finished, in the order of the listing whatever the order of finishing.
struct OpenSegment {
    n_missing: usize,
    finished: Vec<Option<(SourceRecord, Vec<ImageRow>)>>,
    replacements: Replacements,
}

impl OpenSegment {
    fn new(n_sources: usize) -> OpenSegment {
        OpenSegment {
            n_missing: n_sources,
            finished: (0..n_sources).map(|_| None).collect(),
            replacements: Replacements::default(),
        }
    }

    fn add(&mut self, index: usize, source: &Source, mapped: Mapped) {
        let Mapped { patient, outcome, rows, crosswalk } = mapped;
        self.replacements.add(crosswalk, patient.as_deref());
        let record =
            SourceRecord { source: path_text(&source.relative), bytes: source.bytes, patient, outcome };
        self.finished[index] = Some((record, rows));
        self.n_missing -= 1;
    }

    fn into_content(self) -> segment::Content {
        let (records, rows): (Vec<_>, Vec<_>) = self.finished.into_iter().flatten().unzip();
        segment::Content {
            records,
            rows: rows.into_iter().flatten().collect(),
            replacements: self.replacements,
        }
    }
}

/// Keeps workers from running further ahead than [`OPEN_SEGMENTS_MAX`]. Counts unfinished segments by ordinal.
struct Window {
    state: Mutex<WindowState>,
    moved: Condvar,
}

#[derive(Default)]
struct WindowState {
    /// Every segment before this one is finished.
    oldest_open: usize,
    /// Finished segments after it.
    finished: BTreeSet<usize>,
}

impl Window {
    fn new() -> Window {
        Window { state: Mutex::new(WindowState::default()), moved: Condvar::new() }
    }

    fn wait_for(&self, ordinal: usize, is_stopped: impl Fn() -> bool) {
        let mut state = self.lock();
        while ordinal >= state.oldest_open + OPEN_SEGMENTS_MAX && !is_stopped() {
            // An interrupt does not wake anybody: look again now and then.
            let patience = Duration::from_millis(200);
            state = self.moved.wait_timeout(state, patience).unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    fn finish(&self, ordinal: usize) {
        let mut state = self.lock();
        state.finished.insert(ordinal);
        while state.finished.first() == Some(&state.oldest_open) {
            state.finished.pop_first();
            state.oldest_open += 1;
        }
        drop(state);
        self.wake();
    }

    fn wake(&self) {
        self.moved.notify_all();
    }

    fn lock(&self) -> MutexGuard<'_, WindowState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

struct Progress {
    n_sources: u64,
    n_resumed: u64,
    n_done: u64,
    n_done_now: u64,
    bytes: u64,
    bytes_done: u64,
    n_rejected: u64,
    n_images: u64,
    n_dicom_files: u64,
}

impl Progress {
    fn new(plan: &Plan, segments: &[Range<usize>], own: &[usize], open: &[usize]) -> Progress {
        let sources = &plan.listing.sources;
        let n_of = |indices: &[usize]| indices.iter().map(|&index| segments[index].len() as u64).sum::<u64>();
        let bytes_of = |indices: &[usize]| {
            let sources = indices.iter().flat_map(|&index| &sources[segments[index].clone()]);
            sources.map(|source| source.bytes).sum::<u64>()
        };
        let (n_sources, bytes) = (n_of(own), bytes_of(own));
        let n_resumed = n_sources - n_of(open);
        Progress {
            n_sources,
            n_resumed,
            n_done: n_resumed,
            n_done_now: 0,
            bytes,
            bytes_done: bytes - bytes_of(open),
            n_rejected: 0,
            n_images: 0,
            n_dicom_files: 0,
        }
    }

    fn planned(&self, plan: &Plan) -> Event {
        let Progress { n_sources, bytes, n_resumed, .. } = *self;
        let (n_threads, changes) = (plan.n_threads, plan.selection.changes);
        Event::Planned { n_sources, bytes, n_resumed, n_threads, changes }
    }

    fn one_more(&mut self, bytes: u64, outcome: &Outcome) -> Event {
        self.n_done += 1;
        self.n_done_now += 1;
        self.bytes_done += bytes;
        match outcome {
            Outcome::Rejected(_) => self.n_rejected += 1,
            Outcome::Milled(milled) => {
                self.n_images += milled.image_paths.len() as u64;
                self.n_dicom_files += u64::from(milled.dicom.is_some());
            }
            Outcome::Duplicate | Outcome::Skipped { .. } => {}
        }
        Event::Progress {
            n_done: self.n_done,
            n_sources: self.n_sources,
            bytes_done: self.bytes_done,
            bytes: self.bytes,
            n_rejected: self.n_rejected,
            n_images: self.n_images,
            n_dicom_files: self.n_dicom_files,
        }
    }

    fn check_rejected(&self, plan: &Plan) -> Result<(), JobError> {
        let job = &plan.file.job;
        let share = self.n_rejected as f64 / self.n_done_now as f64;
        if self.n_done_now >= job.rejected_check_after && share > job.rejected_share_max {
            return Err(JobError::TooManyRejected { n_rejected: self.n_rejected, n_done: self.n_done_now });
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_window_moves_past_segments_finished_out_of_order() {
        let window = Window::new();
        for (finished, oldest_open) in [(2, 0), (1, 0), (0, 3), (3, 4), (7, 4)] {
            window.finish(finished);
            assert_eq!(window.lock().oldest_open, oldest_open, "after {finished}");
        }
    }
}
