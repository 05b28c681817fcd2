//! Specific Character Set (0008,0005): which repertoire the text of a data set is written in.

mod iso2022;
mod table;

use encoding_rs::Encoding;

use self::iso2022::{Delimiters, Iso2022};
use self::table::Table;
use crate::defect::{Defect, Defects};

/// How text values of a data set are decoded: Specific Character Set (0008,0005), PS3.3 C.12.1.1.2.
///
/// Small and cheap to copy: every [`DataSet`](crate::DataSet) has one.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct CharacterSet {
    repertoire: Repertoire,
    /// The set of two bytes for G1 that a term after the first names.
    extension: Option<Table>,
}

/// What the terms come to.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Repertoire {
    /// One-byte sets and ISO 2022: what is active at the start of a value; the rest follows from its escapes.
    Iso2022(Iso2022),
    /// UTF-8, GB18030, GBK, or a set that only misspelled terms name: escapes mean nothing in it.
    Whole(&'static Encoding),
}

/// The default repertoire, ISO IR 6.
impl Default for Repertoire {
    fn default() -> Repertoire {
        Repertoire::Iso2022(Iso2022::default())
    }
}

impl CharacterSet {
    /// The character set that the values of Specific Character Set (0008,0005) name, `\` between them.
    ///
    /// The first value says what is active at the start; further ones only announce escapes, and all are understood.
    /// Terms that are spelled wrongly are understood as far as they are clear;
    /// text in a set that nobody knows is read as UTF-8 if it is that, and else as Latin-1.
    pub fn new(terms: &[u8]) -> CharacterSet {
        CharacterSet::from_terms(terms, &mut Defects::default())
    }

    pub(crate) fn from_terms(value: &[u8], defects: &mut Defects) -> CharacterSet {
        let mut terms = value.split(|&byte| byte == b'\\').map(trimmed);
        let first = terms.next().unwrap_or_default();
        let mut extension = None;
        for term in terms {
            if let Some(Repertoire::Iso2022(Iso2022 { g1, .. })) = repertoire(term, defects) {
                extension = extension.or(g1.filter(|table| table.width() == 2));
            }
        }
        CharacterSet { repertoire: repertoire(first, defects).unwrap_or_default(), extension }
    }

    /// Decodes the value field of an element, delimiters (`\`, `^`, `=`) and padding included.
    ///
    /// In ISO 2022 every delimiter ends what escapes before it invoked, as in a person name (PS3.5 6.1.2.5.3).
    /// Bytes that are not part of the character set are read as Latin-1, or become U+FFFD where a table has a hole.
    pub fn decode(&self, bytes: &[u8]) -> String {
        self.decode_with(bytes, Delimiters::PersonName)
    }

    /// The bytes that decode to this text, which is no person name; `None` if the character set has none.
    ///
    /// Made for texts that were read in this character set: in ISO 2022 a set of two bytes is invoked even if Specific
    /// Character Set does not name it.
    pub fn encode(&self, text: &str) -> Option<Vec<u8>> {
        let encoded = match self.repertoire {
            _ if text.is_ascii() => text.as_bytes().to_vec(),
            Repertoire::Whole(encoding) => encoding.encode(text).0.into_owned(),
            Repertoire::Iso2022(start) => start.encode(text, self.extension)?,
        };
        (self.decode_text(&encoded) == text).then_some(encoded)
    }

    /// As [`CharacterSet::decode`] for a text that is no person name: `^` and `=` are characters like others.
    pub fn decode_text(&self, bytes: &[u8]) -> String {
        self.decode_with(bytes, Delimiters::Text)
    }

    fn decode_with(&self, bytes: &[u8], delimiters: Delimiters) -> String {
        // Without escapes, all sets agree on ASCII. (0x5C is a yen sign in ISO IR 14, but DICOM uses it as a
        // backslash; 0x7E is an overline there.)
        if bytes.is_ascii() && !bytes.contains(&0x1B) && !self.has_overline(bytes) {
            return String::from_utf8_lossy(bytes).into_owned();
        }
        match self.repertoire {
            Repertoire::Iso2022(start) => start.decode(bytes, delimiters),
            Repertoire::Whole(encoding) => {
                match encoding.decode_without_bom_handling_and_without_replacement(bytes) {
                    Some(text) => text.into_owned(),
                    None if encoding == encoding_rs::UTF_8 => latin1(bytes),
                    None => encoding.decode_without_bom_handling(bytes).0.into_owned(),
                }
            }
        }
    }

    fn has_overline(&self, bytes: &[u8]) -> bool {
        matches!(self.repertoire, Repertoire::Iso2022(start) if start.g0 == Table::Romaji)
            && bytes.contains(&b'~')
    }
}

