//! Tables and DICOM files in, tables out.
#![allow(clippy::unwrap_used, reason = "this is test code")]

use std::fs;
use std::path::Path;

use arrow_array::RecordBatch;
use arrow_array::cast::AsArray;
use arrow_array::types::Float32Type;
use bytes::Bytes;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use radmill_anatomy::Taxonomy;
use radmill_dicom::Limits;
use radmill_headers::{ClassifyError, Summary, classify_file};

fn limits() -> Limits {
    Limits {
        file_bytes_max: 1 << 30,
        nesting_depth_max: 16,
        elements_max: 100_000,
        element_bytes_max: 1 << 20,
        frames_max: 1000,
        frame_bytes_max: 1 << 30,
        decoded_bytes_max: 1 << 30,
        inflated_bytes_max: 1 << 30,
    }
}

fn run(input: &Path, output: &Path) -> Result<Summary, ClassifyError> {
    classify_file(input, output, &Taxonomy::builtin(), &limits())
}

fn rows(path: &Path) -> RecordBatch {
    let bytes = Bytes::from(fs::read(path).unwrap());
    let mut reader = ParquetRecordBatchReaderBuilder::try_new(bytes).unwrap().build().unwrap();
    reader.next().unwrap().unwrap()
}

const TABLE: &str = "\u{FEFF}SeriesInstanceUID,Modality,BodyPartExamined,StudyDescription,reason\n\
                     1.2,CT,,\"CT Abdomen, Becken\",staging\n\
                     1.3,MG,,,screening\n\
                     1.4,CR,HAED\n";

#[test]
fn csv_to_csv() {
    let folder = tempfile::tempdir().unwrap();
    let [input, output] = ["in.csv", "out.csv"].map(|name| folder.path().join(name));
    fs::write(&input, TABLE).unwrap();
    let summary = run(&input, &output).unwrap();
    assert_eq!((summary.counts.rows, summary.n_columns), (3, 3));
    let expected = "SeriesInstanceUID,Modality,BodyPartExamined,StudyDescription,reason,category,regions,confidence,\
                    conflict,radmill_reason,evidence\n\
                    1.2,CT,,\"CT Abdomen, Becken\",staging,ABDOMEN,ABDOMEN|PELVIS,";
    let text = fs::read_to_string(&output).unwrap();
    assert!(text.starts_with(expected), "{text}");
    assert!(text.contains("study_description: term:abdomen becken = ABDOMEN 0.75"), "{text}");
    assert!(text.contains("1.3,MG,,,screening,BREAST,BREAST,"), "{text}");
    assert!(text.contains("1.4,CR,HAED,,,BRAIN,HEAD,"), "{text}");
}

#[test]
fn csv_to_parquet_to_csv() {
    let folder = tempfile::tempdir().unwrap();
    let [input, table, output] = ["in.csv", "table.parquet", "out.csv"].map(|name| folder.path().join(name));
    fs::write(&input, TABLE).unwrap();
    run(&input, &table).unwrap();
    let batch = rows(&table);
    let category = batch.column_by_name("category").unwrap().as_string::<i32>();
    assert_eq!(category.iter().flatten().collect::<Vec<_>>(), ["ABDOMEN", "BREAST", "BRAIN"]);
    let confidence = batch.column_by_name("confidence").unwrap().as_primitive::<Float32Type>();
    assert!(confidence.iter().flatten().all(|share| (0.0..=1.0).contains(&share)));
    // Classified again, the appended columns get another name.
    let summary = run(&table, &output).unwrap();
    assert_eq!(summary.counts.rows, 3);
    let text = fs::read_to_string(&output).unwrap();
    assert!(
        text.lines()
            .next()
            .unwrap()
            .ends_with("radmill_confidence,radmill_conflict,radmill_radmill_reason,radmill_evidence")
    );
}

#[test]
fn dicom_files() {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/dicom");
    let folder = tempfile::tempdir().unwrap();
    let output = folder.path().join("out.parquet");
    let summary = run(&fixtures, &output).unwrap();
    let batch = rows(&output);
    assert_eq!(summary.counts.rows as usize, batch.num_rows());
    let path = batch.column_by_name("path").unwrap().as_string::<i32>();
    assert!(path.iter().flatten().is_sorted_by_key(|path| Path::new(path).to_owned()));
    let not_read = batch.column_by_name("not_read").unwrap().as_string::<i32>();
    assert!(not_read.iter().flatten().count() > 0, "malformed fixtures are said to be so");
    for category in ["CHEST", "BRAIN", "ABDOMEN"] {
        assert!(summary.counts.categories.get(category).copied().unwrap_or(0) > 0, "{category}");
    }
}

#[test]
fn faults() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    let check = |input: &str, output: &str, expected: &str| {
        let error = run(&path(input), &path(output)).unwrap_err().to_string();
        assert!(error.contains(expected), "{error}");
        assert!(!error.contains("CANARY"), "{error}");
        assert!(!path(output).exists());
    };
    fs::write(path("in.csv"), "modality\nCT\n").unwrap();
    fs::write(path("other.csv"), "CANARY,shoe_size\n1,2\n").unwrap();
    fs::write(path("empty.csv"), "").unwrap();
    fs::write(path("broken.parquet"), "CANARY").unwrap();
    check("in.csv", "out.txt", "ends in .csv or .parquet");
    check("absent", "out.csv", "absent");
    check("other.csv", "out.csv", "no column has the name of an attribute");
    check("empty.csv", "out.csv", "no column has the name of an attribute");
    check("broken.parquet", "out.csv", "not a Parquet file");
}
