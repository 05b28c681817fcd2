//! The columns of the manifest, each defined once: name, type, meaning, and how a row gets its value.
//! The Arrow schema, the Delta schema, the rows and the tables in `docs/manifest-format.md` all follow from here.

mod acquisition;
mod category;
mod identity;
mod image;
mod provenance;
mod series;

use std::collections::BTreeMap;
use std::fmt::Write as _;

use crate::row::Source;

pub(crate) use image::hex;

/// One column of the manifest.
pub struct Column {
    name: &'static str,
    unit: &'static str,
    meaning: &'static str,
    origin: &'static str,
    null_when: Option<&'static str>,
    in_log: bool,
    pub(crate) fill: Fill,
}

/// The type of a column together with how it is filled, so that the two cannot disagree.
pub(crate) enum Fill {
    Text(fn(&Source) -> Option<String>),
    Int32(fn(&Source) -> Option<i32>),
    Int64(fn(&Source) -> Option<i64>),
    Float64(fn(&Source) -> Option<f64>),
    Boolean(fn(&Source) -> Option<bool>),
    Date(fn(&Source) -> Option<i32>),
    TextList(fn(&Source) -> Option<Vec<String>>),
    Float64List(fn(&Source) -> Option<Vec<f64>>),
    EvidenceList(fn(&Source) -> Option<Vec<EvidenceCell>>),
    TextMap(fn(&Source) -> Option<BTreeMap<String, String>>),
}

/// One piece of evidence as it stands in a row.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct EvidenceCell {
    pub(crate) source: &'static str,
    pub(crate) rule: String,
    pub(crate) category: &'static str,
    pub(crate) weight: f64,
}

/// The value of one column in one row.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Cell {
    Text(Option<String>),
    Int32(Option<i32>),
    Int64(Option<i64>),
    Float64(Option<f64>),
    Boolean(Option<bool>),
    Date(Option<i32>),
    TextList(Option<Vec<String>>),
    Float64List(Option<Vec<f64>>),
    EvidenceList(Option<Vec<EvidenceCell>>),
    TextMap(Option<BTreeMap<String, String>>),
}

/// Headings of the documentation, and the columns under each; in the order of the schema.
const GROUPS: [(&str, &[Column]); 6] = [
    ("Identity", identity::COLUMNS),
    ("Category", category::COLUMNS),
    ("Modality, device, patient, acquisition and geometry", acquisition::COLUMNS),
    ("Place in the series", series::COLUMNS),
    ("The image file and the meaning of its samples", image::COLUMNS),
    ("Provenance, split and labels", provenance::COLUMNS),
];

/// All columns in the order of the schema.
pub fn columns() -> impl Iterator<Item = &'static Column> {
    GROUPS.iter().flat_map(|(_, columns)| columns.iter())
}

/// The column tables of `docs/manifest-format.md`, in Markdown.
pub fn column_tables() -> String {
    let mut tables = String::new();
    for (heading, columns) in &GROUPS {
        let _ = writeln!(tables, "### {heading}\n");
        tables.push_str("| column | type | unit | meaning | source attribute | null when |\n");
        tables.push_str("|---|---|---|---|---|---|\n");
        for column in *columns {
            let Column { name, unit, meaning, origin, null_when, .. } = column;
            let null_when = null_when.unwrap_or("never");
            let type_name = column.type_name();
            let _ = writeln!(
                tables,
                "| `{name}` | `{type_name}` | {unit} | {meaning} | {origin} | {null_when} |"
            );
        }
        tables.push('\n');
    }
    tables
}

impl Column {
    /// A column that is never null. `origin` names the attribute of the standard, or the stage that makes the value.
    const fn new(name: &'static str, fill: Fill, origin: &'static str, meaning: &'static str) -> Column {
        Column { name, unit: "", meaning, origin, null_when: None, in_log: false, fill }
    }

    const fn unit(mut self, unit: &'static str) -> Column {
        self.unit = unit;
        self
    }

    /// Makes the column nullable, and says when it is null.
    const fn null_when(mut self, reason: &'static str) -> Column {
        self.null_when = Some(reason);
        self
    }

    /// Null where the header does not have the attribute, or not in a usable form, or the policy removed it.
    const fn null_if_absent(self) -> Column {
        self.null_when("absent, invalid or removed")
    }

