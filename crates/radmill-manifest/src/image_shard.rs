//! Parquet files of images: the bytes of each beside its facts, as the `Image` feature of Hugging Face's `datasets`
//! expects them.
//!
//! The bytes are stored as they are, so that each image lies in one piece of the file, and any of them is one range
//! read for who knows the place from the manifest.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{self, Write};
use std::path::Path;
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::Int64Type;
use arrow_array::{
    ArrayRef, BinaryArray, BooleanArray, Float64Array, Int32Array, Int64Array, RecordBatch, StringArray,
    StructArray,
};
use arrow_schema::{ArrowError, DataType, Field, Fields, Schema, SchemaRef};
use arrow_select::filter::filter_record_batch;
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_reader::{ArrowReaderOptions, ParquetRecordBatchReaderBuilder};
use parquet::errors::ParquetError;
use parquet::file::metadata::{PageIndexPolicy, ParquetMetaData};
use serde_json::{Value, json};

use crate::batch::manifest_schema;
use crate::place::{OFFSET, PATH, RowImage, is_fact};
use crate::series::PLACE_COLUMNS;
use crate::writer;

const IMAGE: &str = "image";
const LENGTH: &str = "image_length_bytes";

/// A row group ends with the batch that takes it to this size or over it: little enough to be held by whoever reads.
const ROW_GROUP_BYTES: usize = 32 << 20;

/// A batch is written when it has so many bytes of images, or so many images.
const BATCH_BYTES: u64 = 8 << 20;
const BATCH_ROWS: usize = 256;

/// Writes images, which `read` gives, with their facts as one Parquet file. Gives the offset of each in it.
///
/// The columns are `image`, a struct of `bytes` and `path`, and those of the manifest that hold one value, but for
/// those that say where the image lies, and its place in the series, which rows that come later may change. Equal images
/// give equal files.
pub fn write_image_shard(
    out: &mut (dyn Write + Send),
    images: &[RowImage],
    read: &mut dyn FnMut(&RowImage) -> io::Result<Vec<u8>>,
) -> io::Result<Vec<u64>> {
    let schema = image_schema();
    let mut shard = ImageShard::new(out, &schema).map_err(io_error)?;
    let mut start = 0;
    while start < images.len() {
        let mut n_bytes = 0;
        let batch = images[start..].iter().take(BATCH_ROWS).take_while(|image| {
            let has_room = n_bytes < BATCH_BYTES;
            n_bytes += image.length_bytes;
            has_room
        });
        let batch: Vec<&RowImage> = batch.collect();
        let bytes = batch.iter().map(|image| read(image)).collect::<io::Result<Vec<_>>>()?;
        shard.write(&batch_of(&schema, &batch, &bytes).map_err(io::Error::other)?).map_err(io_error)?;
        start += batch.len();
    }
    shard.finish()
}

/// Copies the images of a file at these places (offset and length), with their facts, to another one. Gives the old
/// and the new offset of each.
pub fn copy_image_shard(
    path: &Path,
    stay: &BTreeSet<(u64, u64)>,
    out: &mut (dyn Write + Send),
) -> io::Result<Vec<(u64, u64)>> {
    let builder = open(path)?;
    let schema = builder.schema().clone();
    let metadata = builder.metadata().clone();
    let mut lengths = Vec::new();
    let only_lengths = parquet::arrow::ProjectionMask::columns(builder.parquet_schema(), [LENGTH]);
    for batch in builder.with_projection(only_lengths).build().map_err(io_error)? {
        lengths.extend(lengths_of(&batch.map_err(io::Error::other)?)?);
    }
    let offsets = offsets_of(&metadata, &lengths).ok_or_else(damaged)?;

    let mut shard = ImageShard::new(out, &schema).map_err(io_error)?;
    let mut copied = Vec::with_capacity(stay.len());
    let mut places = offsets.into_iter().zip(lengths);
    for batch in open(path)?.with_batch_size(16).build().map_err(io_error)? {
        let batch = batch.map_err(io::Error::other)?;
        let is_kept: BooleanArray = places
            .by_ref()
            .take(batch.num_rows())
            .map(|place| {
                let stays = stay.contains(&place);
                copied.extend(stays.then_some(place.0));
                Some(stays)
            })
            .collect();
        shard.write(&filter_record_batch(&batch, &is_kept).map_err(io::Error::other)?).map_err(io_error)?;
    }
    if copied.len() != stay.len() {
        return Err(damaged());
    }
    Ok(copied.into_iter().zip(shard.finish()?).collect())
}

/// A file of images that is being written.
struct ImageShard<W: Write + Send> {
    writer: ArrowWriter<W>,
    lengths: Vec<u64>,
}

impl<W: Write + Send> ImageShard<W> {
    fn new(out: W, schema: &SchemaRef) -> Result<ImageShard<W>, ParquetError> {
        let properties = writer::image_shard_properties(&features());
        let writer = ArrowWriter::try_new_with_options(out, schema.clone(), writer::options(properties))?;
        Ok(ImageShard { writer, lengths: Vec::new() })
    }

