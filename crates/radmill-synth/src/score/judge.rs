//! Whether one check holds in one file.

use super::Maps;
use super::words::Text;
use crate::canary::hex;
use crate::check::{Action, Check};
use crate::data_set::{DataSet, Element, Tag, Value};
use crate::place::Place;
use crate::read::{ReadFile, trimmed};
use crate::text::Charset;

/// Why a check failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Fault {
    FileMissing,
    TagMissing,
    ValueEmpty,
    WordsMissing,
    WordsLeft,
    DateLeft,
    UidLeft,
    NotInMap,
    NotAsInMap,
    PixelsShown,
    PixelsChanged,
    PixelsUnreadable,
    BadPath,
}

impl Fault {
    pub(super) fn name(self) -> &'static str {
        match self {
            Fault::FileMissing => "file_missing",
            Fault::TagMissing => "tag_missing",
            Fault::ValueEmpty => "value_empty",
            Fault::WordsMissing => "words_missing",
            Fault::WordsLeft => "words_left",
            Fault::DateLeft => "date_left",
            Fault::UidLeft => "uid_left",
            Fault::NotInMap => "not_in_map",
            Fault::NotAsInMap => "not_as_in_map",
            Fault::PixelsShown => "pixels_shown",
            Fault::PixelsChanged => "pixels_changed",
            Fault::PixelsUnreadable => "pixels_unreadable",
            Fault::BadPath => "bad_path",
        }
    }
}

/// Judges one check; `file` is the result of the file that the check is about, if there is one.
pub(super) fn judge(check: &Check, file: Option<&ReadFile>, maps: &Maps) -> Result<(), Fault> {
    let Some(file) = file else {
        return if check.action.passes_without_file() { Ok(()) } else { Err(Fault::FileMissing) };
    };
    match check.action {
        Action::PixelsHidden => return pixels_hidden(check, &file.data),
        Action::PixelsRetained => return pixels_retained(check, &file.data),
        _ => {}
    }
    let Some(value) = value(&check.tag, file)? else {
        return match check.action {
            Action::TagRetained | Action::TextNotnull | Action::TextRetained => Err(Fault::TagMissing),
            _ => Ok(()),
        };
    };
    let expected = check.expected.as_str();
    let holds = |holds: bool, fault: Fault| if holds { Ok(()) } else { Err(fault) };
    match check.action {
        Action::TagRetained => holds(!value.is_empty, Fault::ValueEmpty),
        Action::TextNotnull => holds(!value.text.trim().is_empty(), Fault::ValueEmpty),
        Action::TextRetained => holds(Text::new(&value.text).has_all_of(expected), Fault::WordsMissing),
        Action::TextRemoved => holds(!Text::new(&value.text).has_any_of(expected), Fault::WordsLeft),
        Action::DateShifted => holds(!value.text.contains(expected), Fault::DateLeft),
        Action::UidChanged => {
            let is_left = value.text.split('\\').any(|uid| uid.trim() == expected);
            holds(!is_left, Fault::UidLeft)
        }
        Action::UidConsistent => as_mapped(&maps.uids, expected, &value.text),
        Action::PatidConsistent => as_mapped(&maps.patients, expected, &value.text),
        Action::PixelsHidden | Action::PixelsRetained => Ok(()),
    }
}

/// The text at the place of a check, for whoever wants to know why it failed.
pub(super) fn found(check: &Check, file: &ReadFile) -> Option<String> {
    value(&check.tag, file).ok().flatten().map(|value| value.text)
}

fn as_mapped(map: &super::Map, old: &str, new: &str) -> Result<(), Fault> {
    // An element that is there without a value is as good as absent.
    if new.trim().is_empty() {
        return Ok(());
    }
    let mapped = map.get(old).ok_or(Fault::NotInMap)?;
    if new.trim() == mapped { Ok(()) } else { Err(Fault::NotAsInMap) }
}

struct Found {
    is_empty: bool,
    text: String,
}

