//! Which source an output was made from.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::Path;
use std::sync::Arc;

use dicom_core::Tag;
use sha2::{Digest, Sha256};

use crate::probe::Linked;
use crate::read::tag::TagPath;
use crate::read::walk::{Element, Visitor, is_pixel_data};
use crate::sources::Sources;

/// What stays the same when an instance is de-identified.
#[derive(Clone, Debug, Default)]
pub(crate) struct Structure {
    pub(crate) modality: String,
    pub(crate) transfer_syntax_uid: String,
    pub(crate) photometric_interpretation: String,
    pub(crate) rows: Option<i64>,
    pub(crate) columns: Option<i64>,
    pub(crate) n_frames: Option<i64>,
    pub(crate) series_number: Option<i64>,
    pub(crate) acquisition_number: Option<i64>,
    pub(crate) instance_number: Option<i64>,
    pub(crate) position: Vec<f64>,
}

/// What an instance is known by.
#[derive(Clone, Default)]
pub(crate) struct Keys {
    pub(crate) sop_instance_uid: String,
    pub(crate) structure: Structure,
    /// Digest of the pixel data as they are encoded.
    pub(crate) pixels: Option<[u8; 32]>,
}

impl Structure {
    fn key(&self) -> Option<u64> {
        // Without rows it is no image, and what is left tells nothing.
        self.rows?;
        let position: Vec<i64> = self.position.iter().map(|value| (value * 1000.0).round() as i64).collect();
        Some(hash(&(
            (&self.modality, &self.transfer_syntax_uid, &self.photometric_interpretation),
            (self.rows, self.columns, self.n_frames.unwrap_or(1)),
            (self.series_number, self.acquisition_number, self.instance_number, position),
        )))
    }
}

/// Finds the source of an output by the crosswalk, by equal pixels, or by the structure of the image, in this order.
pub(crate) struct Linker<'s> {
    sources: &'s Sources,
    by_uid: HashMap<u64, Slot>,
    by_structure: HashMap<u64, Slot>,
    by_pixels: HashMap<u64, Slot>,
    /// New SOP Instance UID to the old one, both as hashes.
    crosswalk: HashMap<u64, u64>,
}

/// The one source with a key, unless there are several instances with it.
#[derive(Clone, Copy)]
enum Slot {
    One { source: u32, uid: u64 },
    Several,
}

impl<'s> Linker<'s> {
    pub(crate) fn new(
        sources: &'s Sources,
        keys: &[(u32, Keys)],
        crosswalk: HashMap<u64, u64>,
    ) -> Linker<'s> {
        let mut linker = Linker {
            sources,
            by_uid: HashMap::new(),
            by_structure: HashMap::new(),
            by_pixels: HashMap::new(),
            crosswalk,
        };
        for (source, keys) in keys {
            // Copies of one instance are one; instances that share a UID by mistake are told apart by the rest.
            let identity = hash(&(&keys.sop_instance_uid, keys.structure.key(), keys.pixels));
            let put = |map: &mut HashMap<u64, Slot>, key| match map.entry(key) {
                Entry::Vacant(entry) => {
                    entry.insert(Slot::One { source: *source, uid: identity });
                }
                Entry::Occupied(mut entry) => {
                    if !matches!(entry.get(), Slot::One { uid, .. } if *uid == identity) {
                        entry.insert(Slot::Several);
                    }
                }
            };
            if !keys.sop_instance_uid.is_empty() {
                put(&mut linker.by_uid, hash_text(&keys.sop_instance_uid));
            }
            if let Some(key) = keys.structure.key() {
                put(&mut linker.by_structure, key);
            }
            if let Some(pixels) = keys.pixels {
                put(&mut linker.by_pixels, hash(&pixels));
                put(&mut linker.by_pixels, hash(&(pixels, keys.structure.key())));
            }
        }
        linker
    }

    /// The number of the source, if there is exactly one that fits.
    pub(crate) fn find(&self, keys: &Keys) -> Option<u32> {
        let new = hash_text(&keys.sop_instance_uid);
        let old = self.crosswalk.get(&new).copied().unwrap_or(new);
        let by_pixels = |pixels: [u8; 32]| {
            one(&self.by_pixels, hash(&(pixels, keys.structure.key())))
                .or_else(|| one(&self.by_pixels, hash(&pixels)))
        };
        one(&self.by_uid, old)
            .or_else(|| keys.pixels.and_then(by_pixels))
            .or_else(|| keys.structure.key().and_then(|key| one(&self.by_structure, key)))
    }

    /// Reads the header of a source again, for the values that are only judged against its own outputs.
    pub(crate) fn load(&self, source: u32) -> Option<Arc<Linked>> {
        self.sources.identity(source).map(|identity| Arc::new(Linked { source, identity }))
    }
}

