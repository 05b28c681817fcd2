//! Takes patients out of the records in the private root: segments, ledgers, quarantine, crosswalk, lists of instances.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use radmill_store::{
    DatasetRoots, files_in, folders_in, for_each_file_below, remove_folder, remove_published,
};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::files::Named;
use crate::JobError;
use crate::crosswalk::Pair;
use crate::ledger::{Entry, Ledger, pending_path};
use crate::outcome::{Outcome, SourceRecord};
use crate::records::{publish_lines, read_lines, read_lines_after};
use crate::segment;
use crate::settle::HeldInstance;

/// Who withdraws.
pub(super) struct Leaving<'a> {
    /// Pseudonyms.
    pub(super) patients: &'a HashSet<String>,
    /// Record numbers, as far as they are known: a source that could not be read has nothing but its path.
    pub(super) numbers: &'a [String],
}

impl Leaving<'_> {
    /// True if a source with this path, and of this patient if that is known, is theirs.
    fn has_source(&self, patient: Option<&str>, path: &str) -> bool {
        match patient {
            Some(patient) => self.patients.contains(patient),
            None => self.numbers.iter().any(|number| path.contains(number.as_str())),
        }
    }

    fn has_record(&self, record: &SourceRecord) -> bool {
        self.has_source(record.patient.as_deref(), &record.source)
    }

    fn has_entry(&self, entry: &Entry) -> bool {
        self.has_source(entry.patient.as_deref(), &entry.source)
    }
}

/// Removes every line and segment. What remaining segments name below the dataset root is added to `named`.
/// Gives the number of lines.
pub(super) fn expunge(
    roots: &DatasetRoots,
    leaving: &Leaving<'_>,
    named: &mut Named,
) -> Result<u64, JobError> {
    let ledgers = files_in(&roots.ledgers(), "jsonl")?;
    let mut n_lines = forget_instances(roots, leaving, &ledgers)?;
    for job in folders_in(&roots.private.join("segments"))? {
        expunge_segments(&job, leaving, named)?;
        n_lines += expunge_crosswalk(&segment::crosswalk_folder(&job), leaving)?;
        n_lines += expunge_ledger(&pending_path(&job), leaving)?;
    }
    for ledger in &ledgers {
        n_lines += expunge_ledger(ledger, leaving)?;
    }
    for path in files_in(&roots.private.join("quarantine"), "jsonl")? {
        n_lines += without(&path, &mut |record: &SourceRecord| leaving.has_record(record))?;
    }
    for job in folders_in(&roots.crosswalk())? {
        n_lines += expunge_crosswalk(&job, leaving)?;
    }
    remove_folder(&roots.private.join("crosswalk.merging"))?;
    Ok(n_lines)
}

/// The lists of instances name sources by their tokens; whose those are, files and ledgers know. They go first.
fn forget_instances(
    roots: &DatasetRoots,
    leaving: &Leaving<'_>,
    ledgers: &[PathBuf],
) -> Result<u64, JobError> {
    let lists = files_in(&roots.instances(), "jsonl")?;
    if lists.is_empty() {
        return Ok(0);
    }
    let mut theirs = HashSet::new();
    for patient in leaving.patients {
        for_each_file_below(&roots.dataset.join(patient), &mut |path| {
            theirs.extend(path.file_stem().and_then(|stem| stem.to_str()).map(str::to_owned));
            Ok(())
        })?;
    }
    for path in ledgers {
        for entry in read_lines_after::<Entry>(path, 1)? {
            let entry = entry?;
            if leaving.has_entry(&entry) {
                theirs.extend(entry.instance);
            }
        }
    }
    let mut n_lines = 0;
    for list in lists {
        n_lines += without(&list, &mut |held: &HeldInstance| theirs.contains(held.sop_instance_uid()))?;
    }
    Ok(n_lines)
}

