//! Images that get their final places when rows are sorted: into shards of images, in the order of the manifest.

use std::sync::Arc;

use arrow_array::{
    Array, ArrayRef, BooleanArray, Float64Array, Int32Array, Int64Array, RecordBatch, StringArray,
};
use arrow_schema::{ArrowError, DataType};
use radmill_anatomy::Category;
use serde_json::{Map, Value};

use crate::batch::text_column;
use crate::error::{During, ManifestError};

/// The image of a row that is on its way into a shard.
#[derive(Clone, Debug, PartialEq)]
pub struct RowImage {
    /// The path that the row was made with.
    pub path: String,
    /// Length of the encoded image.
    pub length_bytes: u64,
    /// SHA-256 of the encoded image, as hexadecimal digits.
    pub sha256: String,
    /// How the image is encoded; also the file name extension.
    pub format: String,
    /// The columns of the row that hold one value, but for those that say where the image lies; nulls left out.
    pub facts: Map<String, Value>,
}

/// Where an image lies in the end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImagePlace {
    /// The file, under the rules of [`crate::ImageFile::path`].
    pub path: String,
    /// Where the image starts in the file.
    pub offset_bytes: u64,
}

/// Gives the images of consecutive new rows of a category, at most 1024, their places, one each and in order.
/// Images of rows that the table had before lie where they are, and are not asked for.
///
/// The rows that come together depend on nothing but the rows of the job, so that a pure function of its arguments
/// gives the same dataset each time.
pub type PlaceImages<'a> = dyn FnMut(Category, &[RowImage]) -> Result<Vec<ImagePlace>, std::io::Error> + 'a;

pub(crate) const PATH: &str = "image_path";
pub(crate) const OFFSET: &str = "image_offset_bytes";

/// The batch with the images in their final places.
pub(crate) fn place_batch(
    batch: &RecordBatch,
    category: Category,
    place: &mut PlaceImages<'_>,
) -> Result<RecordBatch, ManifestError> {
    let images = images_of(batch).during("place images")?;
    let places = place(category, &images).during("place images")?;
    if places.len() != images.len() {
        return Err(ManifestError::Layout { what: "not every image was given a place" });
    }
    let paths = StringArray::from_iter_values(places.iter().map(|place| place.path.as_str()));
    let offsets: Option<Vec<i64>> =
        places.iter().map(|place| i64::try_from(place.offset_bytes).ok()).collect();
    let offsets = offsets.ok_or(ManifestError::Layout { what: "an image lies too far into its file" })?;
    let mut columns: Vec<ArrayRef> = batch.columns().to_vec();
    let index = |name| batch.schema_ref().index_of(name).during("place images");
    columns[index(PATH)?] = Arc::new(paths);
    columns[index(OFFSET)?] = Arc::new(Int64Array::from(offsets));
    RecordBatch::try_new(batch.schema(), columns).during("place images")
}

/// Says where an image lies now that lay in this file at this offset; `None` if it lies where it lay.
pub type RelocateImages<'a> = dyn FnMut(&str, u64) -> Option<ImagePlace> + 'a;

/// The batch with the places of images that have moved.
pub(crate) fn relocate_batch(
    batch: &RecordBatch,
    relocate: &mut RelocateImages<'_>,
) -> Result<RecordBatch, ManifestError> {
    let index = |name| batch.schema_ref().index_of(name).during("move images");
    let (path_index, offset_index) = (index(PATH)?, index(OFFSET)?);
    let paths = text_column(batch, PATH).during("move images")?;
    let offsets = batch.column(offset_index).as_any().downcast_ref::<Int64Array>();
    let offsets = offsets.ok_or(ManifestError::Layout { what: "the offsets of images are no numbers" })?;
    let mut new_paths = Vec::with_capacity(batch.num_rows());
    let mut new_offsets = Vec::with_capacity(batch.num_rows());
    for row in 0..batch.num_rows() {
        let (path, offset) = (paths.value(row), offsets.value(row));
        let moved = u64::try_from(offset).ok().and_then(|offset| relocate(path, offset));
        let (path, offset) = match moved {
            Some(place) => (place.path, i64::try_from(place.offset_bytes).unwrap_or(i64::MAX)),
            None => (path.to_owned(), offset),
        };
        new_paths.push(path);
        new_offsets.push(offset);
    }
    let mut columns: Vec<ArrayRef> = batch.columns().to_vec();
    columns[path_index] = Arc::new(StringArray::from(new_paths));
    columns[offset_index] = Arc::new(Int64Array::from(new_offsets));
    RecordBatch::try_new(batch.schema(), columns).during("move images")
}

