//! The line: what happens to each source, in this order and nowhere else.

use bytes::Bytes;
use dicom_dictionary_std::tags;
use radmill_anatomy::{Classification, Clues, classify};
use radmill_deid::{DeidentifiedInstance, deidentify};
use radmill_dicom::{ParseError, ParsedInstance, parse};
use radmill_frame::PixelDescription;
use radmill_image::{ImageError, encode_png, normalize};
use radmill_manifest::{ImageFile, ImageFormat, ImageRow, Provenance};
use radmill_store::{DatasetRoots, publish_deferred, remove_published};
use rayon::ThreadPool;
use rayon::prelude::*;
use sha2::{Digest, Sha256};

use crate::JobError;
use crate::budget::Budget;
use crate::key::hex;
use crate::not_image::not_an_image;
use crate::outcome::{Mapped, Milled, Outcome, Setback, Stage};
use crate::plan::Settings;
use crate::settle::ImagesDigest;

/// Takes sources through the stages. A pure function of the bytes and the settings, but for the images it writes.
pub(crate) struct Line<'a> {
    settings: &'a Settings,
    roots: &'a DatasetRoots,
    frame_pool: &'a ThreadPool,
    frame_budget: Budget,
}

impl<'a> Line<'a> {
    pub(crate) fn new(
        settings: &'a Settings,
        roots: &'a DatasetRoots,
        frame_pool: &'a ThreadPool,
        frame_bytes_in_flight_max: u64,
    ) -> Line<'a> {
        Line { settings, roots, frame_pool, frame_budget: Budget::new(frame_bytes_in_flight_max) }
    }

    /// parse ─▶ classify ─▶ deidentify ─▶ normalize ─▶ row
    pub(crate) fn mill(&self, source: Vec<u8>) -> Result<Mapped, Setback> {
        let source_token = self.settings.key.token("source", &Sha256::digest(&source));
        let instance = parse(Bytes::from(source), &self.settings.limits).map_err(parse_setback)?;
        let pixels = image_pixels(&instance)?;
        let classification = classify(&self.settings.taxonomy, &Clues::of(&instance));
        let instance = deidentify(instance, &self.settings.policy, &self.settings.key)
            .map_err(|refusal| Setback::reject(Stage::Deidentify, refusal.reason(), refusal))?;
        let images = Images::new(self, &instance, &classification, &pixels, source_token);
        let rows = images.normalize_all()?;
        Ok(Mapped { outcome: Outcome::Milled(images.milled(&rows)), rows: into_rows(rows) })
    }
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

/// The images of one instance on their way to the dataset.
struct Images<'a> {
    line: &'a Line<'a>,
    instance: &'a DeidentifiedInstance,
    classification: &'a Classification,
    n_frames: u32,
    /// Memory that one frame takes on its way from decoded samples to an encoded image.
    frame_bytes: u64,
    provenance: Provenance,
    /// Name of the images: new for other bytes and for other settings, the same on every run.
    image_token: [u8; 16],
}

/// Decoded samples, normalized samples, filtered and encoded bytes: each at most about as large as the first.
const FRAME_COPIES: u64 = 4;

