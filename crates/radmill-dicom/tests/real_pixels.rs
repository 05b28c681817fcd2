//! Every frame of the development corpus against a golden of our own hashes, and these against a reference.
//!
//! `goldens/pixels.tsv` has a line for each file with pixel data: shape, type and SHA-256 of all samples (interleaved,
//! little endian, in the type that Bits Allocated and Pixel Representation call for), what was coped with, and how the
//! samples relate to those of other decoders. `equal` is worked out here, from the hash in the corpus's manifest; all
//! else was found by comparing values, as `docs/pixels.md` says.
//!
//! If a line is no longer true, the test writes the file as it would be beside the build and says where.
//! The corpus lies beside the repository; without it there is nothing to check.

#![expect(clippy::unwrap_used, reason = "the helpers of a test are test code too")]

mod common;

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::Path;

use bytes::Bytes;
use common::{LIMITS, corpus};
use radmill_dicom::{EncodedPixels, parse};
use radmill_frame::{DecodeError, PixelDefects, Samples};
use sha2::{Digest, Sha256};

const HEADER: &str = "file\tshape\ttype\tsha256\tdefects\treference\n";
const GOLDEN: &str = include_str!("goldens/pixels.tsv");

#[test]
fn every_pixel_of_the_corpus_is_as_it_was() {
    let Some(corpus) = corpus() else { return };
    let known = golden();
    let mut found = HEADER.to_owned();
    let mut manifest = csv::Reader::from_path(corpus.join("manifest.csv")).unwrap();
    let mut n_equal = 0;
    for row in manifest.deserialize::<BTreeMap<String, String>>() {
        let row = row.unwrap();
        if row["pixel_element"].is_empty() {
            continue;
        }
        let bytes = std::fs::read(corpus.join(&row["path"])).unwrap();
        let outcome = outcome(bytes.into());
        let is_equal = outcome.reference_sha256(&row["pixel_dtype"]) == Some(&row["pixel_sha256"]);
        n_equal += u32::from(is_equal);
        let reference = match known.get(row["path"].as_str()) {
            _ if is_equal => "equal",
            // A reference that is not met needs a reason.
            Some(&said) if said != "equal" => said,
            _ => "UNEXPLAINED",
        };
        writeln!(found, "{}\t{}\t{reference}", row["path"], outcome.line()).unwrap();
    }
    assert!(n_equal > 300, "{n_equal} files are equal to their reference");
    if found != GOLDEN {
        let place = Path::new(env!("CARGO_TARGET_TMPDIR")).join("pixels.tsv");
        std::fs::write(&place, &found).unwrap();
        let changed = found.lines().filter(|line| !GOLDEN.lines().any(|known| known == *line));
        panic!("look at the difference to {}:\n{:#?}", place.display(), changed.collect::<Vec<_>>());
    }
    assert!(!found.contains("UNEXPLAINED"));
}

/// What the golden says of the relation to other decoders, by file.
fn golden() -> BTreeMap<&'static str, &'static str> {
    assert!(GOLDEN.starts_with(HEADER));
    let lines = GOLDEN.lines().skip(1);
    lines.map(|line| (line.split('\t').next().unwrap(), line.rsplit('\t').next().unwrap())).collect()
}

/// What became of one file.
enum Outcome {
    Refused(&'static str),
    Decoded { shape: [usize; 4], dtype: &'static str, hashes: Hashes, defects: PixelDefects },
}

struct Hashes {
    little_endian: String,
    big_endian: String,
}

impl Outcome {
    fn line(&self) -> String {
        match self {
            Outcome::Refused(reason) => format!("-\t-\t-\t{reason}"),
            Outcome::Decoded { shape: [frames, rows, columns, samples], dtype, hashes, defects } => {
                let defects = defects.codes().join(" ");
                let sha256 = &hashes.little_endian;
                format!("{frames}x{rows}x{columns}x{samples}\t{dtype}\t{sha256}\t{defects}")
            }
        }
    }

    /// The hash in the byte order of the reference.
    fn reference_sha256(&self, dtype: &str) -> Option<&String> {
        match self {
            Outcome::Refused(_) => None,
            Outcome::Decoded { hashes, .. } if dtype.starts_with('>') => Some(&hashes.big_endian),
            Outcome::Decoded { hashes, .. } => Some(&hashes.little_endian),
        }
    }
}

fn outcome(bytes: Bytes) -> Outcome {
    let instance = match parse(bytes, &LIMITS) {
        Ok(instance) => instance,
        Err(error) => return Outcome::Refused(error.reason()),
    };
    match decode_all(&instance.pixels.unwrap()) {
        Ok(outcome) => outcome,
        Err(error) => Outcome::Refused(error.reason()),
    }
}

fn decode_all(pixels: &EncodedPixels) -> Result<Outcome, DecodeError> {
    let n_frames = pixels.description()?.n_frames;
    let (mut little, mut big) = (Sha256::new(), Sha256::new());
    let (mut kind, mut defects) = (None, PixelDefects::NONE);
    for frame_index in 0..n_frames {
        let frame = pixels.decode_frame(frame_index)?;
        let n_samples = usize::from(frame.photometric.samples_per_pixel());
        assert_eq!(frame.samples.len(), frame.rows as usize * frame.columns as usize * n_samples);
        let size = [frame.rows as usize, frame.columns as usize, n_samples];
        let this = (size, frame.samples.type_name());
        assert_eq!(*kind.get_or_insert(this), this, "frames of different kinds");
        let bytes = frame.samples.to_le_bytes();
        little.update(&bytes);
        big.update(swapped(bytes, &frame.samples));
        defects = defects.and(frame.defects);
    }
    let ([rows, columns, samples], dtype) = kind.unwrap();
    let hashes = Hashes { little_endian: hex(little), big_endian: hex(big) };
    Ok(Outcome::Decoded { shape: [n_frames as usize, rows, columns, samples], dtype, hashes, defects })
}

fn hex(hasher: Sha256) -> String {
    hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The bytes of each sample the other way round.
fn swapped(mut bytes: Vec<u8>, samples: &Samples) -> Vec<u8> {
    let sample_bytes = bytes.len() / samples.len();
    bytes.chunks_mut(sample_bytes).for_each(<[u8]>::reverse);
    bytes
}