    /// Puts smallest and largest value of every shard into the table's log, so that readers skip whole shards.
    const fn in_log(mut self) -> Column {
        self.in_log = true;
        self
    }

    /// Name in the schema.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// Unit of the values; empty if they have none.
    pub fn unit_name(&self) -> &'static str {
        self.unit
    }

    /// Whether the value may be null.
    pub fn nullable(&self) -> bool {
        self.null_when.is_some()
    }

    /// Whether smallest and largest value of every shard are kept in the table's log.
    pub(crate) fn is_in_log(&self) -> bool {
        self.in_log
    }

    /// The type as the documentation writes it.
    pub fn type_name(&self) -> &'static str {
        match self.fill {
            Fill::Text(_) => "string",
            Fill::Int32(_) => "int32",
            Fill::Int64(_) => "int64",
            Fill::Float64(_) => "double",
            Fill::Boolean(_) => "bool",
            Fill::Date(_) => "date32",
            Fill::TextList(_) => "list<string>",
            Fill::Float64List(_) => "list<double>",
            Fill::EvidenceList(_) => {
                "list<struct<source: string, rule: string, category: string, weight: double>>"
            }
            Fill::TextMap(_) => "map<string, string>",
        }
    }

    /// The value of this column for one row.
    pub(crate) fn cell(&self, source: &Source) -> Cell {
        match self.fill {
            Fill::Text(fill) => Cell::Text(fill(source)),
            Fill::Int32(fill) => Cell::Int32(fill(source)),
            Fill::Int64(fill) => Cell::Int64(fill(source)),
            Fill::Float64(fill) => Cell::Float64(fill(source)),
            Fill::Boolean(fill) => Cell::Boolean(fill(source)),
            Fill::Date(fill) => Cell::Date(fill(source)),
            Fill::TextList(fill) => Cell::TextList(fill(source)),
            Fill::Float64List(fill) => Cell::Float64List(fill(source)),
            Fill::EvidenceList(fill) => Cell::EvidenceList(fill(source)),
            Fill::TextMap(fill) => Cell::TextMap(fill(source)),
        }
    }
}

impl Cell {
    pub(crate) fn is_null(&self) -> bool {
        match self {
            Cell::Text(value) => value.is_none(),
            Cell::Int32(value) | Cell::Date(value) => value.is_none(),
            Cell::Int64(value) => value.is_none(),
            Cell::Float64(value) => value.is_none(),
            Cell::Boolean(value) => value.is_none(),
            Cell::TextList(value) => value.is_none(),
            Cell::Float64List(value) => value.is_none(),
            Cell::EvidenceList(value) => value.is_none(),
            Cell::TextMap(value) => value.is_none(),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn names_are_snake_case_and_unique() {
        let mut seen = HashSet::new();
        for column in columns() {
            let name = column.name();
            assert!(
                name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_'),
                "{name}"
            );
            assert!(seen.insert(name), "{name} is there twice");
            for text in [column.meaning, column.origin, column.null_when.unwrap_or_default(), column.unit] {
                assert!(!text.contains(['|', '\n']), "{name}: {text} would break the table");
            }
            assert!(!column.meaning.is_empty() && !column.origin.is_empty(), "{name}");
        }
        assert!(seen.len() > 80);
    }

    #[test]
    fn a_unit_stands_last_in_the_name() {
        for (unit, suffix) in [("mm", "_mm"), ("ms", "_ms"), ("T", "_t"), ("years", "_years")] {
            for column in columns().filter(|column| column.unit == unit) {
                assert!(column.name.ends_with(suffix), "{}", column.name);
            }
        }
    }

    #[test]
    fn the_document_describes_these_columns() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/manifest-format.md");
        let document = std::fs::read_to_string(path).unwrap();
        let (_, rest) = document.split_once("<!-- columns: begin -->\n\n").expect("the begin mark");
        let (tables, _) = rest.split_once("<!-- columns: end -->").expect("the end mark");
        let expected = column_tables();
        for (number, (have, want)) in tables.lines().zip(expected.lines()).enumerate() {
            assert_eq!(have, want, "line {} after the begin mark; see the example column_tables", number + 1);
        }
        assert_eq!(tables, expected);
    }
}
