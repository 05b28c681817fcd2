//! A CSV table whose first row names the columns.

use std::error::Error;
use std::path::Path;

use csv::StringRecord;

pub(crate) struct Table {
    header: StringRecord,
    pub(crate) records: Vec<StringRecord>,
}

impl Table {
    pub(crate) fn read(path: &Path) -> Result<Table, Box<dyn Error>> {
        let mut reader =
            csv::Reader::from_path(path).map_err(|error| format!("{}: {error}", path.display()))?;
        let header = reader.headers()?.clone();
        let records = reader.records().collect::<Result<_, _>>()?;
        Ok(Table { header, records })
    }

    /// The value of one column; a table without that column is not the one that is meant.
    pub(crate) fn field<'a>(
        &self,
        record: &'a StringRecord,
        column: &str,
    ) -> Result<&'a str, Box<dyn Error>> {
        let index = self.header.iter().position(|name| name == column);
        Ok(index.and_then(|index| record.get(index)).ok_or(format!("no column {column}"))?)
    }
}
