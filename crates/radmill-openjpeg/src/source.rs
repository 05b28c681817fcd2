//! The bytes of a codestream as OpenJPEG reads them: a stream in memory that cannot be left.

use std::ffi::c_void;
use std::marker::PhantomData;
use std::ptr;

use openjpeg_sys as opj;

/// OpenJPEG copies through a buffer of its own; a mebibyte, its default, would be reserved for each small frame.
const BUFFER_BYTES_MAX: usize = 1 << 16;

/// What OpenJPEG takes for the end of a stream: −1 as a size.
const END: usize = usize::MAX;

/// A codestream and how far it has been read; `position` is never past the end.
pub(crate) struct Source<'a> {
    bytes: &'a [u8],
    position: usize,
}

/// A stream of OpenJPEG's over a source, which it borrows.
pub(crate) struct Stream<'a>(ptr::NonNull<opj::opj_stream_t>, PhantomData<&'a mut ()>);

impl<'a> Source<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Source<'a> {
        Source { bytes, position: 0 }
    }

    /// `None` if memory is short.
    pub(crate) fn stream(&mut self) -> Option<Stream<'_>> {
        let length = self.bytes.len() as u64;
        let buffer_bytes = self.bytes.len().clamp(1024, BUFFER_BYTES_MAX);
        // SAFETY: takes no pointer; 1 makes a stream to read from, and null means that memory is short.
        let stream =
            Stream(ptr::NonNull::new(unsafe { opj::opj_stream_create(buffer_bytes, 1) })?, PhantomData);
        let raw = stream.0.as_ptr();
        // SAFETY: the stream is alive; the user data are this source, which the stream borrows, and the functions take
        // them for what they are. There is nothing to free with them, hence no function for that.
        unsafe {
            opj::opj_stream_set_user_data(raw, ptr::from_mut(self).cast(), None);
            opj::opj_stream_set_user_data_length(raw, length);
            opj::opj_stream_set_read_function(raw, Some(read));
            opj::opj_stream_set_skip_function(raw, Some(skip));
            opj::opj_stream_set_seek_function(raw, Some(seek));
        }
        Some(stream)
    }

    /// The next bytes, at most `n_max`.
    fn take(&mut self, n_max: usize) -> &[u8] {
        let rest = self.bytes.get(self.position..).unwrap_or_default();
        let taken = &rest[..n_max.min(rest.len())];
        self.position += taken.len();
        taken
    }

    /// Moves on by `n`, back if negative; false, and nothing moves, if that is outside.
    fn skip(&mut self, n: i64) -> bool {
        let target = i64::try_from(self.position).ok().and_then(|position| position.checked_add(n));
        target.is_some_and(|target| self.seek(target))
    }

    /// Moves to a position; false, and nothing moves, if it is outside.
    fn seek(&mut self, target: i64) -> bool {
        match usize::try_from(target) {
            Ok(target) if target <= self.bytes.len() => {
                self.position = target;
                true
            }
            _ => false,
        }
    }
}

impl Stream<'_> {
    pub(crate) fn as_ptr(&self) -> *mut opj::opj_stream_t {
        self.0.as_ptr()
    }
}

impl Drop for Stream<'_> {
    fn drop(&mut self) {
        // SAFETY: made by OpenJPEG, owned by `self` alone, and not used afterwards.
        unsafe { opj::opj_stream_destroy(self.0.as_ptr()) }
    }
}

unsafe extern "C" fn read(buffer: *mut c_void, n_max: usize, user_data: *mut c_void) -> usize {
    // SAFETY: the user data are the source that `stream` handed over, borrowed mutably as long as the stream lives.
    let source = unsafe { &mut *user_data.cast::<Source<'_>>() };
    let taken = source.take(n_max);
    if taken.is_empty() {
        return END;
    }
    // SAFETY: OpenJPEG has room for `n_max` bytes there, and no more are taken; its buffer is not the codestream.
    unsafe { ptr::copy_nonoverlapping(taken.as_ptr(), buffer.cast(), taken.len()) };
    taken.len()
}

unsafe extern "C" fn skip(n: i64, user_data: *mut c_void) -> i64 {
    // SAFETY: as in `read`.
    let source = unsafe { &mut *user_data.cast::<Source<'_>>() };
    if source.skip(n) { n } else { -1 }
}

unsafe extern "C" fn seek(target: i64, user_data: *mut c_void) -> i32 {
    // SAFETY: as in `read`.
    let source = unsafe { &mut *user_data.cast::<Source<'_>>() };
    i32::from(source.seek(target))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_source_stays_inside() {
        let mut source = Source::new(b"abcdef");
        assert_eq!(source.take(2), b"ab");
        assert!(source.skip(3) && !source.skip(2) && !source.skip(i64::MIN) && !source.skip(i64::MAX));
        assert_eq!(source.take(9), b"f");
        assert!(source.take(1).is_empty() && source.skip(0) && !source.skip(1));
        assert!(source.seek(0) && source.skip(1) && source.skip(-1) && !source.skip(-1));
        assert!(source.seek(6) && !source.seek(7) && !source.seek(-1));
    }
}
