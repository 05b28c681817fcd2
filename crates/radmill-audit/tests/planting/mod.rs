//! Writes small files with whatever a test wants in them, without any of the code under test.
#![allow(dead_code, reason = "each test file uses its own part of this")]

use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use parquet::basic::Compression;
use parquet::data_type::{ByteArray, ByteArrayType, Int32Type};
use parquet::file::metadata::KeyValue;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::parser::parse_message_type;
use radmill_audit::{AuditOptions, Report, audit};

/// A folder with one source, and a place for outputs.
pub(crate) struct Folders {
    root: tempfile::TempDir,
}

impl Folders {
    pub(crate) fn new(source: &Obj) -> Folders {
        let folders = Folders { root: tempfile::tempdir().unwrap() };
        folders.write("in/source", &source.file());
        folders
    }

    pub(crate) fn remove(&self, relative: &str) {
        std::fs::remove_file(self.path(relative)).unwrap();
    }

    pub(crate) fn path(&self, relative: &str) -> PathBuf {
        let path = self.root.path().join(relative);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        path
    }

    pub(crate) fn write(&self, relative: &str, bytes: &[u8]) {
        std::fs::write(self.path(relative), bytes).unwrap();
    }

    pub(crate) fn audit(&self) -> Report {
        self.run(Some("in"), None)
    }

    pub(crate) fn audit_by_shape(&self) -> Report {
        self.run(None, None)
    }

    pub(crate) fn audit_with_crosswalk(&self, uids: &str) -> Report {
        self.run(Some("in"), Some(uids))
    }

    fn run(&self, against: Option<&str>, uids: Option<&str>) -> Report {
        let options = AuditOptions {
            dataset: self.root.path().join("out"),
            against: against.map(|name| self.root.path().join(name)),
            uids: uids.map(|name| self.root.path().join(name)),
            published_names: Vec::new(),
            show_paths: false,
            threads: Some(2),
        };
        audit(&options, &|_| {}, &AtomicBool::new(false)).unwrap()
    }
}

/// A DICOM object in explicit VR little endian; a later element of the same tag replaces the earlier one.
#[derive(Clone, Default)]
pub(crate) struct Obj {
    preamble: Vec<u8>,
    elements: BTreeMap<(u16, u16), Vec<u8>>,
    after: Vec<u8>,
}

pub(crate) fn obj() -> Obj {
    Obj::default()
}

impl Obj {
    pub(crate) fn el(self, group: u16, element: u16, vr: &str, value: &str) -> Obj {
        self.bytes(group, element, vr, value.as_bytes())
    }

    pub(crate) fn meta(self, group: u16, element: u16, vr: &str, value: &str) -> Obj {
        self.el(group, element, vr, value)
    }

    pub(crate) fn bytes(mut self, group: u16, element: u16, vr: &str, value: &[u8]) -> Obj {
        let mut value = value.to_vec();
        if value.len() % 2 == 1 {
            value.push(if matches!(vr, "UI" | "OB" | "UN") { 0 } else { b' ' });
        }
        self.elements.insert((group, element), written(group, element, vr, &value));
        self
    }

    pub(crate) fn sequence(mut self, group: u16, element: u16, items: Vec<Obj>) -> Obj {
        self.elements.insert((group, element), written(group, element, "SQ", &packed(&items)));
        self
    }

    /// A sequence that is written as UN, in explicit VR inside as some devices do.
    pub(crate) fn hidden_sequence(mut self, group: u16, element: u16, items: Vec<Obj>) -> Obj {
        self.elements.insert((group, element), written(group, element, "UN", &packed(&items)));
        self
    }

    pub(crate) fn preamble(mut self, bytes: &[u8]) -> Obj {
        self.preamble = bytes.to_vec();
        self
    }

    /// Bytes behind the last element.
    pub(crate) fn after(mut self, bytes: &[u8]) -> Obj {
        self.after = bytes.to_vec();
        self
    }

    /// A small image.
    pub(crate) fn image(self) -> Obj {
        self.bytes(0x0028, 0x0010, "US", &[2, 0])
            .bytes(0x0028, 0x0011, "US", &[4, 0])
            .pixels(&[9, 8, 7, 6, 5, 4, 3, 2])
    }

    pub(crate) fn pixels(self, bytes: &[u8]) -> Obj {
        self.bytes(0x7FE0, 0x0010, "OB", bytes)
    }

    /// Encapsulated pixel data of one frame.
    pub(crate) fn fragment(mut self, bytes: &[u8]) -> Obj {
        let mut value = b"\xe0\x7f\x10\0OB\0\0\xff\xff\xff\xff\xfe\xff\0\xe0\0\0\0\0\xfe\xff\0\xe0".to_vec();
        value.extend(u32::try_from(bytes.len()).unwrap().to_le_bytes());
        value.extend_from_slice(bytes);
        value.extend(b"\xfe\xff\xdd\xe0\0\0\0\0");
        self.elements.insert((0x7FE0, 0x0010), value);
        self
    }

    fn data_set(&self) -> Vec<u8> {
        self.elements.values().flatten().copied().collect()
    }