fn images_of(batch: &RecordBatch) -> Result<Vec<RowImage>, ArrowError> {
    let [path, sha256, format] =
        [text_column(batch, PATH)?, text_column(batch, "image_sha256")?, text_column(batch, "image_format")?];
    (0..batch.num_rows())
        .map(|row| {
            let mut facts = facts_of(batch, row);
            let length = facts.get("image_length_bytes").and_then(Value::as_u64);
            facts.remove(PATH);
            facts.remove(OFFSET);
            Ok(RowImage {
                path: path.value(row).to_owned(),
                length_bytes: length
                    .ok_or_else(|| ArrowError::SchemaError("a length is missing".to_owned()))?,
                sha256: sha256.value(row).to_owned(),
                format: format.value(row).to_owned(),
                facts,
            })
        })
        .collect()
}

fn facts_of(batch: &RecordBatch, row: usize) -> Map<String, Value> {
    let mut facts = Map::new();
    for (field, column) in batch.schema_ref().fields().iter().zip(batch.columns()) {
        if column.is_valid(row)
            && let Some(value) = fact(column, field.data_type(), row)
        {
            facts.insert(field.name().clone(), value);
        }
    }
    facts
}

/// True of columns that hold one value, but for dates.
pub(crate) fn is_fact(data_type: &DataType) -> bool {
    use DataType::{Boolean, Float64, Int32, Int64, Utf8};
    matches!(data_type, Utf8 | Int32 | Int64 | Float64 | Boolean)
}

/// One value; `None` of lists and maps, and of dates, which the manifest has as such.
fn fact(column: &ArrayRef, data_type: &DataType, row: usize) -> Option<Value> {
    let any = column.as_any();
    Some(match data_type {
        DataType::Utf8 => any.downcast_ref::<StringArray>()?.value(row).into(),
        DataType::Int32 => any.downcast_ref::<Int32Array>()?.value(row).into(),
        DataType::Int64 => any.downcast_ref::<Int64Array>()?.value(row).into(),
        DataType::Float64 => any.downcast_ref::<Float64Array>()?.value(row).into(),
        DataType::Boolean => any.downcast_ref::<BooleanArray>()?.value(row).into(),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::batch::rows_to_batch;
    use crate::row::samples::numbered_row;

    #[test]
    fn images_get_their_places_and_nothing_else_changes() {
        let rows: Vec<_> = (0..5).map(numbered_row).collect();
        let batch = rows_to_batch(&rows).unwrap();
        let mut seen = Vec::new();
        let placed = place_batch(&batch, Category::Chest, &mut |_, images| {
            seen.extend_from_slice(images);
            let places = (0..).zip(images);
            Ok(places
                .map(|(n, _)| ImagePlace { path: "images/a.tar".to_owned(), offset_bytes: n * 512 })
                .collect())
        })
        .unwrap();
        assert_eq!(seen.len(), 5);
        assert_eq!(seen[0].path, text_column(&batch, PATH).unwrap().value(0));
        assert!(!seen[0].facts.contains_key(PATH) && seen[0].facts.contains_key("modality"));
        for (before, (after, field)) in
            batch.columns().iter().zip(placed.columns().iter().zip(batch.schema().fields()))
        {
            assert_eq!(before != after, [PATH, OFFSET].contains(&field.name().as_str()), "{}", field.name());
        }
        assert!(place_batch(&batch, Category::Chest, &mut |_, _| Ok(Vec::new())).is_err());
    }
}
