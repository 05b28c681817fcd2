//! Small files made byte by byte, and what comes out of them.

use bytes::Bytes;
use dicom_core::{Tag, VR};

use super::header::Encoding;
use super::parse;
use crate::{DataSet, Limits, ParseError, ParsedInstance, Value};

const IMPLICIT: Encoding = Encoding::IMPLICIT;
const EXPLICIT: Encoding = Encoding::EXPLICIT;
const BIG_ENDIAN: Encoding = Encoding::EXPLICIT_BIG_ENDIAN;
const UNDEFINED: u32 = u32::MAX;
pub(super) const LIMITS: Limits = Limits {
    file_bytes_max: 1 << 20,
    nesting_depth_max: 8,
    elements_max: 1000,
    element_bytes_max: 4096,
    frames_max: 100,
    frame_bytes_max: 1 << 20,
    decoded_bytes_max: 1 << 20,
    inflated_bytes_max: 1 << 16,
};

/// Writes a data set, wrongly where a test wants that.
#[derive(Clone)]
pub(super) struct Writer {
    pub(super) bytes: Vec<u8>,
    encoding: Encoding,
}

impl Writer {
    pub(super) fn new(encoding: Encoding) -> Writer {
        Writer { bytes: Vec::new(), encoding }
    }

    fn u16(mut self, value: u16) -> Writer {
        let bytes = if self.encoding.big_endian { value.to_be_bytes() } else { value.to_le_bytes() };
        self.bytes.extend(bytes);
        self
    }

    fn u32(mut self, value: u32) -> Writer {
        let bytes = if self.encoding.big_endian { value.to_be_bytes() } else { value.to_le_bytes() };
        self.bytes.extend(bytes);
        self
    }

    pub(super) fn raw(mut self, bytes: &[u8]) -> Writer {
        self.bytes.extend(bytes);
        self
    }

    fn tag(self, tag: u32) -> Writer {
        self.u16((tag >> 16) as u16).u16(tag as u16)
    }

    /// The head of an element, its length as given.
    pub(super) fn head(self, tag: u32, vr: &str, length: u32) -> Writer {
        let writer = self.tag(tag);
        match (writer.encoding.explicit, vr) {
            (false, _) => writer.u32(length),
            (
                true,
                "OB" | "OD" | "OF" | "OL" | "OV" | "OW" | "SQ" | "SV" | "UC" | "UN" | "UR" | "UT" | "UV",
            ) => writer.raw(vr.as_bytes()).u16(0).u32(length),
            (true, _) => writer.raw(vr.as_bytes()).u16(length as u16),
        }
    }

    pub(super) fn element(self, tag: u32, vr: &str, value: impl AsRef<[u8]>) -> Writer {
        let value = value.as_ref();
        self.head(tag, vr, value.len() as u32).raw(value)
    }

    pub(super) fn item(self, content: &Writer) -> Writer {
        self.tag(0xFFFE_E000).u32(content.bytes.len() as u32).raw(&content.bytes)
    }

    pub(super) fn open_item(self) -> Writer {
        self.tag(0xFFFE_E000).u32(UNDEFINED)
    }

    pub(super) fn end_item(self) -> Writer {
        self.tag(0xFFFE_E00D).u32(0)
    }

    pub(super) fn end_sequence(self) -> Writer {
        self.tag(0xFFFE_E0DD).u32(0)
    }
}

/// Preamble, prefix, File Meta Information, and the data set.
pub(super) fn file(transfer_syntax: &str, data_set: &Writer) -> Vec<u8> {
    let meta = Writer::new(EXPLICIT).element(0x0002_0010, "UI", padded(transfer_syntax));
    let mut writer = Writer::new(EXPLICIT).raw(&[0; 128]).raw(b"DICM");
    writer = writer.element(0x0002_0000, "UL", (meta.bytes.len() as u32).to_le_bytes());
    writer.raw(&meta.bytes).raw(&data_set.bytes).bytes
}

