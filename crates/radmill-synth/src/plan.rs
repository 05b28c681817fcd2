//! What a file is to be, settled before anything is drawn or written.

use crate::phantom::{Pose, Scene};
use crate::text::Charset;
use crate::writer::Encoding;

/// One image file.
#[derive(Clone)]
pub(crate) struct Plan {
    /// Path below the corpus folder; `{name}` becomes the patient's family name.
    pub(crate) path: String,
    /// What the file is there for.
    pub(crate) about: String,
    pub(crate) patient: Patient,
    /// Counted within the patient.
    pub(crate) study: usize,
    /// Counted within the study.
    pub(crate) series: usize,
    /// Instance Number (0020,0013).
    pub(crate) number: usize,
    pub(crate) scene: Scene,
    pub(crate) pose: Pose,
    pub(crate) rows: usize,
    pub(crate) columns: usize,
    pub(crate) n_frames: usize,
    pub(crate) kind: Kind,
    pub(crate) pixels: Pixels,
    pub(crate) syntax: Syntax,
    pub(crate) body_part: BodyPart,
    /// Anatomic Region Sequence: SNOMED CT code and meaning.
    pub(crate) region: Option<(&'static str, &'static str)>,
    /// Study Description; `{name}` becomes the patient's family name.
    pub(crate) study_text: &'static str,
    /// Series Description.
    pub(crate) series_text: &'static str,
    /// Protocol Name.
    pub(crate) protocol: &'static str,
    pub(crate) category: &'static str,
    /// Set if the category is UNCATEGORIZED.
    pub(crate) uncategorized_reason: &'static str,
    pub(crate) oddities: &'static [Oddity],
}

/// Who lies on the table.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Patient {
    pub(crate) index: usize,
    pub(crate) charset: Charset,
    /// `M`, `F` or `O`.
    pub(crate) sex: &'static str,
    /// First and last year of birth to choose from.
    pub(crate) born: (usize, usize),
}

/// Body Part Examined (0018,0015).
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum BodyPart {
    Absent,
    Empty,
    Is(&'static str),
}

/// SOP class and modality.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Ct,
    CtEnhanced,
    Mr,
    MrEnhanced,
    Cr,
    Dx,
    Mg,
    Us,
    UsCine,
    Xa,
    Nm,
    Pt,
    Secondary,
}

impl Kind {
    /// SOP Class UID.
    pub(crate) fn sop_class(self) -> &'static str {
        match self {
            Kind::Ct => "1.2.840.10008.5.1.4.1.1.2",
            Kind::CtEnhanced => "1.2.840.10008.5.1.4.1.1.2.1",
            Kind::Mr => "1.2.840.10008.5.1.4.1.1.4",
            Kind::MrEnhanced => "1.2.840.10008.5.1.4.1.1.4.1",
            Kind::Cr => "1.2.840.10008.5.1.4.1.1.1",
            Kind::Dx => "1.2.840.10008.5.1.4.1.1.1.1",
            Kind::Mg => "1.2.840.10008.5.1.4.1.1.1.2",
            Kind::Us => "1.2.840.10008.5.1.4.1.1.6.1",
            Kind::UsCine => "1.2.840.10008.5.1.4.1.1.3.1",
            Kind::Xa => "1.2.840.10008.5.1.4.1.1.12.1",
            Kind::Nm => "1.2.840.10008.5.1.4.1.1.20",
            Kind::Pt => "1.2.840.10008.5.1.4.1.1.128",
            Kind::Secondary => "1.2.840.10008.5.1.4.1.1.7",
        }
    }

    /// Modality (0008,0060).
    pub(crate) fn modality(self) -> &'static str {
        match self {
            Kind::Ct | Kind::CtEnhanced => "CT",
            Kind::Mr | Kind::MrEnhanced => "MR",
            Kind::Cr => "CR",
            Kind::Dx => "DX",
            Kind::Mg => "MG",
            Kind::Us | Kind::UsCine => "US",
            Kind::Xa => "XA",
            Kind::Nm => "NM",
            Kind::Pt => "PT",
            Kind::Secondary => "OT",
        }
    }

    /// The parameters of the pixels stand in functional groups.
    pub(crate) fn is_enhanced(self) -> bool {
        matches!(self, Kind::CtEnhanced | Kind::MrEnhanced)
    }
}

