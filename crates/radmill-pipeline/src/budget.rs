use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// A number of bytes that threads share: who wants to hold memory takes its size from here first, and waits.
///
/// A request over the whole budget waits until nobody else holds any, so that nothing waits forever.
pub(crate) struct Budget {
    bytes_max: u64,
    bytes_taken: Mutex<u64>,
    given_back: Condvar,
}

/// Bytes taken from a [`Budget`]; given back when dropped.
pub(crate) struct Share<'a> {
    budget: &'a Budget,
    bytes: u64,
}

impl Budget {
    pub(crate) fn new(bytes_max: u64) -> Budget {
        Budget { bytes_max, bytes_taken: Mutex::new(0), given_back: Condvar::new() }
    }

    /// Waits until `bytes` are free.
    pub(crate) fn take(&self, bytes: u64) -> Share<'_> {
        let bytes = bytes.min(self.bytes_max);
        let full = |taken: &mut u64| *taken + bytes > self.bytes_max;
        let mut taken = self.given_back.wait_while(self.lock(), full).unwrap_or_else(PoisonError::into_inner);
        *taken += bytes;
        Share { budget: self, bytes }
    }

    /// The count is right even if a thread panicked: it changes in one step.
    fn lock(&self) -> MutexGuard<'_, u64> {
        self.bytes_taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Share<'_> {
    fn drop(&mut self) {
        *self.budget.lock() -= self.bytes;
        self.budget.given_back.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU64, Ordering};

    use super::*;

    #[test]
    fn never_more_than_the_budget_is_out() {
        let budget = Budget::new(10);
        let (now, highest) = (AtomicU64::new(0), AtomicU64::new(0));
        std::thread::scope(|scope| {
            for bytes in [1, 4, 7, 10, 3, 9, 2, 1000] {
                let (budget, now, highest) = (&budget, &now, &highest);
                scope.spawn(move || {
                    for _ in 0..100 {
                        let share = budget.take(bytes);
                        let held = now.fetch_add(share.bytes, Ordering::SeqCst) + share.bytes;
                        highest.fetch_max(held, Ordering::SeqCst);
                        now.fetch_sub(share.bytes, Ordering::SeqCst);
                    }
                });
            }
        });
        assert_eq!(highest.load(Ordering::SeqCst), 10);
        assert_eq!(*budget.lock(), 0);
    }
}
