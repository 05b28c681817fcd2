//! What is written is what was read.

use bytes::Bytes;
use dicom_core::{Tag, VR};

use super::*;
use crate::{CharacterSet, Element, Limits, Value, parse};

const LIMITS: Limits = Limits {
    file_bytes_max: 1 << 20,
    nesting_depth_max: 8,
    elements_max: 1000,
    element_bytes_max: 1 << 20,
    frames_max: 100,
    frame_bytes_max: 1 << 20,
    decoded_bytes_max: 1 << 20,
    inflated_bytes_max: 1 << 20,
};

fn element(group: u16, number: u16, vr: VR, value: &[u8]) -> Element {
    Element { tag: Tag(group, number), vr, value: Value::Bytes(Bytes::copy_from_slice(value)) }
}

fn data_set() -> DataSet {
    let utf8 = CharacterSet::new(b"ISO_IR 192");
    let item = DataSet::new(
        vec![
            element(0x0008, 0x1150, VR::UI, b"1.2.840.10008.5.1.4.1.1.2\0"),
            element(0x0008, 0x1155, VR::UI, b"2.25.17\0"),
        ],
        utf8,
    );
    let sequence = |items| Element { tag: Tag(0x0008, 0x1140), vr: VR::SQ, value: Value::Items(items) };
    DataSet::new(
        vec![
            element(0x0008, 0x0005, VR::CS, b"ISO_IR 192"),
            element(0x0008, 0x0016, VR::UI, b"1.2.840.10008.5.1.4.1.1.7\0"),
            element(0x0008, 0x0018, VR::UI, b"2.25.1"),
            sequence(vec![item.clone(), DataSet::new(Vec::new(), utf8), item]),
            element(0x0028, 0x0010, VR::US, &[0x34, 0x12]),
            element(0x0040, 0xA160, VR::UT, "grüße".as_bytes()),
            element(0x0066, 0x0016, VR::OF, &[1, 2, 3, 4, 5, 6, 7, 8]),
        ],
        utf8,
    )
}

fn written(data: &DataSet, transfer_syntax: &str) -> Vec<u8> {
    let meta = FileMetaInfo {
        sop_class_uid: "1.2.840.10008.5.1.4.1.1.7",
        sop_instance_uid: "2.25.1",
        transfer_syntax,
    };
    let mut file = Vec::new();
    write_file(&mut file, data, PixelsToWrite::None, &meta).unwrap();
    file
}

#[test]
fn every_encoding_reads_back() {
    for transfer_syntax in
        ["1.2.840.10008.1.2", "1.2.840.10008.1.2.1", "1.2.840.10008.1.2.2", "1.2.840.10008.1.2.1.99"]
    {
        let data = data_set();
        let file = written(&data, transfer_syntax);
        assert_eq!(file.len() % 2, 0);
        let read = parse(file.into(), &LIMITS).unwrap();
        assert_eq!(read.source.transfer_syntax, transfer_syntax);
        assert_eq!(read.source.defects, [""; 0], "{transfer_syntax}");
        // Only the padding of the odd value is new.
        let mut expected = data.into_elements();
        for element in expected.iter_mut().filter(|element| element.tag == Tag(0x0040, 0xA160)) {
            element.value = Value::Bytes("grüße ".as_bytes().into());
        }
        assert!(read.data.elements() == expected, "{transfer_syntax}: {:?}", read.data);
    }
}

#[test]
fn nothing_stands_before_the_data_set_but_our_own() {
    let file = written(&data_set(), "1.2.840.10008.1.2.1");
    assert!(file[..128].iter().all(|byte| *byte == 0));
    assert_eq!(&file[128..132], b"DICM");
    assert!(file.windows(8).any(|window| window == b"RADMILL_"));
}

#[test]
fn a_long_value_of_a_short_vr_goes_as_un() {
    let long = vec![b'A'; 70_000];
    let data = DataSet::new(vec![element(0x0010, 0x4000, VR::LT, &long)], CharacterSet::default());
    let file = written(&data, "1.2.840.10008.1.2.1");
    assert!(file.windows(8).any(|window| window == b"\x10\0\0\x40UN\0\0"));
    let read = parse(file.into(), &LIMITS).unwrap();
    assert_eq!(read.data.get(Tag(0x0010, 0x4000)).unwrap().bytes(), long);
}

#[test]
fn a_long_table_of_numbers_reads_back_from_either_byte_order() {
    let table: Vec<u8> = (0..40_000_u16).flat_map(u16::to_le_bytes).collect();
    let data = DataSet::new(
        vec![
            element(0x0008, 0x0016, VR::UI, b"1.2.840.10008.5.1.4.1.1.7\0"),
            element(0x0008, 0x0018, VR::UI, b"2.25.1"),
            element(0x0014, 0x3080, VR::US, &table),
            element(0x0028, 0x3006, VR::OW, &table),
        ],
        CharacterSet::default(),
    );
    for transfer_syntax in ["1.2.840.10008.1.2.1", "1.2.840.10008.1.2.2"] {
        let read = parse(written(&data, transfer_syntax).into(), &LIMITS).unwrap();
        for tag in [Tag(0x0014, 0x3080), Tag(0x0028, 0x3006)] {
            assert_eq!(read.data.get(tag).unwrap().bytes(), table, "{transfer_syntax} {tag}");
        }
    }
}

