//! The images of one instance, and the rows that describe them.

use std::path::PathBuf;

use radmill_anatomy::Classification;
use radmill_deid::DeidentifiedInstance;
use radmill_frame::PixelDescription;
use radmill_image::{ImageError, NormalizedImage, encode_jpeg, encode_png, enlargement, normalize};
use radmill_manifest::{ImageFile, ImageFormat, ImageRow, Provenance};
use radmill_store::{publish_deferred, remove_published};
use rayon::prelude::*;
use sha2::{Digest, Sha256};

use crate::key::hex;
use crate::line::{Line, frame_bytes};
use crate::outcome::{DicomFile, Milled, Setback, Stage};
use crate::settle::ContentDigest;
use crate::{Encoding, JobError, dicom_file};

/// The images of one instance on their way to the dataset.
pub(crate) struct Images<'a> {
    line: &'a Line<'a>,
    instance: &'a DeidentifiedInstance,
    classification: &'a Classification,
    /// The frames that become images, counted from 0.
    frames: Vec<u32>,
    encoding: Encoding,
    /// Columns and rows of a frame.
    frame_size: [u32; 2],
    /// Memory that one frame takes on its way from decoded samples to an encoded image, if it is not enlarged.
    frame_bytes: u64,
    provenance: Provenance,
    /// Name of the files: new for other bytes and for other settings, the same on every run.
    token: String,
}

/// Decoded samples, normalized samples, filtered and encoded bytes: each at most about as large as the first.
const FRAME_COPIES_PNG: u64 = 4;

/// The same, and 16 bits for each sample of 8.
const FRAME_COPIES_JPEG: u64 = 6;

