//! Decodes one checked JPEG 2000 codestream with OpenJPEG, a C library: the fastest decoder known that needs nothing
//! but a C compiler.
//!
//! This crate is the only place that talks to C about pixels. [`decode`] takes a codestream and what its SIZ marker
//! says, which the caller has read and held against his limits before; [`Image`] owns what OpenJPEG reserved and lends
//! the samples. Whatever OpenJPEG warns of is an error here, because its warnings are about samples that it made up.
//!
//! ```
//! use radmill_openjpeg::{Error, Size, decode};
//!
//! let size = Size { columns: 512, rows: 512, n_components: 1, precision: 12, signed: false };
//! assert_eq!(decode(b"no codestream", size).unwrap_err(), Error::Damaged);
//! ```

// The reason for this crate: OpenJPEG is C. Every block says why it holds.
#![expect(unsafe_code, reason = "calls into a C library")]

mod source;

use std::ffi::{CStr, c_char, c_void};
use std::fmt;
use std::ptr;

use openjpeg_sys as opj;

use self::source::Source;

/// What the SIZ marker of a codestream says (ITU-T T.800 A.5.1); all components are alike and none is subsampled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size {
    /// Width of the image area.
    pub columns: u32,
    /// Height of the image area.
    pub rows: u32,
    /// Number of components.
    pub n_components: u32,
    /// Bits of a sample, at most 31.
    pub precision: u32,
    /// Samples are signed.
    pub signed: bool,
}

/// Why there is no image.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Error {
    /// The codestream is damaged, or OpenJPEG does not decode its kind, or memory is short.
    Damaged,
    /// OpenJPEG decoded something, but said that it is not all that the codestream means.
    Doubtful,
    /// The codestream is not of the size that the caller read in it.
    OtherSize,
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Error::Damaged => "the codestream is damaged or of a kind that is not decoded",
            Error::Doubtful => "the codestream is not whole",
            Error::OtherSize => "the codestream is not of the size in its header",
        })
    }
}

impl std::error::Error for Error {}

/// A decoded image; its memory is OpenJPEG's.
pub struct Image {
    image: ptr::NonNull<opj::opj_image_t>,
    size: Size,
}

/// Decodes a whole codestream (not a JP2 file): colour transforms are undone, levels shifted, values clamped to the
/// precision. Runs on the calling thread alone and keeps nothing between calls.
pub fn decode(codestream: &[u8], size: Size) -> Result<Image, Error> {
    let image = run(codestream, size, 0)?;
    image.check_samples()?;
    Ok(image)
}

/// Reads all packets as [`decode`] does, but decodes only the image that is halved `n_halvings` times, and drops it.
/// That takes next to no time if there are as many halvings as decompositions. For what it is good, the caller knows:
/// OpenJPEG says whether the packets make sense.
pub fn read_packets(codestream: &[u8], size: Size, n_halvings: u32) -> Result<(), Error> {
    run(codestream, size, n_halvings).map(drop)
}

fn run(codestream: &[u8], size: Size, n_halvings: u32) -> Result<Image, Error> {
    let mut warned = false;
    let codec = Codec::new(&mut warned, n_halvings)?;
    let mut source = Source::new(codestream);
    let stream = source.stream().ok_or(Error::Damaged)?;
    let mut image = ptr::null_mut();
    // SAFETY: stream and codec are alive, and `image` is where the header's image goes; null if there is none.
    let has_header = unsafe { opj::opj_read_header(stream.as_ptr(), codec.0.as_ptr(), &raw mut image) } != 0;
    // Taken before anything returns, so that it is freed on every way out.
    let image = ptr::NonNull::new(image).map(|image| Image { image, size });
    let image = image.filter(|_| has_header).ok_or(Error::Damaged)?;
    image.check_header()?;
    // SAFETY: all three are alive, and the image is the one that this codec made from this stream.
    let is_decoded = unsafe { opj::opj_decode(codec.0.as_ptr(), stream.as_ptr(), image.image.as_ptr()) } != 0;
    drop((stream, codec));
    match (is_decoded, warned) {
        (false, _) => Err(Error::Damaged),
        (true, true) => Err(Error::Doubtful),
        (true, false) => Ok(image),
    }
}

impl Image {
    /// Samples of one component, from 0, row by row: `rows × columns` of them.
    ///
    /// # Panics
    ///
    /// If there is no such component.
    pub fn component(&self, index: usize) -> &[i32] {
        let component = &self.components()[index];
        // SAFETY: `check_samples` saw that data is not null and of `w × h` samples, as OpenJPEG promises for a decoded
        // image; nothing changes or frees them while `self` lives.
        unsafe { std::slice::from_raw_parts(component.data, self.n_pixels()) }
    }

