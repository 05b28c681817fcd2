//! Judges a de-identified folder by the checks of a planted one, as the benchmark MIDI-B does.

mod folder;
mod judge;
mod sweep;
mod words;

use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::io;
use std::path::Path;

use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::check::{Action, Check};
use crate::data_set::{DataSet, Value};
use crate::read::read_file;
use folder::Folder;
pub(crate) use folder::in_parallel;

/// Old identifier to new one.
pub type Map = HashMap<String, String>;

/// What the de-identifier says it replaced.
#[derive(Clone, Default)]
pub struct Maps {
    /// Patient IDs.
    pub patients: Map,
    /// UIDs.
    pub uids: Map,
}

/// Passed and failed checks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Tally {
    /// Checks that hold.
    pub passed: u64,
    /// Checks that do not.
    pub failed: u64,
}

/// How a de-identified folder fares.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Score {
    /// All checks.
    pub total: Tally,
    /// By action, in the order of [`Action::ALL`].
    pub by_action: Vec<(Action, Tally)>,
    /// By category, then subcategory.
    pub by_category: BTreeMap<String, BTreeMap<String, Tally>>,
    /// Planted files.
    pub n_files: u64,
    /// Planted files without a result.
    pub n_files_missing: u64,
    /// Files of the folder that are no DICOM.
    pub n_files_unreadable: u64,
    /// Checks that do not hold.
    #[serde(skip)]
    pub failures: Vec<Failure>,
    /// Planted identifiers found where no check looks for them.
    #[serde(skip)]
    pub strays: Vec<Stray>,
}

/// A check that does not hold.
#[derive(Clone, Debug, Serialize)]
pub struct Failure {
    /// Why: `words_left`, `tag_missing` and so on.
    pub fault: &'static str,
    /// The text that stands there instead, if all that stood there before was planted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub found: Option<String>,
    /// The check.
    #[serde(flatten)]
    pub check: Check,
}

/// A planted identifier somewhere in a result.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Stray {
    /// Path of the planted file.
    pub file: String,
    /// Where in its result.
    pub tag: String,
    /// The check whose identifier it is.
    pub check: u64,
}

impl Tally {
    /// Passed / (passed + failed); 1 where there is nothing to check.
    pub fn share(self) -> f64 {
        let n = self.passed + self.failed;
        if n == 0 { 1.0 } else { self.passed as f64 / n as f64 }
    }

    fn count(&mut self, holds: bool) {
        if holds {
            self.passed += 1;
        } else {
            self.failed += 1;
        }
    }
}

impl Maps {
    /// Reads two CSV files with the header `id_old,id_new`.
    pub fn read(patients: &Path, uids: &Path) -> io::Result<Maps> {
        Ok(Maps { patients: read_map(patients)?, uids: read_map(uids)? })
    }
}

fn read_map(path: &Path) -> io::Result<Map> {
    let mut reader = csv::Reader::from_path(path)?;
    if reader.headers()? != vec!["id_old", "id_new"] {
        return Err(io::Error::other("the header is not id_old,id_new"));
    }
    reader.deserialize().map(|row| row.map_err(io::Error::other)).collect()
}

/// Judges `folder` by those checks that are for `policy`.
///
/// Fails on what reading the folder fails on.
pub fn score(folder: &Path, checks: &[Check], maps: &Maps, policy: &str) -> io::Result<Score> {
    let results = Folder::read(folder)?;
    let mut by_file: BTreeMap<&str, Vec<&Check>> = BTreeMap::new();
    for check in checks.iter().filter(|check| is_for(check, policy)) {
        by_file.entry(&check.file).or_default().push(check);
    }
    let files: Vec<Vec<&Check>> = by_file.into_values().collect();
    let judged = in_parallel(&files, |checks| judge_file(checks, &results, maps))?;
    let mut score = Score {
        by_action: Action::ALL.map(|action| (action, Tally::default())).to_vec(),
        n_files: files.len() as u64,
        n_files_unreadable: results.n_unreadable as u64,
        ..Score::default()
    };
    for (checks, judged) in files.iter().zip(judged) {
        score.n_files_missing += u64::from(judged.is_missing);
        score.strays.extend(judged.strays);
        for (&check, fault) in checks.iter().zip(judged.faults) {
            score.count(check, fault);
        }
    }
    Ok(score)
}

/// `research+clean_structured_content` asks for all that `research` asks for, and more.
fn is_for(check: &Check, policy: &str) -> bool {
    let preset = policy.split('+').next();
    check.policies.iter().any(|known| known == policy || Some(known.as_str()) == preset)
}

struct Judged {
    is_missing: bool,
    faults: Vec<Option<(judge::Fault, Option<String>)>>,
    strays: Vec<Stray>,
}

/// All checks of one file, which are not empty.
fn judge_file(checks: &[&Check], results: &Folder, maps: &Maps) -> io::Result<Judged> {
    let old = &checks[0].sop_instance_uid;
    let path = results.files.get(maps.uids.get(old).unwrap_or(old));
    let file = match path {
        Some(path) => read_file(&fs::read(path)?).ok(),
        None => None,
    };
    let faults = checks.iter().map(|&check| {
        let fault = judge::judge(check, file.as_ref(), maps).err()?;
        let file = file.as_ref().filter(|_| check.planted && is_about_text(check.action));
        Some((fault, file.and_then(|file| judge::found(check, file))))
    });
    let faults = faults.collect();
    let strays = file.as_ref().map(|file| sweep::sweep(checks, file)).unwrap_or_default();
    let stray = |(check, tag)| Stray { file: checks[0].file.clone(), tag, check };
    Ok(Judged { is_missing: file.is_none(), faults, strays: strays.into_iter().map(stray).collect() })
}

fn is_about_text(action: Action) -> bool {
    matches!(action, Action::TextRetained | Action::TextRemoved | Action::TextNotnull)
}

impl Score {
    fn count(&mut self, check: &Check, fault: Option<(judge::Fault, Option<String>)>) {
        let holds = fault.is_none();
        self.total.count(holds);
        for (_, tally) in self.by_action.iter_mut().filter(|(action, _)| *action == check.action) {
            tally.count(holds);
        }
        let category = self.by_category.entry(check.category.clone()).or_default();
        category.entry(check.subcategory.clone()).or_default().count(holds);
        if let Some((fault, found)) = fault {
            self.failures.push(Failure { fault: fault.name(), found, check: check.clone() });
        }
    }
}

/// SHA-256 over the bytes of Pixel Data (7FE0,0010): the value, or all fragments one after the other.
pub(crate) fn pixel_digest(data: &DataSet) -> Option<Vec<u8>> {
    let mut hash = Sha256::new();
    match &data.element((0x7fe0, 0x0010))?.value {
        Value::Bytes(bytes) => update_padded(&mut hash, bytes),
        Value::Fragments(fragments) => {
            fragments.iter().for_each(|fragment| update_padded(&mut hash, fragment));
        }
        Value::Items { .. } => return None,
    }
    Some(hash.finalize().to_vec())
}

/// As it is written: of even length.
fn update_padded(hash: &mut Sha256, bytes: &[u8]) {
    hash.update(bytes);
    if !bytes.len().is_multiple_of(2) {
        hash.update([0]);
    }
}
