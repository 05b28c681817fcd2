//! Public DICOM files of many makers, where they are at hand.

use std::fs;
use std::path::{Path, PathBuf};

use radmill_dicom::{Limits, parse};

use super::*;
use crate::apply::trim_text;
use crate::private::table::known_creator;
use crate::registered_uid::is_registered_uid;
use crate::rules::Treatment;
use crate::value::is_free_text;
use crate::{BurnedIn, Documents, Policy, PolicyOptions, Preset, deidentify};

#[test]
fn nothing_identifying_of_real_files_survives() {
    check(&Policy::basic().with_burned_in(BurnedIn::Allow), 8);
}

/// Text in pixels and documents are not what is looked at here.
#[test]
fn nothing_identifying_of_real_files_survives_as_research_has_it() {
    let policy = Policy::new(&PolicyOptions {
        preset: Preset::Research,
        options: Vec::new(),
        overrides: Vec::new(),
        burned_in: BurnedIn::Allow,
        documents: Documents::Allow,
    });
    check(&policy.unwrap(), 9);
}

/// De-identifies all files; of ten, `of_ten` must not be refused.
fn check(policy: &Policy, of_ten: i32) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/dicom/dev");
    if !root.is_dir() {
        println!("skipped: the real files are not here");
        return;
    }
    let limits = Limits {
        file_bytes_max: 1 << 30,
        nesting_depth_max: 32,
        elements_max: 1_000_000,
        element_bytes_max: 1 << 30,
        frames_max: 100_000,
        frame_bytes_max: 1 << 30,
        decoded_bytes_max: 1 << 32,
        inflated_bytes_max: 1 << 30,
    };
    let (mut n_parsed, mut n_deidentified) = (0, 0);
    let mut refusals = std::collections::BTreeMap::new();
    let mut actions = std::collections::BTreeMap::new();
    let mut files = Vec::new();
    list_files(&root, &mut files);
    for path in files {
        let Ok(parsed) = parse(Bytes::from(fs::read(&path).unwrap()), &limits) else { continue };
        n_parsed += 1;
        let secrets = Secrets::of(&parsed.data);
        match deidentify(parsed, policy, &key()) {
            Ok(output) => {
                n_deidentified += 1;
                for (name, n) in output.actions().iter() {
                    *actions.entry(name).or_insert(0) += n;
                }
                secrets.assert_absent(&output.data, policy, &path);
            }
            Err(refusal) => *refusals.entry(refusal.reason()).or_insert(0) += 1,
        }
    }
    println!("{n_parsed} parsed, {n_deidentified} de-identified, refused: {refusals:?}");
    println!("elements: {actions:?}");
    assert_eq!(n_parsed, n_deidentified + refusals.values().sum::<i32>());
    assert!(n_deidentified * 10 >= n_parsed * of_ten, "most real files can be de-identified");
}

fn list_files(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { list_files(&path, files) } else { files.push(path) }
    }
}

/// Values of the source that must not be found again; shorter ones are found by chance.
#[derive(Default)]
struct Secrets {
    names_and_ids: Vec<String>,
    creators: Vec<String>,
    uids: Vec<String>,
}

impl Secrets {
    fn of(data: &DataSet) -> Secrets {
        let mut secrets = Secrets::default();
        visit_elements(data, &mut |element, level| {
            let is_creator = element.tag.0 % 2 == 1 && (0x10..=0xFF).contains(&element.tag.1);
            let decoded = level.character_set().decode(element.bytes());
            let values = decoded.split('\\').map(trim_text).filter(|value| value.chars().count() >= 5);
            if element.vr == VR::UI {
                secrets.uids.extend(values.filter(|uid| !is_registered_uid(uid)).map(str::to_owned));
            } else if element.vr == VR::PN || element.tag == tags::PATIENT_ID {
                secrets.names_and_ids.extend(values.map(str::to_lowercase));
            } else if is_creator {
                let unknown = values.filter(|creator| known_creator(creator).is_none());
                secrets.creators.extend(unknown.map(str::to_lowercase));
            }
        });
        secrets
    }

    fn assert_absent(&self, data: &DataSet, policy: &Policy, path: &Path) {
        visit_elements(data, &mut |element, level| {
            if crate::claims::CLAIM_TAGS.contains(&element.tag) {
                return;
            }
            let is_private = element.tag.0 % 2 == 1;
            let is_kept = is_private || policy.rule(element.tag).treatment == Treatment::Keep;
            let value = level.character_set().decode(element.bytes()).to_lowercase();
            let assert_absent = |secrets: &[String], excused: bool| {
                let found = !excused && secrets.iter().any(|secret| value.contains(secret));
                assert!(!found, "{element:?} of {}", path.display());
            };
            // Numbers and codes can equal an identifier by chance; they have no room for more.
            let is_number_or_code = is_kept && matches!(element.vr, VR::CS | VR::DS | VR::IS);
            assert_absent(&self.names_and_ids, is_number_or_code);
            // A creator such as "SIEMENS" is the maker's name, too, and that is kept.
            assert_absent(&self.creators, is_kept && (is_number_or_code || is_free_text(element.vr)));
            assert_absent(&self.uids, is_kept && !is_private && element.vr == VR::UI);
        });
    }
}