fn padded(text: &str) -> String {
    if text.len().is_multiple_of(2) { text.to_owned() } else { format!("{text}\0") }
}

fn uid(encoding: Encoding) -> &'static str {
    super::uncompressed_uid(encoding)
}

fn read(encoding: Encoding, data_set: &Writer) -> Result<ParsedInstance, ParseError> {
    parse(file(uid(encoding), data_set).into(), &LIMITS)
}

fn read_well(encoding: Encoding, data_set: &Writer) -> ParsedInstance {
    read(encoding, data_set).unwrap()
}

/// Tags, VRs and values, sequences in brackets.
fn shown(data: &DataSet) -> String {
    let shown = data.elements().iter().map(|element| {
        let value = match &element.value {
            Value::Items(items) => format!("[{}]", items.iter().map(shown_item).collect::<String>()),
            Value::Bytes(bytes) => bytes.escape_ascii().to_string(),
        };
        format!("{:04X}{:04X} {} {value}", element.tag.0, element.tag.1, element.vr.to_string())
    });
    shown.collect::<Vec<_>>().join(", ")
}

fn shown_item(item: &DataSet) -> String {
    format!("{{{}}}", shown(item))
}

#[track_caller]
fn check(encoding: Encoding, data_set: &Writer, expected: &str, defects: &[&str]) {
    let instance = read_well(encoding, data_set);
    assert_eq!(shown(&instance.data), expected);
    assert_eq!(instance.source.defects, defects);
}

/// A data set begun with an element that every encoding test needs.
fn begin(encoding: Encoding) -> Writer {
    Writer::new(encoding).element(0x0008_0060, "CS", "CT")
}

#[test]
fn each_encoding_gives_the_same() {
    for encoding in [IMPLICIT, EXPLICIT, BIG_ENDIAN] {
        let number = Writer::new(encoding).u16(0x0102).bytes;
        let data_set = begin(encoding)
            .element(0x0010_0010, "PN", "A^B ")
            .element(0x0028_0009, "AT", Writer::new(encoding).tag(0x0018_1063).bytes)
            .element(0x0028_0010, "US", &number)
            .element(0x0028_1201, "OW", &number)
            .element(0x0040_0275, "SQ", Writer::new(encoding).item(&begin(encoding)).bytes);
        let expected = "00080060 CS CT, 00100010 PN A^B , 00280009 AT \\x18\\x00c\\x10, 00280010 US \\x02\\x01, \
                        00281201 OW \\x02\\x01, 00400275 SQ [{00080060 CS CT}]";
        check(encoding, &data_set, expected, &[]);
    }
}

#[test]
fn little_endian_values_are_slices_of_the_input() {
    let bytes = Bytes::from(file(uid(EXPLICIT), &begin(EXPLICIT).element(0x7FE0_0010, "OW", [7; 1000])));
    let range = bytes.as_ptr_range();
    let instance = parse(bytes.clone(), &LIMITS).unwrap();
    assert!(range.contains(&instance.data.elements()[0].bytes().as_ptr()));
    assert_eq!(format!("{:?}", instance.pixels.unwrap()), "EncodedPixels(1.2.840.10008.1.2.1, 1000 bytes)");
}

#[test]
fn sequences_of_every_length() {
    let e = EXPLICIT;
    for encoding in [IMPLICIT, EXPLICIT, BIG_ENDIAN] {
        let inner = Writer::new(encoding).element(0x0008_0100, "SH", "ab");
        let start = begin(encoding);
        let defined = Writer::new(encoding).item(&inner).item(&inner);
        let all_defined = start.clone().element(0x0008_1032, "SQ", &defined.bytes);
        let all_open =
            start.clone().head(0x0008_1032, "SQ", UNDEFINED).open_item().raw(&inner.bytes).end_item();
        let all_open = all_open.open_item().raw(&inner.bytes).end_item().end_sequence();
        let mixed = start.clone().head(0x0008_1032, "SQ", UNDEFINED).raw(&defined.bytes).end_sequence();
        let expected = "00080060 CS CT, 00081032 SQ [{00080100 SH ab}{00080100 SH ab}]";
        for data_set in [all_defined, all_open, mixed] {
            check(encoding, &data_set, expected, &[]);
        }
    }
    check(e, &begin(e).element(0x0008_1032, "SQ", ""), "00080060 CS CT, 00081032 SQ []", &[]);
    let empty = begin(e).head(0x0008_1032, "SQ", UNDEFINED).open_item().end_item().end_sequence();
    check(e, &empty, "00080060 CS CT, 00081032 SQ [{}]", &[]);
}

