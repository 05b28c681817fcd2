//! Images of many rows become one file, in the layouts that ask for it.

use std::io;

use radmill_anatomy::Category;
use radmill_manifest::{ImagePlace, RowImage, write_image_shard};
use radmill_store::{publish_deferred, read_source};
use sha2::{Digest, Sha256};

use super::tar;
use crate::PackFormat;
use crate::key::hex;
use crate::plan::Plan;

/// A file ends with the image that takes it to this size or over it, or with the rows that were sorted together
/// (1024): few enough requests for who reads all of it, small enough to be copied and cached whole.
const FILE_BYTES_TARGET: u64 = 256 << 20;

/// Packs the images of consecutive rows into one or more files, which hold nothing else.
///
/// The names of the files follow from the images, so that a seal that was interrupted writes the same ones again.
pub(super) fn pack(
    plan: &Plan,
    format: PackFormat,
    category: Category,
    images: &[RowImage],
) -> io::Result<Vec<ImagePlace>> {
    let mut places = Vec::with_capacity(images.len());
    let mut start = 0;
    while start < images.len() {
        let mut bytes = 0;
        let n = images[start..].iter().take_while(|image| {
            let has_room = bytes < FILE_BYTES_TARGET;
            bytes += image.length_bytes;
            has_room
        });
        let end = start + n.count();
        places.extend(pack_one(plan, format, category, &images[start..end])?);
        start = end;
    }
    Ok(places)
}

fn pack_one(
    plan: &Plan,
    format: PackFormat,
    category: Category,
    images: &[RowImage],
) -> io::Result<Vec<ImagePlace>> {
    let mut digest = Sha256::new();
    images.iter().for_each(|image| digest.update(format!("{} {}\n", image.path, image.sha256)));
    let path = format!("images/{category}/{}.{}", &hex(&digest.finalize())[..32], format.extension());
    let waiting = plan.roots.unsealed(&plan.plan_id);
    let mut read = |image: &RowImage| {
        let encoded = read_source(&waiting.join(&image.path), image.length_bytes, image.length_bytes)?;
        if hex(&Sha256::digest(&encoded)) != image.sha256 {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "an image that waited is damaged"));
        }
        Ok(encoded)
    };
    let mut offsets = Vec::new();
    publish_deferred(&plan.outbox().join(&path), &plan.staging(), |out| {
        offsets = match format {
            PackFormat::Tar => tar::write(out, images, &mut read)?,
            PackFormat::Parquet => write_image_shard(out, images, &mut read)?,
        };
        Ok(())
    })
    .map_err(|error| error.cause)?;
    let place = |offset_bytes| ImagePlace { path: path.clone(), offset_bytes };
    Ok(offsets.into_iter().map(place).collect())
}
