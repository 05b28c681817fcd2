//! Parquet: every value of every column, nested ones too, and the metadata of the file.

use parquet::file::reader::{ChunkReader, FileReader, SerializedFileReader};
use parquet::record::{Field, Row};

use crate::finding::{Place, safe_name};
use crate::identity::dates::Day;
use crate::link::{Keys, Linker, Structure};
use crate::outputs::{image, json};
use crate::probe::{Form, Probe};
use crate::read::tag::TagPath;

const FORMAT: &str = "parquet";

/// Integers of fewer digits are lengths and counts.
const NUMBER_DIGITS_MIN: usize = 9;

/// What a table says about images: path of the file and where in it the image begins, and its source.
pub(crate) type ImageSources = Vec<((String, u64), u32)>;

/// Looks at a Parquet file; rows are linked to their sources one by one.
///
/// # Errors
///
/// Fails if the file is no Parquet or is damaged.
pub(crate) fn file(
    probe: &mut Probe<'_>,
    file: impl ChunkReader + 'static,
    linker: Option<&Linker>,
) -> Result<(ImageSources, RowCounts), parquet::errors::ParquetError> {
    let reader = SerializedFileReader::new(file)?;
    metadata(probe, &reader);
    let mut images = ImageSources::new();
    let mut counts = RowCounts::default();
    let mut last = None;
    for row in reader.get_row_iter(None)? {
        let row = row?;
        let source = linker.and_then(|linker| linker.find(&row_keys(&row)));
        if let Some(linker) = linker
            && source != last
        {
            probe.link(source.and_then(|source| linker.load(source)));
            last = source;
        }
        if let (Some(source), Some(Field::Str(path))) = (source, column(&row, "image_path")) {
            images.push(((path.clone(), image_offset(&row)), source));
        }
        counts.n_rows += 1;
        counts.n_linked += u64::from(source.is_some());
        for (name, field) in row.get_column_iter() {
            let name = column_name(probe, name);
            counts.n_images += value(probe, &name, field);
        }
    }
    Ok((images, counts))
}

/// Rows of tables, and how many of them could be linked to a source.
#[derive(Clone, Copy, Default)]
pub(crate) struct RowCounts {
    pub(crate) n_rows: u64,
    pub(crate) n_linked: u64,
    /// Images in the rows themselves.
    pub(crate) n_images: u64,
}

fn metadata(probe: &mut Probe<'_>, reader: &dyn FileReader) {
    let metadata = reader.metadata().file_metadata();
    if let Some(created_by) = metadata.created_by() {
        probe.text(&Place::new(FORMAT, "metadata: created_by"), Form::Code, created_by);
    }
    for entry in metadata.key_value_metadata().into_iter().flatten() {
        let key = column_name(probe, &entry.key);
        let place = Place::new(FORMAT, format!("metadata: {key}"));
        if let Some(text) = &entry.value {
            json::text(probe, &place, text);
        }
    }
    for column in metadata.schema_descr().columns() {
        column_name(probe, &column.path().string());
    }
}

/// The name of a column as it may be shown; it is looked at itself.
fn column_name(probe: &mut Probe<'_>, name: &str) -> String {
    let n_found_before = probe.n_found;
    probe.name(&Place::new(FORMAT, "name of a column or key"), name);
    if probe.n_found == n_found_before { safe_name(name) } else { "*".to_owned() }
}

