//! CSV in and out. Every column of a CSV file is text.

use std::io::{Read, Write};
use std::sync::Arc;

use arrow_array::builder::StringBuilder;
use arrow_array::cast::AsArray;
use arrow_array::types::Float32Type;
use arrow_array::{Array, ArrayRef, RecordBatch, RecordBatchReader};
use arrow_cast::display::{ArrayFormatter, FormatOptions};
use arrow_schema::{ArrowError, DataType, Field, Schema, SchemaRef};
use csv::{ByteRecord, Reader, Writer};

/// Reads a CSV file with a header in batches of text columns.
pub(crate) struct CsvTable<R> {
    reader: Reader<R>,
    schema: SchemaRef,
    rows_max: usize,
}

impl<R: Read> CsvTable<R> {
    pub(crate) fn new(input: R, rows_max: usize) -> Result<CsvTable<R>, csv::Error> {
        let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(input);
        let header = reader.byte_headers()?;
        let names =
            header.iter().map(|name| String::from_utf8_lossy(name).trim_start_matches('\u{FEFF}').to_owned());
        let fields: Vec<Field> = names.map(|name| Field::new(name, DataType::Utf8, false)).collect();
        Ok(CsvTable { reader, schema: Arc::new(Schema::new(fields)), rows_max })
    }

    fn read_batch(&mut self) -> Result<Option<RecordBatch>, ArrowError> {
        let mut columns: Vec<StringBuilder> =
            self.schema.fields().iter().map(|_| StringBuilder::new()).collect();
        let mut record = ByteRecord::new();
        let mut n_rows = 0;
        while n_rows < self.rows_max {
            // The message of the csv crate says where, and does not quote the line.
            let more = self.reader.read_byte_record(&mut record);
            if !more.map_err(|error| ArrowError::CsvError(error.to_string()))? {
                break;
            }
            // A row that is too short has empty cells at its end; what is beyond the header has no name.
            for (index, column) in columns.iter_mut().enumerate() {
                column.append_value(String::from_utf8_lossy(record.get(index).unwrap_or_default()));
            }
            n_rows += 1;
        }
        if n_rows == 0 {
            return Ok(None);
        }
        let arrays: Vec<ArrayRef> =
            columns.iter_mut().map(|column| Arc::new(column.finish()) as ArrayRef).collect();
        RecordBatch::try_new(Arc::clone(&self.schema), arrays).map(Some)
    }
}

impl<R: Read> Iterator for CsvTable<R> {
    type Item = Result<RecordBatch, ArrowError>;

    fn next(&mut self) -> Option<Self::Item> {
        self.read_batch().transpose()
    }
}

impl<R: Read> RecordBatchReader for CsvTable<R> {
    fn schema(&self) -> SchemaRef {
        Arc::clone(&self.schema)
    }
}

/// Writes batches as CSV: lists as `A|B`, evidence as `attribute: rule = CATEGORY weight`, separated by `; `.
pub(crate) struct CsvSink<W: Write> {
    writer: Writer<W>,
}

impl<W: Write> CsvSink<W> {
    pub(crate) fn new(output: W, schema: &Schema) -> Result<CsvSink<W>, csv::Error> {
        let mut writer = Writer::from_writer(output);
        writer.write_record(schema.fields().iter().map(|field| field.name()))?;
        Ok(CsvSink { writer })
    }

    pub(crate) fn write(&mut self, batch: &RecordBatch) -> Result<(), csv::Error> {
        let invalid = |error: ArrowError| csv::Error::from(std::io::Error::other(error.to_string()));
        let columns = batch.columns().iter().map(Cells::of).collect::<Result<Vec<_>, _>>();
        let columns = columns.map_err(invalid)?;
        let mut cell = String::new();
        for row in 0..batch.num_rows() {
            for column in &columns {
                cell.clear();
                column.text(row, &mut cell).map_err(invalid)?;
                self.writer.write_field(&cell)?;
            }
            self.writer.write_record(None::<&[u8]>)?;
        }
        Ok(())
    }

    pub(crate) fn finish(mut self) -> Result<(), csv::Error> {
        Ok(self.writer.flush()?)
    }
}

/// A column, ready to be written as text.
enum Cells<'a> {
    Regions(&'a ArrayRef),
    Evidence(&'a ArrayRef),
    Plain(ArrayFormatter<'a>),
}

impl<'a> Cells<'a> {
    fn of(array: &'a ArrayRef) -> Result<Cells<'a>, ArrowError> {
        match array.data_type() {
            DataType::List(item) if *item.data_type() == DataType::Utf8 => Ok(Cells::Regions(array)),
            DataType::List(item) if is_evidence(item.data_type()) => Ok(Cells::Evidence(array)),
            _ => {
                let options = FormatOptions::new().with_null("");
                Ok(Cells::Plain(ArrayFormatter::try_new(array.as_ref(), &options)?))
            }
        }
    }

    fn text(&self, row: usize, text: &mut String) -> Result<(), ArrowError> {
        use std::fmt::Write as _;
        let written = match self {
            Cells::Plain(formatter) => return formatter.value(row).write(text),
            Cells::Regions(array) => {
                let regions = array.as_list::<i32>().value(row);
                let regions = regions.as_string::<i32>();
                text.push_str(&regions.iter().flatten().collect::<Vec<_>>().join("|"));
                Ok(())
            }
            Cells::Evidence(array) => {
                let pieces = array.as_list::<i32>().value(row);
                let pieces = pieces.as_struct();
                let [source, rule, category] = [0, 1, 2].map(|index| pieces.column(index).as_string::<i32>());
                let weight = pieces.column(3).as_primitive::<Float32Type>();
                (0..pieces.len()).try_for_each(|index| {
                    let separator = if index == 0 { "" } else { "; " };
                    let (source, rule) = (source.value(index), rule.value(index));
                    let (category, weight) = (category.value(index), weight.value(index));
                    write!(text, "{separator}{source}: {rule} = {category} {weight}")
                })
            }
        };
        written.map_err(|_| ArrowError::CsvError("a cell cannot be written as text".to_owned()))
    }
}

fn is_evidence(data_type: &DataType) -> bool {
    let DataType::Struct(fields) = data_type else { return false };
    fields.iter().map(|field| field.name().as_str()).eq(["source", "rule", "category", "weight"])
}