    fn n_pixels(&self) -> usize {
        self.size.rows as usize * self.size.columns as usize
    }

    fn components(&self) -> &[opj::opj_image_comp_t] {
        // SAFETY: the pointer came from OpenJPEG, which initialised the image; it is freed by `drop` alone.
        let image = unsafe { self.image.as_ref() };
        if image.comps.is_null() {
            return &[];
        }
        // SAFETY: OpenJPEG keeps `numcomps` initialised components there.
        unsafe { std::slice::from_raw_parts(image.comps, image.numcomps as usize) }
    }

    /// What OpenJPEG read in SIZ must be what the caller read: nothing larger is decoded.
    fn check_header(&self) -> Result<(), Error> {
        // SAFETY: as in `components`.
        let image = unsafe { self.image.as_ref() };
        let area = (image.x1.checked_sub(image.x0), image.y1.checked_sub(image.y0));
        let is_same =
            area == (Some(self.size.columns), Some(self.size.rows)) && self.components_are_as_sized();
        if is_same { Ok(()) } else { Err(Error::OtherSize) }
    }

    fn check_samples(&self) -> Result<(), Error> {
        let is_whole = self.components_are_as_sized()
            && self.components().iter().all(|component| {
                (component.w, component.h) == (self.size.columns, self.size.rows)
                    && component.factor == 0
                    && component.data.is_aligned()
                    && !component.data.is_null()
            });
        if is_whole { Ok(()) } else { Err(Error::OtherSize) }
    }

    fn components_are_as_sized(&self) -> bool {
        self.components().len() == self.size.n_components as usize
            && self.components().iter().all(|component| {
                (component.dx, component.dy) == (1, 1)
                    && component.prec == self.size.precision
                    && (component.sgnd != 0) == self.size.signed
            })
    }
}

impl Drop for Image {
    fn drop(&mut self) {
        // SAFETY: made by OpenJPEG, owned by `self` alone, and not used afterwards.
        unsafe { opj::opj_image_destroy(self.image.as_ptr()) }
    }
}

impl fmt::Debug for Image {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Image({:?})", self.size)
    }
}

/// A decoder of codestreams, set up. Borrows the flag that its warnings set.
struct Codec<'a>(ptr::NonNull<opj::opj_codec_t>, std::marker::PhantomData<&'a mut bool>);

impl<'a> Codec<'a> {
    fn new(warned: &'a mut bool, n_halvings: u32) -> Result<Codec<'a>, Error> {
        // SAFETY: takes no pointer; null means that memory is short.
        let codec = unsafe { opj::opj_create_decompress(opj::CODEC_FORMAT::OPJ_CODEC_J2K) };
        let codec = Codec(ptr::NonNull::new(codec).ok_or(Error::Damaged)?, std::marker::PhantomData);
        let raw = codec.0.as_ptr();
        let client = ptr::from_mut(warned).cast::<c_void>();
        // SAFETY: `opj_dparameters_t` is plain C data for which zero is a value, and OpenJPEG fills it in.
        let mut parameters: opj::opj_dparameters_t = unsafe { std::mem::zeroed() };
        // SAFETY: codec and parameters are alive; `client` points to a flag that outlives the codec, as its lifetime
        // says, and `on_warning` uses it as what it is.
        let is_ready = unsafe {
            opj::opj_set_default_decoder_parameters(&raw mut parameters);
            parameters.cp_reduce = n_halvings;
            opj::opj_set_warning_handler(raw, Some(on_warning), client) != 0
                && opj::opj_setup_decoder(raw, &raw mut parameters) != 0
                && opj::opj_decoder_set_strict_mode(raw, 1) != 0
        };
        if is_ready { Ok(codec) } else { Err(Error::Damaged) }
    }
}

impl Drop for Codec<'_> {
    fn drop(&mut self) {
        // SAFETY: made by OpenJPEG, owned by `self` alone, and not used afterwards.
        unsafe { opj::opj_destroy_codec(self.0.as_ptr()) }
    }
}

/// The one warning that is about nothing: SOP markers may be left out even where the coding style names them
/// (T.800 A.8.1).
const NO_SOP: &[u8] = b"Expected SOP marker";

/// Notes that there was a warning. Its text goes nowhere: it may hold numbers of the file.
unsafe extern "C" fn on_warning(message: *const c_char, client: *mut c_void) {
    // SAFETY: OpenJPEG hands over a string that ends in zero.
    let is_about_nothing =
        !message.is_null() && unsafe { CStr::from_ptr(message) }.to_bytes().starts_with(NO_SOP);
    if !is_about_nothing {
        // SAFETY: `client` is the flag that `Codec::new` handed over; OpenJPEG calls on the thread that decodes.
        unsafe { *client.cast::<bool>() = true }
    }
}