/// A segment with anything of theirs is not finished any more; so are files that are none of a finished segment.
fn expunge_segments(job: &Path, leaving: &Leaving<'_>, named: &mut Named) -> Result<(), JobError> {
    let plan_id = job.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    let mut finished = HashSet::new();
    for path in files_in(job, "jsonl")? {
        let Some(stem) = segment::stem_of_records(&path) else { continue };
        let records = read_lines::<SourceRecord>(&path)?.collect::<Result<Vec<_>, _>>()?;
        let is_theirs = |record: &SourceRecord| match (&record.outcome, &record.patient) {
            // Of an earlier version, which did not note whose it is.
            (Outcome::Milled(_), None) => true,
            _ => leaving.has_record(record),
        };
        if records.iter().any(is_theirs) {
            remove_published(&path)?;
            continue;
        }
        records.iter().for_each(|record| name_files(record, plan_id, named));
        finished.insert(stem);
    }
    for path in files_in(job, "parquet")? {
        if !segment::stem_of_rows(&path).is_some_and(|stem| finished.contains(&stem)) {
            remove_published(&path)?;
        }
    }
    // What a seal that was interrupted had in work is made anew.
    for folder in folders_in(job)?.into_iter().filter(|folder| *folder != segment::crosswalk_folder(job)) {
        remove_folder(&folder)?;
    }
    Ok(())
}

/// The files of a source, wherever the kind of job and the layout put them until the job is done.
fn name_files(record: &SourceRecord, plan_id: &str, named: &mut Named) {
    let Outcome::Milled(milled) = &record.outcome else { return };
    for path in milled.image_paths.iter().chain(milled.dicom.iter().map(|dicom| &dicom.path)) {
        named.add(path);
        named.add(&format!(".unsealed/{plan_id}/{path}"));
    }
    let token = &milled.source_token;
    named.add(&format!(".unsealed/{plan_id}/{}/{token}.dcm", token.get(..2).unwrap_or_default()));
}

fn expunge_crosswalk(folder: &Path, leaving: &Leaving<'_>) -> Result<u64, JobError> {
    let mut n_lines = 0;
    for extension in ["patients", "uids"] {
        for part in files_in(folder, extension)? {
            n_lines += without(&part, &mut |pair: &Pair| {
                leaving.patients.contains(&pair.1) || leaving.patients.contains(&pair.2)
            })?;
        }
    }
    Ok(n_lines)
}

/// The header stays, because the number of jobs in it goes into the names of later ones. The path of the input goes
/// with the last source: a folder may be named after its patient.
fn expunge_ledger(path: &Path, leaving: &Leaving<'_>) -> Result<u64, JobError> {
    let Some(mut header) = Ledger::header_in(path)? else { return Ok(0) };
    let n_unlisted = header.unlisted.len();
    header.unlisted.retain(|unlisted| !leaving.has_source(None, &unlisted.source));
    let (mut n_gone, mut n_stay) = ((n_unlisted - header.unlisted.len()) as u64, header.unlisted.len());
    for entry in read_lines_after::<Entry>(path, 1)? {
        if leaving.has_entry(&entry?) {
            n_gone += 1;
        } else {
            n_stay += 1;
        }
    }
    if n_gone == 0 {
        return Ok(0);
    }
    // An archive may be named after its patient; the next job lists its members again.
    header.archives.clear();
    if n_stay == 0 {
        header.way.input.clear();
    }
    publish_lines(path, |out| {
        out.write(&header)?;
        for entry in read_lines_after::<Entry>(path, 1)? {
            let entry = entry?;
            if !leaving.has_entry(&entry) {
                out.write(&entry)?;
            }
        }
        Ok(())
    })?;
    Ok(n_gone)
}

/// Writes a file of lines anew without some of them, unless it has none of them. Gives their number.
fn without<T: Serialize + DeserializeOwned>(
    path: &Path,
    goes: &mut dyn FnMut(&T) -> bool,
) -> Result<u64, JobError> {
    let mut n_gone = 0;
    for line in read_lines::<T>(path)? {
        n_gone += u64::from(goes(&line?));
    }
    if n_gone > 0 {
        publish_lines(path, |out| {
            for line in read_lines::<T>(path)? {
                let line = line?;
                if !goes(&line) {
                    out.write(&line)?;
                }
            }
            Ok(())
        })?;
    }
    Ok(n_gone)
}
