//! The rows of a dataset as text.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::record::Field;

pub(crate) type Row = BTreeMap<String, String>;

/// All rows of the newest version.
pub(crate) fn rows(dataset: &Path) -> Vec<Row> {
    let mut rows = Vec::new();
    // What was replaced lies on for older versions.
    for file in radmill_manifest::DatasetTable::open(dataset).unwrap().live_files().unwrap() {
        let bytes = fs::read(dataset.join("manifest").join(&file.path)).unwrap();
        let reader = SerializedFileReader::new(bytes::Bytes::from(bytes)).unwrap();
        for row in reader.get_row_iter(None).unwrap() {
            let fields = row.unwrap().into_columns().into_iter();
            rows.push(fields.map(|(name, field)| (name, shown(&field))).collect::<Row>());
        }
    }
    rows.sort();
    rows
}

fn shown(field: &Field) -> String {
    match field {
        Field::Null => "-".to_owned(),
        Field::Str(text) => text.clone(),
        other => other.to_string(),
    }
}
