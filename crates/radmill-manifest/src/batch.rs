use std::sync::{Arc, LazyLock};

use arrow_array::builder::{
    BooleanBuilder, Date32Builder, Float64Builder, Int32Builder, Int64Builder, ListBuilder, MapBuilder,
    MapFieldNames, StringBuilder, StructBuilder,
};
use arrow_array::{Array, ArrayRef, RecordBatch, StringArray};
use arrow_schema::{ArrowError, DataType, Field, FieldRef, Fields, Schema, SchemaRef};

use crate::columns::{Cell, EvidenceCell, Fill, columns};
use crate::row::ImageRow;

/// Version of the schema. It grows when a column is added, and only a new major layout may remove or change one.
pub const SCHEMA_VERSION: u32 = 4;

/// Key of [`SCHEMA_VERSION`] in the metadata of every Parquet file and in the properties of the table.
pub const SCHEMA_VERSION_KEY: &str = "radmill.manifest.schema_version";

/// The column that partitions the table; it is not in the shards.
pub(crate) const PARTITION_COLUMN: &str = "category";

/// The order of rows within a category. The last two make it total, whatever the segments were.
pub const SORT_COLUMNS: [&str; 8] = [
    "patient_id",
    "study_instance_uid",
    "series_instance_uid",
    "instance_number",
    "sop_instance_uid",
    "frame_index",
    "image_path",
    "source_token",
];

/// Name of the element of a list, as Parquet and Delta Lake have it.
const ELEMENT: &str = "element";

static SCHEMA: LazyLock<SchemaRef> = LazyLock::new(|| {
    let fields: Vec<Field> = columns()
        .map(|column| Field::new(column.name(), data_type(&column.fill), column.nullable()))
        .collect();
    Arc::new(Schema::new(fields))
});

/// The schema of the manifest, the partition column included.
pub fn manifest_schema() -> SchemaRef {
    SCHEMA.clone()
}

/// One batch of rows, in the order given.
pub fn rows_to_batch(rows: &[ImageRow]) -> Result<RecordBatch, ArrowError> {
    let mut arrays = Vec::with_capacity(SCHEMA.fields().len());
    for (index, column) in columns().enumerate() {
        let cells = rows.iter().filter_map(|row| row.cells().get(index));
        arrays.push(array(&column.fill, cells));
    }
    RecordBatch::try_new(manifest_schema(), arrays)
}

fn data_type(fill: &Fill) -> DataType {
    match fill {
        Fill::Text(_) => DataType::Utf8,
        Fill::Int32(_) => DataType::Int32,
        Fill::Int64(_) => DataType::Int64,
        Fill::Float64(_) => DataType::Float64,
        Fill::Boolean(_) => DataType::Boolean,
        Fill::Date(_) => DataType::Date32,
        Fill::TextList(_) => DataType::List(element(DataType::Utf8)),
        Fill::Float64List(_) => DataType::List(element(DataType::Float64)),
        Fill::EvidenceList(_) => DataType::List(element(DataType::Struct(evidence_fields()))),
        Fill::TextMap(_) => {
            let entries = Fields::from(vec![
                Field::new("key", DataType::Utf8, false),
                Field::new("value", DataType::Utf8, true),
            ]);
            DataType::Map(Arc::new(Field::new("key_value", DataType::Struct(entries), false)), false)
        }
    }
}

fn element(data_type: DataType) -> FieldRef {
    Arc::new(Field::new(ELEMENT, data_type, true))
}

fn evidence_fields() -> Fields {
    Fields::from(vec![
        Field::new("source", DataType::Utf8, true),
        Field::new("rule", DataType::Utf8, true),
        Field::new("category", DataType::Utf8, true),
        Field::new("weight", DataType::Float64, true),
    ])
}

/// An array of the cells of one column. `Column::cell` makes cells of the variant of its `Fill`, and nothing else does;
/// a cell of another variant would shorten the array, and `RecordBatch::try_new` would refuse it.
fn array<'a>(fill: &Fill, cells: impl Iterator<Item = &'a Cell>) -> ArrayRef {
    macro_rules! build {
        ($builder:expr, $variant:ident, $append:expr) => {{
            let mut builder = $builder;
            for cell in cells {
                if let Cell::$variant(value) = cell {
                    $append(&mut builder, value);
                }
            }
            Arc::new(builder.finish())
        }};
    }
    match fill {
        Fill::Text(_) => {
            build!(StringBuilder::new(), Text, |b: &mut StringBuilder, v: &Option<String>| {
                b.append_option(v.as_deref())
            })
        }
        Fill::Int32(_) => {
            build!(Int32Builder::new(), Int32, |b: &mut Int32Builder, v: &Option<i32>| b.append_option(*v))
        }
        Fill::Int64(_) => {
            build!(Int64Builder::new(), Int64, |b: &mut Int64Builder, v: &Option<i64>| b.append_option(*v))
        }
        Fill::Float64(_) => {
            build!(Float64Builder::new(), Float64, |b: &mut Float64Builder, v: &Option<f64>| {
                b.append_option(*v)
            })
        }
        Fill::Boolean(_) => {
            build!(BooleanBuilder::new(), Boolean, |b: &mut BooleanBuilder, v: &Option<bool>| {
                b.append_option(*v)
            })
        }
        Fill::Date(_) => {
            build!(Date32Builder::new(), Date, |b: &mut Date32Builder, v: &Option<i32>| b.append_option(*v))
        }
        Fill::TextList(_) => {
            let builder = ListBuilder::new(StringBuilder::new()).with_field(element(DataType::Utf8));
            build!(builder, TextList, append_texts)
        }
        Fill::Float64List(_) => {
            let builder = ListBuilder::new(Float64Builder::new()).with_field(element(DataType::Float64));
            build!(builder, Float64List, append_numbers)
        }
        Fill::EvidenceList(_) => {
            let fields = evidence_fields();
            let builder = ListBuilder::new(StructBuilder::from_fields(fields.clone(), 0))
                .with_field(element(DataType::Struct(fields)));
            build!(builder, EvidenceList, append_evidence)
        }
        Fill::TextMap(_) => {
            let names = MapFieldNames { entry: "key_value".into(), key: "key".into(), value: "value".into() };
            let builder = MapBuilder::new(Some(names), StringBuilder::new(), StringBuilder::new());
            build!(builder, TextMap, append_map)
        }
    }
}