#[test]
fn delimiters_too_many_and_too_few() {
    let e = EXPLICIT;
    let inner = Writer::new(e).element(0x0008_0100, "SH", "ab");
    let expected = "00080060 CS CT, 00081032 SQ [{00080100 SH ab}], 00100020 LO c ";
    let open = || begin(e).head(0x0008_1032, "SQ", UNDEFINED).open_item().raw(&inner.bytes);
    let end = |writer: Writer| writer.element(0x0010_0020, "LO", "c ");
    // The item delimiter is missing.
    check(e, &end(open().end_sequence()), expected, &["delimiter_missing"]);
    // An item with a length has one all the same; one stands at the top level.
    let stray = begin(e).head(0x0008_1032, "SQ", UNDEFINED).item(&inner).end_item().end_sequence();
    check(e, &end(stray), expected, &["delimiter_stray"]);
    check(e, &end(open().end_item().end_sequence().end_sequence()), expected, &["delimiter_stray"]);
    // Both are missing at the end of what holds the sequence.
    let holder = Writer::new(e).head(0x0008_1032, "SQ", UNDEFINED).open_item().raw(&inner.bytes);
    let nested = begin(e).element(0x0008_1115, "SQ", Writer::new(e).item(&holder).bytes);
    let expected = "00080060 CS CT, 00081115 SQ [{00081032 SQ [{00080100 SH ab}]}], 00100020 LO c ";
    check(e, &end(nested), expected, &["delimiter_missing"]);
    // At the end of the file nobody knows how much is missing.
    for data_set in [open(), open().end_item(), begin(e).head(0x0008_1032, "SQ", UNDEFINED)] {
        assert!(matches!(read(e, &data_set), Err(ParseError::Truncated { .. })));
    }
}

#[test]
fn unknown_vr_with_a_known_tag() {
    let e = EXPLICIT;
    let item = Writer::new(IMPLICIT).element(0x0008_0100, "", "ab");
    let implicit = Writer::new(IMPLICIT).item(&item);
    let explicit = Writer::new(e).item(&Writer::new(e).element(0x0008_0100, "SH", "ab"));
    let sequence = "00080060 CS CT, 00081032 SQ [{00080100 SH ab}]";
    check(e, &begin(e).element(0x0008_1032, "UN", &implicit.bytes), sequence, &[]);
    check(e, &begin(e).element(0x0008_1032, "UN", &explicit.bytes), sequence, &["item_encoding"]);
    check(e, &begin(e).element(0x0008_1032, "OB", &implicit.bytes), sequence, &["vr_wrong"]);
    let undefined =
        begin(e).head(0x0008_1032, "UN", UNDEFINED).raw(&implicit.bytes).raw(b"\xFE\xFF\xDD\xE0\0\0\0\0");
    check(e, &undefined, sequence, &[]);
    // PS3.5 6.2.2: of undefined length in big endian, it is implicit VR little endian all the same.
    let big = begin(BIG_ENDIAN).head(0x0008_1032, "UN", UNDEFINED).raw(&implicit.bytes);
    check(BIG_ENDIAN, &big.raw(b"\xFE\xFF\xDD\xE0\0\0\0\0"), sequence, &[]);
    check(e, &begin(e).element(0x0010_0010, "UN", "A^B "), "00080060 CS CT, 00100010 PN A^B ", &[]);
    // Not a sequence after all: it must not be called one.
    check(e, &begin(e).element(0x0008_1032, "UN", "abcd"), "00080060 CS CT, 00081032 UN abcd", &[]);
    let cut = &implicit.bytes[..implicit.bytes.len() - 1];
    assert_eq!(read_well(e, &begin(e).element(0x0008_1032, "UN", cut)).data.elements()[1].vr, VR::UN);
    // Private.
    let private = begin(e).element(0x0009_0010, "UN", "ME").element(0x0009_1001, "UN", &implicit.bytes);
    let creator = "00080060 CS CT, 00090010 LO ME";
    check(e, &private, &format!("{creator}, 00091001 SQ [{{00080100 SH ab}}]"), &[]);
    // Begins like a sequence, and is none.
    let private = begin(e).element(0x0009_0010, "UN", "ME").element(0x0009_1001, "UN", cut);
    assert_eq!(read_well(e, &private).data.elements()[2].vr, VR::UN);
    let private = begin(e).element(0x0009_0010, "UN", "ME").element(0x0009_1001, "UN", "");
    check(e, &private, &format!("{creator}, 00091001 UN "), &[]);
    let private = begin(e).head(0x0009_1001, "UN", UNDEFINED).raw(&implicit.bytes);
    let private = private.raw(b"\xFE\xFF\xDD\xE0\0\0\0\0");
    check(e, &private, "00080060 CS CT, 00091001 SQ [{00080100 SH ab}]", &[]);
}

