//! Which files are ground to plant on.

use super::*;
use crate::data_set::Value;
use crate::read::{read_file, trimmed};

/// Why a file is not planted on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum LeftOut {
    /// Not DICOM, or not well-formed.
    Unreadable,
    /// A directory, or an object without the identifiers of an instance.
    NoInstance,
    /// An image or a document that a careful tool sets aside for a person to look at: its pixels or its payload may
    /// show who it is of, so that nothing can be expected to be retained.
    SetAside,
}

impl LeftOut {
    pub(super) fn name(self) -> &'static str {
        match self {
            LeftOut::Unreadable => "unreadable",
            LeftOut::NoInstance => "no_instance",
            LeftOut::SetAside => "set_aside",
        }
    }
}

/// Reads a file and says whether it is fit.
pub(super) fn read(bytes: &[u8]) -> Result<ReadFile, LeftOut> {
    let file = read_file(bytes).map_err(|_| LeftOut::Unreadable)?;
    let text = |tag| file.data.value(tag).map(trimmed).unwrap_or_default();
    let class = text((0x0008, 0x0016));
    if class.is_empty() || class == b"1.2.840.10008.1.3.10" || !remains::is_uid(text((0x0008, 0x0018))) {
        return Err(LeftOut::NoInstance);
    }
    if is_set_aside(&file.data, class) {
        return Err(LeftOut::SetAside);
    }
    Ok(file)
}

fn is_set_aside(data: &DataSet, class: &[u8]) -> bool {
    const CLASSES: [&[u8]; 5] = [
        b"1.2.840.10008.5.1.4.1.1.7",    // secondary capture
        b"1.2.840.10008.5.1.4.1.1.104",  // encapsulated documents
        b"1.2.840.10008.5.1.4.1.1.77.1", // photographs, endoscopy, microscopy
        b"1.2.840.10008.5.1.4.1.1.6",    // ultrasound
        b"1.2.840.10008.5.1.4.1.1.3",    // ultrasound cine
    ];
    let is_below =
        |root: &[u8]| class.strip_prefix(root).is_some_and(|rest| rest.is_empty() || rest[0] == b'.');
    let text = |tag| data.value(tag).map(trimmed).unwrap_or_default();
    let starts = |tag, words: &[&str]| words.iter().any(|word| text(tag).starts_with(word.as_bytes()));
    CLASSES.iter().any(|root| is_below(root))
        || class == b"1.2.840.10008.5.1.4.1.1.66"
        || starts((0x0028, 0x0301), &["YES"])
        || starts((0x0008, 0x0060), &["SC", "OT", "US", "IVUS", "ES", "XC", "GM", "SM", "OP", "DOC", "DF"])
        || starts((0x0008, 0x0064), &["SD", "DF", "DI", "DV", "WSD", "SI"])
}

/// The character set to plant in: any if all text so far is ASCII, otherwise none, so that what is there stays right.
pub(super) fn charset(data: &DataSet, rng: &mut Rng) -> Option<Charset> {
    const ALL: [Charset; 8] = [
        Charset::Ascii,
        Charset::Latin1,
        Charset::Cyrillic,
        Charset::Greek,
        Charset::Utf8,
        Charset::Gb18030,
        Charset::Japanese,
        Charset::Korean,
    ];
    is_ascii(data).then(|| *rng.pick(&ALL))
}

fn is_ascii(data: &DataSet) -> bool {
    data.elements.iter().all(|element| match &element.value {
        Value::Items { items, .. } => items.iter().all(is_ascii),
        Value::Bytes(bytes) => {
            let is_text =
                matches!(&element.vr, b"LO" | b"SH" | b"PN" | b"LT" | b"ST" | b"UT" | b"UC" | b"UN");
            !is_text || element.tag.0 % 2 == 1 || bytes.iter().all(|&byte| byte < 0x80 && byte != 0x1b)
        }
        Value::Fragments(_) => true,
    })
}