fn append_texts(builder: &mut ListBuilder<StringBuilder>, texts: &Option<Vec<String>>) {
    for text in texts.iter().flatten() {
        builder.values().append_value(text);
    }
    builder.append(texts.is_some());
}

fn append_numbers(builder: &mut ListBuilder<Float64Builder>, numbers: &Option<Vec<f64>>) {
    for number in numbers.iter().flatten() {
        builder.values().append_value(*number);
    }
    builder.append(numbers.is_some());
}

fn append_evidence(builder: &mut ListBuilder<StructBuilder>, evidence: &Option<Vec<EvidenceCell>>) {
    for piece in evidence.iter().flatten() {
        let item = builder.values();
        for (index, text) in [piece.source, &piece.rule, piece.category].into_iter().enumerate() {
            let field = item.field_builder::<StringBuilder>(index);
            field.expect("evidence_fields has three strings first").append_value(text);
        }
        let weight = item.field_builder::<Float64Builder>(3);
        weight.expect("evidence_fields has a number last").append_value(piece.weight);
        item.append(true);
    }
    builder.append(evidence.is_some());
}

fn append_map(
    builder: &mut MapBuilder<StringBuilder, StringBuilder>,
    map: &Option<std::collections::BTreeMap<String, String>>,
) {
    for (key, value) in map.iter().flatten() {
        builder.keys().append_value(key);
        builder.values().append_value(value);
    }
    builder.append(map.is_some()).expect("a key and a value were appended in turn");
}

/// A text column of a batch that has the columns of the manifest.
pub(crate) fn text_column<'a>(batch: &'a RecordBatch, name: &str) -> Result<&'a StringArray, ArrowError> {
    let column = batch
        .column_by_name(name)
        .ok_or_else(|| ArrowError::SchemaError(format!("the column {name} is missing")))?;
    column
        .as_any()
        .downcast_ref()
        .ok_or_else(|| ArrowError::SchemaError(format!("the column {name} is not text")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::row::samples::{Sample, numbered_row};

    #[test]
    fn a_batch_has_the_schema_and_all_rows() {
        let rows: Vec<ImageRow> = (0..100).map(numbered_row).collect();
        let batch = rows_to_batch(&rows).unwrap();
        assert_eq!(batch.num_rows(), 100);
        assert_eq!(batch.schema(), manifest_schema());
        assert_eq!(rows_to_batch(&[]).unwrap().num_rows(), 0);
        let paths = text_column(&batch, "image_path").unwrap();
        assert_eq!(paths.iter().flatten().filter(|path| path.ends_with("/7-2.png")).count(), 1);
        assert!(text_column(&batch, "frame_index").is_err());
        assert!(text_column(&batch, "no_such_column").is_err());
    }

    #[test]
    fn evidence_lists_texts_and_nulls_read_back() {
        let mut sample = Sample::default();
        sample.classification.evidence.push(radmill_anatomy::Evidence {
            source: radmill_anatomy::EvidenceSource::Modality,
            rule: "modality-mg".to_owned(),
            category: radmill_anatomy::Category::Breast,
            weight: 0.25,
        });
        let batch = rows_to_batch(&[sample.row()]).unwrap();
        let shown = |name: &str| {
            let column = batch.column_by_name(name).unwrap();
            format!("{:?}", column.slice(0, 1))
        };
        assert!(shown("evidence").contains("modality-mg"));
        assert!(shown("regions").contains("lung"));
        assert!(shown("labels").contains("null"));
        assert!(shown("image_type").contains("AXIAL"));
    }

    #[test]
    fn no_type_is_one_that_readers_stumble_over() {
        fn check(data_type: &DataType) {
            match data_type {
                DataType::Utf8
                | DataType::Int32
                | DataType::Int64
                | DataType::Float64
                | DataType::Boolean
                | DataType::Date32 => {}
                DataType::List(field) | DataType::Map(field, false) => check(field.data_type()),
                DataType::Struct(fields) => fields.iter().for_each(|field| check(field.data_type())),
                other => panic!("{other}"),
            }
        }
        for field in manifest_schema().fields() {
            check(field.data_type());
        }
    }

    #[test]
    fn the_sort_columns_are_columns() {
        let schema = manifest_schema();
        for name in SORT_COLUMNS.into_iter().chain([PARTITION_COLUMN]) {
            assert!(schema.field_with_name(name).is_ok(), "{name}");
        }
    }
}
