//! Slices out of batches of rows, and their places into them.

use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::{Float64Type, Int32Type};
use arrow_array::{Array, ArrayRef, BooleanArray, Float64Array, Int32Array, PrimitiveArray, RecordBatch};
use arrow_row::{RowConverter, SortField};
use arrow_schema::ArrowError;

use super::DIFFERING;
use super::stacks::{Place, Slice};
use crate::batch::manifest_schema;

/// Columns of [`Place`].
pub(crate) const PLACE_COLUMNS: [&str; 8] = [
    "stack_index",
    "slice_index",
    "n_slices",
    "slice_spacing_mm",
    "is_regular_stack",
    "has_gap_before",
    "has_gap_after",
    "is_duplicate_position",
];

/// Turns values of [`DIFFERING`] columns into bytes that are equal where the values are.
#[derive(Default)]
pub(super) struct DifferingValues {
    /// One a column, made for the first rows.
    converters: Vec<RowConverter>,
}

impl DifferingValues {
    /// For each row the bytes of all columns.
    fn of(&mut self, batch: &RecordBatch) -> Result<Vec<Vec<Box<[u8]>>>, ArrowError> {
        if self.converters.is_empty() {
            let schema = manifest_schema();
            for name in DIFFERING {
                let field = SortField::new(schema.field_with_name(name)?.data_type().clone());
                self.converters.push(RowConverter::new(vec![field])?);
            }
        }
        let mut values = vec![Vec::with_capacity(DIFFERING.len()); batch.num_rows()];
        for (name, converter) in DIFFERING.into_iter().zip(&mut self.converters) {
            let rows = converter.convert_columns(&[column(batch, name)?.clone()])?;
            values.iter_mut().zip(&rows).for_each(|(values, row)| values.push(row.as_ref().into()));
        }
        Ok(values)
    }
}

/// The slice of each row; `None` for one that is part of no stack.
pub(super) fn slices_of(
    batch: &RecordBatch,
    differing: &mut DifferingValues,
) -> Result<Vec<Option<Slice>>, ArrowError> {
    let [position, orientation] =
        [column(batch, "image_position_patient_mm")?, column(batch, "image_orientation_patient")?];
    let along = column(batch, "slice_position_mm")?;
    let is_localizer = column(batch, "is_localizer")?.as_boolean();
    let mut size = Vec::new();
    for name in ["source_rows", "source_columns", "height", "width"] {
        size.push(column(batch, name)?.as_primitive::<Int32Type>());
    }
    let mut spacing = Vec::new();
    for name in ["pixel_spacing_row_mm", "pixel_spacing_column_mm"] {
        spacing.push(column(batch, name)?.as_primitive::<Float64Type>());
    }
    let stack_id = column(batch, "source_stack_id")?.as_primitive::<Int32Type>();
    let slice = |(row, differing)| {
        // The position along the normal is there only if position and orientation make sense.
        let can_be_placed = along.is_valid(row) && !is_localizer.value(row);
        Some(Slice {
            position: numbers(position, row).filter(|_| can_be_placed)?,
            orientation: numbers(orientation, row)?,
            size: std::array::from_fn(|index| value(size[index], row)),
            spacing: std::array::from_fn(|index| value(spacing[index], row)),
            stack_id: value(stack_id, row),
            differing,
        })
    };
    Ok(differing.of(batch)?.into_iter().enumerate().map(slice).collect())
}

/// The places that rows have already.
pub(super) fn places_of(batch: &RecordBatch) -> Result<Vec<Place>, ArrowError> {
    let int = |name| Ok::<_, ArrowError>(column(batch, name)?.as_primitive::<Int32Type>());
    let flag = |name| Ok::<_, ArrowError>(column(batch, name)?.as_boolean());
    let [stack_index, slice_index, n_slices] = [int("stack_index")?, int("slice_index")?, int("n_slices")?];
    let spacing = column(batch, "slice_spacing_mm")?.as_primitive::<Float64Type>();
    let [regular, before, after, duplicate] = [
        flag("is_regular_stack")?,
        flag("has_gap_before")?,
        flag("has_gap_after")?,
        flag("is_duplicate_position")?,
    ];
    let is_set = |flags: &BooleanArray, row| flags.is_valid(row).then(|| flags.value(row));
    let place = |row| Place {
        stack_index: value(stack_index, row),
        slice_index: value(slice_index, row),
        n_slices: value(n_slices, row),
        slice_spacing_mm: value(spacing, row),
        is_regular_stack: is_set(regular, row),
        has_gap_before: is_set(before, row),
        has_gap_after: is_set(after, row),
        is_duplicate_position: is_set(duplicate, row),
    };
    Ok((0..batch.num_rows()).map(place).collect())
}

/// The batch with the places of its rows.
pub(super) fn with_places(batch: &RecordBatch, places: &[Place]) -> Result<RecordBatch, ArrowError> {
    let ints = |of: fn(&Place) -> Option<i32>| -> ArrayRef {
        Arc::new(places.iter().map(of).collect::<Int32Array>())
    };
    let flags = |of: fn(&Place) -> Option<bool>| -> ArrayRef {
        Arc::new(places.iter().map(of).collect::<BooleanArray>())
    };
    let spacing = places.iter().map(|place| place.slice_spacing_mm).collect::<Float64Array>();
    let filled: [ArrayRef; 8] = [
        ints(|place| place.stack_index),
        ints(|place| place.slice_index),
        ints(|place| place.n_slices),
        Arc::new(spacing),
        flags(|place| place.is_regular_stack),
        flags(|place| place.has_gap_before),
        flags(|place| place.has_gap_after),
        flags(|place| place.is_duplicate_position),
    ];
    let mut columns = batch.columns().to_vec();
    for (name, array) in PLACE_COLUMNS.into_iter().zip(filled) {
        columns[batch.schema_ref().index_of(name)?] = array;
    }
    RecordBatch::try_new(batch.schema(), columns)
}

fn column<'a>(batch: &'a RecordBatch, name: &str) -> Result<&'a ArrayRef, ArrowError> {
    Ok(batch.column(batch.schema_ref().index_of(name)?))
}

fn value<T: arrow_array::ArrowPrimitiveType>(column: &PrimitiveArray<T>, row: usize) -> Option<T::Native> {
    column.is_valid(row).then(|| column.value(row))
}

fn numbers<const N: usize>(column: &ArrayRef, row: usize) -> Option<[f64; N]> {
    let list = column.as_list::<i32>();
    if list.is_null(row) {
        return None;
    }
    list.value(row).as_primitive::<Float64Type>().values().as_ref().try_into().ok()
}
