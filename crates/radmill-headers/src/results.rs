//! The appended columns.

use std::sync::Arc;

use arrow_array::ArrayRef;
use arrow_array::builder::{BooleanBuilder, Float32Builder, ListBuilder, StringBuilder, StructBuilder};
use arrow_schema::{DataType, Field, Fields, Schema};
use radmill_anatomy::Classification;

/// Strongest pieces of evidence that a row keeps, as many as a manifest keeps.
const EVIDENCE_MAX: usize = 16;

/// Names and types of the appended columns, in order.
fn columns() -> [(&'static str, DataType, bool); 6] {
    let item = |data_type| Arc::new(Field::new("item", data_type, true));
    [
        ("category", DataType::Utf8, false),
        ("regions", DataType::List(item(DataType::Utf8)), false),
        ("confidence", DataType::Float32, false),
        ("conflict", DataType::Boolean, false),
        ("reason", DataType::Utf8, true),
        ("evidence", DataType::List(item(DataType::Struct(evidence_fields()))), false),
    ]
}

fn evidence_fields() -> Fields {
    Fields::from(vec![
        Field::new("source", DataType::Utf8, false),
        Field::new("rule", DataType::Utf8, false),
        Field::new("category", DataType::Utf8, false),
        Field::new("weight", DataType::Float32, false),
    ])
}

/// The input's fields with the appended ones; `radmill_` stands before a name that is there already.
pub(crate) fn extended(input: &Schema) -> Schema {
    let mut fields: Vec<Arc<Field>> = input.fields().iter().cloned().collect();
    for (name, data_type, nullable) in columns() {
        let mut name = name.to_owned();
        while fields.iter().any(|field| field.name().eq_ignore_ascii_case(&name)) {
            name.insert_str(0, "radmill_");
        }
        fields.push(Arc::new(Field::new(name, data_type, nullable)));
    }
    Schema::new_with_metadata(fields, input.metadata().clone())
}

/// Collects classifications into arrays.
pub(crate) struct Results {
    category: StringBuilder,
    regions: ListBuilder<StringBuilder>,
    confidence: Float32Builder,
    conflict: BooleanBuilder,
    reason: StringBuilder,
    evidence: ListBuilder<StructBuilder>,
}

impl Results {
    pub(crate) fn new() -> Results {
        Results {
            category: StringBuilder::new(),
            regions: ListBuilder::new(StringBuilder::new()),
            confidence: Float32Builder::new(),
            conflict: BooleanBuilder::new(),
            reason: StringBuilder::new(),
            evidence: ListBuilder::new(StructBuilder::from_fields(evidence_fields(), 0)),
        }
    }

    pub(crate) fn push(&mut self, classification: &Classification) {
        self.category.append_value(classification.category.name());
        for region in &classification.regions {
            self.regions.values().append_value(region);
        }
        self.regions.append(true);
        // Thousandths say all that the confidence knows.
        self.confidence.append_value((classification.confidence * 1000.0).round() / 1000.0);
        self.conflict.append_value(classification.conflict);
        self.reason.append_option(classification.reason.map(|reason| reason.name()));
        for piece in classification.evidence.iter().take(EVIDENCE_MAX) {
            let cells = self.evidence.values();
            let texts = [piece.source.name(), &piece.rule, piece.category.name()];
            for (index, text) in texts.into_iter().enumerate() {
                if let Some(builder) = cells.field_builder::<StringBuilder>(index) {
                    builder.append_value(text);
                }
            }
            if let Some(builder) = cells.field_builder::<Float32Builder>(3) {
                builder.append_value((piece.weight * 1000.0).round() / 1000.0);
            }
            cells.append(true);
        }
        self.evidence.append(true);
    }

    pub(crate) fn finish(mut self) -> Vec<ArrayRef> {
        let arrays: [&mut dyn arrow_array::builder::ArrayBuilder; 6] = [
            &mut self.category,
            &mut self.regions,
            &mut self.confidence,
            &mut self.conflict,
            &mut self.reason,
            &mut self.evidence,
        ];
        arrays.into_iter().map(|builder| builder.finish()).collect()
    }
}

/// Whether the arrays are those of the appended columns.
#[cfg(test)]
pub(crate) fn is_of_schema(arrays: &[ArrayRef]) -> bool {
    arrays.iter().zip(columns()).all(|(array, (_, data_type, _))| *array.data_type() == data_type)
}

#[cfg(test)]
mod tests {
    use radmill_anatomy::{Clues, Taxonomy, classify};

    use super::*;

    #[test]
    fn arrays_are_of_the_schema() {
        let mut results = Results::new();
        let clues = Clues { body_part_examined: "CHEST".to_owned(), ..Clues::default() };
        results.push(&classify(&Taxonomy::builtin(), &clues));
        results.push(&classify(&Taxonomy::builtin(), &Clues::default()));
        let arrays = results.finish();
        assert!(is_of_schema(&arrays));
        assert!(arrays.iter().all(|array| array.len() == 2));
    }

    #[test]
    fn names_that_are_there() {
        let field = |name: &str| Field::new(name, DataType::Utf8, true);
        let schema =
            extended(&Schema::new(vec![field("Category"), field("reason"), field("radmill_reason")]));
        let names: Vec<&str> = schema.fields().iter().skip(3).map(|field| field.name().as_str()).collect();
        let expected =
            ["radmill_category", "regions", "confidence", "conflict", "radmill_radmill_reason", "evidence"];
        assert_eq!(names, expected);
    }
}
