use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use arrow_array::{Array, RecordBatch, StringArray, UInt32Array};
use arrow_cast::cast;
use arrow_schema::{ArrowError, DataType, Schema, SchemaRef};
use arrow_select::take::take;
use radmill_anatomy::{Classification, Clues, Taxonomy, classify};

use crate::columns::{Fill, clear, fill_of};
use crate::results::{Results, extended};

/// Separates the cells of a row in the key that equal rows share; no text holds it for a purpose.
const CELL_END: u8 = 0x1F;

/// Appends what is known about each row of record batches of one schema.
///
/// Rows of a batch that have the same text in all columns that are read are classified once: an archive's index holds
/// the same descriptions over and over. Nothing is kept from one batch to the next but the [`Counts`].
pub struct BatchClassifier {
    taxonomy: Taxonomy,
    columns: Vec<(usize, Fill)>,
    output: SchemaRef,
    counts: Counts,
}

/// How many rows went where.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Rows seen.
    pub rows: u64,
    /// Rows by category.
    pub categories: BTreeMap<&'static str, u64>,
    /// Rows of no category, by reason.
    pub reasons: BTreeMap<&'static str, u64>,
    /// Rows whose evidence contradicts itself.
    pub conflicts: u64,
}

impl BatchClassifier {
    /// For batches of this schema. Columns of other types than text pass through unread.
    pub fn new(taxonomy: Taxonomy, input: &Schema) -> BatchClassifier {
        let named = input.fields().iter().enumerate();
        let columns = named.filter(|(_, field)| is_text(field.data_type()));
        let columns = columns.filter_map(|(index, field)| Some((index, fill_of(field.name())?))).collect();
        BatchClassifier { taxonomy, columns, output: Arc::new(extended(input)), counts: Counts::default() }
    }

    /// The schema of the classified batches.
    pub fn schema(&self) -> SchemaRef {
        Arc::clone(&self.output)
    }

    /// Number of columns that are read.
    pub fn n_columns(&self) -> usize {
        self.columns.len()
    }

    /// Rows seen so far.
    pub fn counts(&self) -> &Counts {
        &self.counts
    }

    /// The batch with the appended columns. Fails if it is not of the schema.
    pub fn classify(&mut self, batch: &RecordBatch) -> Result<RecordBatch, ArrowError> {
        let mut texts: Vec<(StringArray, Fill)> = Vec::with_capacity(self.columns.len());
        for &(index, fill) in &self.columns {
            let cells = cast(batch.column(index), &DataType::Utf8)?;
            texts.push((StringArray::from(cells.to_data()), fill));
        }
        let mut results = Results::new();
        let mut summaries: Vec<(&'static str, Option<&'static str>, bool)> = Vec::new();
        let mut known: HashMap<Box<[u8]>, u32> = HashMap::new();
        let mut indices: Vec<u32> = Vec::with_capacity(batch.num_rows());
        let mut key: Vec<u8> = Vec::new();
        let mut clues = Clues::default();
        for row in 0..batch.num_rows() {
            key.clear();
            for (cells, _) in &texts {
                key.extend_from_slice(cell(cells, row).as_bytes());
                key.push(CELL_END);
            }
            let index = match known.get(key.as_slice()) {
                Some(&index) => index,
                None => {
                    clear(&mut clues);
                    texts.iter().for_each(|(cells, fill)| fill(&mut clues, cell(cells, row)));
                    let classification = classify(&self.taxonomy, &clues);
                    results.push(&classification);
                    let reason = classification.reason.map(|reason| reason.name());
                    let index = u32::try_from(summaries.len()).map_err(|_| too_long())?;
                    summaries.push((classification.category.name(), reason, classification.conflict));
                    known.insert(key.as_slice().into(), index);
                    index
                }
            };
            indices.push(index);
        }
        for &index in &indices {
            if let Some(&(category, reason, conflict)) = summaries.get(index as usize) {
                self.counts.count(category, reason, conflict);
            }
        }
        let indices = UInt32Array::from(indices);
        let mut arrays = batch.columns().to_vec();
        for array in results.finish() {
            arrays.push(take(&array, &indices, None)?);
        }
        RecordBatch::try_new(self.schema(), arrays)
    }
}

impl Counts {
    pub(crate) fn add(&mut self, classification: &Classification) {
        let reason = classification.reason.map(|reason| reason.name());
        self.count(classification.category.name(), reason, classification.conflict);
    }

    fn count(&mut self, category: &'static str, reason: Option<&'static str>, conflict: bool) {
        self.rows += 1;
        self.conflicts += u64::from(conflict);
        *self.categories.entry(category).or_default() += 1;
        if let Some(reason) = reason {
            *self.reasons.entry(reason).or_default() += 1;
        }
    }
}

fn too_long() -> ArrowError {
    ArrowError::InvalidArgumentError("a batch of more than four billion rows".to_owned())
}

fn cell(cells: &StringArray, row: usize) -> &str {
    if cells.is_null(row) { "" } else { cells.value(row) }
}

fn is_text(data_type: &DataType) -> bool {
    match data_type {
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => true,
        DataType::Dictionary(_, values) => is_text(values),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use arrow_array::cast::AsArray;
    use arrow_array::types::Int32Type;
    use arrow_array::{DictionaryArray, Int64Array, LargeStringArray};
    use arrow_schema::Field;

    use super::*;

    #[test]
    fn columns_of_many_types() {
        let schema = Schema::new(vec![
            Field::new("id", DataType::Int64, false),
            Field::new("Modality", DataType::LargeUtf8, true),
            Field::new(
                "body_part_examined",
                DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8)),
                true,
            ),
            Field::new("StudyDescription", DataType::Utf8, true),
            Field::new("series_description", DataType::Int64, true),
        ]);
        let body_parts: DictionaryArray<Int32Type> =
            [Some("CHEST"), None, Some("CHEST"), Some("BREAST")].into_iter().collect();
        let columns: Vec<arrow_array::ArrayRef> = vec![
            Arc::new(Int64Array::from(vec![1, 2, 3, 4])),
            Arc::new(LargeStringArray::from(vec!["CT", "CT", "CT", "MR"])),
            Arc::new(body_parts),
            Arc::new(StringArray::from(vec![Some("CT chest"), None, Some("CT chest"), Some("Mamma MRT")])),
            Arc::new(Int64Array::from(vec![1, 2, 3, 4])),
        ];
        let mut classifier = BatchClassifier::new(Taxonomy::builtin(), &schema);
        assert_eq!(classifier.n_columns(), 3);
        let batch = RecordBatch::try_new(Arc::new(schema), columns).unwrap();
        let classified = classifier.classify(&batch).unwrap();
        assert_eq!(classified.schema(), classifier.schema());
        let category = classified.column(5).as_string::<i32>();
        let given: Vec<&str> = category.iter().flatten().collect();
        assert_eq!(given, ["CHEST", "UNCATEGORIZED", "CHEST", "BREAST"]);
        let reason = classified.column(9).as_string::<i32>();
        assert_eq!(reason.iter().flatten().collect::<Vec<_>>(), ["no_evidence"]);
        let expected = Counts {
            rows: 4,
            categories: [("BREAST", 1), ("CHEST", 2), ("UNCATEGORIZED", 1)].into(),
            reasons: [("no_evidence", 1)].into(),
            conflicts: 0,
        };
        assert_eq!(*classifier.counts(), expected);
    }
}