#[test]
fn implicit_vr() {
    let i = IMPLICIT;
    let item = Writer::new(i).element(0x0008_0100, "", "ab");
    let private =
        begin(i).head(0x0009_1001, "", UNDEFINED).item(&item).end_sequence().element(0x0009_1002, "", "cd");
    check(i, &private, "00080060 CS CT, 00091001 SQ [{00080100 SH ab}], 00091002 UN cd", &[]);
    let private = begin(i).element(0x0009_1001, "", Writer::new(i).item(&item).bytes);
    check(i, &private, "00080060 CS CT, 00091001 SQ [{00080100 SH ab}]", &[]);
    let overlay = begin(i).element(0x6002_0010, "", "ab").element(0x6002_3000, "", "cd");
    check(i, &overlay, "00080060 CS CT, 60020010 US ab, 60023000 OW cd", &[]);
    check(i, &begin(i).element(0x0008_9999, "", "ab"), "00080060 CS CT, 00089999 UN ab", &[]);
    // Pixel Representation decides, here or further out, before or after.
    let lut = Writer::new(i).item(&Writer::new(i).element(0x0028_3002, "", "ab"));
    let signed = begin(i).element(0x0028_0103, "", [1, 0]).element(0x0028_0106, "", "ab");
    let signed = signed.element(0x0028_3000, "", &lut.bytes);
    let expected = "00080060 CS CT, 00280103 US \\x01\\x00, 00280106 SS ab, 00283000 SQ [{00283002 SS ab}]";
    check(i, &signed, expected, &[]);
    let late = begin(i).element(0x0028_0104, "", "ab").element(0x0028_0103, "", [1, 0]);
    let late = read_well(i, &late);
    assert_eq!(late.data.get(Tag(0x0028, 0x0104)).unwrap().vr, VR::SS);
    // An item written in explicit VR.
    let explicit = Writer::new(EXPLICIT).element(0x0008_0100, "SH", "ab");
    let mixed = begin(i).element(0x0008_1032, "", Writer::new(i).item(&explicit).bytes);
    check(i, &mixed, "00080060 CS CT, 00081032 SQ [{00080100 SH ab}]", &["item_encoding"]);
}