/// The repertoire of one term; `None` if it is unknown.
fn repertoire(term: &[u8], defects: &mut Defects) -> Option<Repertoire> {
    let repertoire = match term {
        b"" => return Some(Repertoire::default()),
        b"ISO_IR 192" => Some(Repertoire::Whole(encoding_rs::UTF_8)),
        b"GB18030" => Some(Repertoire::Whole(encoding_rs::GB18030)),
        b"GBK" => Some(Repertoire::Whole(encoding_rs::GBK)),
        _ => {
            let number = term.strip_prefix(b"ISO_IR ").or_else(|| term.strip_prefix(b"ISO 2022 IR "));
            number.and_then(registered)
        }
    };
    if repertoire.is_some() {
        return repertoire;
    }
    let repertoire = misspelled(term);
    let defect =
        if repertoire.is_some() { Defect::CharacterSetMisspelled } else { Defect::CharacterSetUnknown };
    defects.add(defect);
    repertoire
}

/// The set with this number in the ISO register (PS3.3 Tables C.12-2 to C.12-4).
fn registered(number: &[u8]) -> Option<Repertoire> {
    let (g0, g1) = match number {
        b"6" => (Table::Ascii, None),
        b"13" => (Table::Romaji, Some(Table::Katakana)),
        b"14" => (Table::Romaji, None),
        // Japanese sets are invoked in G0 by an escape only.
        b"87" | b"159" => (Table::Ascii, None),
        // As the first value the Korean and Chinese sets are not allowed, but met, and then without escapes.
        b"149" => (Table::Ascii, Some(Table::KsX1001)),
        b"58" => (Table::Ascii, Some(Table::Gb2312)),
        b"100" => (Table::Ascii, Some(Table::Latin1)),
        b"101" => (Table::Ascii, Some(Table::Latin2)),
        b"109" => (Table::Ascii, Some(Table::Latin3)),
        b"110" => (Table::Ascii, Some(Table::Latin4)),
        b"126" => (Table::Ascii, Some(Table::Greek)),
        b"127" => (Table::Ascii, Some(Table::Arabic)),
        b"138" => (Table::Ascii, Some(Table::Hebrew)),
        b"144" => (Table::Ascii, Some(Table::Cyrillic)),
        b"148" => (Table::Ascii, Some(Table::Latin5)),
        b"166" => (Table::Ascii, Some(Table::Thai)),
        b"203" => (Table::Ascii, Some(Table::Latin9)),
        _ => return None,
    };
    Some(Repertoire::Iso2022(Iso2022 { g0, g1 }))
}

/// What a term most likely means: its letters and digits, whatever stands between them,
/// or the name of the set elsewhere (`latin1`, `UTF-8`, `Shift_JIS`).
fn misspelled(term: &[u8]) -> Option<Repertoire> {
    let kept: Vec<u8> =
        term.iter().filter(|byte| byte.is_ascii_alphanumeric()).map(u8::to_ascii_uppercase).collect();
    let rest = kept.strip_prefix(b"ISO2022").or_else(|| kept.strip_prefix(b"ISO"));
    let rest = rest.unwrap_or(&kept);
    let number = rest.strip_prefix(b"IR").unwrap_or(rest);
    match number {
        b"192" | b"UTF8" | b"10646" => return Some(Repertoire::Whole(encoding_rs::UTF_8)),
        b"GB18030" => return Some(Repertoire::Whole(encoding_rs::GB18030)),
        b"GBK" => return Some(Repertoire::Whole(encoding_rs::GBK)),
        b"88591" | b"LATIN1" => return registered(b"100"),
        b"646" | b"ASCII" | b"USASCII" => return registered(b"6"),
        _ => {}
    }
    registered(number).or_else(|| {
        let encoding = Encoding::for_label(term)?;
        // UTF-16 would swallow delimiters; the replacement encoding stands for ones that must not be decoded.
        encoding.is_ascii_compatible().then_some(Repertoire::Whole(encoding))
    })
}

/// Without the padding of a CS value.
fn trimmed(term: &[u8]) -> &[u8] {
    let is_padding = |byte: &u8| *byte == 0 || byte.is_ascii_whitespace();
    let start = term.iter().position(|byte| !is_padding(byte)).unwrap_or(term.len());
    let end = term.iter().rposition(|byte| !is_padding(byte)).map_or(start, |last| last + 1);
    &term[start..end]
}

/// ISO 8859-1, C1 controls included.
fn latin1(bytes: &[u8]) -> String {
    bytes.iter().map(|&byte| char::from(byte)).collect()
}

#[cfg(test)]
mod tests;
