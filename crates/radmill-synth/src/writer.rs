//! Writes data sets and files (PS3.5 section 7, PS3.10 section 7). Knows nothing of reading them.

use crate::data_set::{DataSet, Element, Tag, Value};

/// How a data set is encoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Encoding {
    ImplicitLittle,
    ExplicitLittle,
    ExplicitBig,
    /// Explicit little endian, deflated.
    Deflated,
}

/// Everything a file holds around its data set.
pub(crate) struct FileParts<'a> {
    /// The first 128 bytes and `DICM`, or nothing at all.
    pub(crate) preamble: Option<[u8; 128]>,
    /// Group 0002 without its length, which is added; none for a bare data set.
    pub(crate) meta: Option<&'a DataSet>,
    pub(crate) data: &'a DataSet,
    pub(crate) encoding: Encoding,
}

/// The bytes of a file.
pub(crate) fn write_file(parts: &FileParts<'_>) -> Vec<u8> {
    let mut out = Vec::new();
    if let Some(preamble) = parts.preamble {
        out.extend(preamble);
        out.extend(b"DICM");
    }
    if let Some(meta) = parts.meta {
        let group = write_data_set(meta, Encoding::ExplicitLittle);
        let mut length = DataSet::default();
        length.ul((0x0002, 0x0000), &[group.len() as u32]);
        out.extend(write_data_set(&length, Encoding::ExplicitLittle));
        out.extend(group);
    }
    let data = write_data_set(parts.data, parts.encoding);
    match parts.encoding {
        Encoding::Deflated => out.extend(deflate(&data)),
        _ => out.extend(data),
    }
    out
}

/// Raw deflate as PS3.5 A.5 asks, padded to even length.
pub(crate) fn deflate(data: &[u8]) -> Vec<u8> {
    let mut deflated = miniz_oxide::deflate::compress_to_vec(data, 9);
    if !deflated.len().is_multiple_of(2) {
        deflated.push(0);
    }
    deflated
}

/// The elements in ascending order of tag.
pub(crate) fn write_data_set(data: &DataSet, encoding: Encoding) -> Vec<u8> {
    let mut elements: Vec<&Element> = data.elements.iter().collect();
    elements.sort_by_key(|element| element.tag);
    let writer = Writer { encoding };
    let mut out = Vec::new();
    for element in elements {
        writer.element(element, &mut out);
    }
    out
}

const UNDEFINED: u32 = 0xffff_ffff;
const ITEM: Tag = (0xfffe, 0xe000);
const ITEM_END: Tag = (0xfffe, 0xe00d);
const SEQUENCE_END: Tag = (0xfffe, 0xe0dd);

struct Writer {
    encoding: Encoding,
}

impl Writer {
    fn element(&self, element: &Element, out: &mut Vec<u8>) {
        match &element.value {
            Value::Bytes(bytes) => {
                let value = self.padded(&element.vr, bytes);
                self.head(element.tag, &element.vr, value.len() as u32, out);
                out.extend(value);
            }
            Value::Items { items, undefined_length: false } => {
                let mut body = Vec::new();
                for item in items {
                    let item = write_data_set(item, self.encoding);
                    self.marker(ITEM, item.len() as u32, &mut body);
                    body.extend(item);
                }
                self.head(element.tag, &element.vr, body.len() as u32, out);
                out.extend(body);
            }
            Value::Items { items, undefined_length: true } => {
                self.head(element.tag, &element.vr, UNDEFINED, out);
                for item in items {
                    self.marker(ITEM, UNDEFINED, out);
                    out.extend(write_data_set(item, self.encoding));
                    self.marker(ITEM_END, 0, out);
                }
                self.marker(SEQUENCE_END, 0, out);
            }
            Value::Fragments(fragments) => {
                self.head(element.tag, &element.vr, UNDEFINED, out);
                for fragment in fragments {
                    let padded = self.padded(b"OB", fragment);
                    self.marker(ITEM, padded.len() as u32, out);
                    out.extend(padded);
                }
                self.marker(SEQUENCE_END, 0, out);
            }
        }
    }

