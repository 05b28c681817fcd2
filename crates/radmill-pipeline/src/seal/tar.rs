//! Images become members of tar files, as WebDataset reads them: `KEY.png` and `KEY.json`, one after the other.
//!
//! Each image lies in one piece, and its row says where: any image is one range read.

use std::io::{self, Write};

use radmill_anatomy::Category;
use radmill_manifest::{ImagePlace, RowImage};
use radmill_store::{publish_deferred, read_source};
use sha2::{Digest, Sha256};

use crate::key::hex;
use crate::plan::Plan;

/// A tar file ends with the image that takes it to this size or over it, or with the rows that were sorted together
/// (1024): few enough requests for who reads all of it, small enough to be copied and cached whole.
const TAR_BYTES_TARGET: u64 = 256 << 20;
const BLOCK: u64 = 512;

/// Packs the images of consecutive rows into one or more tar files, which hold nothing else.
///
/// The names of the files follow from the images, so that a seal that was interrupted writes the same ones again.
pub(super) fn pack(plan: &Plan, category: Category, images: &[RowImage]) -> io::Result<Vec<ImagePlace>> {
    let mut places = Vec::with_capacity(images.len());
    let mut start = 0;
    while start < images.len() {
        let mut bytes = 0;
        let n = images[start..].iter().take_while(|image| {
            let has_room = bytes < TAR_BYTES_TARGET;
            bytes += image.length_bytes;
            has_room
        });
        let end = start + n.count();
        places.extend(pack_one(plan, category, &images[start..end])?);
        start = end;
    }
    Ok(places)
}

fn pack_one(plan: &Plan, category: Category, images: &[RowImage]) -> io::Result<Vec<ImagePlace>> {
    let mut digest = Sha256::new();
    images.iter().for_each(|image| digest.update(format!("{} {}\n", image.path, image.sha256)));
    let path = format!("images/{category}/{}.tar", &hex(&digest.finalize())[..32]);
    let mut places = Vec::with_capacity(images.len());
    let waiting = plan.roots.unsealed(&plan.plan_id);
    publish_deferred(&plan.roots.dataset.join(&path), &plan.staging(), |out| {
        let mut tar = Tar { out, at: 0 };
        for image in images {
            let encoded = read_source(&waiting.join(&image.path), image.length_bytes, image.length_bytes)?;
            if hex(&Sha256::digest(&encoded)) != image.sha256 {
                return Err(io::Error::new(io::ErrorKind::InvalidData, "an image that waited is damaged"));
            }
            let key = key_of(&image.path);
            let offset_bytes = tar.member(&format!("{key}.{}", image.format), &encoded)?;
            tar.member(&format!("{key}.json"), &serde_json::to_vec(&image.facts)?)?;
            places.push(ImagePlace { path: path.clone(), offset_bytes });
        }
        tar.end()
    })
    .map_err(|error| error.cause)?;
    Ok(places)
}

/// The name of the image without folders and extension; it has no other dot, where WebDataset would cut.
fn key_of(path: &str) -> &str {
    let name = path.rsplit('/').next().unwrap_or(path);
    name.split('.').next().unwrap_or(name)
}

/// Writes a tar file (POSIX.1-1988, `ustar`) in which nothing depends on when and by whom.
struct Tar<'a> {
    out: &'a mut (dyn Write + Send),
    at: u64,
}

impl Tar<'_> {
    /// Writes a file and gives the place of its first byte. A name has at most 100 bytes.
    fn member(&mut self, name: &str, bytes: &[u8]) -> io::Result<u64> {
        let mut header = [0; BLOCK as usize];
        let mut put = |at: usize, text: &str| header[at..at + text.len()].copy_from_slice(text.as_bytes());
        if name.len() > 100 || bytes.len() >= 1 << 33 {
            return Err(io::ErrorKind::InvalidInput.into());
        }
        put(0, name);
        put(100, "0000644\0");
        put(108, "0000000\0");
        put(116, "0000000\0");
        put(124, &format!("{:011o}\0", bytes.len()));
        put(136, "00000000000\0");
        // The sum is over a header with spaces in its place.
        put(148, "        ");
        put(156, "0");
        put(257, "ustar\x0000");
        let sum: u32 = header.iter().map(|byte| u32::from(*byte)).sum();
        header[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
        self.out.write_all(&header)?;
        self.out.write_all(bytes)?;
        let padding = (BLOCK - bytes.len() as u64 % BLOCK) % BLOCK;
        self.out.write_all(&[0; BLOCK as usize][..padding as usize])?;
        let first_byte = self.at + BLOCK;
        self.at = first_byte + bytes.len() as u64 + padding;
        Ok(first_byte)
    }

    /// Two empty blocks.
    fn end(&mut self) -> io::Result<()> {
        self.out.write_all(&[0; 2 * BLOCK as usize])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_lie_where_they_are_said_to() {
        let mut bytes: Vec<u8> = Vec::new();
        let mut tar = Tar { out: &mut bytes, at: 0 };
        let long = vec![7; 1025];
        let offsets = [tar.member("a.png", b"abc").unwrap(), tar.member("a.json", &long).unwrap()];
        assert!(tar.member(&"a".repeat(101), b"").is_err());
        tar.end().unwrap();
        assert_eq!(offsets, [512, 1536]);
        assert_eq!(&bytes[512..515], b"abc");
        assert_eq!(&bytes[1536..1536 + 1025], long);
        assert_eq!(bytes.len(), 1536 + 1536 + 1024);
        assert_eq!(&bytes[257..265], b"ustar\x0000");
        // The sum of the first header, by hand: name, modes, size, type and magic, and eight spaces.
        let sum: u32 = bytes[..148].iter().chain(&bytes[156..512]).map(|byte| u32::from(*byte)).sum();
        assert_eq!(&bytes[148..156], format!("{:06o}\0 ", sum + 8 * 32).as_bytes());
    }

    #[test]
    fn keys_have_no_dot() {
        assert_eq!(key_of("images/CHEST/3f/3fab-0.png"), "3fab-0");
        assert_eq!(key_of("3fab-0"), "3fab-0");
    }
}