    fn write(&mut self, batch: &RecordBatch) -> Result<(), ParquetError> {
        let lengths = lengths_of(batch).map_err(|error| ParquetError::External(error.into()))?;
        self.lengths.extend(lengths);
        self.writer.write(batch)?;
        if self.writer.in_progress_size() >= ROW_GROUP_BYTES {
            self.writer.flush()?;
        }
        Ok(())
    }

    /// The offset of each image.
    fn finish(self) -> io::Result<Vec<u64>> {
        let metadata = self.writer.close().map_err(io_error)?;
        offsets_of(&metadata, &self.lengths).ok_or_else(damaged)
    }
}

/// Where each image starts, by the places of the pages: in a page that is neither compressed nor in a dictionary the
/// values stand at the end, each after its length in four bytes (Parquet, `PLAIN` encoding of byte arrays).
fn offsets_of(metadata: &ParquetMetaData, lengths: &[u64]) -> Option<Vec<u64>> {
    let mut offsets = Vec::with_capacity(lengths.len());
    for (row_group, index) in metadata.row_groups().iter().zip(metadata.offset_index()?) {
        let bytes =
            row_group.columns().iter().position(|column| column.column_path().string() == "image.bytes")?;
        let pages = index.get(bytes)?.page_locations();
        let n_rows = usize::try_from(row_group.num_rows()).ok()?;
        let first_row = offsets.len();
        let ends = pages.iter().skip(1).map(|page| page.first_row_index).chain([row_group.num_rows()]);
        for (page, end) in pages.iter().zip(ends) {
            let rows = usize::try_from(page.first_row_index).ok()?..usize::try_from(end).ok()?;
            let page_start = u64::try_from(page.offset).ok()?;
            let mut at = page_start + u64::try_from(page.compressed_page_size).ok()?;
            let mut of_page = Vec::with_capacity(rows.len());
            for length in lengths.get(first_row + rows.start..first_row + rows.end)?.iter().rev() {
                at = at.checked_sub(*length)?;
                of_page.push(at);
                at = at.checked_sub(4).filter(|at| *at >= page_start)?;
            }
            offsets.extend(of_page.into_iter().rev());
        }
        if offsets.len() != first_row + n_rows {
            return None;
        }
    }
    (offsets.len() == lengths.len()).then_some(offsets)
}

fn open(path: &Path) -> io::Result<ParquetRecordBatchReaderBuilder<File>> {
    let options = ArrowReaderOptions::new().with_page_index_policy(PageIndexPolicy::Required);
    ParquetRecordBatchReaderBuilder::try_new_with_options(File::open(path)?, options).map_err(io_error)
}

fn lengths_of(batch: &RecordBatch) -> io::Result<Vec<u64>> {
    let lengths = batch.column_by_name(LENGTH).and_then(|column| column.as_primitive_opt::<Int64Type>());
    let lengths = lengths.ok_or_else(damaged)?.values().iter().map(|length| u64::try_from(*length));
    lengths.collect::<Result<_, _>>().map_err(|_| damaged())
}

fn damaged() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, "a file of images is not as its rows say")
}

/// What the disk says stays what it is: a full one is no fault of ours.
fn io_error(error: ParquetError) -> io::Error {
    match error {
        ParquetError::External(cause) => match cause.downcast::<io::Error>() {
            Ok(error) => *error,
            Err(cause) => io::Error::other(cause),
        },
        error => io::Error::other(error),
    }
}

fn image_fields() -> Fields {
    vec![Field::new("bytes", DataType::Binary, true), Field::new("path", DataType::Utf8, true)].into()
}

fn image_schema() -> SchemaRef {
    let manifest = manifest_schema();
    let is_elsewhere = |name: &str| name == PATH || name == OFFSET || PLACE_COLUMNS.contains(&name);
    let facts = manifest.fields().iter();
    let facts = facts.filter(|field| is_fact(field.data_type()) && !is_elsewhere(field.name()));
    let image = Field::new(IMAGE, DataType::Struct(image_fields()), true);
    let mut fields = vec![Arc::new(image)];
    fields.extend(facts.cloned());
    Schema::new(fields).into()
}

/// What `datasets` reads out of the footer: which column is an image, and not just a struct.
fn features() -> String {
    json!({ "info": { "features": { IMAGE: { "_type": "Image" } } } }).to_string()
}