    fn head(&self, tag: Tag, vr: &[u8; 2], length: u32, out: &mut Vec<u8>) {
        self.u16(tag.0, out);
        self.u16(tag.1, out);
        if self.encoding == Encoding::ImplicitLittle {
            self.u32(length, out);
            return;
        }
        // A short VR cannot say a length over 65534; UN can (PS3.5 6.2.2).
        let short = is_short(vr) && length <= 0xfffe;
        out.extend(if is_short(vr) && !short { b"UN" } else { vr });
        if short {
            self.u16(length as u16, out);
        } else {
            out.extend([0, 0]);
            self.u32(length, out);
        }
    }

    fn marker(&self, tag: Tag, length: u32, out: &mut Vec<u8>) {
        self.u16(tag.0, out);
        self.u16(tag.1, out);
        self.u32(length, out);
    }

    /// In the byte order of the encoding, and of even length.
    fn padded(&self, vr: &[u8; 2], bytes: &[u8]) -> Vec<u8> {
        let mut value = bytes.to_vec();
        if !value.len().is_multiple_of(2) {
            value.push(if is_text(vr) { b' ' } else { 0 });
        }
        if self.encoding == Encoding::ExplicitBig {
            let word = word_bytes(vr);
            value.chunks_mut(word).for_each(<[u8]>::reverse);
        }
        value
    }

    fn u16(&self, value: u16, out: &mut Vec<u8>) {
        match self.encoding {
            Encoding::ExplicitBig => out.extend(value.to_be_bytes()),
            _ => out.extend(value.to_le_bytes()),
        }
    }

    fn u32(&self, value: u32, out: &mut Vec<u8>) {
        match self.encoding {
            Encoding::ExplicitBig => out.extend(value.to_be_bytes()),
            _ => out.extend(value.to_le_bytes()),
        }
    }
}

/// VRs with a length of 16 bits (PS3.5 Table 7.1-2).
pub(crate) fn is_short(vr: &[u8; 2]) -> bool {
    !matches!(
        vr,
        b"OB" | b"OD" | b"OF" | b"OL" | b"OV" | b"OW" | b"SQ" | b"SV" | b"UC" | b"UN" | b"UR" | b"UT" | b"UV"
    )
}

/// VRs padded with a space (PS3.5 section 6.2).
fn is_text(vr: &[u8; 2]) -> bool {
    matches!(
        vr,
        b"AE"
            | b"AS"
            | b"CS"
            | b"DA"
            | b"DS"
            | b"DT"
            | b"IS"
            | b"LO"
            | b"LT"
            | b"PN"
            | b"SH"
            | b"ST"
            | b"TM"
            | b"UC"
            | b"UR"
            | b"UT"
    )
}

