use std::fs::File;
use std::io::{self, BufReader, BufWriter, Write};
use std::path::Path;

use arrow_array::{RecordBatch, RecordBatchReader};
use arrow_schema::{ArrowError, SchemaRef};
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::properties::WriterProperties;
use radmill_anatomy::Taxonomy;
use radmill_dicom::Limits;
use radmill_store::{Source, StoreError, list_sources, publish};

use crate::csv_table::{CsvSink, CsvTable};
use crate::{BatchClassifier, ClassifyError, Counts, dicom_files};

/// Rows read and classified at a time.
const BATCH_ROWS: usize = 16 * 1024;
/// Files read and classified at a time.
const BATCH_FILES: usize = 256;

/// What was done.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// How many rows went where.
    pub counts: Counts,
    /// Columns of the table that were read; 0 for DICOM files.
    pub n_columns: usize,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    Csv,
    Parquet,
}

impl Form {
    fn of(path: &Path) -> Option<Form> {
        let extension = path.extension()?.to_str()?.to_ascii_lowercase();
        match extension.as_str() {
            "csv" => Some(Form::Csv),
            "parquet" => Some(Form::Parquet),
            _ => None,
        }
    }
}

/// Classifies a CSV or Parquet file by its columns, or a DICOM file or folder by its headers, and writes a CSV or
/// Parquet file, by the name of `output`. An older file of that name is replaced, once the new one is whole.
pub fn classify_file(
    input: &Path,
    output: &Path,
    taxonomy: &Taxonomy,
    limits: &Limits,
) -> Result<Summary, ClassifyError> {
    let form = Form::of(output).ok_or(ClassifyError::OutputName)?;
    // What goes wrong on the reading side is told apart from what the target says.
    let mut fault: Option<ClassifyError> = None;
    let mut summary = Summary::default();
    let write = |out: &mut (dyn Write + Send)| {
        let mut job = Job { input, taxonomy, limits, form };
        job.run(BufWriter::with_capacity(1 << 20, out)).map(|done| summary = done).map_err(
            |error| match error {
                Fault::Target(error) => error,
                Fault::Input(error) => {
                    fault = Some(error);
                    io::Error::other("the input cannot be read")
                }
            },
        )
    };
    let published = publish(output, write);
    match (fault, published) {
        (Some(fault), _) => Err(fault),
        (None, Err(error)) => Err(ClassifyError::Target(error)),
        (None, Ok(_)) => Ok(summary),
    }
}

enum Fault {
    Input(ClassifyError),
    Target(io::Error),
}

struct Job<'a> {
    input: &'a Path,
    taxonomy: &'a Taxonomy,
    limits: &'a Limits,
    form: Form,
}

impl Job<'_> {
    fn run(&mut self, output: impl Write + Send) -> Result<Summary, Fault> {
        match Form::of(self.input).filter(|_| self.input.is_file()) {
            Some(Form::Csv) => {
                let table = CsvTable::new(BufReader::with_capacity(1 << 20, self.open()?), BATCH_ROWS);
                self.table(table.map_err(|_| self.unreadable("it is not a CSV file with a header"))?, output)
            }
            Some(Form::Parquet) => {
                let not_parquet = "it is not a Parquet file of a known form";
                let builder = ParquetRecordBatchReaderBuilder::try_new(self.open()?);
                let builder = builder.map_err(|_| self.unreadable(not_parquet))?;
                let table = builder.with_batch_size(BATCH_ROWS).build();
                self.table(table.map_err(|_| self.unreadable(not_parquet))?, output)
            }
            None => self.files(output),
        }
    }

    fn open(&self) -> Result<File, Fault> {
        File::open(self.input).map_err(|cause| {
            let error = StoreError { action: "open", path: self.input.to_owned(), cause };
            Fault::Input(ClassifyError::Source(error))
        })
    }

    fn unreadable(&self, why: &'static str) -> Fault {
        Fault::Input(ClassifyError::Input { path: self.input.to_owned(), why })
    }

    fn table(&self, table: impl RecordBatchReader, output: impl Write + Send) -> Result<Summary, Fault> {
        let mut classifier = BatchClassifier::new(self.taxonomy.clone(), &table.schema());
        let n_columns = classifier.n_columns();
        if n_columns == 0 {
            return Err(
                self.unreadable("no column has the name of an attribute that says something about anatomy")
            );
        }
        let mut sink = Sink::new(self.form, output, &classifier.schema())?;
        for batch in table {
            let classified = batch.and_then(|batch| classifier.classify(&batch));
            sink.write(&classified.map_err(|_| self.unreadable("a part of it is damaged"))?)?;
        }
        sink.finish()?;
        Ok(Summary { counts: classifier.counts().clone(), n_columns })
    }

    fn files(&self, output: impl Write + Send) -> Result<Summary, Fault> {
        let listing = list_sources(self.input).map_err(|error| Fault::Input(ClassifyError::Source(error)))?;
        let mut counts = Counts::default();
        let mut sink = Sink::new(self.form, output, &SchemaRef::new(dicom_files::schema()))?;
        for start in (0..listing.sources.len()).step_by(BATCH_FILES) {
            let sources: Vec<Source> = listing.sources.range(start..start + BATCH_FILES).collect();
            let batch = dicom_files::batch(&listing, &sources, self.limits, self.taxonomy, &mut counts);
            sink.write(&batch.map_err(arrow_fault)?)?;
        }
        sink.finish()?;
        Ok(Summary { counts, n_columns: 0 })
    }
}

/// Where the rows go.
enum Sink<W: Write + Send> {
    Csv(Box<CsvSink<W>>),
    Parquet(Box<ArrowWriter<W>>),
}

impl<W: Write + Send> Sink<W> {
    fn new(form: Form, output: W, schema: &SchemaRef) -> Result<Sink<W>, Fault> {
        match form {
            Form::Csv => Ok(Sink::Csv(Box::new(CsvSink::new(output, schema).map_err(csv_fault)?))),
            Form::Parquet => {
                let properties = WriterProperties::builder()
                    .set_compression(Compression::ZSTD(ZstdLevel::default()))
                    .build();
                let writer = ArrowWriter::try_new(output, SchemaRef::clone(schema), Some(properties));
                Ok(Sink::Parquet(Box::new(writer.map_err(parquet_fault)?)))
            }
        }
    }

    fn write(&mut self, batch: &RecordBatch) -> Result<(), Fault> {
        match self {
            Sink::Csv(sink) => sink.write(batch).map_err(csv_fault),
            Sink::Parquet(writer) => writer.write(batch).map_err(parquet_fault),
        }
    }

    fn finish(self) -> Result<(), Fault> {
        match self {
            Sink::Csv(sink) => sink.finish().map_err(csv_fault),
            Sink::Parquet(writer) => {
                writer.into_inner().map_err(parquet_fault)?.flush().map_err(Fault::Target)
            }
        }
    }
}

fn arrow_fault(error: ArrowError) -> Fault {
    Fault::Target(io::Error::other(error))
}

fn csv_fault(error: csv::Error) -> Fault {
    Fault::Target(match error.into_kind() {
        csv::ErrorKind::Io(error) => error,
        _ => io::Error::other("the rows cannot be written as CSV"),
    })
}

fn parquet_fault(error: parquet::errors::ParquetError) -> Fault {
    Fault::Target(match error {
        parquet::errors::ParquetError::External(error) => io::Error::other(error),
        _ => io::Error::other("the rows cannot be written as Parquet"),
    })
}
