//! Every frame of the development corpus against the hashes in its manifest.
//!
//! The hashes were made by pydicom (`pixel_array(raw=True)`): all frames, interleaved samples, in the type that Bits
//! Allocated and Pixel Representation call for, in the byte order of the file, bits above Bits Stored left as they are.
//! Only rows that several decoders agree on count (`pixel_reference` is `exact…`).
//!
//! The corpus lies beside the repository; without it there is nothing to check.

#![expect(clippy::unwrap_used, reason = "the helpers of a test are test code too")]

use std::collections::BTreeMap;
use std::path::Path;

use bytes::Bytes;
use radmill_dicom::{EncodedPixels, Limits, parse};
use radmill_frame::{DecodeError, Samples};
use sha2::{Digest, Sha256};

const LIMITS: Limits = Limits {
    file_bytes_max: 1 << 30,
    nesting_depth_max: 32,
    elements_max: 1 << 20,
    element_bytes_max: 1 << 26,
    frames_max: 1 << 16,
    frame_bytes_max: 1 << 28,
    decoded_bytes_max: 1 << 30,
    inflated_bytes_max: 1 << 28,
};

/// Where we differ from the reference, each with the reason: end of path and the outcome we stand by.
const EXCEPTIONS: &[(&str, &str)] = &[
    // Bits Allocated is 1, the pixel data have a byte for each pixel: the reference reads them as eight frames.
    ("history/pydicom/data/test_files/liver_1frame.dcm", "invalid_pixel_attributes"),
    ("history/pydicom/data/test_files/liver_expb_1frame.dcm", "invalid_pixel_attributes"),
    // HTJ2K has no decoder yet.
    ("HTJ2KLossless_08_RGB.dcm", "unsupported_transfer_syntax"),
    // Has a Directory Record Sequence beside its pixels and is taken for what that says.
    ("tests/data/bbmri.dcmdir", "dicomdir"),
];

#[test]
fn every_exact_reference_is_met() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/dicom/dev");
    if !corpus.exists() {
        println!("skipped: there is no {}", corpus.display());
        return;
    }
    let mut differences = Vec::new();
    let mut tally: BTreeMap<String, [u32; 2]> = BTreeMap::new();
    let mut manifest = csv::Reader::from_path(corpus.join("manifest.csv")).unwrap();
    for row in manifest.deserialize::<BTreeMap<String, String>>() {
        let row = row.unwrap();
        if !row["pixel_reference"].starts_with("exact") {
            continue;
        }
        let bytes = std::fs::read(corpus.join(&row["path"])).unwrap();
        let outcome = outcome(bytes.into(), row["pixel_dtype"].starts_with('>'));
        let count = tally.entry(row["TransferSyntaxUID"].clone()).or_default();
        count[0] += 1;
        if outcome == row["pixel_sha256"] {
            count[1] += 1;
        } else if !EXCEPTIONS.iter().any(|(end, expected)| row["path"].ends_with(end) && outcome == *expected)
        {
            differences.push(format!("{}: {outcome}", row["path"]));
        }
    }
    for (transfer_syntax, [files, equal]) in &tally {
        println!("{transfer_syntax}: {equal} of {files} equal");
    }
    assert!(!tally.is_empty(), "the manifest has rows to compare with");
    assert!(differences.is_empty(), "{differences:#?}");
}

/// The hash of all frames, or the reason why there is none.
fn outcome(bytes: Bytes, big_endian: bool) -> String {
    let instance = match parse(bytes, &LIMITS) {
        Ok(instance) => instance,
        Err(error) => return error.reason().to_owned(),
    };
    match hash(&instance.pixels.unwrap(), big_endian) {
        Ok(hash) => hash,
        Err(error) => error.reason().to_owned(),
    }
}

fn hash(pixels: &EncodedPixels, big_endian: bool) -> Result<String, DecodeError> {
    let mut hasher = Sha256::new();
    for frame_index in 0..pixels.description()?.n_frames {
        let frame = pixels.decode_frame(frame_index)?;
        let n_samples =
            frame.rows as usize * frame.columns as usize * usize::from(frame.photometric.samples_per_pixel());
        assert_eq!(frame.samples.len(), n_samples);
        hasher.update(sample_bytes(&frame.samples, big_endian));
    }
    Ok(hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect())
}

fn sample_bytes(samples: &Samples, big_endian: bool) -> Vec<u8> {
    macro_rules! bytes {
        ($values:expr) => {
            if big_endian {
                $values.iter().flat_map(|value| value.to_be_bytes()).collect()
            } else {
                $values.iter().flat_map(|value| value.to_le_bytes()).collect()
            }
        };
    }
    match samples {
        Samples::U8(values) => values.clone(),
        Samples::I8(values) => bytes!(values),
        Samples::U16(values) => bytes!(values),
        Samples::I16(values) => bytes!(values),
        Samples::U32(values) => bytes!(values),
        Samples::I32(values) => bytes!(values),
        Samples::F32(values) => bytes!(values),
        Samples::F64(values) => bytes!(values),
    }
}
