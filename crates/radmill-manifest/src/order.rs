use arrow_array::{Array, Int32Array, RecordBatch, StringArray};
use arrow_row::{RowConverter, Rows, SortField};
use arrow_schema::ArrowError;

use crate::batch::{SORT_COLUMNS, manifest_schema, text_column};

/// What names a row and its source; for the duplicate check and for leaving rows out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct RowKey<'a> {
    /// Pseudonym of the patient; `None` where the source names none.
    pub patient_id: Option<&'a str>,
    /// Replaced Series Instance UID; `None` where the source names none.
    pub series_instance_uid: Option<&'a str>,
    /// Replaced SOP Instance UID.
    pub sop_instance_uid: &'a str,
    /// The frame, counted from 0.
    pub frame_index: i32,
    /// Keyed digest of the source file, as hexadecimal digits.
    pub source_token: &'a str,
    /// The image file, relative to the dataset root.
    pub image_path: &'a str,
    /// SHA-256 of the encoded image, as hexadecimal digits.
    pub image_sha256: &'a str,
}

/// The columns that a [`RowKey`] is made of.
pub(crate) const KEY_COLUMNS: [&str; 7] = [
    "patient_id",
    "series_instance_uid",
    "sop_instance_uid",
    "frame_index",
    "source_token",
    "image_path",
    "image_sha256",
];

/// The key columns of one batch.
pub(crate) struct KeyColumns<'a> {
    patient_id: &'a StringArray,
    series_instance_uid: &'a StringArray,
    sop_instance_uid: &'a StringArray,
    frame_index: &'a Int32Array,
    source_token: &'a StringArray,
    image_path: &'a StringArray,
    image_sha256: &'a StringArray,
}

impl<'a> KeyColumns<'a> {
    pub(crate) fn of(batch: &'a RecordBatch) -> Result<KeyColumns<'a>, ArrowError> {
        let frame_index = batch
            .column_by_name("frame_index")
            .and_then(|column| column.as_any().downcast_ref())
            .ok_or_else(|| ArrowError::SchemaError("the column frame_index is missing".to_owned()))?;
        Ok(KeyColumns {
            patient_id: text_column(batch, "patient_id")?,
            series_instance_uid: text_column(batch, "series_instance_uid")?,
            sop_instance_uid: text_column(batch, "sop_instance_uid")?,
            frame_index,
            source_token: text_column(batch, "source_token")?,
            image_path: text_column(batch, "image_path")?,
            image_sha256: text_column(batch, "image_sha256")?,
        })
    }

    /// The key of a row of the batch.
    pub(crate) fn key(&self, row: usize) -> RowKey<'a> {
        RowKey {
            patient_id: value(self.patient_id, row),
            series_instance_uid: value(self.series_instance_uid, row),
            sop_instance_uid: self.sop_instance_uid.value(row),
            frame_index: self.frame_index.value(row),
            source_token: self.source_token.value(row),
            image_path: self.image_path.value(row),
            image_sha256: self.image_sha256.value(row),
        }
    }
}

fn value(column: &StringArray, row: usize) -> Option<&str> {
    column.is_valid(row).then(|| column.value(row))
}

/// Turns the sort columns of batches into byte strings that compare as the rows are ordered; null comes first.
pub(crate) struct Order {
    converter: RowConverter,
}

impl Order {
    pub(crate) fn new() -> Result<Order, ArrowError> {
        let schema = manifest_schema();
        let mut fields = Vec::with_capacity(SORT_COLUMNS.len());
        for name in SORT_COLUMNS {
            fields.push(SortField::new(schema.field_with_name(name)?.data_type().clone()));
        }
        Ok(Order { converter: RowConverter::new(fields)? })
    }

    pub(crate) fn keys(&mut self, batch: &RecordBatch) -> Result<Rows, ArrowError> {
        let schema = batch.schema();
        let mut columns = Vec::with_capacity(SORT_COLUMNS.len());
        for name in SORT_COLUMNS {
            columns.push(batch.column(schema.index_of(name)?).clone());
        }
        self.converter.convert_columns(&columns)
    }
}