/// The value at a path; nothing if there is none.
fn value(tag: &str, file: &ReadFile) -> Result<Option<Found>, Fault> {
    if tag == "preamble" {
        let found =
            |bytes: &[u8; 128]| Found { is_empty: false, text: String::from_utf8_lossy(bytes).into_owned() };
        return Ok(file.preamble.as_ref().map(found));
    }
    let place = Place::parse(tag).ok_or(Fault::BadPath)?;
    let is_meta = tag.starts_with("(0002,");
    let data = if is_meta { file.meta.as_ref() } else { Some(&file.data) };
    let Some((element, chain)) = data.and_then(|data| place.find(data)) else { return Ok(None) };
    Ok(Some(match &element.value {
        Value::Bytes(bytes) => Found {
            is_empty: trimmed(bytes).is_empty() && is_text(&element.vr),
            text: text(element, bytes, &chain),
        },
        Value::Items { items, .. } => Found { is_empty: items.is_empty(), text: String::new() },
        Value::Fragments(_) => Found { is_empty: false, text: String::new() },
    }))
}

/// Zero bytes are a value for a number.
fn is_text(vr: &[u8; 2]) -> bool {
    !matches!(
        vr,
        b"US" | b"SS" | b"UL" | b"SL" | b"FL" | b"FD" | b"AT" | b"SV" | b"UV" | b"UN" | b"OB" | b"OW"
    )
}

fn text(element: &Element, bytes: &[u8], chain: &[&DataSet]) -> String {
    let declared = chain.iter().rev().find_map(|data| data.value((0x0008, 0x0005)));
    let term = declared.map(|term| String::from_utf8_lossy(trimmed(term)).into_owned()).unwrap_or_default();
    let charset = match &element.vr {
        b"LO" | b"SH" | b"PN" | b"LT" | b"ST" | b"UT" | b"UC" | b"UN" | b"OB" => {
            Charset::from_defined_term(&term)
        }
        _ => Some(Charset::Ascii),
    };
    charset.unwrap_or(Charset::Latin1).decode(bytes).trim_end_matches(['\0', ' ']).to_owned()
}

fn pixels_retained(check: &Check, data: &DataSet) -> Result<(), Fault> {
    let digest = super::pixel_digest(data).ok_or(Fault::TagMissing)?;
    if hex(&digest) == check.expected { Ok(()) } else { Err(Fault::PixelsChanged) }
}

/// All pixels of the box are the same in each frame. The benchmark reads the box with OCR; here nothing at all may be
/// seen in it.
fn pixels_hidden(check: &Check, data: &DataSet) -> Result<(), Fault> {
    let Some(Element { value, .. }) = data.element((0x7fe0, 0x0010)) else { return Ok(()) };
    let (Value::Bytes(bytes), Some(region)) = (value, check.region) else {
        return Err(Fault::PixelsUnreadable);
    };
    let number = |tag: Tag| {
        let bytes: [u8; 2] = data.value(tag)?.get(..2)?.try_into().ok()?;
        Some(usize::from(u16::from_le_bytes(bytes)))
    };
    let layout = [(0x0028, 0x0010), (0x0028, 0x0011), (0x0028, 0x0002), (0x0028, 0x0100)].map(number);
    let [Some(rows), Some(columns), Some(samples), Some(bits)] = layout else {
        return Err(Fault::PixelsUnreadable);
    };
    let is_planar = number((0x0028, 0x0006)) == Some(1) && samples > 1;
    let (planes, per_pixel) = if is_planar { (samples, bits / 8) } else { (1, samples * bits / 8) };
    let plane_bytes = rows * columns * per_pixel;
    let [left, top, width, height] = region.map(|n| n as usize);
    if plane_bytes == 0 || planes == 0 || left + width > columns || top + height > rows {
        return Err(Fault::PixelsUnreadable);
    }
    for plane in bytes.chunks_exact(plane_bytes) {
        let lines = (top..top + height).map(|y| (y * columns + left) * per_pixel);
        let mut pixels = lines.flat_map(|at| plane[at..at + width * per_pixel].chunks_exact(per_pixel));
        let first = pixels.next();
        if pixels.any(|pixel| Some(pixel) != first) {
            return Err(Fault::PixelsShown);
        }
    }
    Ok(())
}
