//! Checks one image against its row.

use std::io::ErrorKind;

use radmill_manifest::RowFacts;
use radmill_store::DatasetRoots;
use sha2::{Digest, Sha256};

use super::fault::Fault;
use crate::JobError;
use crate::key::hex;

/// Reads the image of a row and says what is wrong with it. Fails if the bucket does not answer.
pub(super) fn check(roots: &DatasetRoots, row: &RowFacts<'_>) -> Result<Option<Fault>, JobError> {
    let path = row.key.image_path;
    match roots.read_part(path, row.image_offset_bytes, row.image_length_bytes) {
        Ok((bytes, file_bytes)) => Ok(fault_of(&bytes, file_bytes, row)),
        Err(error) if error.kind() == ErrorKind::UnexpectedEof => Ok(Some(Fault::WrongImageLength)),
        // A file on a disk that cannot be opened or read is as good as none. A bucket may answer the next time.
        Err(error) if error.kind() == ErrorKind::NotFound || roots.bucket.is_none() => {
            Ok(Some(Fault::MissingImage))
        }
        Err(error) => {
            let shown = roots.shown().join(path);
            Err(JobError::Target(format!("cannot read {}: {error}", shown.display())))
        }
    }
}

fn fault_of(bytes: &[u8], file_bytes: u64, row: &RowFacts<'_>) -> Option<Fault> {
    // A file of its own holds the image and nothing else.
    let is_alone = row.key.image_path.rsplit('.').next() == Some(row.image_format);
    if is_alone && file_bytes != row.image_length_bytes {
        return Some(Fault::WrongImageLength);
    }
    if hex(&Sha256::digest(bytes)) != row.key.image_sha256 {
        return Some(Fault::WrongImageDigest);
    }
    let shape = match row.image_format {
        "png" => png_shape(bytes),
        "jpeg" => jpeg_shape(bytes),
        _ => return None,
    };
    (shape != Some(row.image_shape)).then_some(Fault::WrongImageShape)
}

/// Width, height, channels and bits of a sample, from the first chunk of a PNG file.
fn png_shape(bytes: &[u8]) -> Option<[i32; 4]> {
    let rest = bytes.strip_prefix(b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR")?;
    let (width, rest) = rest.split_first_chunk()?;
    let (height, rest) = rest.split_first_chunk()?;
    let (&bit_depth, rest) = rest.split_first()?;
    let channels = match rest.first()? {
        0 => 1,
        2 => 3,
        _ => return None,
    };
    Some([i32::from_be_bytes(*width), i32::from_be_bytes(*height), channels, i32::from(bit_depth)])
}

/// The same, from the frame header of a baseline JPEG file.
fn jpeg_shape(bytes: &[u8]) -> Option<[i32; 4]> {
    let mut rest = bytes.strip_prefix(b"\xff\xd8")?;
    loop {
        let [0xff, marker, high, low, ref segments @ ..] = *rest else { return None };
        if let (0xc0, [bits, height_high, height_low, width_high, width_low, channels, ..]) =
            (marker, segments)
        {
            let side = |high: &u8, low: &u8| i32::from(u16::from_be_bytes([*high, *low]));
            let channels = i32::from(*channels);
            return Some([
                side(width_high, width_low),
                side(height_high, height_low),
                channels,
                i32::from(*bits),
            ]);
        }
        // The length counts itself.
        let length = usize::from(u16::from_be_bytes([high, low])).checked_sub(2)?;
        rest = segments.get(length..)?;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shape_of_a_png_is_in_its_first_chunk() {
        let mut bytes = b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR\0\0\x01\x02\0\0\0\x07\x10\x02\0\0\0".to_vec();
        assert_eq!(png_shape(&bytes), Some([258, 7, 3, 16]));
        bytes[25] = 3;
        assert_eq!(png_shape(&bytes), None, "radmill writes no palette");
        assert_eq!(png_shape(&bytes[..20]), None);
        assert_eq!(png_shape(b"JFIF"), None);
    }

    #[test]
    fn the_shape_of_a_jpeg_is_in_its_frame_header() {
        let start = b"\xff\xd8\xff\xe0\0\x04JF\xff\xc0\0\x0b\x08\0\x07\x01\x02\x01\x01\x11\0";
        assert_eq!(jpeg_shape(start), Some([258, 7, 1, 8]));
        assert_eq!(jpeg_shape(&start[..16]), None);
        assert_eq!(jpeg_shape(b"\xff\xd8\xff\xe0\0\x01JF\xff\xc0"), None);
        assert_eq!(jpeg_shape(b"\x89PNG"), None);
    }
}
