//! Every default of the pipeline file, with its reason. `pipelines/default.toml` states the same values,
//! and a test compares the two.

use std::collections::BTreeMap;

use radmill_anatomy::Category;
use radmill_dicom::Limits;

/// Longest source file: larger than any single-file instance met in practice (whole slides, long cines).
pub(crate) const FILE_BYTES_MAX: u64 = 4 << 30;
/// Real files nest up to about 10 levels deep (enhanced multi-frame, structured reports).
pub(crate) const NESTING_DEPTH_MAX: u32 = 64;
/// Per-frame functional groups of some thousand frames hold about a million elements.
pub(crate) const ELEMENTS_MAX: u32 = 4_000_000;
/// Longest value other than pixel data: room for embedded documents and large private blobs.
pub(crate) const ELEMENT_BYTES_MAX: u64 = 256 << 20;
/// Frames of one instance: tomosynthesis and long dynamic series stay well below.
pub(crate) const FRAMES_MAX: u32 = 100_000;
/// One decoded frame: a 16-bit mammogram has 30 MB, a stitched whole-spine radiograph about 100 MB.
pub(crate) const FRAME_BYTES_MAX: u64 = 512 << 20;
/// All decoded frames of one instance.
pub(crate) const DECODED_BYTES_MAX: u64 = 64 << 30;
/// What a deflated data set may inflate to; each thread may hold one.
pub(crate) const INFLATED_BYTES_MAX: u64 = 1 << 30;

/// Members of one archive: what is listed of each takes some 250 bytes of memory.
pub(crate) const ARCHIVE_MEMBERS_MAX: u64 = 1_000_000;
/// How many times its length an archive may expand to. Files of black images are compressed to a hundredth; bombs to
/// less than a thousandth.
pub(crate) const ARCHIVE_EXPANSION_MAX: u64 = 200;

/// Quality of JPEG: over 399 images of CT, MR, radiographs and ultrasound the worst has a PSNR of 42 dB and half of them
/// 54 dB or more, at a quarter of the size of PNG.
pub(crate) const JPEG_QUALITY: u8 = 90;

/// A job in which nearly all sources fail has a wrong input or a wrong pipeline file.
pub(crate) const REJECTED_SHARE_MAX: f64 = 0.9;
/// Below this many sources the share says little.
pub(crate) const REJECTED_CHECK_AFTER: u64 = 1_000;

/// Train, validation and test: what is usual, and large enough to judge by in a dataset of some thousand patients.
pub(crate) const SPLIT_SHARES: [f64; 3] = [0.8, 0.1, 0.1];
/// Copies of one picture have equal hashes, many lossy ones too. More bits find more of these, and in a large dataset far
/// more pictures that only look alike: of two CT slices of different patients, one pair in a thousand differs in 3 bits.
pub(crate) const NEAR_DUPLICATE_BITS_MAX: i32 = 0;

/// Source files held in memory at the same time, over all threads.
pub(crate) const SOURCE_BYTES_IN_FLIGHT_MAX: u64 = 1 << 30;
/// Frames being decoded, normalized and encoded at the same time, over all threads.
pub(crate) const DECODED_BYTES_IN_FLIGHT_MAX: u64 = 2 << 30;

/// Sources of one segment: what a crash may cost per open segment, against the cost of a file each.
pub(crate) const SEGMENT_SOURCES_MAX: usize = 512;
/// Bytes of sources of one segment, so that a segment of large files is not hours of work.
pub(crate) const SEGMENT_SOURCE_BYTES_MAX: u64 = 512 << 20;

/// Small shards of a category that are left alone: about as many as a year of monthly batches leaves.
/// A reader opens each of them, which costs some milliseconds on a disk and some ten in a bucket; merging them writes
/// their rows once more, and the old files stay for older versions.
pub(crate) const SMALL_FILES_MAX: usize = 12;

/// What a file may declare where the pipeline file says nothing else.
pub fn limits() -> Limits {
    Limits {
        file_bytes_max: FILE_BYTES_MAX,
        nesting_depth_max: NESTING_DEPTH_MAX,
        elements_max: ELEMENTS_MAX,
        element_bytes_max: ELEMENT_BYTES_MAX,
        frames_max: FRAMES_MAX,
        frame_bytes_max: FRAME_BYTES_MAX,
        decoded_bytes_max: DECODED_BYTES_MAX,
        inflated_bytes_max: INFLATED_BYTES_MAX,
    }
}

/// Centre and width, in Hounsfield units, of the usual window for a category: what radiologists look at first there.
/// Lung for the chest, brain, bone where bones are what is examined, soft tissue for the rest.
/// Uncategorized images are shown as their files ask for.
pub(crate) fn window_presets() -> BTreeMap<String, [f64; 2]> {
    const BONE: [f64; 2] = [400.0, 1800.0];
    const SOFT_TISSUE: [f64; 2] = [40.0, 400.0];
    let presets = [
        (Category::Bone, BONE),
        (Category::Chest, [-600.0, 1500.0]),
        (Category::Brain, [40.0, 80.0]),
        (Category::Neck, SOFT_TISSUE),
        (Category::Extremity, BONE),
        (Category::Abdomen, SOFT_TISSUE),
        (Category::Breast, SOFT_TISSUE),
        (Category::Heart, SOFT_TISSUE),
        (Category::Spine, BONE),
    ];
    presets.into_iter().map(|(category, window)| (category.name().to_owned(), window)).collect()
}