/// Bytes that are swapped together in big endian (PS3.5 section 7.3).
pub(crate) fn word_bytes(vr: &[u8; 2]) -> usize {
    match vr {
        b"US" | b"SS" | b"OW" | b"AT" => 2,
        b"UL" | b"SL" | b"FL" | b"OF" | b"OL" => 4,
        b"FD" | b"OD" | b"SV" | b"UV" | b"OV" => 8,
        _ => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(encoding: Encoding, build: impl Fn(&mut DataSet), expected: &[u8]) {
        let mut data = DataSet::default();
        build(&mut data);
        assert_eq!(write_data_set(&data, encoding), expected, "{encoding:?}");
    }

    #[test]
    fn bytes_made_by_hand() {
        use Encoding::{ExplicitBig, ExplicitLittle, ImplicitLittle};
        let modality = |data: &mut DataSet| data.text((0x0008, 0x0060), b"CS", "MR");
        check(ImplicitLittle, modality, b"\x08\x00\x60\x00\x02\x00\x00\x00MR");
        check(ExplicitLittle, modality, b"\x08\x00\x60\x00CS\x02\x00MR");
        check(ExplicitBig, modality, b"\x00\x08\x00\x60CS\x00\x02MR");

        let odd = |data: &mut DataSet| data.text((0x0010, 0x0010), b"PN", "A^B");
        check(ExplicitLittle, odd, b"\x10\x00\x10\x00PN\x04\x00A^B ");
        let uid = |data: &mut DataSet| data.text((0x0008, 0x0018), b"UI", "1.2");
        check(ExplicitLittle, uid, b"\x08\x00\x18\x00UI\x04\x001.2\x00");

        let rows = |data: &mut DataSet| data.us((0x0028, 0x0010), &[0x0102]);
        check(ImplicitLittle, rows, b"\x28\x00\x10\x00\x02\x00\x00\x00\x02\x01");
        check(ExplicitBig, rows, b"\x00\x28\x00\x10US\x00\x02\x01\x02");
        let pointer = |data: &mut DataSet| data.at((0x0028, 0x0009), &[(0x0018, 0x1063)]);
        check(ExplicitBig, pointer, b"\x00\x28\x00\x09AT\x00\x04\x00\x18\x10\x63");
        let double = |data: &mut DataSet| data.fd((0x0018, 0x9074), &[1.0]);
        check(ExplicitBig, double, b"\x00\x18\x90\x74FD\x00\x08\x3f\xf0\0\0\0\0\0\0");

        let long = |data: &mut DataSet| data.bytes((0x7fe0, 0x0010), b"OB", [1, 2, 3]);
        check(ExplicitLittle, long, b"\xe0\x7f\x10\x00OB\0\0\x04\0\0\0\x01\x02\x03\0");
    }

    #[test]
    fn sequences_made_by_hand() {
        let item = || {
            let mut item = DataSet::default();
            item.text((0x0008, 0x0060), b"CS", "MR");
            item
        };
        let tag = (0x0008, 0x1140);
        check(
            Encoding::ImplicitLittle,
            |data| data.items(tag, vec![item()]),
            b"\x08\0\x40\x11\x12\0\0\0\xfe\xff\x00\xe0\x0a\0\0\0\x08\0\x60\0\x02\0\0\0MR",
        );
        check(
            Encoding::ExplicitLittle,
            |data| data.items_undefined(tag, vec![item()]),
            b"\x08\0\x40\x11SQ\0\0\xff\xff\xff\xff\xfe\xff\x00\xe0\xff\xff\xff\xff\x08\0\x60\0CS\x02\0MR\
              \xfe\xff\x0d\xe0\0\0\0\0\xfe\xff\xdd\xe0\0\0\0\0",
        );
        check(
            Encoding::ExplicitLittle,
            |data| data.put((0x7fe0, 0x0010), b"OB", Value::Fragments(vec![vec![], vec![9]])),
            b"\xe0\x7f\x10\0OB\0\0\xff\xff\xff\xff\xfe\xff\x00\xe0\0\0\0\0\xfe\xff\x00\xe0\x02\0\0\0\x09\0\
              \xfe\xff\xdd\xe0\0\0\0\0",
        );
    }

    #[test]
    fn a_file_has_preamble_meta_and_group_length() {
        let (mut meta, mut data) = (DataSet::default(), DataSet::default());
        meta.text((0x0002, 0x0010), b"UI", "1.2");
        data.text((0x0008, 0x0060), b"CS", "MR");
        let parts = FileParts {
            preamble: Some([0; 128]),
            meta: Some(&meta),
            data: &data,
            encoding: Encoding::ExplicitLittle,
        };
        let file = write_file(&parts);
        assert_eq!(file[128..144], *b"DICM\x02\0\0\0UL\x04\0\x0c\0\0\0");
        assert_eq!(file[144..], *b"\x02\0\x10\0UI\x04\x001.2\0\x08\0\x60\0CS\x02\0MR");
        let deflated = write_file(&FileParts { encoding: Encoding::Deflated, ..parts });
        assert_eq!(
            miniz_oxide::inflate::decompress_to_vec(&deflated[156..]).unwrap(),
            b"\x08\0\x60\0CS\x02\0MR"
        );
    }
}