#[test]
fn odd_vrs_and_lengths() {
    let e = EXPLICIT;
    let future = begin(e).tag(0x0008_0070).raw(b"ZZ\0\0\x02\0\0\0ab");
    check(e, &future, "00080060 CS CT, 00080070 LO ab", &["vr_unknown"]);
    let implicit = begin(e).tag(0x0008_0070).raw(b"\x02\0\0\0ab").element(0x0010_0020, "LO", "c ");
    check(e, &implicit, "00080060 CS CT, 00080070 LO ab, 00100020 LO c ", &["vr_missing"]);
    let odd = begin(e).element(0x0008_0070, "LO", "abc").element(0x0010_0020, "LO", "c ");
    check(e, &odd, "00080060 CS CT, 00080070 LO abc, 00100020 LO c ", &["odd_length"]);
    let undefined = begin(e).head(0x0009_1001, "OB", UNDEFINED).item(&begin(e)).end_sequence();
    check(e, &undefined, "00080060 CS CT, 00091001 SQ [{00080060 CS CT}]", &["undefined_length"]);
}

#[test]
fn order_and_repetition() {
    let e = EXPLICIT;
    let data_set = begin(e).element(0x0010_0020, "LO", "b ").element(0x0008_0070, "LO", "a ");
    let sorted = "00080060 CS CT, 00080070 LO a , 00100020 LO b ";
    check(e, &data_set, sorted, &["elements_out_of_order"]);
    let repeated = data_set.element(0x0010_0020, "LO", "c ");
    check(e, &repeated, sorted, &["element_repeated", "elements_out_of_order"]);
}

#[test]
fn some_elements_are_dropped() {
    let e = EXPLICIT;
    let data_set = Writer::new(e).element(0x0008_0000, "UL", [0; 4]).element(0x0008_0060, "CS", "CT");
    let data_set = data_set.element(0x0009_0000, "UL", [0; 4]).element(0xFFFC_FFFC, "OB", [0; 6]);
    check(e, &data_set, "00080060 CS CT", &[]);
    let zeros = begin(e).raw(&[0; 1001]);
    check(e, &zeros, "00080060 CS CT", &["trailing_bytes"]);
    let garbage = begin(e).element(0x7FE0_0010, "OW", "abcd").raw(b"\x01garbage after the pixel data");
    check(e, &garbage, "00080060 CS CT", &["trailing_bytes"]);
    // A later element that is cut short cannot be told from garbage.
    let cut = begin(e).element(0x7FE0_0010, "OW", "abcd").head(0xFFFA_FFFA, "SQ", 100);
    check(e, &cut, "00080060 CS CT", &["trailing_bytes"]);
}

#[test]
fn pixel_data_leave_the_data_set() {
    let e = EXPLICIT;
    let check = |data_set: &Writer, syntax: &str, n_bytes, defects: &[&str]| {
        let instance = parse(file(syntax, data_set).into(), &LIMITS).unwrap();
        assert_eq!(shown(&instance.data), "00080060 CS CT");
        assert_eq!(instance.source.defects, defects);
        let shown = format!("{:?}", instance.pixels.unwrap());
        assert_eq!(shown, format!("EncodedPixels({syntax}, {n_bytes} bytes)"));
    };
    let rle = "1.2.840.10008.1.2.5";
    check(&begin(e).element(0x7FE0_0010, "OW", "abcd"), uid(e), 4, &[]);
    check(&begin(e).element(0x7FE0_0008, "OF", "abcd"), uid(e), 4, &[]);
    check(&begin(e).element(0x7FE0_0009, "OD", "abcdefgh"), uid(e), 8, &[]);
    let twice = begin(e).element(0x7FE0_0008, "OF", "abcd").element(0x7FE0_0010, "OW", "ab");
    check(&twice, uid(e), 4, &["pixel_data_repeated"]);
    let truncated = begin(e).head(0x7FE0_0010, "OW", 100).raw(b"abcd");
    check(&truncated, uid(e), 4, &["pixel_data_truncated"]);

    let table = |writer: Writer| writer.element(0x7FE0_0001, "OV", [0; 8]).element(0x7FE0_0002, "OV", [0; 8]);
    let fragments = |writer: Writer| {
        let content = |text: &str| Writer::new(e).raw(text.as_bytes());
        writer.item(&content("")).item(&content("abcd")).item(&content("ef"))
    };
    let open = || begin(e).head(0x7FE0_0010, "OB", UNDEFINED);
    check(&fragments(open()).end_sequence(), rle, 6, &[]);
    check(&fragments(table(begin(e)).head(0x7FE0_0010, "OB", UNDEFINED)).end_sequence(), rle, 6, &[]);
    check(&fragments(open()), rle, 6, &["delimiter_missing"]);
    check(&fragments(open()).raw(b"\xFE\xFF"), rle, 6, &["delimiter_missing"]);
    let cut = fragments(open()).tag(0xFFFE_E000).u32(100).raw(b"abc");
    check(&cut, rle, 9, &["delimiter_missing", "pixel_data_truncated"]);
    let odd = open().item(&Writer::new(e)).item(&Writer::new(e).raw(b"abc")).end_sequence();
    check(&odd, rle, 3, &["odd_length"]);
    let defined = begin(e).element(0x7FE0_0010, "OB", fragments(Writer::new(e)).bytes);
    check(&defined, rle, 6, &["pixel_data_defined_length"]);
    let with_rest = fragments(Writer::new(e)).end_sequence().raw(&[0; 4]);
    check(&begin(e).element(0x7FE0_0010, "OB", with_rest.bytes), rle, 6, &["pixel_data_defined_length"]);
    // Native samples may look like anything.
    check(&defined, uid(e), 30, &[]);
}

