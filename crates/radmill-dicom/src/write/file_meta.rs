//! Preamble, prefix and File Meta Information (PS3.10 7.1): nothing in them comes from the source.

use super::FileMetaInfo;

/// Implementation Class UID (0002,0012) of radmill.
const IMPLEMENTATION_CLASS_UID: &str = "2.25.336488370473343335687054668985734698541";

/// Implementation Version Name (0002,0013): at most 16 characters.
const IMPLEMENTATION_VERSION_NAME: &str = concat!("RADMILL_", env!("CARGO_PKG_VERSION"));

/// The bytes of a file up to its data set; always in Explicit VR Little Endian.
pub(super) fn preamble_and_meta(meta: &FileMetaInfo<'_>) -> Vec<u8> {
    let mut group = Vec::with_capacity(256);
    // File Meta Information Version: OB, with a 32-bit length.
    group.extend_from_slice(b"\x02\0\x01\0OB\0\0\x02\0\0\0\0\x01");
    text(&mut group, 0x0002, b"UI", meta.sop_class_uid, b'\0');
    text(&mut group, 0x0003, b"UI", meta.sop_instance_uid, b'\0');
    text(&mut group, 0x0010, b"UI", meta.transfer_syntax, b'\0');
    text(&mut group, 0x0012, b"UI", IMPLEMENTATION_CLASS_UID, b'\0');
    text(&mut group, 0x0013, b"SH", IMPLEMENTATION_VERSION_NAME, b' ');

    let mut bytes = Vec::with_capacity(16 << 10);
    bytes.resize(128, 0);
    bytes.extend_from_slice(b"DICM\x02\0\0\0UL\x04\0");
    let length = u32::try_from(group.len()).expect("three UIDs and two constants are short");
    bytes.extend_from_slice(&length.to_le_bytes());
    bytes.extend_from_slice(&group);
    bytes
}

/// A text of the group; UIDs and names are far shorter than a 16-bit length allows, and are cut to be sure.
fn text(group: &mut Vec<u8>, element: u16, vr: &[u8; 2], value: &str, padding: u8) {
    let value = &value.as_bytes()[..value.len().min(64)];
    let length = (value.len() + value.len() % 2) as u16;
    group.extend_from_slice(&[0x02, 0x00]);
    group.extend_from_slice(&element.to_le_bytes());
    group.extend_from_slice(vr);
    group.extend_from_slice(&length.to_le_bytes());
    group.extend_from_slice(value);
    if value.len() % 2 == 1 {
        group.push(padding);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_version_name_fits() {
        assert!(IMPLEMENTATION_VERSION_NAME.len() <= 16);
        assert!(IMPLEMENTATION_CLASS_UID.len() <= 64);
    }
}
