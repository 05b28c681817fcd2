//! Code extension (PS3.5 6.1.2.4 and 6.1.2.5): escapes that bring other sets into G0 and G1.

use super::latin1;
use super::table::Table;

const ESCAPE: u8 = 0x1B;

/// The sets at the start of a value, and again after each delimiter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Iso2022 {
    /// What bytes 21 to 7E mean.
    pub(super) g0: Table,
    /// What bytes A0 to FF mean, if anything.
    pub(super) g1: Option<Table>,
}

/// The default repertoire.
impl Default for Iso2022 {
    fn default() -> Iso2022 {
        Iso2022 { g0: Table::Ascii, g1: None }
    }
}

/// Which characters end what escapes invoked (PS3.5 6.1.2.5.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Delimiters {
    /// `\`, `^`, `=` and the control characters of a line or page end.
    PersonName,
    /// `\` and the control characters.
    Text,
}

/// Half of the code table that an escape changes.
enum Designation {
    G0(Table),
    G1(Table),
}

impl Iso2022 {
    /// Decodes a value field. Escapes are obeyed whether or not they were announced; unknown ones stay as they are.
    pub(super) fn decode(self, bytes: &[u8], delimiters: Delimiters) -> String {
        let mut active = self;
        let mut text = String::with_capacity(bytes.len());
        let mut rest = bytes;
        while let Some(&byte) = rest.first() {
            if let Some((designation, length)) = designation(rest) {
                match designation {
                    Designation::G0(table) => active.g0 = table,
                    Designation::G1(table) => active.g1 = Some(table),
                }
                rest = &rest[length..];
                continue;
            }
            let length = run_length(rest, active, delimiters);
            let (run, after) = rest.split_at(length);
            rest = after;
            if byte >= 0x80 {
                match active.g1 {
                    Some(table) => table.decode(run, &mut text),
                    None => text.push_str(&undeclared(run)),
                }
            } else if is_graphic(byte) {
                active.g0.decode(run, &mut text);
            } else {
                text.push_str(&latin1(run));
            }
            if active.is_delimiter(byte, delimiters) {
                // A writer that goes on without a new escape would otherwise lose what can be read well.
                active = Iso2022 { g0: self.g0, g1: self.g1.or(active.g1) };
            }
        }
        text
    }

    /// The bytes of a text that is no person name: each run outside of ASCII in the first set that has all of it,
    /// or character by character; `None` if a character is in none. The sets of two bytes are announced again for every run;
    /// `extension` is the one that the data set names.
    pub(super) fn encode(self, text: &str, extension: Option<Table>) -> Option<Vec<u8>> {
        let mut bytes = Vec::with_capacity(text.len());
        let mut rest = text;
        while let Some(first) = rest.chars().next() {
            let end = rest.find(|c: char| c.is_ascii() != first.is_ascii()).unwrap_or(rest.len());
            let (run, after) = rest.split_at(end);
            rest = after;
            if first.is_ascii() {
                bytes.extend_from_slice(run.as_bytes());
            } else if let Some(encoded) = self.encode_run(run, extension) {
                bytes.extend(encoded);
            } else {
                for character in run.chars() {
                    bytes.extend(self.encode_run(character.encode_utf8(&mut [0; 4]), extension)?);
                }
            }
        }
        Some(bytes)
    }

    fn encode_run(self, run: &str, extension: Option<Table>) -> Option<Vec<u8>> {
        let announced = |escape: &[u8], encoded: Vec<u8>| [escape, &encoded].concat();
        let one_byte: Option<Vec<u8>> = run
            .chars()
            .map(|character| {
                let is_same = |byte: &u8| self.decode(&[*byte], Delimiters::Text).chars().eq([character]);
                (0x80..=0xFF).find(is_same)
            })
            .collect();
        let korean = announced(b"\x1b$)C", encoding_rs::EUC_KR.encode(run).0.into_owned());
        let chinese = announced(b"\x1b$)A", encoding_rs::GBK.encode(run).0.into_owned());
        let japanese = encoding_rs::ISO_2022_JP.encode(run).0.into_owned();
        // Many ideographs are in all three.
        let two_bytes = match extension {
            Some(Table::KsX1001) => [korean, chinese, japanese],
            Some(Table::Gb2312) => [chinese, korean, japanese],
            _ => [japanese, korean, chinese],
        };
        // Undeclared text is read as UTF-8.
        let candidates = one_byte.into_iter().chain(two_bytes).chain([run.as_bytes().to_vec()]);
        candidates.into_iter().find(|encoded| self.decode(encoded, Delimiters::Text) == run)
    }

