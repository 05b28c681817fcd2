//! File Meta Information, group 0002 (PS3.10 7.1): what is needed of it; the rest is dropped.

use dicom_core::Tag;

use super::header::{Encoding, VrField, read_header, value_end};
use super::sniff::file_meta_encoding;
use crate::ParseError;
use crate::defect::{Defect, Defects};

/// What the File Meta Information says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct FileMeta {
    /// Transfer Syntax UID (0002,0010), if there is one.
    pub(super) transfer_syntax: Option<String>,
    /// Media Storage SOP Class UID (0002,0002), if there is one.
    pub(super) sop_class: Option<String>,
    /// Media Storage SOP Instance UID (0002,0003), if there is one.
    pub(super) sop_instance: Option<String>,
    /// Where the data set begins.
    pub(super) data_set_at: usize,
}

/// Reads the group that begins at `start`.
pub(super) fn read_file_meta(
    bytes: &[u8],
    start: usize,
    defects: &mut Defects,
) -> Result<FileMeta, ParseError> {
    let encoding = file_meta_encoding(bytes.get(start..).unwrap_or_default());
    let mut meta = FileMeta { data_set_at: start, ..FileMeta::default() };
    let mut declared_end = None;
    loop {
        let at = meta.data_set_at;
        let Some(header) = read_header(bytes, at, encoding).filter(|header| header.tag.0 == 0x0002) else {
            break;
        };
        let end = value_end(&header).filter(|&end| end <= bytes.len());
        let value = end.and_then(|end| bytes.get(header.value_at..end));
        let (Some(end), Some(value)) = (end, value) else {
            return Err(ParseError::Truncated { offset: at as u64 });
        };
        if matches!(header.vr, VrField::Unknown | VrField::Missing) {
            defects.add(Defect::VrUnknown);
        }
        match header.tag.1 {
            0x0000 => declared_end = group_end(value, end, encoding),
            0x0002 => meta.sop_class = uid(value),
            0x0003 => meta.sop_instance = uid(value),
            0x0010 => meta.transfer_syntax = uid(value),
            _ => {}
        }
        meta.data_set_at = end;
    }
    note_defects(&meta, start, encoding, declared_end, defects);
    Ok(meta)
}

/// Where (0002,0000) says that the group ends: counted from the end of that element.
fn group_end(value: &[u8], value_end: usize, encoding: Encoding) -> Option<usize> {
    let read = if encoding.big_endian { u32::from_be_bytes } else { u32::from_le_bytes };
    value_end.checked_add(usize::try_from(read(*value.first_chunk()?)).ok()?)
}

fn note_defects(
    meta: &FileMeta,
    start: usize,
    encoding: Encoding,
    declared_end: Option<usize>,
    defects: &mut Defects,
) {
    if meta.data_set_at == start {
        defects.add(Defect::NoFileMeta);
        return;
    }
    if encoding != Encoding::EXPLICIT {
        defects.add(Defect::FileMetaEncoding);
    }
    match declared_end {
        None => defects.add(Defect::FileMetaLengthMissing),
        Some(end) if end != meta.data_set_at => defects.add(Defect::FileMetaLengthWrong),
        Some(_) => {}
    }
}

/// A UID without its padding; `None` if nothing is left.
pub(super) fn uid(value: &[u8]) -> Option<String> {
    let text = String::from_utf8_lossy(value);
    let uid = text.trim_matches(|c: char| c == '\0' || c.is_whitespace());
    (!uid.is_empty()).then(|| uid.to_owned())
}

/// True if this is a SOP Class UID of a DICOMDIR: Media Storage Directory Storage (PS3.4 Table I.4-1).
pub(super) fn is_directory(sop_class: Option<&str>) -> bool {
    sop_class == Some("1.2.840.10008.1.3.10")
}

/// Directory Record Sequence (0004,1220): only a DICOMDIR has it.
pub(super) const DIRECTORY_RECORD_SEQUENCE: Tag = Tag(0x0004, 0x1220);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_and_notes() {
        let check = |bytes: &[u8], transfer_syntax: Option<&str>, codes: &[&str]| {
            let mut defects = Defects::default();
            let whole = [bytes, b"\x08\0\x60\0CS\x02\0CT"].concat();
            let meta = read_file_meta(&whole, 0, &mut defects).unwrap();
            assert_eq!(meta.transfer_syntax.as_deref(), transfer_syntax, "{bytes:?}");
            assert_eq!(meta.data_set_at, bytes.len(), "{bytes:?}");
            assert_eq!(defects.codes(), codes, "{bytes:?}");
        };
        check(b"\x02\0\0\0UL\x04\0\x0C\0\0\0\x02\0\x10\0UI\x04\x001.2\0", Some("1.2"), &[]);
        check(b"\x02\0\x10\0UI\x04\x001.2\0", Some("1.2"), &["file_meta_length_missing"]);
        check(
            b"\x02\0\0\0UL\x04\0\x0D\0\0\0\x02\0\x10\0UI\x04\x001.2 ",
            Some("1.2"),
            &["file_meta_length_wrong"],
        );
        check(b"\x02\0\0\0UL\x04\0\x08\0\0\0\x02\0\x10\0UI\0\0", None, &[]);
        let implicit = b"\x02\0\0\0\x04\0\0\0\x0C\0\0\0\x02\0\x10\0\x04\0\0\x001.2\0";
        check(implicit, Some("1.2"), &["file_meta_encoding"]);
        let big_endian = b"\0\x02\0\0UL\0\x04\0\0\0\x0C\0\x02\0\x10UI\0\x041.2\0";
        check(big_endian, Some("1.2"), &["file_meta_encoding"]);
        check(b"", None, &["no_file_meta"]);
    }

    #[test]
    fn a_cut_group_is_truncated() {
        let bytes = b"\x02\0\x02\0UI\x02\x001\0\x02\0\x10\0UI\x04\x001.2";
        let result = read_file_meta(bytes, 0, &mut Defects::default());
        assert_eq!(result, Err(ParseError::Truncated { offset: 10 }));
    }
}
