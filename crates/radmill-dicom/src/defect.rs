//! What can be wrong with a file and still be coped with.

/// One kind of defect; its code is a promise, see [`Defect::code`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Defect {
    NoPreamble,
    NoFileMeta,
    FileMetaEncoding,
    FileMetaLengthMissing,
    FileMetaLengthWrong,
    SopClassFromFileMeta,
    SopInstanceFromFileMeta,
    TransferSyntaxMissing,
    TransferSyntaxContradicted,
    TransferSyntaxUnknown,
    NotDeflated,
    DeflateZlib,
    DeflateTruncated,
    VrUnknown,
    VrMissing,
    VrWrong,
    ItemEncoding,
    UndefinedLength,
    OddLength,
    OutOfOrder,
    Repeated,
    DelimiterStray,
    DelimiterMissing,
    PixelDataTruncated,
    PixelDataRepeated,
    PixelDataDefinedLength,
    NestedEncapsulated,
    TrailingBytes,
    CharacterSetMisspelled,
    CharacterSetUnknown,
}

/// Every defect with its code and what it means, in the order of the enum.
///
/// The table is the documentation of [`SourceFacts::defects`](crate::SourceFacts::defects),
/// and what [`SourceFacts::defect_meaning`](crate::SourceFacts::defect_meaning) looks into.
#[rustfmt::skip]
const TABLE: [(Defect, &str, &str); 30] = [
    (Defect::NoPreamble, "no_preamble", "the file does not start with 128 bytes and DICM (PS3.10 7.1)"),
    (Defect::NoFileMeta, "no_file_meta", "there is no group 0002"),
    (Defect::FileMetaEncoding, "file_meta_encoding", "group 0002 is not explicit VR little endian"),
    (Defect::FileMetaLengthMissing, "file_meta_length_missing", "(0002,0000) is absent"),
    (Defect::FileMetaLengthWrong, "file_meta_length_wrong", "(0002,0000) is not the length of group 0002"),
    (Defect::SopClassFromFileMeta, "sop_class_from_file_meta", "(0008,0016) is absent or empty; (0002,0002) took its place"),
    (Defect::SopInstanceFromFileMeta, "sop_instance_from_file_meta", "(0008,0018) is absent or empty; (0002,0003) took its place"),
    (Defect::TransferSyntaxMissing, "transfer_syntax_missing", "(0002,0010) is absent or empty"),
    (Defect::TransferSyntaxContradicted, "transfer_syntax_contradicted", "VR or byte order is not as declared"),
    (Defect::TransferSyntaxUnknown, "transfer_syntax_unknown", "the UID is not a standard one; the encoding was found by content"),
    (Defect::NotDeflated, "not_deflated", "declared deflated, but is not"),
    (Defect::DeflateZlib, "deflate_zlib", "deflated with a zlib header"),
    (Defect::DeflateTruncated, "deflate_truncated", "the deflated stream ends early"),
    (Defect::VrUnknown, "vr_unknown", "two letters that are no VR"),
    (Defect::VrMissing, "vr_missing", "an element without VR in an explicit VR data set"),
    (Defect::VrWrong, "vr_wrong", "a standard sequence written with another VR"),
    (Defect::ItemEncoding, "item_encoding", "an item is encoded otherwise than what holds it"),
    (Defect::UndefinedLength, "undefined_length", "undefined length with a VR that forbids it"),
    (Defect::OddLength, "odd_length", "a value of an odd number of bytes"),
    (Defect::OutOfOrder, "elements_out_of_order", "tags not ascending"),
    (Defect::Repeated, "element_repeated", "a tag twice at one level; the first one is kept"),
    (Defect::DelimiterStray, "delimiter_stray", "a delimiter where nothing is to end"),
    (Defect::DelimiterMissing, "delimiter_missing", "something of undefined length ends without delimiter"),
    (Defect::PixelDataTruncated, "pixel_data_truncated", "the file ends inside the pixel data"),
    (Defect::PixelDataRepeated, "pixel_data_repeated", "more than one pixel data element; the first one is kept"),
    (Defect::PixelDataDefinedLength, "pixel_data_defined_length", "encapsulated pixel data of defined length"),
    (Defect::NestedEncapsulated, "nested_encapsulated", "encapsulated pixel data in an item, kept as one run of bytes"),
    (Defect::TrailingBytes, "trailing_bytes", "bytes after the last element that are no element, left out"),
    (Defect::CharacterSetMisspelled, "character_set_misspelled", "(0008,0005) is not one of the defined terms but close to one"),
    (Defect::CharacterSetUnknown, "character_set_unknown", "(0008,0005) holds a term that nobody knows"),
];

impl Defect {
    /// The stable code.
    pub(crate) fn code(self) -> &'static str {
        TABLE[self as usize].1
    }
}

/// What a code means.
pub(crate) fn meaning(code: &str) -> Option<&'static str> {
    TABLE.iter().find(|row| row.1 == code).map(|row| row.2)
}

/// A set of defects.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Defects(u32);

impl Defects {
    /// Notes that the file has this defect.
    pub(crate) fn add(&mut self, defect: Defect) {
        self.0 |= 1 << defect as u32;
    }

    /// True if it was noted.
    pub(crate) fn contains(self, defect: Defect) -> bool {
        self.0 & (1 << defect as u32) != 0
    }

    /// The codes, sorted, each once.
    pub(crate) fn codes(self) -> Vec<&'static str> {
        let mut codes: Vec<&'static str> =
            TABLE.iter().filter(|row| self.contains(row.0)).map(|row| row.0.code()).collect();
        codes.sort_unstable();
        codes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_in_the_order_of_the_enum() {
        for (index, (defect, code, meaning)) in TABLE.into_iter().enumerate() {
            assert_eq!(defect as usize, index, "{code}");
            assert_eq!(defect.code(), code);
            assert_eq!(super::meaning(code), Some(meaning));
            assert!(TABLE[..index].iter().all(|row| row.1 != code), "{code} twice");
        }
    }

    #[test]
    fn codes_are_sorted_and_single() {
        let mut defects = Defects::default();
        defects.add(Defect::OddLength);
        defects.add(Defect::NoPreamble);
        defects.add(Defect::OddLength);
        assert_eq!(defects.codes(), ["no_preamble", "odd_length"]);
    }
}
