use parquet::file::metadata::RowGroupMetaData;
use parquet::file::statistics::Statistics;
use serde_json::{Map, Value, json};

use crate::columns::{Column, Fill, columns};
use crate::values::date_text;

/// Statistics of a shard for the log of the table, as JSON (Delta Lake protocol, Per-file Statistics):
/// number of rows, and smallest value, largest value and number of nulls of the columns that are kept in the log.
pub(crate) fn of_shard(row_groups: &[RowGroupMetaData]) -> String {
    let mut mins = Map::new();
    let mut maxs = Map::new();
    let mut nulls = Map::new();
    for column in columns().filter(|column| column.is_in_log()) {
        let Some(range) = Range::of_column(row_groups, column) else { continue };
        if let Some((min, max)) = range.bounds {
            mins.insert(column.name().to_owned(), min.to_json(column));
            maxs.insert(column.name().to_owned(), max.to_json(column));
        }
        nulls.insert(column.name().to_owned(), json!(range.n_nulls));
    }
    json!({
        "numRecords": row_groups.iter().map(RowGroupMetaData::num_rows).sum::<i64>(),
        "minValues": Value::Object(mins),
        "maxValues": Value::Object(maxs),
        "nullCount": Value::Object(nulls),
    })
    .to_string()
}

/// Names of the columns with statistics in the log.
pub(crate) fn column_names() -> String {
    let names: Vec<&str> = columns().filter(|column| column.is_in_log()).map(Column::name).collect();
    names.join(",")
}

#[derive(Clone, PartialEq, PartialOrd)]
enum Bound {
    Text(String),
    Int(i32),
}

impl Bound {
    fn to_json(&self, column: &Column) -> Value {
        match self {
            Bound::Text(text) => json!(text),
            Bound::Int(days) if matches!(column.fill, Fill::Date(_)) => json!(date_text(*days)),
            Bound::Int(int) => json!(int),
        }
    }
}

struct Range {
    bounds: Option<(Bound, Bound)>,
    n_nulls: u64,
}

impl Range {
    /// `None` if a row group does not have the statistics: no statement is better than a wrong one.
    fn of_column(row_groups: &[RowGroupMetaData], column: &Column) -> Option<Range> {
        let mut range = Range { bounds: None, n_nulls: 0 };
        for row_group in row_groups {
            let chunk =
                row_group.columns().iter().find(|chunk| chunk.column_path().string() == column.name())?;
            let statistics = chunk.statistics()?;
            let n_nulls = statistics.null_count_opt()?;
            range.n_nulls += n_nulls;
            if n_nulls == u64::try_from(row_group.num_rows()).ok()? {
                continue;
            }
            let (min, max) = bounds(statistics)?;
            range.bounds = Some(match range.bounds.take() {
                None => (min, max),
                Some((low, high)) => (if min < low { min } else { low }, if max > high { max } else { high }),
            });
        }
        Some(range)
    }
}

fn bounds(statistics: &Statistics) -> Option<(Bound, Bound)> {
    match statistics {
        Statistics::ByteArray(values) if values.min_is_exact() && values.max_is_exact() => {
            let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).ok().map(Bound::Text);
            Some((text(values.min_opt()?.data())?, text(values.max_opt()?.data())?))
        }
        Statistics::Int32(values) => Some((Bound::Int(*values.min_opt()?), Bound::Int(*values.max_opt()?))),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_types_that_have_bounds_are_kept_in_the_log() {
        let mut n_columns = 0;
        for column in columns().filter(|column| column.is_in_log()) {
            assert!(
                matches!(column.fill, Fill::Text(_) | Fill::Int32(_) | Fill::Date(_)),
                "{}",
                column.name()
            );
            n_columns += 1;
        }
        assert!(n_columns >= 6);
    }
}