    /// True if this byte is a delimiter where it stands, and not a part of a two-byte character.
    fn is_delimiter(self, byte: u8, delimiters: Delimiters) -> bool {
        match byte {
            b'\t' | b'\n' | 0x0C | b'\r' => true,
            b'\\' => self.g0.width() == 1,
            b'^' | b'=' => self.g0.width() == 1 && delimiters == Delimiters::PersonName,
            _ => false,
        }
    }
}

/// How many bytes from here are decoded together: whole characters of one half of the code table,
/// or a single delimiter or control character.
fn run_length(bytes: &[u8], active: Iso2022, delimiters: Delimiters) -> usize {
    let first = bytes.first().copied().unwrap_or_default();
    if active.is_delimiter(first, delimiters) || (first < 0x80 && !is_graphic(first)) {
        return 1;
    }
    let is_high = first >= 0x80;
    let ends = |byte: &u8| {
        let same_half = (*byte >= 0x80) == is_high;
        !same_half
            || *byte == ESCAPE
            || (!is_high && (!is_graphic(*byte) || active.is_delimiter(*byte, delimiters)))
    };
    let length = bytes.iter().position(ends).unwrap_or(bytes.len());
    let width = if is_high { active.g1.map_or(1, Table::width) } else { active.g0.width() };
    // An odd byte at the end is decoded with the rest and shows as U+FFFD.
    if width == 2 && length % 2 == 1 && length > 1 { length - 1 } else { length.max(1) }
}

/// Not a control character; the space belongs to every set.
fn is_graphic(byte: u8) -> bool {
    (0x21..=0x7E).contains(&byte)
}

/// High bytes where nothing says what they are.
fn undeclared(run: &[u8]) -> String {
    std::str::from_utf8(run).map_or_else(|_| latin1(run), str::to_owned)
}

/// The escape sequence at the start of `bytes`, and its length (PS3.3 Tables C.12-3 and C.12-4).
fn designation(bytes: &[u8]) -> Option<(Designation, usize)> {
    use Designation::{G0, G1};
    let bytes = bytes.strip_prefix(&[ESCAPE])?;
    #[rustfmt::skip]
    let (designation, length) = match bytes {
        [b'(', b'B', ..] => (G0(Table::Ascii), 2),
        [b'(', b'J', ..] => (G0(Table::Romaji), 2),
        [b'(', b'I', ..] => (G0(Table::Katakana), 2),
        [b')', b'I', ..] => (G1(Table::Katakana), 2),
        [b'-', b'A', ..] => (G1(Table::Latin1), 2),
        [b'-', b'B', ..] => (G1(Table::Latin2), 2),
        [b'-', b'C', ..] => (G1(Table::Latin3), 2),
        [b'-', b'D', ..] => (G1(Table::Latin4), 2),
        [b'-', b'F', ..] => (G1(Table::Greek), 2),
        [b'-', b'G', ..] => (G1(Table::Arabic), 2),
        [b'-', b'H', ..] => (G1(Table::Hebrew), 2),
        [b'-', b'L', ..] => (G1(Table::Cyrillic), 2),
        [b'-', b'M', ..] => (G1(Table::Latin5), 2),
        [b'-', b'T', ..] => (G1(Table::Thai), 2),
        [b'-', b'b', ..] => (G1(Table::Latin9), 2),
        [b'$', b')', b'C', ..] => (G1(Table::KsX1001), 3),
        [b'$', b')', b'A', ..] => (G1(Table::Gb2312), 3),
        [b'$', b'(', b'D', ..] => (G0(Table::JisX0212), 3),
        [b'$', b'(', b'B', ..] => (G0(Table::JisX0208), 3),
        // The edition of 1978 in the first one; the characters that moved since are few.
        [b'$', b'@' | b'B', ..] => (G0(Table::JisX0208), 2),
        _ => return None,
    };
    Some((designation, 1 + length))
}
