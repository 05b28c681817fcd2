//! From a plan to the bytes of a file and its entry in the answer key.

use sha2::{Digest, Sha256};

use crate::canary::{Canary, Mint, contains, hex};
use crate::data_set::DataSet;
use crate::header;
use crate::key::{FileKey, Outcome};
use crate::pixels;
use crate::plan::{Oddity, Plan};
use crate::writer::{Encoding, FileParts, write_file};

/// A finished file.
pub(crate) struct SynthFile {
    pub(crate) bytes: Vec<u8>,
    pub(crate) key: FileKey,
}

/// A file whose parts can still be changed.
pub(crate) struct Draft {
    pub(crate) preamble: Option<[u8; 128]>,
    pub(crate) meta: Option<DataSet>,
    pub(crate) data: DataSet,
    pub(crate) encoding: Encoding,
    pub(crate) mint: Mint,
    pub(crate) key: FileKey,
}

impl Draft {
    /// Everything a plan asks for.
    pub(crate) fn new(plan: &Plan, seed: u64) -> Draft {
        let mut mint = Mint::new(seed, plan.patient.charset);
        let mut samples = pixels::samples(plan, seed);
        if plan.has(Oddity::BurnedInName) {
            let name = mint.word(&format!("patient {} family", plan.patient.index));
            samples.burn(plan, &name);
        }
        let mut data = header::data_set(plan, &mut mint);
        pixels::describe(plan, &samples, &mut data);
        samples.put(plan, &mut data);
        let meta = header::file_meta(plan, &mut mint);
        let mut preamble = [0; 128];
        if plan.has(Oddity::PreambleText) {
            let text = format!("exported for {}", mint.word("preamble"));
            preamble[..text.len()].copy_from_slice(text.as_bytes());
        }
        let name = mint.word(&format!("patient {} family", plan.patient.index));
        let key = FileKey {
            path: plan.path.replace("{name}", &name),
            sha256: String::new(),
            about: plan.about.clone(),
            outcome: Outcome::Milled,
            reasons: Vec::new(),
            category: plan.category.to_owned(),
            uncategorized_reason: plan.uncategorized_reason.to_owned(),
            modality: plan.kind.modality().to_owned(),
            transfer_syntax: plan.syntax.uid().to_owned(),
            character_set: plan.patient.charset.defined_term().unwrap_or_default().to_owned(),
            n_frames: plan.n_frames as u32,
            rows: plan.rows as u32,
            columns: plan.columns as u32,
            lossless: !plan.syntax.is_lossy(),
            pixel_sha256: if plan.syntax.is_lossy() { String::new() } else { samples.digest() },
            hounsfield: samples.hounsfield(plan),
            n_elements: 0,
            canaries: Vec::new(),
        };
        Draft {
            preamble: (!plan.has(Oddity::NoPreamble) && !plan.has(Oddity::NoMeta)).then_some(preamble),
            meta: (!plan.has(Oddity::NoMeta)).then_some(meta),
            data,
            encoding: plan.syntax.encoding(),
            mint,
            key,
        }
    }

    /// Writes it.
    pub(crate) fn finish(self) -> SynthFile {
        self.finish_with(|_| {})
    }

    /// Writes it and spoils the bytes afterwards; identifiers that are lost by that leave the key.
    pub(crate) fn finish_with(mut self, spoil: impl FnOnce(&mut Vec<u8>)) -> SynthFile {
        let mut canaries = Vec::new();
        self.mint.find_in_bytes(self.key.path.as_bytes(), "path", &mut canaries);
        if let Some(preamble) = self.preamble {
            self.mint.find_in_bytes(&preamble, "preamble", &mut canaries);
        }
        if let Some(meta) = &self.meta {
            self.mint.find(meta, "", &mut canaries);
        }
        self.mint.find(&self.data, "", &mut canaries);
        let parts = FileParts {
            preamble: self.preamble,
            meta: self.meta.as_ref(),
            data: &self.data,
            encoding: self.encoding,
        };
        let mut bytes = write_file(&parts);
        spoil(&mut bytes);
        if self.encoding != Encoding::Deflated {
            canaries.retain(|canary| is_in(canary, &bytes, &self.key.path));
        }
        self.key.canaries = canaries;
        self.key.n_elements = self.data.count() as u32;
        self.key.sha256 = hex(&Sha256::digest(&bytes));
        SynthFile { bytes, key: self.key }
    }
}

fn is_in(canary: &Canary, bytes: &[u8], path: &str) -> bool {
    let needle = match &canary.bytes_hex {
        Some(hex) => (0..hex.len())
            .step_by(2)
            .filter_map(|at| u8::from_str_radix(hex.get(at..at + 2)?, 16).ok())
            .collect(),
        None => canary.text.clone().into_bytes(),
    };
    contains(bytes, &needle) || path.contains(&canary.text)
}