impl<'a> Images<'a> {
    pub(crate) fn new(
        line: &'a Line<'a>,
        instance: &'a DeidentifiedInstance,
        classification: &'a Classification,
        pixels: &PixelDescription,
        source_token: [u8; 16],
    ) -> Images<'a> {
        let settings = &line.plan.settings;
        let name = [source_token.as_slice(), settings.pipeline_id.as_bytes()].concat();
        let token = hex(&settings.key.token("image", &name));
        let category = classification.category.name();
        let dicom_path =
            line.plan.file.dicom.write.then(|| format!("dicom/{category}/{}/{token}.dcm", &token[..2]));
        let encoding = line.plan.file.images.encoding();
        let n_copies = match encoding {
            Encoding::Png => FRAME_COPIES_PNG,
            Encoding::Jpeg { .. } => FRAME_COPIES_JPEG,
        };
        Images {
            line,
            instance,
            classification,
            frames: line.plan.file.images.frames.of(pixels.n_frames),
            encoding,
            frame_size: [pixels.columns, pixels.rows].map(u32::from),
            frame_bytes: frame_bytes(pixels) * n_copies,
            provenance: Provenance {
                contributor_id: settings.contributor.clone(),
                source_token,
                dicom_path,
                splits: line.plan.file.splits.of(classification.category),
                policy_id: settings.policy.id(),
                pipeline_id: settings.pipeline_id.clone(),
                taxonomy_version: settings.taxonomy.version().to_owned(),
                radmill_version: env!("CARGO_PKG_VERSION").to_owned(),
            },
            token,
        }
    }

    /// All frames, and the DICOM file if one is wanted, or none: if one fails, or `check` in the end, the files of the
    /// others are taken back.
    pub(crate) fn normalize_all(
        &self,
        check: impl FnOnce() -> Result<(), Setback>,
    ) -> Result<(Milled, Vec<ImageRow>), Setback> {
        let mut take_back = TakeBack { images: self, is_armed: true };
        let made = self.make_all().and_then(|made| check().map(|()| made));
        // A fault of the job says nothing about the instance: the same files may have rows from an earlier job, and
        // this job makes them again when it goes on.
        take_back.is_armed = !matches!(made, Ok(_) | Err(Setback::Job(_)));
        made
    }

    fn make_all(&self) -> Result<(Milled, Vec<ImageRow>), Setback> {
        let dicom = self.write_dicom()?;
        let rows: Vec<(ImageRow, ImageFile)> = if let [frame] = self.frames[..] {
            vec![self.normalize_one(frame)?]
        } else {
            let frames =
                || self.frames.par_iter().map(|&frame| self.normalize_one(frame)).collect::<Result<_, _>>();
            self.line.frame_pool.install(frames)?
        };
        let milled = self.milled(&rows, dicom);
        Ok((milled, rows.into_iter().map(|(row, _)| row).collect()))
    }

    /// Row and image of one frame.
    fn normalize_one(&self, frame_index: u32) -> Result<(ImageRow, ImageFile), Setback> {
        let _share = self.line.frame_budget.take(self.memory_of(frame_index));
        let image = normalize(
            self.instance,
            frame_index,
            self.classification.category.name(),
            &self.line.plan.settings.normalize,
        )
        .map_err(|error: ImageError| Setback::reject(Stage::Normalize, error.reason(), error))?;
        let encoded = self.encode(&image)?;
        let file = ImageFile {
            path: self.image_path(frame_index),
            offset_bytes: 0,
            length_bytes: encoded.len() as u64,
            format: self.format(),
            sha256: Sha256::digest(&encoded).into(),
        };
        let row =
            ImageRow::new(self.instance, frame_index, self.classification, &image, &file, &self.provenance)
                .map_err(|error| Setback::reject(Stage::Row, error.reason(), error))?;
        publish_deferred(&self.image_target(&file.path), &self.line.plan.staging(), |out| {
            out.write_all(&encoded)
        })
        .map_err(|error| Setback::Job(JobError::Store(error)))?;
        Ok((row, file))
    }

    /// Bytes that the frame takes at most, at the size that it gets.
    fn memory_of(&self, frame_index: u32) -> u64 {
        let geometry = &self.line.plan.settings.normalize.geometry;
        let enlargement = enlargement(self.instance, frame_index, self.frame_size, geometry);
        (self.frame_bytes as f64 * enlargement) as u64
    }

    fn encode(&self, image: &NormalizedImage) -> Result<Vec<u8>, Setback> {
        let mut encoded = Vec::new();
        match self.encoding {
            Encoding::Png => encode_png(image, &mut encoded),
            Encoding::Jpeg { quality } => encode_jpeg(image, quality, &mut encoded),
        }
        .map_err(|error| Setback::reject(Stage::Normalize, "encoding_failed", error.kind()))?;
        Ok(encoded)
    }

    fn format(&self) -> ImageFormat {
        match self.encoding {
            Encoding::Png => ImageFormat::Png,
            Encoding::Jpeg { .. } => ImageFormat::Jpeg,
        }
    }

    /// `images/CHEST/3f/3f…-0.png`: two digits of fan-out keep folders small for millions of images.
    fn image_path(&self, frame_index: u32) -> String {
        let category = self.classification.category.name();
        let extension = self.format().name();
        format!("images/{category}/{}/{}-{frame_index}.{extension}", &self.token[..2], self.token)
    }

    /// Where the image is written: below the dataset, or where it waits to be packed.
    fn image_target(&self, path: &str) -> PathBuf {
        let plan = self.line.plan;
        if plan.file.images.layout.pack_format().is_some() {
            plan.roots.unsealed(&plan.plan_id).join(path)
        } else {
            plan.outbox().join(path)
        }
    }

    /// `dicom/CHEST/3f/3f….dcm`, if the pipeline file asks for it.
    fn write_dicom(&self) -> Result<Option<DicomFile>, Setback> {
        let Some(path) = self.provenance.dicom_path.clone() else { return Ok(None) };
        let plan = self.line.plan;
        let written = dicom_file::write(self.instance, &plan.staging(), |_| plan.outbox().join(&path))?;
        Ok(Some(DicomFile { path, bytes: written.bytes }))
    }

    fn milled(&self, rows: &[(ImageRow, ImageFile)], dicom: Option<DicomFile>) -> Milled {
        let mut digest = ContentDigest::default();
        for ((_, file), frame) in rows.iter().zip(&self.frames) {
            digest.add(i32::try_from(*frame).unwrap_or(i32::MAX), &hex(&file.sha256));
        }
        Milled {
            source_token: hex(&self.provenance.source_token),
            sop_instance_uid: self.instance.sop_instance_uid().to_owned(),
            content_digest: digest.to_text(),
            category: Some(self.classification.category.name().to_owned()),
            image_bytes: rows.iter().map(|(_, file)| file.length_bytes).sum(),
            image_paths: rows.iter().map(|(_, file)| file.path.clone()).collect(),
            dicom,
            is_blank: rows.iter().all(|(row, _)| row.is_blank()),
            has_same_pixels: false,
        }
    }
}

/// Removes the files of an instance when dropped, after its rejection or a panic: the same bytes and settings never
/// gave rows, so nobody else's files have these names.
struct TakeBack<'a> {
    images: &'a Images<'a>,
    is_armed: bool,
}

impl Drop for TakeBack<'_> {
    fn drop(&mut self) {
        if self.is_armed {
            let plan = self.images.line.plan;
            let images = self.images.frames.iter().map(|frame| self.images.image_path(*frame));
            for path in images.chain(self.images.provenance.dicom_path.clone()) {
                // The first fault is the one to report; what stays behind is in no row.
                let _ = remove_published(&self.images.image_target(&path));
                let _ = plan.roots.remove(&plan.outbox(), &path);
            }
        }
    }
}