#[test]
fn an_unknown_transfer_syntax_is_refused() {
    let meta =
        FileMetaInfo { sop_class_uid: "1.2.3", sop_instance_uid: "2.25.1", transfer_syntax: "1.2.3.4" };
    let result = write_file(&mut Vec::new(), &data_set(), PixelsToWrite::None, &meta);
    assert!(matches!(result, Err(WriteError::UnknownTransferSyntax)));
}

#[test]
fn texts_are_not_written_under_another_character_set() {
    let check = |outer: Option<&str>, inner: Option<&str>, text: &str, expected: bool| {
        let level = |named: Option<&str>, rest: Element| {
            let name = named.map(|terms| element(0x0008, 0x0005, VR::CS, terms.as_bytes()));
            DataSet::new(name.into_iter().chain([rest]).collect(), CharacterSet::new(b"ISO_IR 192"))
        };
        let item = level(inner, element(0x0008, 0x0104, VR::LO, text.as_bytes()));
        let items = Element { tag: Tag(0x0008, 0x1032), vr: VR::SQ, value: Value::Items(vec![item]) };
        let data = level(outer, items);
        let meta = FileMetaInfo {
            sop_class_uid: "1.2.3",
            sop_instance_uid: "2.25.1",
            transfer_syntax: "1.2.840.10008.1.2",
        };
        let result = write_file(&mut Vec::new(), &data, PixelsToWrite::None, &meta);
        assert_eq!(result.is_ok(), expected, "{outer:?} {inner:?} {text}");
        assert!(result.is_ok() || matches!(result, Err(WriteError::CharacterSet)));
    };
    check(Some("ISO_IR 192"), None, "Größe", true);
    check(Some("ISO_IR 100"), Some("ISO_IR 192"), "Größe", true);
    check(None, Some("ISO_IR 192"), "Größe", true);
    check(None, None, "Größe", false);
    check(Some("ISO_IR 192"), Some("ISO_IR 100"), "Größe", false);
    check(None, Some(""), "size", true);
}

#[test]
fn words_keep_their_order_where_the_file_declares_another() {
    let numbers = [(0x0002, 1), (0x0010, 1), (0x0011, 3), (0x0100, 16), (0x0103, 0_u16)];
    let mut elements: Vec<Element> = numbers
        .iter()
        .map(|(number, value)| element(0x0028, *number, VR::US, &value.to_le_bytes()))
        .collect();
    elements.push(element(0x0028, 0x0004, VR::CS, b"MONOCHROME2 "));
    elements.push(element(0x0008, 0x0060, VR::CS, b"CT"));
    let data = DataSet::new(elements, CharacterSet::default());
    for (is, says) in
        [("1.2.840.10008.1.2.1", "1.2.840.10008.1.2.2"), ("1.2.840.10008.1.2.2", "1.2.840.10008.1.2.1")]
    {
        let mut file = written(&data, is);
        let is_big = is.ends_with("2.2");
        let head: &[u8] =
            if is_big { b"\x7F\xE0\0\x10OW\0\0\0\0\0\x06" } else { b"\xE0\x7F\x10\0OW\0\0\x06\0\0\0" };
        file.extend(head);
        for word in [1_u16, 2, 0x1234] {
            file.extend(if is_big { word.to_be_bytes() } else { word.to_le_bytes() });
        }
        let at = file.windows(is.len()).position(|window| window == is.as_bytes()).unwrap();
        file[at..at + is.len()].copy_from_slice(says.as_bytes());

        let read = parse(file.into(), &LIMITS).unwrap();
        assert!(read.source.defects.contains(&"transfer_syntax_contradicted"));
        let meta = FileMetaInfo {
            sop_class_uid: "1.2.3",
            sop_instance_uid: "2.25.1",
            transfer_syntax: &read.source.transfer_syntax,
        };
        let pixels = read.pixels.unwrap();
        let mut file = Vec::new();
        write_file(&mut file, &read.data, PixelsToWrite::AsRead(&pixels), &meta).unwrap();
        let again = parse(file.into(), &LIMITS).unwrap();
        assert_eq!(again.source.transfer_syntax, is);
        let expected = radmill_frame::Samples::U16(vec![1, 2, 0x1234]);
        assert_eq!(again.pixels.unwrap().decode_frame(0).unwrap().samples, expected, "{is} as {says}");
    }
}