#[test]
fn pixel_data_in_items_stay() {
    let e = EXPLICIT;
    let native = Writer::new(e).element(0x7FE0_0010, "OW", "abcd");
    let data_set = begin(e).element(0x0088_0200, "SQ", Writer::new(e).item(&native).bytes);
    check(e, &data_set, "00080060 CS CT, 00880200 SQ [{7FE00010 OW abcd}]", &[]);
    let encapsulated =
        Writer::new(e).head(0x7FE0_0010, "OB", UNDEFINED).item(&Writer::new(e).raw(b"ab")).end_sequence();
    let data_set = begin(e).element(0x0088_0200, "SQ", Writer::new(e).item(&encapsulated).bytes);
    let expected = "00080060 CS CT, 00880200 SQ [{7FE00010 OB \\xfe\\xff\\x00\\xe0\\x02\\x00\\x00\\x00ab}]";
    check(e, &data_set, expected, &["nested_encapsulated"]);
}

#[test]
fn the_transfer_syntax_is_checked_against_the_data_set() {
    for declared in [IMPLICIT, EXPLICIT, BIG_ENDIAN] {
        for real in [IMPLICIT, EXPLICIT, BIG_ENDIAN] {
            let instance = read_well(declared, &begin(real).element(0x0010_0020, "LO", "ab"));
            assert_eq!(shown(&instance.data), "00080060 CS CT, 00100020 LO ab");
            assert_eq!(instance.source.transfer_syntax, uid(real));
            let expected: &[&str] = if declared == real { &[] } else { &["transfer_syntax_contradicted"] };
            assert_eq!(instance.source.defects, expected);
        }
    }
    let with = |syntax: &str| parse(file(syntax, &begin(IMPLICIT)).into(), &LIMITS);
    let missing = with("").unwrap().source;
    assert_eq!((missing.transfer_syntax.as_str(), missing.transfer_syntax_inferred), (uid(IMPLICIT), true));
    assert_eq!(missing.defects, ["transfer_syntax_missing"]);
    assert_eq!(with("1.2.3").unwrap().source.defects, ["transfer_syntax_unknown"]);
    let nonsense = file("1.2.3", &Writer::new(EXPLICIT).raw(b"no data set at all"));
    assert_eq!(parse(nonsense.into(), &LIMITS).unwrap_err(), ParseError::UnsupportedEncoding);
}