    pub(crate) fn file(&self) -> Vec<u8> {
        let mut object = self.clone();
        object.preamble.resize(128, 0);
        let transfer_syntax = "1.2.840.10008.1.2.1";
        object = object.el(0x0002, 0x0010, "UI", transfer_syntax);
        let mut file = object.preamble.clone();
        file.extend(b"DICM");
        file.extend(object.data_set());
        file.extend(&object.after);
        file
    }
}

fn packed(items: &[Obj]) -> Vec<u8> {
    let mut value = Vec::new();
    for item in items {
        let data_set = item.data_set();
        value.extend(b"\xfe\xff\0\xe0");
        value.extend(u32::try_from(data_set.len()).unwrap().to_le_bytes());
        value.extend(data_set);
    }
    value
}

fn written(group: u16, element: u16, vr: &str, value: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    bytes.extend(group.to_le_bytes());
    bytes.extend(element.to_le_bytes());
    bytes.extend(vr.as_bytes());
    if matches!(vr, "OB" | "OW" | "SQ" | "UN" | "UT" | "UC") {
        bytes.extend([0, 0]);
        bytes.extend(u32::try_from(value.len()).unwrap().to_le_bytes());
    } else {
        bytes.extend(u16::try_from(value.len()).unwrap().to_le_bytes());
    }
    bytes.extend_from_slice(value);
    bytes
}

pub(crate) fn deflated(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// A PNG with nothing but one chunk in it; nobody looks at the sums.
pub(crate) fn png_with_chunk(name: &[u8; 4], data: &[u8]) -> Vec<u8> {
    let mut png = b"\x89PNG\r\n\x1a\n".to_vec();
    for (name, data) in [(b"IHDR", [0; 13].as_slice()), (name, data), (b"IDAT", b"xx"), (b"IEND", b"")] {
        png.extend(u32::try_from(data.len()).unwrap().to_be_bytes());
        png.extend(name);
        png.extend(data);
        png.extend([0; 4]);
    }
    png
}

/// A table of one row: a text, a list with one text, facts of the image, a date, and a key in the metadata.
pub(crate) fn write_table(path: &Path, note: &str, listed: &str, origin: &str, study_date: i32) {
    let schema = "message rows {
        required binary note (STRING);
        optional group texts (LIST) { repeated group list { required binary element (STRING); } }
        required int32 study_date (DATE);
        required binary modality (STRING);
        required binary source_transfer_syntax_uid (STRING);
        required binary photometric_interpretation (STRING);
        required int32 source_rows;
        required int32 source_columns;
        required int32 n_frames;
        required int32 instance_number;
    }";
    let properties = WriterProperties::builder()
        .set_compression(Compression::UNCOMPRESSED)
        .set_key_value_metadata(Some(vec![KeyValue::new("origin".to_owned(), origin.to_owned())]))
        .build();
    let file = std::fs::File::create(path).unwrap();
    let schema = Arc::new(parse_message_type(schema).unwrap());
    let mut writer = SerializedFileWriter::new(file, schema, Arc::new(properties)).unwrap();
    let mut group = writer.next_row_group().unwrap();
    let texts = [(0, note), (1, listed), (3, "CT"), (4, "1.2.840.10008.1.2.1"), (5, "")];
    let numbers = [(2, study_date), (6, 2), (7, 4), (8, 1), (9, 7)];
    for index in 0..10 {
        let mut column = group.next_column().unwrap().unwrap();
        if let Some((_, text)) = texts.iter().find(|(at, _)| *at == index) {
            let levels: (Option<&[i16]>, Option<&[i16]>) =
                if index == 1 { (Some(&[2]), Some(&[0])) } else { (None, None) };
            column
                .typed::<ByteArrayType>()
                .write_batch(&[ByteArray::from(*text)], levels.0, levels.1)
                .unwrap();
        } else {
            let (_, number) = numbers.iter().find(|(at, _)| *at == index).unwrap();
            column.typed::<Int32Type>().write_batch(&[*number], None, None).unwrap();
        }
        column.close().unwrap();
    }
    group.close().unwrap();
    writer.close().unwrap();
}

/// A table of one row: an image, as a struct of its bytes and its name.
pub(crate) fn write_table_of_image(path: &Path, image: &[u8]) {
    let schema = "message rows {
        required group image { required binary bytes; required binary path (STRING); }
    }";
    let schema = Arc::new(parse_message_type(schema).unwrap());
    let properties = WriterProperties::builder().set_compression(Compression::UNCOMPRESSED).build();
    let file = std::fs::File::create(path).unwrap();
    let mut writer = SerializedFileWriter::new(file, schema, Arc::new(properties)).unwrap();
    let mut group = writer.next_row_group().unwrap();
    for bytes in [image, b"0.png"] {
        let mut column = group.next_column().unwrap().unwrap();
        let values = [ByteArray::from(bytes.to_vec())];
        column.typed::<ByteArrayType>().write_batch(&values, None, None).unwrap();
        column.close().unwrap();
    }
    group.close().unwrap();
    writer.close().unwrap();
}
