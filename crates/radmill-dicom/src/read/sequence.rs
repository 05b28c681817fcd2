//! Sequences of items (PS3.5 7.5).

use super::dataset::{Level, Reader, malformed};
use super::header::{
    Encoding, Header, ITEM, ITEM_DELIMITER, SEQUENCE_DELIMITER, UNDEFINED, VrField, known_vr, read_header,
    value_end,
};
use crate::defect::Defect;
use crate::{DataSet, ParseError};

impl Reader<'_> {
    /// The items from here to `end`, or to the sequence delimiter if there is no `end`.
    pub(super) fn items(&mut self, level: &Level, end: Option<usize>) -> Result<Vec<DataSet>, ParseError> {
        self.check_depth(level)?;
        let level = Level { end: end.unwrap_or(level.end), ..*level };
        let is_delimited = end.is_none();
        let mut items = Vec::new();
        while self.at < level.end {
            let Some(header) = read_header(&self.source[..level.end], self.at, level.encoding) else {
                return Err(self.reaches_beyond(self.at, &level));
            };
            match header.tag {
                ITEM => items.push(self.item(&header, &level)?),
                SEQUENCE_DELIMITER if is_delimited => {
                    self.at = header.value_at;
                    return Ok(items);
                }
                // An item that ended by its length may still be followed by a delimiter.
                ITEM_DELIMITER | SEQUENCE_DELIMITER if header.length == 0 => {
                    self.pass_stray_delimiter(&header)?
                }
                _ => return Err(malformed(self.at, "something else than an item in a sequence")),
            }
        }
        if is_delimited {
            if level.end == self.source.len() {
                return Err(ParseError::Truncated { offset: level.end as u64 });
            }
            self.defects.add(Defect::DelimiterMissing);
        }
        Ok(items)
    }

    /// The item with this head.
    fn item(&mut self, header: &Header, level: &Level) -> Result<DataSet, ParseError> {
        self.count()?;
        let delimited = header.length == UNDEFINED;
        let end = if delimited { level.end } else { self.end_of_value(header, level)? };
        self.at = header.value_at;
        let encoding = item_encoding(&self.source[..end], self.at, level.encoding);
        if encoding != level.encoding {
            self.defects.add(Defect::ItemEncoding);
        }
        self.nested_level(Level { end, delimited, depth: level.depth + 1, encoding, ..*level })
    }
}

/// How the item that starts at `at` is encoded: as its sequence, unless its first element clearly says otherwise.
///
/// Real files have explicit VR items in sequences that were declared implicit, and the other way round.
fn item_encoding(data: &[u8], at: usize, encoding: Encoding) -> Encoding {
    if encoding.big_endian {
        return encoding;
    }
    let (Some(implicit), Some(explicit)) =
        (read_header(data, at, Encoding::IMPLICIT), read_header(data, at, Encoding::EXPLICIT))
    else {
        return encoding;
    };
    if implicit.tag.0 == 0xFFFE {
        return encoding;
    }
    let fits = |header: &Header| header.length == UNDEFINED || value_end(header) <= Some(data.len());
    let has_vr = data.get(at + 4..at + 6).and_then(|code| known_vr([code[0], code[1]])).is_some();
    if encoding.explicit && explicit.vr == VrField::Missing && fits(&implicit) {
        Encoding::IMPLICIT
    } else if !encoding.explicit && has_vr && fits(&explicit) && !fits(&implicit) {
        Encoding::EXPLICIT
    } else {
        encoding
    }
}