#[test]
fn files_without_preamble_and_file_meta() {
    for encoding in [IMPLICIT, EXPLICIT, BIG_ENDIAN] {
        let bare = begin(encoding).element(0x0010_0020, "LO", "ab");
        let source = parse(bare.bytes.into(), &LIMITS).unwrap().source;
        assert_eq!((source.transfer_syntax.as_str(), source.transfer_syntax_inferred), (uid(encoding), true));
        assert_eq!(source.defects, ["no_file_meta", "no_preamble"]);
        let whole = file(uid(encoding), &begin(encoding));
        let source = parse(Bytes::from(whole).slice(132..), &LIMITS).unwrap().source;
        assert_eq!(
            (source.transfer_syntax.as_str(), source.transfer_syntax_inferred),
            (uid(encoding), false)
        );
        assert_eq!(source.defects, ["no_preamble"]);
    }
}

#[test]
fn deflated() {
    use std::io::Write;
    let uid = "1.2.840.10008.1.2.1.99";
    let mut encoder = flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(&begin(EXPLICIT).element(0x0010_0020, "LO", "ab").bytes).unwrap();
    let deflated = Writer::new(EXPLICIT).raw(&encoder.finish().unwrap());
    let instance = parse(file(uid, &deflated).into(), &LIMITS).unwrap();
    assert_eq!(shown(&instance.data), "00080060 CS CT, 00100020 LO ab");
    assert!(instance.source.defects.is_empty());
    let plain = parse(file(uid, &begin(EXPLICIT)).into(), &LIMITS).unwrap();
    assert_eq!(plain.source.defects, ["not_deflated"]);
    let cut = Writer::new(EXPLICIT).raw(&deflated.bytes[..15]);
    assert!(matches!(parse(file(uid, &cut).into(), &LIMITS), Err(ParseError::Truncated { .. })));
}

#[test]
fn directories_are_no_instances() {
    let by_class = begin(EXPLICIT).element(0x0008_0016, "UI", "1.2.840.10008.1.3.10");
    assert_eq!(read(EXPLICIT, &by_class).unwrap_err(), ParseError::Directory);
    let by_records = Writer::new(EXPLICIT).element(0x0004_1220, "SQ", "").element(0x0008_0060, "CS", "CT");
    assert_eq!(read(EXPLICIT, &by_records).unwrap_err(), ParseError::Directory);
}

#[test]
fn broken_files_are_errors_and_never_skipped() {
    let e = EXPLICIT;
    let offset = file(uid(e), &begin(e)).len() as u64;
    let truncated = |data_set: Writer, offset| {
        assert_eq!(read(e, &data_set).unwrap_err(), ParseError::Truncated { offset });
    };
    truncated(begin(e).head(0x0010_0020, "LO", 100), offset);
    truncated(begin(e).raw(b"\x10\0\x20\0L"), offset);
    truncated(begin(e).head(0x0008_1032, "SQ", 100), offset);
    truncated(begin(e).element(0x0008_1032, "SQ", b"\xFE\xFF\0\xE0\x64\0\0\0ab"), offset + 12);
    truncated(Writer::new(e), offset - 10);
    let malformed = |data_set: Writer| {
        let result = read(e, &data_set);
        assert!(matches!(result, Err(ParseError::Malformed { .. })), "{result:?}");
    };
    let after = |writer: Writer| writer.element(0x0010_0020, "LO", "ab");
    malformed(after(begin(e).element(0x0008_1032, "SQ", b"\xFE\xFF\0\xE0\x64\0\0\0ab")));
    malformed(after(begin(e).element(0x0008_1032, "SQ", "no items")));
    malformed(after(begin(e).item(&begin(e))));
    let too_long = Writer::new(e).item(&Writer::new(e).head(0x0008_0100, "SH", 50));
    malformed(after(begin(e).element(0x0008_1032, "SQ", &too_long.bytes)));
    // After the prefix, even text is a broken DICOM file.
    let mut text = vec![b' '; 128];
    text.extend(b"DICM is a prefix that no text has at this place, and yet.");
    let result = parse(text.into(), &LIMITS);
    assert!(result.is_err_and(|error| error != ParseError::NotDicom));
}

