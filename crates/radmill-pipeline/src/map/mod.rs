//! Takes every source through the line, on all threads, into segments.
//!
//! Workers take sources in order and send what became of them to the collector, which is the calling thread and
//! the only one that writes segments. A worker that runs too far ahead of the oldest open segment waits, so that
//! the rows held in memory are bounded.

mod progress;
mod queue;

use std::collections::BTreeMap;
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;

use radmill_manifest::ImageRow;
use radmill_store::{Source, SourceReader, Turn};

use self::progress::Progress;
use self::queue::{Queue, Window};
use crate::archives::setback;
use crate::budget::Budget;
use crate::crosswalk::Replacements;
use crate::line::Line;
use crate::outcome::{INTERNAL_ERROR, Mapped, Outcome, Setback, SourceRecord, Stage};
use crate::plan::Plan;
use crate::segment::{self, path_text};
use crate::{JobError, JobKind, Observer, in_pieces};

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
    let queue = Queue::new(open.iter().map(|&segment| segments[segment].clone()).collect());
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
        reader: SourceReader::new(&plan.listing, queue.sources()),
        source_budget: Budget::new(plan.file.job.source_bytes_in_flight_max),
        queue,
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
    queue: Queue,
    window: Window,
    stop: AtomicBool,
    interrupted: &'a AtomicBool,
}

impl Work<'_> {
    /// What each worker does until there is nothing left.
    fn run(&self, sender: SyncSender<Finished>) {
        while let Some((ordinal, source)) = self.queue.next() {
            self.window.wait_for(ordinal, || self.is_stopped());
            if self.is_stopped() {
                return;
            }
            let Some(mapped) = self.map_source(source) else { return };
            if sender.send((ordinal, source, mapped)).is_err() {
                return;
            }
        }
    }

    /// What becomes of a source; `None` if the work was stopped before it could be read.
    fn map_source(&self, source: usize) -> Option<Result<Mapped, JobError>> {
        let mut patient = None;
        let limit = self.plan.settings.limits.file_bytes_max;
        let turn = self.reader.turn(source, || self.is_stopped())?;
        let mapped = match self.take_in_pieces(&turn, &mut patient) {
            Some(mapped) => mapped,
            None => {
                // Not before its turn: the source that comes before may be waiting for this memory.
                let bytes = turn.source().bytes;
                let _share = self.source_budget.take(if bytes > limit { 0 } else { bytes });
                match turn.read(limit) {
                    Err(fault) => Err(setback(fault, limit)),
                    Ok(bytes) => caught(|| self.line.take(bytes, &mut patient)),
                }
            }
        };
        let mapped = match mapped {
            Ok(mapped) => mapped,
            Err(Setback::Skip(reason)) => Mapped::nothing(Outcome::Skipped { reason: reason.to_owned() }),
            Err(Setback::Reject(rejection)) => Mapped::nothing(Outcome::Rejected(rejection)),
            Err(Setback::Job(error)) => return Some(Err(error)),
        };
        Some(Ok(Mapped { patient, ..mapped }))
    }

    /// What becomes of a large source; `None`, and nothing was done, if it has to be read whole.
    fn take_in_pieces(
        &self,
        turn: &Turn<'_>,
        patient: &mut Option<String>,
    ) -> Option<Result<Mapped, Setback>> {
        let plan = self.plan;
        // DICOM files are written from the whole.
        let is_for_images = plan.kind == JobKind::Ingest && !plan.file.dicom.write;
        if !is_for_images || turn.source().bytes < in_pieces::BYTES_MIN {
            return None;
        }
        let file = turn.open()?;
        let _share = self.source_budget.take(in_pieces::BUDGET_BYTES);
        caught(|| self.line.take_in_pieces(file, || turn.open().is_some(), patient)).transpose()
    }

    fn stop(&self) {
        self.stop.store(true, Ordering::Relaxed);
        self.window.wake();
    }

    fn is_stopped(&self) -> bool {
        self.stop.load(Ordering::Relaxed) || self.interrupted.load(Ordering::Relaxed)
    }
}

/// A panic is a fault of ours; it costs this record and shows in the exit code.
fn caught<T>(work: impl FnOnce() -> Result<T, Setback>) -> Result<T, Setback> {
    catch_unwind(AssertUnwindSafe(work))
        .unwrap_or_else(|_| Err(Setback::reject(Stage::Row, INTERNAL_ERROR, "a fault of radmill")))
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
        let listed = work.plan.listing.sources.get(source);
        observer.on(&progress.one_more(listed.bytes, &mapped.outcome));
        progress.check_rejected(work.plan)?;
        let filling = open.entry(segment).or_insert_with(|| OpenSegment::new(segments[segment].len()));
        filling.add(source - segments[segment].start, &listed, mapped);
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