fn one(map: &HashMap<u64, Slot>, key: u64) -> Option<u32> {
    match map.get(&key)? {
        Slot::One { source, .. } => Some(*source),
        Slot::Several => None,
    }
}

/// Reads a crosswalk: CSV with the header `id_old,id_new`. Gives new to old, as hashes.
///
/// # Errors
///
/// Fails if the file cannot be read or has another header.
pub(crate) fn read_crosswalk(path: &Path) -> Result<HashMap<u64, u64>, String> {
    let mut reader = csv::Reader::from_path(path).map_err(|_| "cannot be read".to_owned())?;
    let header = reader.headers().map_err(|_| "is no CSV".to_owned())?;
    if header.iter().collect::<Vec<_>>() != ["id_old", "id_new"] {
        return Err("does not begin with the header id_old,id_new".to_owned());
    }
    let mut crosswalk = HashMap::new();
    for record in reader.records() {
        let record = record.map_err(|_| "has a line that is no CSV".to_owned())?;
        if let (Some(old), Some(new)) = (record.get(0), record.get(1)) {
            crosswalk.insert(hash_text(new), hash_text(old));
        }
    }
    Ok(crosswalk)
}

fn hash_text(text: &str) -> u64 {
    hash(text)
}

fn hash<T: Hash + ?Sized>(value: &T) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}

/// Collects the keys of an instance while a walk goes through the file.
#[derive(Default)]
pub(crate) struct KeyReader {
    keys: Keys,
    /// Pixel data are read to their end and digested; otherwise the walk ends before them.
    with_pixels: bool,
    digest: Option<Sha256>,
}

impl KeyReader {
    pub(crate) fn new(with_pixels: bool) -> KeyReader {
        KeyReader { with_pixels, ..KeyReader::default() }
    }

    pub(crate) fn finish(mut self) -> Keys {
        self.keys.pixels = self.digest.map(|digest| digest.finalize().into());
        self.keys
    }
}

impl Visitor for KeyReader {
    fn stop_before(&mut self, path: &TagPath) -> bool {
        !self.with_pixels && is_pixel_data(path.tag()) && !path.is_nested()
    }

    fn element(&mut self, element: &Element<'_>) {
        if element.path.is_nested() {
            return;
        }
        let text = || String::from_utf8_lossy(element.value).trim_matches([' ', '\0']).to_owned();
        let number = || text().parse().ok();
        let structure = &mut self.keys.structure;
        match element.path.tag() {
            Tag(0x0008, 0x0018) => self.keys.sop_instance_uid = text(),
            // Only where the data set does not say it; the data set comes later and wins.
            Tag(0x0002, 0x0003) => self.keys.sop_instance_uid = text(),
            Tag(0x0002, 0x0010) => structure.transfer_syntax_uid = text(),
            Tag(0x0028, 0x0004) => structure.photometric_interpretation = text(),
            Tag(0x0008, 0x0060) => structure.modality = text(),
            Tag(0x0028, 0x0010) => structure.rows = unsigned(element),
            Tag(0x0028, 0x0011) => structure.columns = unsigned(element),
            Tag(0x0028, 0x0008) => structure.n_frames = number(),
            Tag(0x0020, 0x0011) => structure.series_number = number(),
            Tag(0x0020, 0x0012) => structure.acquisition_number = number(),
            Tag(0x0020, 0x0013) => structure.instance_number = number(),
            Tag(0x0020, 0x0032) => {
                structure.position =
                    text().split('\\').filter_map(|value| value.trim().parse().ok()).collect();
            }
            _ => {}
        }
    }

    fn bulk(&mut self, path: &TagPath, start: bool, bytes: &[u8]) {
        if self.with_pixels && is_pixel_data(path.tag()) && !path.is_nested() {
            let digest = self.digest.get_or_insert_default();
            if start {
                digest.update([0]);
            }
            digest.update(bytes);
        }
    }
}

fn unsigned(element: &Element<'_>) -> Option<i64> {
    let bytes: [u8; 2] = element.value.get(..2)?.try_into().ok()?;
    Some(i64::from(if element.big_endian { u16::from_be_bytes(bytes) } else { u16::from_le_bytes(bytes) }))
}
