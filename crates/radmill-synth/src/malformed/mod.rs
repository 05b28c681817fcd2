//! The broken, hostile and foreign files of `fixtures/dicom/malformed`: each has one thing wrong.

mod attributes;
mod bombs;
mod foreign;
mod structure;

use crate::file::{Draft, SynthFile};
use crate::fixtures::{FIXTURE_SEED, base};
use crate::key::Outcome;
use crate::phantom::Scene;
use crate::plan::{BodyPart, Kind, Patient, Plan};
use crate::text::Charset;

const PIXEL_DATA: (u16, u16) = (0x7fe0, 0x0010);

/// All of them.
pub(crate) fn malformed() -> Vec<SynthFile> {
    let mut files = Vec::new();
    structure::structure(&mut files);
    structure::streams(&mut files);
    bombs::bombs(&mut files);
    attributes::attributes(&mut files);
    attributes::duplicates(&mut files);
    foreign::other_objects(&mut files);
    foreign::no_dicom(&mut files);
    files
}

/// A small good MR image to break.
fn draft(name: &str, about: &str, change: impl FnOnce(&mut Plan)) -> Draft {
    let patient = Patient { index: 20, charset: Charset::Ascii, sex: "M", born: (1970, 1971) };
    // Each file is a series of its own, so that no two have the same SOP Instance UID.
    let series = name.bytes().fold(0_usize, |sum, byte| (sum * 31 + usize::from(byte)) % 1_000_000);
    let mut plan = Plan {
        path: format!("malformed/{name}"),
        about: about.to_owned(),
        series,
        body_part: BodyPart::Is("BRAIN"),
        study_text: "MR brain",
        series_text: "T2 tra",
        protocol: "BRAIN",
        ..base(patient, Kind::Mr, Scene::BrainMr, "BRAIN", 32)
    };
    change(&mut plan);
    Draft::new(&plan, FIXTURE_SEED)
}

fn rejected(mut draft: Draft, reasons: &[&str]) -> Draft {
    draft.key.outcome = Outcome::Rejected;
    draft.key.reasons = reasons.iter().map(|&reason| reason.to_owned()).collect();
    draft.key.pixel_sha256 = String::new();
    draft
}

fn set_syntax(draft: &mut Draft, uid: &str) {
    if let Some(meta) = &mut draft.meta {
        meta.text((0x0002, 0x0010), b"UI", uid);
    }
    draft.key.transfer_syntax = uid.to_owned();
}