/// What a stored sample is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Pixels {
    /// One sample for each pixel.
    Grey {
        /// Bits Allocated: 8 or 16.
        allocated: u8,
        /// Bits Stored.
        stored: u8,
        /// Pixel Representation is 1.
        signed: bool,
        /// MONOCHROME1.
        inverted: bool,
        /// Rescale Slope and Rescale Intercept.
        rescale: Option<(f64, f64)>,
    },
    /// RGB, 8 bits; Planar Configuration 1 if `planar`.
    Rgb {
        /// All red samples first, then all green, then all blue.
        planar: bool,
    },
    /// YBR_FULL_422 in a JPEG stream.
    Ybr422,
    /// PALETTE COLOR, 8 bits, tables of 256 entries of 16 bits.
    Palette,
}

/// Transfer syntax.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Syntax {
    ImplicitLittle,
    ExplicitLittle,
    ExplicitBig,
    Deflated,
    Rle,
    JpegBaseline,
    JpegExtended,
    JpegLossless,
    JpegLs,
}

impl Syntax {
    /// Transfer Syntax UID.
    pub(crate) fn uid(self) -> &'static str {
        match self {
            Syntax::ImplicitLittle => "1.2.840.10008.1.2",
            Syntax::ExplicitLittle => "1.2.840.10008.1.2.1",
            Syntax::ExplicitBig => "1.2.840.10008.1.2.2",
            Syntax::Deflated => "1.2.840.10008.1.2.1.99",
            Syntax::Rle => "1.2.840.10008.1.2.5",
            Syntax::JpegBaseline => "1.2.840.10008.1.2.4.50",
            Syntax::JpegExtended => "1.2.840.10008.1.2.4.51",
            Syntax::JpegLossless => "1.2.840.10008.1.2.4.70",
            Syntax::JpegLs => "1.2.840.10008.1.2.4.80",
        }
    }

    pub(crate) fn encoding(self) -> Encoding {
        match self {
            Syntax::ImplicitLittle => Encoding::ImplicitLittle,
            Syntax::ExplicitBig => Encoding::ExplicitBig,
            Syntax::Deflated => Encoding::Deflated,
            _ => Encoding::ExplicitLittle,
        }
    }

    /// Pixel data do not give the samples back exactly.
    pub(crate) fn is_lossy(self) -> bool {
        matches!(self, Syntax::JpegBaseline | Syntax::JpegExtended)
    }
}

/// Something that not every file has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Oddity {
    /// Neither the 128 bytes nor `DICM`, but file meta information.
    NoPreamble,
    /// A bare data set.
    NoMeta,
    /// Text in the first 128 bytes.
    PreambleText,
    /// Overlay planes with text in their attributes and in their bytes.
    Overlay,
    /// An overlay in the unused high bits of the pixel data (retired, but found).
    OverlayInPixels,
    /// Curve data (group 50xx, retired).
    Curve,
    /// Icon Image Sequence.
    Icon,
    /// Names where codes and numbers belong.
    WrongVr,
    /// Tags that no edition of the standard lists, and retired ones.
    UnknownTags,
    /// Data Set Trailing Padding (FFFC,FFFC).
    TrailingPadding,
    /// Group lengths (gggg,0000), retired.
    GroupLengths,
    /// Digital signatures and encrypted attributes.
    Signed,
    /// Sequences of undefined length instead of explicit length.
    UndefinedLengths,
    /// Values of UN that hold a whole sequence.
    UnSequence,
    /// A VOI lookup table instead of a window.
    VoiLut,
    /// SIGMOID as VOI LUT Function.
    Sigmoid,
    /// The patient's name burned into the pixels above the region of an ultrasound image.
    BurnedInName,
    /// Safe private elements in renumbered blocks and in items, and two blocks of one creator.
    PrivateBlocks,
    /// No offsets in the Basic Offset Table, and two fragments for each frame.
    SplitFragments,
}

impl Plan {
    pub(crate) fn has(&self, oddity: Oddity) -> bool {
        self.oddities.contains(&oddity)
    }
}
