use arrow_array::{Array, Float64Array, Int32Array, Int64Array, RecordBatch};
use arrow_schema::ArrowError;
use parquet::arrow::ProjectionMask;
use radmill_anatomy::Category;

use crate::batch::text_column;
use crate::error::{During, ManifestError};
use crate::segment::{check_layout, open_parquet};
use crate::table::DatasetTable;

/// Where the image of a row lies, and what is needed to show it.
#[derive(Clone, Debug, PartialEq)]
pub struct ImageEntry<'a> {
    /// The category of the row.
    pub category: Category,
    /// Replaced Series Instance UID; `None` where the source has none.
    pub series_instance_uid: Option<&'a str>,
    /// Modality (0008,0060).
    pub modality: Option<&'a str>,
    /// Photometric Interpretation (0028,0004) of the source.
    pub photometric_interpretation: Option<&'a str>,
    /// The frame, counted from 0.
    pub frame_index: i32,
    /// The file, relative to the dataset root.
    pub image_path: &'a str,
    /// Where the image starts in the file.
    pub image_offset_bytes: u64,
    /// Length of the encoded image.
    pub image_length_bytes: u64,
    /// How the image is encoded, such as `png`.
    pub image_format: &'a str,
    /// Samples are values and not what is displayed.
    pub is_values: bool,
}

const COLUMNS: [&str; 9] = [
    "series_instance_uid",
    "modality",
    "photometric_interpretation",
    "frame_index",
    "image_path",
    "image_offset_bytes",
    "image_length_bytes",
    "image_format",
    "sample_scale",
];

/// Rows that are read at a time.
const ROWS_PER_BATCH: usize = 4096;

impl DatasetTable {
    /// Calls `visit` with every image of the version shown, file by file, each in the order of the manifest.
    /// Reads no more columns than that takes, a small batch at a time.
    pub fn for_each_image(&self, visit: &mut dyn FnMut(&ImageEntry<'_>)) -> Result<(), ManifestError> {
        self.for_each_batch_of(&COLUMNS, &mut |batch, category| visit_batch(batch, category, visit))
    }

    /// Calls `visit` with every file that a row of the version shown names: its image, and its DICOM file if it has
    /// one. A file that several rows name comes several times.
    pub fn for_each_named_file(&self, visit: &mut dyn FnMut(&str)) -> Result<(), ManifestError> {
        self.for_each_batch_of(&["image_path", "dicom_path"], &mut |batch, _| {
            for name in ["image_path", "dicom_path"] {
                text_column(batch, name)?.iter().flatten().for_each(&mut *visit);
            }
            Ok(())
        })
    }

    fn for_each_batch_of(
        &self,
        columns: &[&str],
        visit: &mut dyn FnMut(&RecordBatch, Category) -> Result<(), ArrowError>,
    ) -> Result<(), ManifestError> {
        for file in self.live_files()? {
            let builder = open_parquet(&self.folder().join(&file.path))?;
            check_layout(builder.metadata())?;
            let mask = ProjectionMask::columns(builder.parquet_schema(), columns.iter().copied());
            let reader = builder.with_projection(mask).with_batch_size(ROWS_PER_BATCH).build();
            for batch in reader.during("read where images lie")? {
                let batch = batch.during("read where images lie")?;
                visit(&batch, file.category).during("read where images lie")?;
            }
        }
        Ok(())
    }
}

fn visit_batch(
    batch: &RecordBatch,
    category: Category,
    visit: &mut dyn FnMut(&ImageEntry<'_>),
) -> Result<(), ArrowError> {
    let text = |name| text_column(batch, name);
    let [series, modality, photometric] =
        [text("series_instance_uid")?, text("modality")?, text("photometric_interpretation")?];
    let [path, format] = [text("image_path")?, text("image_format")?];
    let frame_index: &Int32Array = column(batch, "frame_index")?;
    let offset: &Int64Array = column(batch, "image_offset_bytes")?;
    let length: &Int64Array = column(batch, "image_length_bytes")?;
    let scale: &Float64Array = column(batch, "sample_scale")?;
    for row in 0..batch.num_rows() {
        let optional = |column: &'_ arrow_array::StringArray| column.is_valid(row);
        visit(&ImageEntry {
            category,
            series_instance_uid: optional(series).then(|| series.value(row)),
            modality: optional(modality).then(|| modality.value(row)),
            photometric_interpretation: optional(photometric).then(|| photometric.value(row)),
            frame_index: frame_index.value(row),
            image_path: path.value(row),
            image_offset_bytes: u64::try_from(offset.value(row)).unwrap_or(0),
            image_length_bytes: u64::try_from(length.value(row)).unwrap_or(0),
            image_format: format.value(row),
            is_values: scale.is_valid(row),
        });
    }
    Ok(())
}

fn column<'a, T: 'static>(batch: &'a RecordBatch, name: &str) -> Result<&'a T, ArrowError> {
    let column = batch.column_by_name(name).and_then(|column| column.as_any().downcast_ref());
    column.ok_or_else(|| ArrowError::SchemaError(format!("the column {name} is missing or of another type")))
}
