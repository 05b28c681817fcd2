//! Images become members of tar files, as WebDataset reads them: `KEY.png` and `KEY.json`, one after the other.
//!
//! Each image lies in one piece, and its row says where: any image is one range read.

use std::io::{self, Write};

use radmill_manifest::RowImage;

const BLOCK: u64 = 512;

/// Writes images, which `read` gives, as a tar file. Gives the offset of each in it.
pub(super) fn write(
    out: &mut (dyn Write + Send),
    images: &[RowImage],
    read: &mut dyn FnMut(&RowImage) -> io::Result<Vec<u8>>,
) -> io::Result<Vec<u64>> {
    let mut tar = Tar { out, at: 0 };
    let mut offsets = Vec::with_capacity(images.len());
    for image in images {
        let encoded = read(image)?;
        let key = key_of(&image.path);
        offsets.push(tar.member(&format!("{key}.{}", image.format), &encoded)?);
        tar.member(&format!("{key}.json"), &serde_json::to_vec(&image.facts)?)?;
    }
    tar.end()?;
    Ok(offsets)
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