impl<'a> Images<'a> {
    fn new(
        line: &'a Line<'a>,
        instance: &'a DeidentifiedInstance,
        classification: &'a Classification,
        pixels: &PixelDescription,
        source_token: [u8; 16],
    ) -> Images<'a> {
        let settings = line.settings;
        let name = [source_token.as_slice(), settings.pipeline_id.as_bytes()].concat();
        let samples =
            u64::from(pixels.rows) * u64::from(pixels.columns) * u64::from(pixels.samples_per_pixel);
        Images {
            line,
            instance,
            classification,
            n_frames: pixels.n_frames,
            frame_bytes: samples * u64::from(pixels.bits_allocated.div_ceil(8)) * FRAME_COPIES,
            provenance: Provenance {
                contributor_id: settings.contributor.clone(),
                source_token,
                policy_id: settings.policy.id(),
                pipeline_id: settings.pipeline_id.clone(),
                taxonomy_version: settings.taxonomy.version().to_owned(),
                radmill_version: env!("CARGO_PKG_VERSION").to_owned(),
            },
            image_token: settings.key.token("image", &name),
        }
    }

    /// All frames or none: if one fails, the images of the others are taken back.
    fn normalize_all(&self) -> Result<Vec<(ImageRow, ImageFile)>, Setback> {
        let mut take_back = TakeBack { images: self, is_armed: true };
        let rows: Result<Vec<_>, Setback> = if self.n_frames == 1 {
            self.normalize_one(0).map(|row| vec![row])
        } else {
            let frames =
                || (0..self.n_frames).into_par_iter().map(|frame| self.normalize_one(frame)).collect();
            self.line.frame_pool.install(frames)
        };
        take_back.is_armed = rows.is_err();
        rows
    }

    /// Row and image of one frame.
    fn normalize_one(&self, frame_index: u32) -> Result<(ImageRow, ImageFile), Setback> {
        let _share = self.line.frame_budget.take(self.frame_bytes);
        let image = normalize(self.instance, frame_index, &self.line.settings.normalize)
            .map_err(|error: ImageError| Setback::reject(Stage::Normalize, error.reason(), error))?;
        let mut encoded = Vec::new();
        encode_png(&image, &mut encoded)
            .map_err(|error| Setback::reject(Stage::Normalize, "encoding_failed", error.kind()))?;
        let file = ImageFile {
            path: self.path(frame_index),
            offset_bytes: 0,
            length_bytes: encoded.len() as u64,
            format: ImageFormat::Png,
            sha256: Sha256::digest(&encoded).into(),
        };
        let row =
            ImageRow::new(self.instance, frame_index, self.classification, &image, &file, &self.provenance)
                .map_err(|error| Setback::reject(Stage::Row, error.reason(), error))?;
        let roots = self.line.roots;
        publish_deferred(&roots.dataset.join(&file.path), &roots.staging(), |out| out.write_all(&encoded))
            .map_err(|error| Setback::Job(JobError::Store(error)))?;
        Ok((row, file))
    }

    /// `images/CHEST/3f/3f…-0.png`: two digits of fan-out keep folders small for millions of images.
    fn path(&self, frame_index: u32) -> String {
        let token = hex(&self.image_token);
        let category = self.classification.category.name();
        format!("images/{category}/{}/{token}-{frame_index}.png", &token[..2])
    }

    fn milled(&self, rows: &[(ImageRow, ImageFile)]) -> Milled {
        let mut digest = ImagesDigest::default();
        rows.iter().zip(0..).for_each(|((_, file), frame)| digest.add(frame, &hex(&file.sha256)));
        Milled {
            source_token: hex(&self.provenance.source_token),
            sop_instance_uid: self.instance.sop_instance_uid().to_owned(),
            category: self.classification.category.name().to_owned(),
            image_bytes: rows.iter().map(|(_, file)| file.length_bytes).sum(),
            images_digest: digest.to_text(),
            image_paths: rows.iter().map(|(_, file)| file.path.clone()).collect(),
        }
    }
}

/// Removes the images of an instance when dropped, after a fault or a panic, unless all went well.
struct TakeBack<'a> {
    images: &'a Images<'a>,
    is_armed: bool,
}

impl Drop for TakeBack<'_> {
    fn drop(&mut self) {
        if self.is_armed {
            for frame in 0..self.images.n_frames {
                // The first fault is the one to report; what stays behind is in no row.
                let _ = remove_published(&self.images.line.roots.dataset.join(self.images.path(frame)));
            }
        }
    }
}

fn into_rows(rows: Vec<(ImageRow, ImageFile)>) -> Vec<ImageRow> {
    rows.into_iter().map(|(row, _)| row).collect()
}