#[test]
fn limits_hold() {
    let e = EXPLICIT;
    let check = |data_set: &Writer, expected_what, expected_limit| {
        let Err(ParseError::OverLimit { what, declared, limit }) = read(e, data_set) else {
            panic!("no error")
        };
        assert_eq!((what, limit), (expected_what, expected_limit));
        assert!(declared > limit);
    };
    check(&begin(e).element(0x7FE0_0010, "OW", vec![0; 1 << 20]), "file_bytes_max", 1 << 20);
    check(&begin(e).element(0x0042_0011, "OB", vec![0; 5000]), "element_bytes_max", 4096);
    let nested = |depth| {
        (0..depth)
            .fold(begin(e), |inner, _| begin(e).element(0x0040_A730, "SQ", Writer::new(e).item(&inner).bytes))
    };
    assert!(read(e, &nested(8)).is_ok());
    check(&nested(9), "nesting_depth_max", 8);
    // The limit counts in what is tried as well.
    let in_un = begin(e).element(0x0040_A730, "UN", Writer::new(e).item(&nested(8)).bytes);
    check(&in_un, "nesting_depth_max", 8);
    let items = (0..1000).fold(Writer::new(e), |writer, _| writer.item(&Writer::new(e)));
    check(&begin(e).head(0x0008_1032, "SQ", 8000).raw(&items.bytes), "elements_max", 1000);
    check(&begin(e).head(0x7FE0_0010, "OB", UNDEFINED).raw(&items.bytes), "elements_max", 1000);
    let many = (0..1001_u32).fold(begin(e), |writer, n| writer.element(0x0011_1000 + n, "CS", ""));
    check(&many, "elements_max", 1000);
    // However high the limit is, the stack is not at risk.
    let deep = (0..100_000).fold(begin(e), |writer, _| writer.head(0x0040_A730, "SQ", UNDEFINED).open_item());
    let limits =
        Limits { nesting_depth_max: u32::MAX, elements_max: u32::MAX, file_bytes_max: u64::MAX, ..LIMITS };
    let result = parse(file(uid(e), &deep).into(), &limits);
    assert!(matches!(result, Err(ParseError::OverLimit { what: "nesting_depth_max", .. })));
}

#[test]
fn items_inherit_the_character_set() {
    let e = EXPLICIT;
    let name = |writer: Writer| writer.element(0x0010_0010, "PN", b"\xBB\xEE");
    let own = name(Writer::new(e).element(0x0008_0005, "CS", "ISO_IR 101"));
    let items = Writer::new(e).item(&name(Writer::new(e))).item(&own);
    let data_set =
        Writer::new(e).element(0x0008_0005, "CS", "ISO_IR 144").element(0x0008_1032, "SQ", items.bytes);
    let data = read_well(e, &name(data_set)).data;
    let name_tag = Tag(0x0010, 0x0010);
    assert_eq!(data.text(name_tag).as_deref(), Some("Лю"));
    let names: Vec<_> =
        data.items(Tag(0x0008, 0x1032)).iter().map(|item| item.text(name_tag).unwrap()).collect();
    assert_eq!(names, ["Лю", "ťî"]);
}

#[test]
fn trials_inside_of_trials_end() {
    // Each level is read in implicit VR first, which fails at the very end, and then in explicit VR.
    let e = EXPLICIT;
    let innermost = begin(e).element(0x0042_0011, "OB", [0; 2000]).raw(b"no");
    let nested = (0..100).fold(innermost, |inner, _| {
        Writer::new(e).element(0x0040_A730, "UN", Writer::new(e).item(&inner).bytes).raw(b"no")
    });
    let mut limits = Limits { nesting_depth_max: 200, elements_max: u32::MAX, ..LIMITS };
    limits.element_bytes_max = 1 << 20;
    let nested = begin(e).element(0x0040_A730, "UN", Writer::new(e).item(&nested).bytes);
    assert!(parse(file(uid(e), &nested).into(), &limits).is_ok());
}