fn batch_of(schema: &SchemaRef, images: &[&RowImage], bytes: &[Vec<u8>]) -> Result<RecordBatch, ArrowError> {
    let names = images.iter().map(|image| image.path.rsplit('/').next().unwrap_or(&image.path));
    let image: Vec<ArrayRef> =
        vec![Arc::new(BinaryArray::from_iter_values(bytes)), Arc::new(StringArray::from_iter_values(names))];
    let mut columns: Vec<ArrayRef> = vec![Arc::new(StructArray::try_new(image_fields(), image, None)?)];
    for field in schema.fields().iter().skip(1) {
        let values = || images.iter().map(|image| image.facts.get(field.name()));
        columns.push(match field.data_type() {
            DataType::Utf8 => {
                Arc::new(values().map(|value| value.and_then(Value::as_str)).collect::<StringArray>())
            }
            DataType::Int32 => {
                Arc::new(values().map(|value| i32::try_from(value?.as_i64()?).ok()).collect::<Int32Array>())
            }
            DataType::Int64 => Arc::new(values().map(|value| value?.as_i64()).collect::<Int64Array>()),
            DataType::Float64 => Arc::new(values().map(|value| value?.as_f64()).collect::<Float64Array>()),
            _ => Arc::new(values().map(|value| value?.as_bool()).collect::<BooleanArray>()),
        });
    }
    RecordBatch::try_new(schema.clone(), columns)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn image(number: u64, length_bytes: u64) -> RowImage {
        let facts = json!({
            "category": "CHEST",
            "sop_instance_uid": format!("2.25.{number}"),
            "frame_index": 0,
            "source_token": "t",
            "image_sha256": "s",
            "image_format": "png",
            "image_length_bytes": length_bytes,
            "split": "train",
        });
        let Value::Object(mut facts) = facts else { panic!("an object") };
        // Columns that are never null.
        for field in image_schema().fields().iter().filter(|field| !field.is_nullable()) {
            let value = match field.data_type() {
                DataType::Utf8 => json!("x"),
                DataType::Boolean => json!(false),
                _ => json!(1),
            };
            facts.entry(field.name().clone()).or_insert(value);
        }
        let path = format!("images/CHEST/00/{number}.png");
        RowImage { path, length_bytes, sha256: "s".to_owned(), format: "png".to_owned(), facts }
    }

    fn content(image: &RowImage) -> Vec<u8> {
        let seed = image.path.bytes().map(usize::from).sum::<usize>();
        (0..image.length_bytes as usize).map(|at| ((at * 31 + seed) % 251) as u8).collect()
    }

    fn write(images: &[RowImage]) -> (Vec<u8>, Vec<u64>) {
        let mut file = Vec::new();
        let offsets = write_image_shard(&mut file, images, &mut |image| Ok(content(image))).unwrap();
        (file, offsets)
    }

    #[test]
    fn images_lie_where_they_are_said_to() {
        // Empty, small and large ones; several pages and row groups.
        let lengths = [0, 1, 300_000, 5, 9 << 20, 10, 40 << 20, 2_000_000, 7];
        let mut images: Vec<RowImage> =
            (0..).zip(lengths).map(|(number, length)| image(number, length)).collect();
        images.extend((100..900).map(|number| image(number, number % 90)));
        let (file, offsets) = write(&images);
        assert_eq!(write(&images).0, file);
        for (image, offset) in images.iter().zip(&offsets) {
            let range = *offset as usize..(*offset + image.length_bytes) as usize;
            assert!(file[range] == content(image), "{}", image.path);
        }
    }

    #[test]
    fn some_images_are_copied_with_their_facts() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.parquet");
        let images: Vec<RowImage> = (0..600).map(|number| image(number, number * 37 % 2000)).collect();
        let (file, offsets) = write(&images);
        std::fs::write(&path, &file).unwrap();
        let chosen = |number: usize| number % 3 == 1;
        let places = offsets.iter().zip(&images).enumerate().filter(|(number, _)| chosen(*number));
        let stay: BTreeSet<(u64, u64)> =
            places.map(|(_, (offset, image))| (*offset, image.length_bytes)).collect();
        let mut copy = Vec::new();
        let moved = copy_image_shard(&path, &stay, &mut copy).unwrap();
        // The same file as one that never had the others.
        let kept: Vec<RowImage> = images
            .iter()
            .enumerate()
            .filter(|(number, _)| chosen(*number))
            .map(|(_, image)| image.clone())
            .collect();
        let (expected, new_offsets) = write(&kept);
        assert_eq!(moved.iter().map(|(_, new)| *new).collect::<Vec<_>>(), new_offsets);
        assert_eq!(copy.len(), expected.len());
        for (image, offset) in kept.iter().zip(new_offsets) {
            assert!(copy[offset as usize..(offset + image.length_bytes) as usize] == content(image));
        }
        // A place where no image is.
        let wrong = BTreeSet::from([(1, 1)]);
        assert!(copy_image_shard(&path, &wrong, &mut Vec::new()).is_err());
    }

    #[test]
    fn a_full_disk_stays_one() {
        struct Full;
        impl Write for Full {
            fn write(&mut self, _: &[u8]) -> io::Result<usize> {
                Err(io::ErrorKind::StorageFull.into())
            }
            fn flush(&mut self) -> io::Result<()> {
                Ok(())
            }
        }
        let error =
            write_image_shard(&mut Full, &[image(1, 10)], &mut |image| Ok(content(image))).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::StorageFull);
    }
}
