//! Jobs without files, for measuring how a dataset grows: only the map is left out. Its segments are written from rows
//! that resemble those of a few real sources; listing, ledger, settling, merging and commit are those of any job.

use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use radmill_manifest::{ImageRow, SyntheticImage};
use radmill_store::{Listing, Source, list_sources, read_source};
use sha2::{Digest, Sha256};

use crate::crosswalk::Replacements;
use crate::key::hex;
use crate::line::Line;
use crate::outcome::{Milled, Outcome, SourceRecord};
use crate::plan::Plan;
use crate::segment::{self, Content};
use crate::settle::ContentDigest;
use crate::{JobError, PlanOptions};

/// A job whose sources are counted and not read. Each gives one image, and no two the same.
pub struct SyntheticJob {
    plan: Plan,
}

/// Images of a patient, of a study and of a series: about what a hospital has that mostly does CT.
const PER_PATIENT: u64 = 320;
const PER_STUDY: u64 = 160;
const PER_SERIES: u64 = 40;

impl SyntheticJob {
    /// Plans a job of the sources with these numbers; `options.input` need not exist and stands for where they are.
    pub fn new(options: &PlanOptions, numbers: Range<u64>) -> Result<SyntheticJob, JobError> {
        let sources = numbers.map(|number| {
            let path = format!("{:06}/{number:010}.dcm", number / PER_PATIENT);
            Source::file(PathBuf::from(path), 150_000, 1)
        });
        let listing = || {
            let mut listing = Listing::new(PathBuf::new());
            listing.sources.extend(sources);
            Ok(listing)
        };
        Ok(SyntheticJob { plan: Plan::with_listing(options, &AtomicBool::new(false), listing)? })
    }

    /// The job, to be run.
    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    /// Writes all segments as the map would have done, on all threads. The images of the files in `templates`, which
    /// the rows are to resemble, are written below the target, and no row names them.
    pub fn fill(&self, templates: &Path) -> Result<(), JobError> {
        let templates = self.templates(templates)?;
        let segments = self.plan.segments();
        let next = AtomicUsize::new(0);
        let fault = Mutex::new(None);
        std::thread::scope(|scope| {
            for _ in 0..self.plan.n_threads {
                scope.spawn(|| {
                    while let Some(range) = segments.get(next.fetch_add(1, Ordering::Relaxed)) {
                        if let Err(error) = self.fill_segment(range, &segments, &templates) {
                            fault
                                .lock()
                                .unwrap_or_else(std::sync::PoisonError::into_inner)
                                .get_or_insert(error);
                            return;
                        }
                    }
                });
            }
        });
        fault.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner).map_or(Ok(()), Err)
    }

    /// The rows of real files, one of each.
    fn templates(&self, folder: &Path) -> Result<Vec<ImageRow>, JobError> {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build();
        let pool = pool.map_err(|error| JobError::Internal(error.to_string()))?;
        let line = Line::new(&self.plan, &pool);
        let listing = list_sources(folder).map_err(JobError::Source)?;
        let mut rows = Vec::new();
        for source in &listing.sources {
            let path = listing.root.join(&source.relative);
            if let Ok(bytes) = read_source(&path, source.bytes, 1 << 30)
                && let Ok(mapped) = line.take(bytes, &mut None)
            {
                rows.extend(mapped.rows.into_iter().next());
            }
        }
        if rows.is_empty() {
            return Err(JobError::Internal("none of the templates gives an image".to_owned()));
        }
        Ok(rows)
    }

    fn fill_segment(
        &self,
        range: &Range<usize>,
        segments: &[Range<usize>],
        templates: &[ImageRow],
    ) -> Result<(), JobError> {
        let index = segments.partition_point(|segment| segment.start < range.start);
        let folder = self.plan.roots.segments(&self.plan.plan_id);
        if segment::is_complete(&folder, index) {
            return Ok(());
        }
        let (mut records, mut rows) = (Vec::new(), Vec::new());
        for source in self.plan.listing.sources.range(range.clone()) {
            let (record, row) = made_of(&source, templates);
            records.push(record);
            rows.push(row);
        }
        segment::write(
            &self.plan.roots,
            &self.plan.outbox(),
            &folder,
            index,
            &Content { records, rows, replacements: Replacements::default() },
        )
    }
}

fn made_of(source: &Source, templates: &[ImageRow]) -> (SourceRecord, ImageRow) {
    let name = segment::path_text(&source.relative);
    let digits = name.rsplit('/').next().and_then(|name| name.strip_suffix(".dcm"));
    let number: u64 = digits.and_then(|digits| digits.parse().ok()).unwrap_or_default();
    let series = digest("series", number / PER_SERIES);
    let template = &templates[usize::from(u16::from_be_bytes([series[0], series[1]])) % templates.len()];
    let image = synthetic_image(number, template);
    let mut content = ContentDigest::default();
    content.add(0, &image.image_sha256);
    let milled = Milled {
        source_token: image.source_token.clone(),
        sop_instance_uid: image.sop_instance_uid.clone(),
        content_digest: content.to_text(),
        category: Some(template.category().name().to_owned()),
        image_bytes: 100_000,
        image_paths: vec![image.image_path.clone()],
        dicom: None,
        is_blank: false,
        has_same_pixels: false,
    };
    let row = template.like(&image);
    let patient = Some(image.patient_id);
    (SourceRecord { source: name, bytes: source.bytes, patient, outcome: Outcome::Milled(milled) }, row)
}

fn synthetic_image(number: u64, template: &ImageRow) -> SyntheticImage {
    let token = hex(&digest("image", number)[..16]);
    let category = template.category().name();
    SyntheticImage {
        patient_id: hex(&digest("patient", number / PER_PATIENT)[..16]),
        study_instance_uid: uid("study", number / PER_STUDY),
        series_instance_uid: uid("series", number / PER_SERIES),
        sop_instance_uid: uid("instance", number),
        instance_number: i32::try_from(number % PER_SERIES).unwrap_or(0) + 1,
        source_token: hex(&digest("source", number)[..16]),
        image_path: format!("images/{category}/{}/{token}-0.png", &token[..2]),
        image_sha256: hex(&digest("bytes", number)),
        noise: f64::from(digest("noise", number)[0]) / 256.0,
    }
}

fn digest(what: &str, number: u64) -> [u8; 32] {
    Sha256::digest(format!("{what} {number}")).into()
}

fn uid(what: &str, number: u64) -> String {
    let digest = digest(what, number);
    format!("2.25.{}", u128::from_be_bytes(std::array::from_fn(|index| digest[index])))
}
