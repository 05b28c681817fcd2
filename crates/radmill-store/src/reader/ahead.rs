//! Objects that are on their way before anybody asks for them: a request waits for the network, not for a thread.

use std::collections::VecDeque;
use std::io;
use std::sync::{Mutex, PoisonError};

use crate::remote::{Coming, Remote};
use crate::{Source, Sources};

/// Objects on their way at a time.
const N_AHEAD: usize = 16;

/// Longest object that is asked for early, and most bytes of all of them.
const OBJECT_BYTES_MAX: u64 = 16 << 20;
const BYTES_MAX: u64 = 64 << 20;

pub(super) struct Ahead<'a> {
    remote: &'a Remote,
    sources: &'a Sources,
    state: Mutex<State>,
}

/// Sources by their indices.
struct State {
    /// What will be asked for, in order.
    later: VecDeque<usize>,
    coming: Vec<(usize, Coming)>,
}

impl<'a> Ahead<'a> {
    pub(super) fn new(
        remote: &'a Remote,
        sources: &'a Sources,
        order: impl Iterator<Item = usize>,
    ) -> Ahead<'a> {
        let is_early = |index: &usize| {
            let source = sources.get(*index);
            source.is_file() && source.bytes <= OBJECT_BYTES_MAX
        };
        let later = order.filter(is_early).collect();
        Ahead { remote, sources, state: Mutex::new(State { later, coming: Vec::new() }) }
    }

    /// The bytes of an object; more than `bytes_max` are refused.
    pub(super) fn read(&self, index: usize, source: &Source, bytes_max: u64) -> io::Result<Vec<u8>> {
        match self.take(index) {
            Some(coming) => match self.remote.end(coming) {
                // It has grown since it was listed.
                Err(error) if error.kind() == io::ErrorKind::FileTooLarge => self.read_now(source, bytes_max),
                bytes => bytes,
            },
            None => self.read_now(source, bytes_max),
        }
    }

    fn read_now(&self, source: &Source, bytes_max: u64) -> io::Result<Vec<u8>> {
        self.remote.end(self.remote.begin(&source.relative, bytes_max)?)
    }

    /// What is coming of this object, and begins to ask for more.
    fn take(&self, wanted: usize) -> Option<Coming> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let at = state.coming.iter().position(|(index, _)| *index == wanted);
        let coming = at.map(|at| state.coming.swap_remove(at).1);
        if coming.is_none() {
            // Nearly always the first.
            if let Some(at) = state.later.iter().take(N_AHEAD).position(|index| *index == wanted) {
                state.later.remove(at);
            }
        }
        let bytes_of =
            |state: &State| state.coming.iter().map(|(index, _)| self.sources.get(*index).bytes).sum::<u64>();
        while state.coming.len() < N_AHEAD
            && bytes_of(&state) < BYTES_MAX
            && let Some(next) = state.later.pop_front()
        {
            // What cannot be asked for now says so when it is read.
            if let Ok(coming) = self.remote.begin(&self.sources.get(next).relative, OBJECT_BYTES_MAX) {
                state.coming.push((next, coming));
            }
        }
        coming
    }
}
