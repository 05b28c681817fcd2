use std::fmt;
use std::io::Write;

use bytes::Bytes;
use dicom_core::{Tag, VR};
use dicom_dictionary_std::tags;
use radmill_dicom::{
    DataSet, Element, EncodedPixels, FileMetaInfo, FrameForm, PixelsToWrite, SourceFacts, Value, WriteError,
    write_file,
};
use radmill_frame::{DecodeError, Frame, PixelDescription, PixelMask};

use crate::ActionCounts;
use crate::apply::text_element;
use crate::pixel_risk::PixelDecision;

/// What pixels are written in that had to be decoded.
const EXPLICIT_VR_LITTLE_ENDIAN: &str = "1.2.840.10008.1.2.1";

/// JPEG Baseline and Extended, JPEG-LS Near-Lossless: never without loss, as JPEG 2000 may be.
const LOSSY_TRANSFER_SYNTAXES: [&str; 3] =
    ["1.2.840.10008.1.2.4.50", "1.2.840.10008.1.2.4.51", "1.2.840.10008.1.2.4.81"];

/// One SOP Instance after de-identification.
///
/// Made by [`deidentify`](crate::deidentify()) and nowhere else.
pub struct DeidentifiedInstance {
    pub(crate) data: DataSet,
    pub(crate) pixels: Option<EncodedPixels>,
    pub(crate) pixel_decision: PixelDecision,
    pub(crate) source: SourceFacts,
    pub(crate) sop_class_uid: String,
    pub(crate) sop_instance_uid: String,
    pub(crate) patient_pseudonym: String,
    pub(crate) actions: ActionCounts,
}

impl DeidentifiedInstance {
    /// The attributes of the top level.
    pub fn attributes(&self) -> Attributes<'_> {
        Attributes { data: &self.data }
    }

    /// SOP Class UID (0008,0016); kept, and always a UID.
    pub fn sop_class_uid(&self) -> &str {
        &self.sop_class_uid
    }

    /// SOP Instance UID (0008,0018): derived from the source's with the site key, or one that DICOM registered.
    pub fn sop_instance_uid(&self) -> &str {
        &self.sop_instance_uid
    }

    /// The value of Patient ID (0010,0020): 16 characters, the same for the same patient under the same site key.
    /// An instance without Patient ID has one that is the same for its study.
    pub fn patient_pseudonym(&self) -> &str {
        &self.patient_pseudonym
    }

    /// Transfer Syntax UID of the source file; digits and points only, or empty.
    pub fn source_transfer_syntax(&self) -> &str {
        &self.source.transfer_syntax
    }

    /// What was wrong with the source file and coped with: stable codes, sorted, each once.
    pub fn source_defects(&self) -> &[&'static str] {
        &self.source.defects
    }

    /// How many elements were treated in which way.
    pub fn actions(&self) -> &ActionCounts {
        &self.actions
    }

    /// What the Image Pixel module says; `None` if the instance has no pixel data.
    pub fn pixel_description(&self) -> Option<Result<&PixelDescription, DecodeError>> {
        self.pixels.as_ref().map(EncodedPixels::description)
    }

    /// Which pixels are black in every frame, because text may stand there; empty if all are as they were.
    pub fn pixel_mask(&self) -> &PixelMask {
        &self.pixel_decision.mask
    }

    /// Decodes one frame, counted from 0, and makes black what is to be; `None` if the instance has no pixel data.
    pub fn decode_frame(&self, frame_index: u32) -> Option<Result<Frame, DecodeError>> {
        let mut frame = self.pixels.as_ref()?.decode_frame(frame_index);
        if let (Ok(frame), true) = (&mut frame, self.pixel_decision.blacks_out()) {
            frame.black_out(&self.pixel_decision.mask, self.pixel_decision.palette_black);
        }
        Some(frame)
    }

    /// Writes the instance as a DICOM file (PS3.10). Preamble and File Meta Information are new.
    ///
    /// The pixel data are the source's, byte for byte, in its transfer syntax. If some of them are made black, the
    /// others stay: in the bytes of the source if these are uncompressed, else as they decode, and then the file is
    /// Explicit VR Little Endian.
    pub fn write_dicom(&self, out: &mut dyn Write) -> Result<(), WriteError> {
        let Some(pixels) = &self.pixels else {
            return self.write(out, &self.data, PixelsToWrite::None, &self.source.transfer_syntax);
        };
        if !self.pixel_decision.blacks_out() {
            let pixels = PixelsToWrite::AsRead(pixels);
            return self.write(out, &self.data, pixels, &self.source.transfer_syntax);
        }
        let PixelDecision { mask, palette_black, .. } = &self.pixel_decision;
        let pixels = pixels.blacked_out(mask, *palette_black)?;
        let (data, transfer_syntax) = match pixels.new_form() {
            None => (self.data.clone(), self.source.transfer_syntax.as_str()),
            Some(form) => {
                (with_form(&self.data, form, &self.source.transfer_syntax), EXPLICIT_VR_LITTLE_ENDIAN)
            }
        };
        self.write(out, &data, PixelsToWrite::BlackedOut(&pixels), transfer_syntax)
    }

    fn write(
        &self,
        out: &mut dyn Write,
        data: &DataSet,
        pixels: PixelsToWrite<'_>,
        transfer_syntax: &str,
    ) -> Result<(), WriteError> {
        let (sop_class_uid, sop_instance_uid) = (&self.sop_class_uid, &self.sop_instance_uid);
        write_file(out, data, pixels, &FileMetaInfo { sop_class_uid, sop_instance_uid, transfer_syntax })
    }
}

