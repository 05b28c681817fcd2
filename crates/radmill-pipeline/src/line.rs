//! The line: what happens to each source, in this order and nowhere else.

use std::io;
use std::sync::Arc;

use bytes::Bytes;
use dicom_dictionary_std::tags;
use radmill_anatomy::{Clues, classify};
use radmill_deid::{Crosswalk, DeidentifiedInstance, deidentify_with_crosswalk, token_of_instance};
use radmill_dicom::{ParseError, ParsedInstance, SourceFile, parse, parse_file};
use radmill_frame::PixelDescription;
use radmill_store::OpenSource;
use rayon::ThreadPool;
use sha2::{Digest, Sha256};

use crate::budget::Budget;
use crate::dicom_file;
use crate::images::Images;
use crate::in_pieces::{self, InPieces};
use crate::job::JobKind;
use crate::key::hex;
use crate::not_image::not_an_image;
use crate::outcome::{DicomFile, Mapped, Milled, Outcome, Setback, Stage};
use crate::plan::Plan;
use crate::settings::Settings;
use crate::withdraw::WITHDRAWN;

/// Takes sources through the stages. A pure function of the bytes and the plan, but for the files it writes.
pub(crate) struct Line<'a> {
    pub(crate) plan: &'a Plan,
    pub(crate) frame_pool: &'a ThreadPool,
    pub(crate) frame_budget: Budget,
}

impl<'a> Line<'a> {
    pub(crate) fn new(plan: &'a Plan, frame_pool: &'a ThreadPool) -> Line<'a> {
        let frame_budget = Budget::new(plan.file.job.decoded_bytes_in_flight_max);
        Line { plan, frame_pool, frame_budget }
    }

    /// What the job makes of one source. `patient` gets the pseudonym of its patient as soon as there is one.
    pub(crate) fn take(&self, source: Vec<u8>, patient: &mut Option<String>) -> Result<Mapped, Setback> {
        match self.plan.kind {
            JobKind::Ingest => self.mill(source, patient),
            JobKind::Deidentify => self.copy(source, patient),
        }
    }

    /// The same for a source whose frames are read when they are wanted; `None`, and nothing is made, if it has to be
    /// read whole. It has to be what it was in the end, as `is_unchanged` says.
    pub(crate) fn take_in_pieces(
        &self,
        source: OpenSource,
        is_unchanged: impl FnOnce() -> bool,
        patient: &mut Option<String>,
    ) -> Result<Option<Mapped>, Setback> {
        let source: Arc<dyn SourceFile> = Arc::new(InPieces(source));
        let settings = &self.plan.settings;
        let unreadable = |error: io::Error| Setback::reject(Stage::Read, "unreadable", error.kind());
        let Some(instance) = parse_file(&source, &settings.limits).map_err(unreadable)? else {
            return Ok(None);
        };
        let source_token = settings.key.token("source", &in_pieces::digest(&*source).map_err(unreadable)?);
        // What was made of the frames has to be what the digest was made of.
        let check = || match is_unchanged() {
            true => Ok(()),
            false => {
                Err(Setback::reject(Stage::Read, "unreadable", "the file has changed while it was read"))
            }
        };
        self.mill_instance(instance, source_token, patient, check).map(Some)
    }

    /// The pseudonym of the patient; nothing is made of the instances of who has withdrawn.
    fn admit(&self, instance: &ParsedInstance) -> Result<Option<String>, Setback> {
        let key = &self.plan.settings.key;
        let patient = token_of_instance(instance, key);
        match &patient {
            Some(patient) if self.plan.withdrawn.has(key, patient) => Err(Setback::Skip(WITHDRAWN)),
            _ => Ok(patient),
        }
    }

    /// parse ─▶ admit ─▶ classify ─▶ deidentify ─▶ normalize ─▶ row
    fn mill(&self, source: Vec<u8>, patient: &mut Option<String>) -> Result<Mapped, Setback> {
        let settings = &self.plan.settings;
        let source_token = settings.key.token("source", &Sha256::digest(&source));
        let instance = parse(Bytes::from(source), &settings.limits).map_err(parse_setback)?;
        self.mill_instance(instance, source_token, patient, || Ok(()))
    }

    fn mill_instance(
        &self,
        instance: ParsedInstance,
        source_token: [u8; 16],
        patient: &mut Option<String>,
        check: impl FnOnce() -> Result<(), Setback>,
    ) -> Result<Mapped, Setback> {
        let settings = &self.plan.settings;
        *patient = self.admit(&instance)?;
        let pixels = image_pixels(&instance)?;
        let classification = classify(&settings.taxonomy, &Clues::of(&instance));
        let (instance, crosswalk) = deidentified(instance, settings)?;
        let images = Images::new(self, &instance, &classification, &pixels, source_token);
        let (milled, rows) = images.normalize_all(check)?;
        Ok(Mapped { patient: None, outcome: Outcome::Milled(milled), rows, crosswalk })
    }

    /// parse ─▶ admit ─▶ deidentify ─▶ write
    fn copy(&self, source: Vec<u8>, patient: &mut Option<String>) -> Result<Mapped, Setback> {
        let settings = &self.plan.settings;
        let instance = parse(Bytes::from(source), &settings.limits).map_err(parse_setback)?;
        *patient = self.admit(&instance)?;
        let (instance, crosswalk) = deidentified(instance, settings)?;
        let path = dicom_file::final_path(&instance)?;
        let _share = self.frame_budget.take(decoded_bytes(&instance));
        // Equal sources give equal files, so that one digest tells them apart as well as two.
        let token = |digest: &str| hex(&settings.key.token("source", digest.as_bytes()));
        let waiting = |digest: &str| self.plan.unsealed_file(&token(digest));
        let written = dicom_file::write(&instance, &self.plan.staging(), waiting)?;
        let milled = Milled {
            source_token: token(&written.digest),
            sop_instance_uid: instance.sop_instance_uid().to_owned(),
            content_digest: written.digest,
            category: None,
            image_bytes: 0,
            image_paths: Vec::new(),
            dicom: Some(DicomFile { path, bytes: written.bytes }),
            is_blank: false,
            has_same_pixels: false,
        };
        Ok(Mapped { patient: None, outcome: Outcome::Milled(milled), rows: Vec::new(), crosswalk })
    }
}