/// Looks at a value, and says how many images are in it.
fn value(probe: &mut Probe<'_>, at: &str, field: &Field) -> u64 {
    match field {
        Field::Str(text) => json::text(probe, &Place::new(FORMAT, at), text),
        Field::Bytes(bytes) if image::is_png(bytes.data()) => {
            image::png(probe, bytes.data());
            return 1;
        }
        Field::Bytes(bytes) if image::is_jpeg(bytes.data()) => {
            image::jpeg(probe, bytes.data());
            return 1;
        }
        Field::Bytes(bytes) => probe.bytes(&Place::new(FORMAT, at), bytes.data()),
        Field::Date(days) => {
            if let Some(day) = Day::from_unix_days(*days) {
                probe.day(&Place::new(FORMAT, at), attribute(at).as_ref(), day);
            }
        }
        Field::TimestampMillis(_) | Field::TimestampMicros(_) => timestamp(probe, at, field),
        Field::Long(number) => {
            let digits = number.to_string();
            if digits.len() >= NUMBER_DIGITS_MIN {
                probe.text(&Place::new(FORMAT, at), Form::Number, &digits);
            }
        }
        Field::Group(group) => {
            return group
                .get_column_iter()
                .map(|(name, field)| {
                    let name = column_name(probe, name);
                    value(probe, &format!("{at}.{name}"), field)
                })
                .sum();
        }
        Field::ListInternal(list) => {
            return list.elements().iter().map(|field| value(probe, &format!("{at}[]"), field)).sum();
        }
        Field::MapInternal(map) => {
            for (key, field) in map.entries() {
                value(probe, &format!("{at} (a key)"), key);
                value(probe, &format!("{at}{{}}"), field);
            }
        }
        _ => {}
    }
    0
}

fn timestamp(probe: &mut Probe<'_>, at: &str, field: &Field) {
    let days = match field {
        Field::TimestampMillis(time) => time.div_euclid(86_400_000),
        Field::TimestampMicros(time) => time.div_euclid(86_400_000_000),
        _ => return,
    };
    if let Some(day) = i32::try_from(days).ok().and_then(Day::from_unix_days) {
        probe.day(&Place::new(FORMAT, at), attribute(at).as_ref(), day);
    }
}

/// The attribute whose keyword in snake case a column is called.
fn attribute(column: &str) -> Option<TagPath> {
    use dicom_core::dictionary::DataDictionary;
    let keyword: String = column
        .split('_')
        .map(|word| {
            let mut chars = word.chars();
            chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
        })
        .collect();
    let keyword = keyword.replace("Uid", "UID").replace("Id", "ID");
    let entry = dicom_dictionary_std::StandardDataDictionary.by_name(&keyword)?;
    let tag = dicom_core::dictionary::DataDictionaryEntry::tag(entry);
    Some(TagPath::of(&[], tag))
}

fn column<'r>(row: &'r Row, name: &str) -> Option<&'r Field> {
    row.get_column_iter().find(|(column, _)| *column == name).map(|(_, field)| field)
}

/// Where in its file the image of a row begins.
fn image_offset(row: &Row) -> u64 {
    match column(row, "image_offset_bytes") {
        Some(Field::Long(offset)) => u64::try_from(*offset).unwrap_or(0),
        _ => 0,
    }
}

/// What tells the instance that a row is about.
fn row_keys(row: &Row) -> Keys {
    let text = |name: &str| match column(row, name) {
        Some(Field::Str(text)) => text.clone(),
        _ => String::new(),
    };
    let number = |name: &str| match column(row, name) {
        Some(Field::Int(number)) => Some(i64::from(*number)),
        Some(Field::Long(number)) => Some(*number),
        _ => None,
    };
    let mut structure = Structure {
        modality: text("modality"),
        transfer_syntax_uid: text("source_transfer_syntax_uid"),
        photometric_interpretation: text("photometric_interpretation"),
        rows: number("source_rows"),
        columns: number("source_columns"),
        n_frames: number("n_frames"),
        series_number: number("series_number"),
        acquisition_number: number("acquisition_number"),
        instance_number: number("instance_number"),
        position: Vec::new(),
    };
    if let Some(Field::ListInternal(list)) = column(row, "image_position_patient_mm") {
        structure.position = list
            .elements()
            .iter()
            .filter_map(|field| match field {
                Field::Double(value) => Some(*value),
                _ => None,
            })
            .collect();
    }
    Keys { sop_instance_uid: text("sop_instance_uid"), structure, pixels: None }
}

#[cfg(test)]
mod tests {
    use super::*;
    use dicom_core::Tag;

    #[test]
    fn columns_are_named_after_attributes() {
        for (column, tag) in [
            ("study_date", Tag(0x0008, 0x0020)),
            ("patient_id", Tag(0x0010, 0x0020)),
            ("series_instance_uid", Tag(0x0020, 0x000E)),
        ] {
            assert_eq!(attribute(column).map(|path| path.tag()), Some(tag));
        }
        assert!(attribute("image_sha256").is_none());
    }
}
