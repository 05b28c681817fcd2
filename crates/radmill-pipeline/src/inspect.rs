use std::collections::BTreeMap;
use std::path::Path;

use bytes::Bytes;
use dicom_dictionary_std::tags;
use radmill_anatomy::{Clues, Taxonomy, classify};
use radmill_dicom::{Limits, ParseError, ParsedInstance, parse};
use radmill_store::{list_sources, read_source};
use rayon::prelude::*;
use serde::Serialize;

use crate::{JobError, defaults, names};

/// What is in a folder or file of DICOM: counts only. Holds registered names and codes, no value of the files.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Inspection {
    /// Files found.
    pub n_files: u64,
    /// Their length in bytes.
    pub bytes: u64,
    /// Files that are DICOM instances.
    pub n_instances: u64,
    /// Frames of the instances that have pixel data.
    pub n_frames: u64,
    /// Instances by Modality.
    pub modality: BTreeMap<&'static str, u64>,
    /// Instances by SOP class.
    pub sop_class: BTreeMap<&'static str, u64>,
    /// Instances by transfer syntax.
    pub transfer_syntax: BTreeMap<&'static str, u64>,
    /// Instances by the category that `ingest` would give them.
    pub category: BTreeMap<&'static str, u64>,
    /// Instances by what is wrong with them and coped with.
    pub defects: BTreeMap<&'static str, u64>,
    /// Files that are no instance, or cannot be read, by reason code.
    pub not_read: BTreeMap<&'static str, u64>,
}

/// Looks at a file, or at every file below a folder, without decoding pixels or writing anything.
pub fn inspect(input: &Path) -> Result<Inspection, JobError> {
    let listing = list_sources(input).map_err(JobError::Source)?;
    let taxonomy = Taxonomy::builtin();
    let limits = defaults::limits();
    let mut inspection = (0..listing.sources.len())
        .into_par_iter()
        .map(|index| {
            let source = listing.sources.get(index);
            let path = listing.root.join(&source.relative);
            inspect_one(&path, source.bytes, &limits, &taxonomy)
        })
        .reduce(Inspection::default, Inspection::merged);
    for _ in &listing.unlisted {
        inspection.n_files += 1;
        count(&mut inspection.not_read, "unreadable");
    }
    Ok(inspection)
}

fn inspect_one(path: &Path, bytes: u64, limits: &Limits, taxonomy: &Taxonomy) -> Inspection {
    let mut inspection = Inspection { n_files: 1, bytes, ..Inspection::default() };
    let parsed = read_source(path, bytes, limits.file_bytes_max)
        .map_err(|_| "unreadable")
        .and_then(|bytes| parse(Bytes::from(bytes), limits).map_err(|error: ParseError| error.reason()));
    match parsed {
        Ok(instance) => inspection.add(&instance, taxonomy),
        Err(reason) => count(&mut inspection.not_read, reason),
    }
    inspection
}

impl Inspection {
    fn add(&mut self, instance: &ParsedInstance, taxonomy: &Taxonomy) {
        let data = &instance.data;
        self.n_instances += 1;
        let description = instance.pixels.as_ref().and_then(|pixels| pixels.description().ok());
        self.n_frames += description.map_or(0, |description| u64::from(description.n_frames));
        count(&mut self.modality, names::modality(data.text(tags::MODALITY).as_deref()));
        count(&mut self.sop_class, names::sop_class(data.text(tags::SOP_CLASS_UID).as_deref()));
        count(&mut self.transfer_syntax, names::transfer_syntax(&instance.source.transfer_syntax));
        count(&mut self.category, classify(taxonomy, &Clues::of(instance)).category.name());
        instance.source.defects.iter().for_each(|defect| count(&mut self.defects, defect));
    }

    fn merged(mut self, other: Inspection) -> Inspection {
        self.n_files += other.n_files;
        self.bytes += other.bytes;
        self.n_instances += other.n_instances;
        self.n_frames += other.n_frames;
        for (mine, theirs) in [
            (&mut self.modality, other.modality),
            (&mut self.sop_class, other.sop_class),
            (&mut self.transfer_syntax, other.transfer_syntax),
            (&mut self.category, other.category),
            (&mut self.defects, other.defects),
            (&mut self.not_read, other.not_read),
        ] {
            theirs.into_iter().for_each(|(name, n)| *mine.entry(name).or_default() += n);
        }
        self
    }
}

fn count(counts: &mut BTreeMap<&'static str, u64>, name: &'static str) {
    *counts.entry(name).or_default() += 1;
}