/// Memory that a frame takes whose pixels are made black; none if they stay as they are.
fn decoded_bytes(instance: &DeidentifiedInstance) -> u64 {
    match instance.pixel_description() {
        Some(Ok(pixels)) if !instance.pixel_mask().is_empty() => frame_bytes(pixels),
        _ => 0,
    }
}

/// Length of one decoded frame.
pub(crate) fn frame_bytes(pixels: &PixelDescription) -> u64 {
    let samples = u64::from(pixels.rows) * u64::from(pixels.columns) * u64::from(pixels.samples_per_pixel);
    samples * u64::from(pixels.bits_allocated.div_ceil(8))
}

pub(crate) fn parse_setback(error: ParseError) -> Setback {
    match error {
        ParseError::NotDicom | ParseError::Directory => Setback::Skip(error.reason()),
        error => Setback::reject(Stage::Parse, error.reason(), error),
    }
}

/// What the header says about the pixels, if they are an image at all. Asked first because it costs nothing.
pub(crate) fn image_pixels(instance: &ParsedInstance) -> Result<PixelDescription, Setback> {
    if let Some(what) = instance.data.text(tags::SOP_CLASS_UID).and_then(|uid| not_an_image(&uid)) {
        return Err(Setback::reject(Stage::Parse, "not_an_image", what));
    }
    let Some(pixels) = &instance.pixels else {
        return Err(Setback::reject(Stage::Parse, "no_pixel_data", "the instance has no pixel data"));
    };
    let description = pixels.description();
    description.cloned().map_err(|error| Setback::reject(Stage::Parse, error.reason(), error))
}

pub(crate) fn deidentified(
    instance: ParsedInstance,
    settings: &Settings,
) -> Result<(DeidentifiedInstance, Crosswalk), Setback> {
    deidentify_with_crosswalk(instance, &settings.policy, &settings.key)
        .map_err(|refusal| Setback::reject(Stage::Deidentify, refusal.reason(), refusal))
}
