//! A corpus of any size with the shares of a hospital's archive, for benches.

use std::num::NonZero;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::{fs, io, thread};

use crate::file::{Draft, SynthFile};
use crate::fixtures::{CT_12, CT_16_SIGNED, base, grey, inverted};
use crate::key::AnswerKey;
use crate::phantom::{Pose, Scene};
use crate::plan::{BodyPart, Kind, Oddity, Patient, Pixels, Plan, Syntax};
use crate::rng::Rng;
use crate::text::Charset;

/// What a corpus is to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CorpusOptions {
    /// Everything follows from it.
    pub seed: u64,
    /// Files to write.
    pub n_files: usize,
    /// Sides of the images are divided by this: 1 for true sizes (CT 512, radiographs 2 000 to 3 000), 4 for tests.
    pub shrink: usize,
    /// Which modalities, and how many of each.
    pub mix: Mix,
}

/// Shares of the modalities; they need not add up to anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mix {
    /// CT of head, chest, abdomen, heart and neck, 512 by 512.
    pub ct: u32,
    /// MR of brain, spine, knee and heart, 256 by 256.
    pub mr: u32,
    /// CR and DX, 2 000 to 3 000 pixels a side.
    pub radiograph: u32,
    /// Ultrasound cine, 30 frames of JPEG.
    pub ultrasound: u32,
    /// Mammograms, 4096 by 3328.
    pub mammogram: u32,
}

impl Mix {
    /// As an archive of a general hospital holds them, counted in files.
    pub const HOSPITAL: Mix = Mix { ct: 650, mr: 240, radiograph: 65, ultrasound: 35, mammogram: 10 };
}

/// Writes a corpus below `folder` and its key beside it ([`AnswerKey::path_for`]).
///
/// Works on all cores; which files there are and what is in them does not depend on how many these are.
/// Fails if the folder is there and not empty, or on what writing fails on.
pub fn write_corpus(options: &CorpusOptions, folder: &Path) -> io::Result<AnswerKey> {
    if folder.is_dir() && fs::read_dir(folder)?.next().is_some() {
        return Err(io::Error::new(io::ErrorKind::AlreadyExists, "the folder for the corpus is not empty"));
    }
    let plans = plans(options);
    let n_threads = thread::available_parallelism().map_or(1, NonZero::get);
    let next = AtomicUsize::new(0);
    let work = || {
        let mut keys = Vec::new();
        while let Some(plan) = plans.get(next.fetch_add(1, Ordering::Relaxed)) {
            let file = Draft::new(plan, options.seed).finish();
            write_file(folder, &file)?;
            keys.push(file.key);
        }
        io::Result::Ok(keys)
    };
    let files = thread::scope(|scope| {
        let workers: Vec<_> = (0..n_threads).map(|_| scope.spawn(work)).collect();
        let results = workers.into_iter().map(|worker| match worker.join() {
            Ok(keys) => keys,
            Err(panic) => std::panic::resume_unwind(panic),
        });
        results.collect::<io::Result<Vec<_>>>()
    })?;
    write_key(folder, options.seed, files.concat())
}

/// Writes one file below the folder, making the folders between.
pub(crate) fn write_file(folder: &Path, file: &SynthFile) -> io::Result<()> {
    let path = folder.join(&file.key.path);
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent)?;
    }
    fs::write(path, &file.bytes)
}

/// Writes the key beside the folder.
pub(crate) fn write_key(folder: &Path, seed: u64, mut files: Vec<crate::FileKey>) -> io::Result<AnswerKey> {
    files.sort_by(|a, b| a.path.cmp(&b.path));
    let key = AnswerKey { version: 1, seed, files };
    fs::create_dir_all(folder)?;
    fs::write(AnswerKey::path_for(folder), key.to_json())?;
    Ok(key)
}

/// Series after series until there are enough files; each modality gets its share.
pub(crate) fn plans(options: &CorpusOptions) -> Vec<Plan> {
    let Mix { ct, mr, radiograph, ultrasound, mammogram } = options.mix;
    let shares = [ct, mr, radiograph, ultrasound, mammogram].map(u64::from);
    let total = shares.iter().sum::<u64>().max(1);
    let mut plans: Vec<Plan> = Vec::with_capacity(options.n_files);
    let mut made = [0_usize; 5];
    let mut n_series = 0;
    while plans.len() < options.n_files && shares.iter().any(|&share| share > 0) {
        // The modality that is furthest behind its share is next.
        let behind = |m: usize| shares[m] * (plans.len() as u64 + 1) / total;
        let next = (0..5)
            .filter(|&m| shares[m] > 0)
            .max_by_key(|&m| (behind(m) as i64 - made[m] as i64, shares[m]))
            .unwrap_or(0);
        let mut rng = Rng::new(options.seed, &format!("series {n_series}"));
        let length = [4 + rng.below(12), 3 + rng.below(9), 1 + rng.below(2), 1, 1][next];
        let length = length.min(options.n_files - plans.len());
        let template = template(next, n_series, options, &mut rng);
        for number in 1..=length {
            let phase = (number as f32 - 0.5) / length as f32;
            plans.push(Plan {
                number,
                path: format!(
                    "{}/IM{number:05}{}",
                    template.path,
                    if n_series % 3 == 0 { "" } else { ".dcm" }
                ),
                pose: Pose { phase, ..template.pose },
                ..template.clone()
            });
        }
        made[next] += length;
        n_series += 1;
    }
    plans
}