/// The data set with what the Image Pixel module (PS3.3 C.7.6.3) has to say about decoded pixels, and with Lossy Image
/// Compression (0028,2110) where so far the transfer syntax alone said that something was lost.
fn with_form(data: &DataSet, form: FrameForm, source_transfer_syntax: &str) -> DataSet {
    let number = |tag, value: u16| Element {
        tag,
        vr: VR::US,
        value: Value::Bytes(Bytes::copy_from_slice(&value.to_le_bytes())),
    };
    let mut elements = vec![
        text_element(tags::PHOTOMETRIC_INTERPRETATION, VR::CS, &[form.photometric.term()]),
        number(tags::BITS_ALLOCATED, form.bits_allocated),
        number(tags::BITS_STORED, form.bits_stored),
        number(tags::HIGH_BIT, form.bits_stored.saturating_sub(1)),
        number(tags::PIXEL_REPRESENTATION, u16::from(form.signed)),
    ];
    if form.photometric.samples_per_pixel() > 1 {
        elements.push(number(tags::PLANAR_CONFIGURATION, 0));
    }
    if LOSSY_TRANSFER_SYNTAXES.contains(&source_transfer_syntax) {
        elements.push(text_element(tags::LOSSY_IMAGE_COMPRESSION, VR::CS, &["01"]));
    }
    // Of elements with the same tag the first one stays.
    elements.extend(data.elements().iter().cloned());
    DataSet::new(elements, *data.character_set())
}

/// Tags, VRs and lengths only: never a value.
impl fmt::Debug for DeidentifiedInstance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DeidentifiedInstance")
            .field("data", &self.data)
            .field("pixels", &self.pixels)
            .finish()
    }
}

/// The de-identified attributes of one nesting level.
#[derive(Clone, Copy)]
pub struct Attributes<'a> {
    data: &'a DataSet,
}

impl<'a> Attributes<'a> {
    /// The first value as text, decoded and trimmed; `None` if absent, empty or not of a text VR.
    pub fn text(&self, tag: Tag) -> Option<String> {
        self.data.text(tag)
    }

    /// All values as text, decoded and trimmed.
    pub fn texts(&self, tag: Tag) -> Vec<String> {
        self.data.texts(tag)
    }

    /// The first value as an integer.
    pub fn integer(&self, tag: Tag) -> Option<i64> {
        self.data.integer(tag)
    }

    /// The first value as a number.
    pub fn number(&self, tag: Tag) -> Option<f64> {
        self.data.number(tag)
    }

    /// All values as numbers; empty if one of them is no finite number.
    pub fn numbers(&self, tag: Tag) -> Vec<f64> {
        self.data.numbers(tag)
    }

    /// The value field in little-endian order, padding included; `None` if absent or a sequence.
    pub fn bytes(&self, tag: Tag) -> Option<&'a [u8]> {
        self.data.get(tag).map(|element| element.bytes())
    }

    /// The items of a sequence; none if absent.
    pub fn items(&self, tag: Tag) -> impl ExactSizeIterator<Item = Attributes<'a>> + use<'a> {
        self.data.items(tag).iter().map(|data| Attributes { data })
    }
}

/// Tags, VRs and lengths only: never a value.
impl fmt::Debug for Attributes<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.data.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use radmill_dicom::ParsedInstance;

    use super::*;

    #[test]
    fn decoded_pixels_are_described_as_they_are() {
        let before = |tag, vr, value: &'static [u8]| Element {
            tag,
            vr,
            value: Value::Bytes(Bytes::from_static(value)),
        };
        let data = DataSet::new(
            vec![
                before(tags::PHOTOMETRIC_INTERPRETATION, VR::CS, b"YBR_FULL_422"),
                before(tags::PLANAR_CONFIGURATION, VR::US, &[1, 0]),
                before(tags::BITS_STORED, VR::US, &[7, 0]),
            ],
            radmill_dicom::CharacterSet::default(),
        );
        let form = FrameForm {
            photometric: radmill_frame::Photometric::Rgb,
            bits_allocated: 8,
            bits_stored: 8,
            signed: false,
        };
        for (syntax, lossy) in [("1.2.840.10008.1.2.4.50", Some("01")), ("1.2.840.10008.1.2.4.70", None)] {
            let after = with_form(&data, form, syntax);
            assert_eq!(after.text(tags::PHOTOMETRIC_INTERPRETATION).as_deref(), Some("RGB"));
            let numbers =
                [tags::PLANAR_CONFIGURATION, tags::BITS_STORED, tags::HIGH_BIT].map(|tag| after.integer(tag));
            assert_eq!(numbers, [Some(0), Some(8), Some(7)]);
            assert_eq!(after.text(tags::LOSSY_IMAGE_COMPRESSION).as_deref(), lossy, "{syntax}");
        }
    }

    /// The twins of what `boundary` shows not to compile elsewhere; here to be compiled.
    #[test]
    fn in_this_module_private_fields_are_open() {
        fn _forge(parsed: ParsedInstance, instance: DeidentifiedInstance) -> DeidentifiedInstance {
            DeidentifiedInstance { data: parsed.data, ..instance }
        }
        fn _forge_attributes(parsed: &ParsedInstance) -> Attributes<'_> {
            Attributes { data: &parsed.data }
        }
        fn _reach(instance: DeidentifiedInstance) -> DataSet {
            instance.data
        }
        fn _reach_attributes<'a>(attributes: &Attributes<'a>) -> &'a DataSet {
            attributes.data
        }
    }
}
