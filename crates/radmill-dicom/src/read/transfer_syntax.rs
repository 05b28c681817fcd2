//! What a Transfer Syntax UID says about the encoding of the data set (PS3.5 Annex A).

use super::header::Encoding;

/// How the data set of a transfer syntax is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Syntax {
    pub(crate) encoding: Encoding,
    pub(crate) deflated: bool,
    /// Native pixel data are big-endian although the data set is not.
    pub(crate) big_endian_pixels: bool,
    /// Pixel data are encapsulated.
    pub(crate) compressed: bool,
}

/// The syntax with this UID; `None` if it is not one of the standard, nor a private one that is known.
///
/// Every compressed transfer syntax has an explicit VR little-endian data set (PS3.5 A.4).
pub(crate) fn syntax(uid: &str) -> Option<Syntax> {
    let plain = |encoding| Syntax { encoding, deflated: false, big_endian_pixels: false, compressed: false };
    Some(match uid {
        // Implicit VR Little Endian, and Papyrus 3.
        "1.2.840.10008.1.2" | "1.2.840.10008.1.20" => plain(Encoding::IMPLICIT),
        "1.2.840.10008.1.2.1" => plain(Encoding::EXPLICIT),
        "1.2.840.10008.1.2.2" => plain(Encoding::EXPLICIT_BIG_ENDIAN),
        // Deflated Explicit VR Little Endian, JPIP Referenced Deflate, JPIP HTJ2K Referenced Deflate.
        "1.2.840.10008.1.2.1.99" | "1.2.840.10008.1.2.4.95" | "1.2.840.10008.1.2.4.205" => {
            Syntax { deflated: true, ..plain(Encoding::EXPLICIT) }
        }
        // GE private: implicit VR little endian with big-endian pixel data.
        "1.2.840.113619.5.2" => Syntax { big_endian_pixels: true, ..plain(Encoding::IMPLICIT) },
        _ if uid.starts_with("1.2.840.10008.1.2.") => {
            Syntax { compressed: true, ..plain(Encoding::EXPLICIT) }
        }
        _ => return None,
    })
}

/// The UID of the uncompressed transfer syntax with this encoding.
pub(crate) fn uncompressed_uid(encoding: Encoding) -> &'static str {
    match encoding {
        Encoding::IMPLICIT => "1.2.840.10008.1.2",
        Encoding { big_endian: true, .. } => "1.2.840.10008.1.2.2",
        _ => "1.2.840.10008.1.2.1",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn uids_and_encodings() {
        for encoding in [Encoding::IMPLICIT, Encoding::EXPLICIT, Encoding::EXPLICIT_BIG_ENDIAN] {
            assert_eq!(syntax(uncompressed_uid(encoding)).unwrap().encoding, encoding);
        }
        assert!(syntax("1.2.840.10008.1.2.1.99").unwrap().deflated);
        let compressed = syntax("1.2.840.10008.1.2.4.90").unwrap();
        assert_eq!((compressed.encoding, compressed.compressed), (Encoding::EXPLICIT, true));
        assert_eq!(syntax("1.2.3"), None);
        assert_eq!(syntax("1.2.840.10008.1.3.10"), None);
    }
}