/// Name of the region, category, Body Part Examined, scene.
type Region = (&'static str, &'static str, &'static str, Scene);

const CT_REGIONS: [Region; 5] = [
    ("CT CHEST W CONTRAST", "CHEST", "CHEST", Scene::ChestCt),
    ("CT ABDOMEN PELVIS", "ABDOMEN", "ABDOMEN", Scene::AbdomenCt),
    ("CT HEAD WO", "BRAIN", "HEAD", Scene::HeadCt),
    ("CT SOFT TISSUE NECK", "NECK", "NECK", Scene::NeckCt),
    ("CT CORONARY ANGIO", "HEART", "HEART", Scene::HeartCt),
];
const MR_REGIONS: [Region; 5] = [
    ("MRI BRAIN", "BRAIN", "BRAIN", Scene::BrainMr),
    ("MRI LUMBAR SPINE", "SPINE", "LSPINE", Scene::SpineMr),
    ("MRI KNEE", "EXTREMITY", "KNEE", Scene::KneeMr),
    ("MRI BREAST BILATERAL", "BREAST", "BREAST", Scene::BreastMr),
    ("MRI CARDIAC FUNCTION", "HEART", "HEART", Scene::HeartMr),
];
const RADIOGRAPH_REGIONS: [Region; 6] = [
    ("XR CHEST PA", "CHEST", "CHEST", Scene::ChestFrontal),
    ("XR HAND", "EXTREMITY", "HAND", Scene::Hand),
    ("XR BONY PELVIS", "BONE", "PELVIS", Scene::Pelvis),
    ("XR KNEE", "EXTREMITY", "KNEE", Scene::Knee),
    ("XR ABDOMEN", "ABDOMEN", "ABDOMEN", Scene::AbdomenPlain),
    ("XR CERVICAL SPINE LATERAL", "SPINE", "CSPINE", Scene::NeckSpineLateral),
];
const ULTRASOUND_REGIONS: [Region; 2] = [
    ("US ECHOCARDIOGRAM", "HEART", "HEART", Scene::Echo),
    ("US ABDOMEN COMPLETE", "ABDOMEN", "ABDOMEN", Scene::AbdomenUs),
];
const MAMMOGRAM_REGIONS: [Region; 1] = [("MAMMO SCREENING", "BREAST", "BREAST", Scene::Mammogram)];

const CHARSETS: [Charset; 8] = [
    Charset::Ascii,
    Charset::Latin1,
    Charset::Utf8,
    Charset::Latin1,
    Charset::Japanese,
    Charset::Gb18030,
    Charset::Cyrillic,
    Charset::Korean,
];

/// What all files of a series have in common.
fn template(modality: usize, n_series: usize, options: &CorpusOptions, rng: &mut Rng) -> Plan {
    let n_patients = (options.n_files / 4).max(3);
    let index = 1000 + rng.below(n_patients);
    // Women have even numbers.
    let index = if modality == 4 { index.next_multiple_of(2) } else { index };
    let patient = Patient {
        index,
        charset: CHARSETS[index % CHARSETS.len()],
        sex: if index.is_multiple_of(2) { "F" } else { "M" },
        born: (1935 + index % 60, 1935 + index % 60),
    };
    let regions: &[Region] =
        [&CT_REGIONS[..], &MR_REGIONS, &RADIOGRAPH_REGIONS, &ULTRASOUND_REGIONS, &MAMMOGRAM_REGIONS]
            [modality];
    let region = rng.below(regions.len());
    let (text, category, body_part, scene) = regions[region];
    // A patient's series with one modality and one region are one study.
    let study = modality * 8 + region;
    let (kind, rows, columns, pixels) = match modality {
        0 => (Kind::Ct, 512, 512, if n_series.is_multiple_of(2) { CT_12 } else { CT_16_SIGNED }),
        1 => (Kind::Mr, 256, 256, grey(12)),
        2 => {
            let kind = if n_series.is_multiple_of(3) { Kind::Cr } else { Kind::Dx };
            let pixels = if n_series.is_multiple_of(4) { inverted(12) } else { grey(12) };
            if n_series.is_multiple_of(2) { (kind, 2500, 2048, pixels) } else { (kind, 3000, 3000, pixels) }
        }
        3 => (Kind::UsCine, 600, 800, Pixels::Ybr422),
        _ => (Kind::Mg, 4096, 3328, grey(12)),
    };
    let lossless =
        [Syntax::ExplicitLittle, Syntax::JpegLossless, Syntax::JpegLs, Syntax::ImplicitLittle, Syntax::Rle];
    let syntax = if modality == 3 { Syntax::JpegBaseline } else { *rng.pick(&lossless) };
    let oddities: &'static [Oddity] = match n_series % 5 {
        0 => &[Oddity::UndefinedLengths],
        1 => &[Oddity::Icon],
        2 => &[Oddity::Overlay, Oddity::PreambleText],
        _ => &[],
    };
    let shrink = options.shrink.max(1);
    Plan {
        path: format!("P{index:06}/ST{study:03}/SE{n_series:05}"),
        about: "corpus".to_owned(),
        study,
        series: n_series,
        rows: (rows / shrink).max(16),
        columns: (columns / shrink).max(16),
        n_frames: if modality == 3 { 30 } else { 1 },
        pose: Pose { phase: 0.5, mirrored: modality == 4 && n_series.is_multiple_of(2) },
        pixels,
        syntax,
        body_part: if n_series.is_multiple_of(5) { BodyPart::Empty } else { BodyPart::Is(body_part) },
        study_text: text,
        series_text: text,
        protocol: text,
        oddities,
        ..base(patient, kind, scene, category, 0)
    }
}
