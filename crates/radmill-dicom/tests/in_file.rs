//! What is read of a file piece by piece is what is read of the whole, for sound files and for damaged ones.

#![expect(clippy::unwrap_used, reason = "the helpers of a test are test code too")]

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use bytes::Bytes;
use radmill_dicom::{Limits, SourceFile, parse, parse_file};

const LIMITS: Limits = Limits {
    file_bytes_max: 1 << 30,
    nesting_depth_max: 64,
    elements_max: 1 << 20,
    element_bytes_max: 1 << 28,
    frames_max: 1 << 16,
    frame_bytes_max: 1 << 28,
    decoded_bytes_max: 1 << 28,
    inflated_bytes_max: 1 << 28,
};

/// Frames that are looked at of one file.
const FRAMES_MAX: u32 = 3;

struct InMemory(Bytes);

impl SourceFile for InMemory {
    fn bytes(&self) -> u64 {
        self.0.len() as u64
    }

    fn read_exact_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<()> {
        let start = usize::try_from(offset).unwrap();
        let found = self.0.get(start..start + buffer.len()).ok_or(io::ErrorKind::UnexpectedEof)?;
        buffer.copy_from_slice(found);
        Ok(())
    }
}

/// Transfer syntax of what can be read piece by piece, once it was found to be what the whole gives.
fn check(bytes: &Bytes, name: &str) -> Option<String> {
    let file: Arc<dyn SourceFile> = Arc::new(InMemory(bytes.clone()));
    let pieces = parse_file(&file, &LIMITS).unwrap()?;
    let whole = parse(bytes.clone(), &LIMITS).unwrap_or_else(|error| panic!("{name}: {error}"));
    assert!(pieces.data == whole.data, "{name}: other attributes");
    assert_eq!(pieces.source, whole.source, "{name}");
    let (pieces, whole) = (pieces.pixels.unwrap(), whole.pixels.unwrap());
    assert_eq!(pieces.description(), whole.description(), "{name}");
    for index in 0..pieces.description().unwrap().n_frames.min(FRAMES_MAX) {
        let (piece, whole) = (pieces.decode_frame(index), whole.decode_frame(index));
        assert_eq!(piece.is_ok(), whole.is_ok(), "{name}: {piece:?} {whole:?}");
        match (piece, whole) {
            (Ok(piece), Ok(whole)) => assert!(piece == whole, "{name}: frame {index} differs"),
            (piece, whole) => assert_eq!(piece.err(), whole.err(), "{name}"),
        }
    }
    Some(parse(bytes.clone(), &LIMITS).unwrap().source.transfer_syntax)
}

#[test]
fn fixtures_are_read_in_pieces_as_they_are_whole() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/dicom");
    assert!(check_all(&folder) > 40);
}

#[test]
fn real_files_are_read_in_pieces_as_they_are_whole() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/dicom/dev");
    if !folder.is_dir() {
        println!("skipped: {} is not there", folder.display());
        return;
    }
    assert!(check_all(&folder) > 300);
}

fn check_all(folder: &Path) -> usize {
    let read = |path: &PathBuf| Bytes::from(std::fs::read(path).unwrap());
    let found: Vec<String> =
        files(folder).iter().filter_map(|path| check(&read(path), &path.display().to_string())).collect();
    for transfer_syntax in ["1.2.840.10008.1.2", "1.2.840.10008.1.2.1", "1.2.840.10008.1.2.5"] {
        assert!(found.iter().any(|found| found == transfer_syntax), "{transfer_syntax}");
    }
    found.len()
}

#[test]
fn damaged_files_are_read_in_pieces_as_they_are_whole() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/dicom");
    let mut state = 1_u64;
    let mut next = |below: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % below
    };
    let mut n_read = 0;
    for path in files(&folder) {
        let whole = std::fs::read(&path).unwrap();
        if !(1..60_000).contains(&whole.len()) {
            continue;
        }
        for round in 0..30 {
            let mut damaged = whole.clone();
            match round % 3 {
                0 => damaged.truncate(next(whole.len())),
                1 => damaged.extend(std::iter::repeat_n(round as u8, next(40))),
                _ => {}
            }
            for _ in 0..round % 4 {
                let at = next(damaged.len().max(1));
                if let Some(byte) = damaged.get_mut(at) {
                    *byte = next(256) as u8;
                }
            }
            let name = format!("{}, round {round}", path.display());
            n_read += usize::from(check(&Bytes::from(damaged), &name).is_some());
        }
    }
    assert!(n_read > 100, "{n_read}");
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(self::files(&path));
        } else {
            files.push(path);
        }
    }
    files.sort();
    files
}
