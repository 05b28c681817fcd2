//! Whose rows are where: for withdrawal, which has to find all of a patient, in old versions too.

use arrow_array::{Array, Int64Array, RecordBatch};
use arrow_schema::ArrowError;
use parquet::arrow::ProjectionMask;

use super::{DatasetTable, LiveFile};
use crate::batch::text_column;
use crate::error::{During, ManifestError};
use crate::segment::{check_layout, open_parquet};

/// Whose a row is, and the files that it names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RowOwner<'a> {
    /// Pseudonym of the patient.
    pub patient_id: Option<&'a str>,
    /// Keyed digest of the source.
    pub source_token: &'a str,
    /// The image file, relative to the dataset root.
    pub image_path: &'a str,
    /// Where the image starts in that file.
    pub image_offset_bytes: u64,
    /// Length of the encoded image.
    pub image_length_bytes: u64,
    /// The DICOM file, relative to the dataset root.
    pub dicom_path: Option<&'a str>,
}

const COLUMNS: [&str; 6] =
    ["patient_id", "source_token", "image_path", "image_offset_bytes", "image_length_bytes", "dicom_path"];

impl DatasetTable {
    /// Calls `visit` with every row of the version shown, file by file.
    pub fn for_each_owner(
        &self,
        visit: &mut dyn FnMut(&LiveFile, &RowOwner<'_>),
    ) -> Result<(), ManifestError> {
        for file in self.live_files()? {
            self.visit_owners(&file.path, &mut |owner| visit(&file, owner))?;
        }
        Ok(())
    }

    /// Calls `visit` with every row of the files that only older versions have. Those that cannot be read are left out.
    pub fn for_each_former_owner(&self, visit: &mut dyn FnMut(&RowOwner<'_>)) -> Result<(), ManifestError> {
        for path in self.former_files()? {
            // It may be of another schema version, or damaged: then no reader gets at what is in it either.
            let _ = self.visit_owners(&path, visit);
        }
        Ok(())
    }

    fn visit_owners(&self, path: &str, visit: &mut dyn FnMut(&RowOwner<'_>)) -> Result<(), ManifestError> {
        const ROWS_PER_BATCH: usize = 4096;
        let builder = open_parquet(&self.folder().join(path))?;
        check_layout(builder.metadata())?;
        let mask = ProjectionMask::columns(builder.parquet_schema(), COLUMNS);
        let reader = builder.with_projection(mask).with_batch_size(ROWS_PER_BATCH).build();
        for batch in reader.during("read whose rows are where")? {
            let batch = batch.during("read whose rows are where")?;
            visit_batch(&batch, visit).during("read whose rows are where")?;
        }
        Ok(())
    }
}

fn visit_batch(batch: &RecordBatch, visit: &mut dyn FnMut(&RowOwner<'_>)) -> Result<(), ArrowError> {
    let text = |name| text_column(batch, name);
    let [patient, token, path, dicom] =
        [text("patient_id")?, text("source_token")?, text("image_path")?, text("dicom_path")?];
    let [offset, length] = [number(batch, "image_offset_bytes")?, number(batch, "image_length_bytes")?];
    for row in 0..batch.num_rows() {
        visit(&RowOwner {
            patient_id: patient.is_valid(row).then(|| patient.value(row)),
            source_token: token.value(row),
            image_path: path.value(row),
            image_offset_bytes: u64::try_from(offset.value(row)).unwrap_or(0),
            image_length_bytes: u64::try_from(length.value(row)).unwrap_or(0),
            dicom_path: dicom.is_valid(row).then(|| dicom.value(row)),
        });
    }
    Ok(())
}

fn number<'a>(batch: &'a RecordBatch, name: &str) -> Result<&'a Int64Array, ArrowError> {
    let column = batch.column_by_name(name).and_then(|column| column.as_any().downcast_ref());
    column.ok_or_else(|| ArrowError::SchemaError(format!("the column {name} is missing")))
}
