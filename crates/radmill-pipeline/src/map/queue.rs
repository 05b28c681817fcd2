//! Which source a worker takes next, and when.

use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Segments that may be open at the same time: one being finished by the slowest source, the others being filled.
const OPEN_SEGMENTS_MAX: usize = 3;

/// The sources of unfinished segments in their order, each for whoever asks next.
pub(super) struct Queue {
    /// Indices of the sources of each unfinished segment.
    segments: Vec<Range<usize>>,
    /// Segment that is handed out, and index of its next source.
    next: Mutex<(usize, usize)>,
}

impl Queue {
    pub(super) fn new(segments: Vec<Range<usize>>) -> Queue {
        let first = segments.first().map_or(0, |segment| segment.start);
        Queue { segments, next: Mutex::new((0, first)) }
    }

    /// All of them, by index.
    pub(super) fn sources(&self) -> impl Iterator<Item = usize> + Clone + '_ {
        self.segments.iter().cloned().flatten()
    }

    /// Ordinal of the segment among the unfinished ones, and index of the source.
    pub(super) fn next(&self) -> Option<(usize, usize)> {
        let mut next = self.next.lock().unwrap_or_else(PoisonError::into_inner);
        let segment = self.segments.get(next.0)?;
        let source = (next.0, next.1);
        next.1 += 1;
        if next.1 == segment.end {
            let first = self.segments.get(next.0 + 1).map_or(0, |segment| segment.start);
            *next = (next.0 + 1, first);
        }
        Some(source)
    }
}

/// Keeps workers from running further ahead than [`OPEN_SEGMENTS_MAX`]. Counts unfinished segments by ordinal.
pub(super) struct Window {
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
    pub(super) fn new() -> Window {
        Window { state: Mutex::new(WindowState::default()), moved: Condvar::new() }
    }

    pub(super) fn wait_for(&self, ordinal: usize, is_stopped: impl Fn() -> bool) {
        let mut state = self.lock();
        while ordinal >= state.oldest_open + OPEN_SEGMENTS_MAX && !is_stopped() {
            // An interrupt does not wake anybody: look again now and then.
            let patience = Duration::from_millis(200);
            state = self.moved.wait_timeout(state, patience).unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    pub(super) fn finish(&self, ordinal: usize) {
        let mut state = self.lock();
        state.finished.insert(ordinal);
        while state.finished.first() == Some(&state.oldest_open) {
            state.finished.pop_first();
            state.oldest_open += 1;
        }
        drop(state);
        self.wake();
    }

    pub(super) fn wake(&self) {
        self.moved.notify_all();
    }

    fn lock(&self) -> MutexGuard<'_, WindowState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_source_is_handed_out_once_with_its_segment() {
        let queue = Queue::new(vec![3..5, 9..10]);
        assert!(queue.sources().eq([3, 4, 9]));
        let handed_out: Vec<_> = std::iter::from_fn(|| queue.next()).collect();
        assert_eq!(handed_out, [(0, 3), (0, 4), (1, 9)]);
        assert_eq!((queue.next(), Queue::new(Vec::new()).next()), (None, None));
    }

    #[test]
    fn the_window_moves_past_segments_finished_out_of_order() {
        let window = Window::new();
        for (finished, oldest_open) in [(2, 0), (1, 0), (0, 3), (3, 4), (7, 4)] {
            window.finish(finished);
            assert_eq!(window.lock().oldest_open, oldest_open, "after {finished}");
        }
    }
}
