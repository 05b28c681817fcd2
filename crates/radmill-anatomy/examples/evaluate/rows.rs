//! Labelled rows, and what the classifier says about them.

use std::error::Error;
use std::path::Path;

use csv::StringRecord;
use radmill_anatomy::{Category, Classification, Clues, Taxonomy, UncategorizedReason, classify};

pub(crate) struct Row {
    pub(crate) collection: String,
    /// The label is known from the collection alone; no column of the row names a region.
    pub(crate) site_only: bool,
    clues: Clues,
    answer: Answer,
    clues_hidden: Clues,
    answer_hidden: Answer,
}

pub(crate) struct Answer {
    pub(crate) category: Category,
    alternatives: Vec<Category>,
}

/// A row with its answer.
pub(crate) struct Judged<'a> {
    pub(crate) row: &'a Row,
    pub(crate) clues: &'a Clues,
    pub(crate) answer: &'a Answer,
    pub(crate) given: Classification,
}

impl Judged<'_> {
    pub(crate) fn is_right(&self) -> bool {
        self.answer.accepts(self.given.category)
    }

    pub(crate) fn is_strictly_right(&self) -> bool {
        self.answer.category == self.given.category
    }

    /// Something was found, so that a confidence goes with it.
    pub(crate) fn has_evidence(&self) -> bool {
        let none = [UncategorizedReason::NoEvidence, UncategorizedReason::Conflict];
        self.given.reason.is_none_or(|reason| !none.contains(&reason))
    }
}

impl Answer {
    pub(crate) fn accepts(&self, category: Category) -> bool {
        self.category == category || self.alternatives.contains(&category)
    }
}

/// Half of the collections that the rules were adjusted with.
pub(crate) fn is_adjusted(collection: &str) -> bool {
    crc32(collection.as_bytes()).is_multiple_of(2)
}

/// CRC-32 of zlib.
fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |crc, &byte| {
        (0..8).fold(crc ^ u32::from(byte), |crc, _| (crc >> 1) ^ (0xEDB8_8320 & 0u32.wrapping_sub(crc & 1)))
    })
}

pub(crate) fn judge<'a>(taxonomy: &Taxonomy, rows: &'a [Row], hidden: bool) -> Vec<Judged<'a>> {
    let judged = rows.iter().map(|row| {
        let (clues, answer) =
            if hidden { (&row.clues_hidden, &row.answer_hidden) } else { (&row.clues, &row.answer) };
        Judged { row, clues, answer, given: classify(taxonomy, clues) }
    });
    judged.collect()
}

pub(crate) fn read(path: &Path) -> Result<Vec<Row>, Box<dyn Error>> {
    let mut reader = csv::Reader::from_path(path)?;
    let header = reader.headers()?.clone();
    let mut rows = Vec::new();
    for record in reader.records() {
        rows.push(Row::read(&header, &record?)?);
    }
    Ok(rows)
}

impl Row {
    fn read(header: &StringRecord, record: &StringRecord) -> Result<Row, Box<dyn Error>> {
        let field = |column: &str| {
            let index = header.iter().position(|name| name == column);
            index.and_then(|index| record.get(index)).ok_or(format!("no column {column}"))
        };
        let answer = |category: &str, alternatives: &str| -> Result<Answer, Box<dyn Error>> {
            let known = |name: &str| Category::from_name(name).ok_or(format!("no category {name}"));
            let alternatives = field(alternatives)?.split('|').filter(|name| !name.is_empty());
            let alternatives = alternatives.map(known).collect::<Result<_, _>>()?;
            Ok(Answer { category: known(field(category)?)?, alternatives })
        };
        let clues_hidden = Clues {
            modality: field("modality")?.to_owned(),
            study_description: field("study_description")?.to_owned(),
            series_description: field("series_description")?.to_owned(),
            ..Clues::default()
        };
        let body_part_examined = field("body_part_examined")?.to_owned();
        Ok(Row {
            collection: field("collection_id")?.to_owned(),
            site_only: field("basis")? == "site_only",
            clues: Clues { body_part_examined, ..clues_hidden.clone() },
            answer: answer("category", "alt_categories")?,
            clues_hidden,
            answer_hidden: answer("category_bpe_hidden", "alt_bpe_hidden")?,
        })
    }
}
