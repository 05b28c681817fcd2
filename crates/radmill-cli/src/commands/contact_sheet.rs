use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::PathBuf;

use clap::Args;
use radmill_anatomy::Category;
use radmill_manifest::{DatasetTable, ImageEntry};
use radmill_pipeline::{Dataset, JobError};
use radmill_store::publish;

use crate::exit::Exit;
use crate::report::{self, number};
use crate::sheet::{self, Group, Look, Tile};

/// An encoded image may take so much.
const ENCODED_BYTES_MAX: u64 = 1 << 30;

/// Draw some images of each category, to be looked at.
///
/// Images of as many series as there is room for, one each; values are windowed for the eye, and nothing is changed.
/// Below each stand modality and frame (from 0), then width and height.
#[derive(Debug, Args)]
// The version is that of the dataset here.
#[command(disable_version_flag = true)]
#[command(after_help = "Example:\n  radmill contact-sheet dataset --out sheet.png --per-category 12")]
pub(crate) struct ContactSheetArguments {
    /// What `ingest` wrote: a folder, or s3://, az:// or gs:// with --private
    dataset: PathBuf,
    /// Private folder of a dataset in a bucket
    #[arg(long, value_name = "DIR")]
    private: Option<PathBuf>,
    /// The picture to write
    #[arg(long, value_name = "FILE.png", default_value = "contact-sheet.png")]
    out: PathBuf,
    /// Images of each category, at most
    #[arg(long, value_name = "N", default_value_t = 8, value_parser = clap::value_parser!(u8).range(1..=64))]
    per_category: u8,
    /// Version of the dataset [default: the newest one]
    #[arg(long, value_name = "N")]
    version: Option<u64>,
}

pub(crate) fn run(arguments: &ContactSheetArguments) -> io::Result<Exit> {
    match draw(arguments) {
        Ok(sheet) => {
            let mut out = io::stdout().lock();
            writeln!(
                out,
                "{} images of {} categories: {}",
                number(sheet.n_images),
                number(sheet.n_categories),
                arguments.out.display()
            )?;
            if sheet.n_unreadable == 0 {
                return Ok(Exit::Done);
            }
            report::message(&format!("{} of these images could not be read", number(sheet.n_unreadable)));
            Ok(Exit::Target)
        }
        Err(error) => Ok(report::job_error(&error)),
    }
}

struct Drawn {
    n_categories: u64,
    n_images: u64,
    n_unreadable: u64,
}

fn draw(arguments: &ContactSheetArguments) -> Result<Drawn, JobError> {
    let dataset = Dataset::open(&arguments.dataset, arguments.private.as_deref())?;
    let table = dataset.table(arguments.version)?;
    let picked = pick(&table, usize::from(arguments.per_category))?;
    let mut drawn = Drawn { n_categories: picked.len() as u64, n_images: 0, n_unreadable: 0 };
    let mut groups = Vec::with_capacity(picked.len());
    for (category, Picked { n_images, n_series, images }) in picked {
        let heading = format!("{category}  {} images, {} series", number(n_images), number(n_series));
        let tiles: Vec<_> = images.iter().map(|image| image.draw(&dataset)).collect();
        drawn.n_images += tiles.len() as u64;
        drawn.n_unreadable += tiles.iter().filter(|(tile, _)| tile.is_none()).count() as u64;
        groups.push(Group { heading, tiles });
    }
    publish(&arguments.out, |out| sheet::write(&groups, out))?;
    Ok(drawn)
}

/// What a category has, and what is drawn of it.
#[derive(Default)]
struct Picked {
    n_images: u64,
    n_series: u64,
    images: Vec<Image>,
}

/// One image of each of the first series of a category: rows of a series stand together.
fn pick(table: &DatasetTable, per_category: usize) -> Result<BTreeMap<Category, Picked>, JobError> {
    let mut picked: BTreeMap<Category, Picked> = BTreeMap::new();
    let mut last_series = None;
    table.for_each_image(&mut |entry| {
        let series = (entry.category, entry.series_instance_uid.unwrap_or(entry.image_path).to_owned());
        let of_category = picked.entry(entry.category).or_default();
        of_category.n_images += 1;
        if last_series.as_ref() != Some(&series) {
            of_category.n_series += 1;
            if of_category.images.len() < per_category {
                of_category.images.push(Image::of(entry));
            }
            last_series = Some(series);
        }
    })?;
    Ok(picked)
}

/// An image that is drawn.
struct Image {
    path: String,
    offset: u64,
    length: u64,
    look: Look,
    words: String,
}

impl Image {
    fn of(entry: &ImageEntry<'_>) -> Image {
        let look = match entry.photometric_interpretation {
            Some("MONOCHROME1") if entry.is_values => Look::WindowedInverted,
            _ if entry.is_values => Look::Windowed,
            _ => Look::AsTheyAre,
        };
        Image {
            path: entry.image_path.to_owned(),
            offset: entry.image_offset_bytes,
            length: entry.image_length_bytes,
            look,
            words: format!("{} {}", entry.modality.unwrap_or("-"), entry.frame_index),
        }
    }

    fn draw(&self, dataset: &Dataset) -> (Option<Tile>, [String; 2]) {
        let bytes = dataset.image(&self.path, self.offset, self.length, ENCODED_BYTES_MAX);
        match bytes.ok().and_then(|bytes| Tile::read(&bytes, self.look)) {
            Some(read) => {
                let size = format!("{} x {}, {}", read.width, read.height, read.bits);
                (Some(read.tile), [self.words.clone(), size])
            }
            None => (None, [self.words.clone(), "unreadable".to_owned()]),
        }
    }
}
