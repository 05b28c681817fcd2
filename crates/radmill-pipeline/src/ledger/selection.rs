//! Which sources of a listing a job has to work on, and what that replaces.

use std::collections::{HashMap, HashSet};
use std::path::PathBuf;

use radmill_store::Sources;
use serde::{Deserialize, Serialize};

use super::Ledger;
use super::entry::{Became, Entry};
use super::join::{Joined, join};
use crate::{JobError, Summary};

/// What is done again of what the ledger knows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Redo {
    /// Sources that changed, and those that other settings may make something else of.
    #[default]
    Changed,
    /// Nothing but the sources that lie in quarantine for one of these reasons.
    Rejected(Retry),
}

/// Which rejected sources are tried again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Retry {
    /// Reason codes.
    pub reasons: Vec<String>,
    /// The input as the earlier jobs knew it: its sources may lie elsewhere now.
    pub known_as: PathBuf,
}

/// How the sources of a listing stand to what finished jobs know.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Changes {
    /// Sources that no finished job has seen.
    pub n_new: u64,
    /// Sources with another length or time of modification than when they were worked on.
    pub n_modified: u64,
    /// Unchanged sources that are worked on again: settings or the version of radmill have changed, or they lie in
    /// quarantine and are tried again.
    pub n_again: u64,
    /// Sources that are not read again.
    pub n_unchanged: u64,
    /// Sources that were there and are not any more; what was made of them stays.
    pub n_vanished: u64,
}

/// What a job has to do.
#[derive(Default)]
pub(crate) struct Selection {
    /// For each source of the listing, whether it is worked on.
    pub(crate) is_chosen: Vec<bool>,
    pub(crate) changes: Changes,
    /// What became of the sources that are not worked on again.
    pub(crate) carried: Summary,
    pub(crate) replaced: Replaced,
}

/// What sources gave that are worked on again: it leaves the target when the job is done.
#[derive(Default)]
pub(crate) struct Replaced {
    by_instance: HashMap<String, ReplacedInstance>,
    tokens: HashSet<String>,
    dicom_paths: HashSet<String>,
}

struct ReplacedInstance {
    token: String,
    dicom_path: Option<String>,
}

impl Replaced {
    /// True if nothing leaves the target.
    pub(crate) fn is_empty(&self) -> bool {
        self.by_instance.is_empty()
    }

    /// True if what was made of the source with this token leaves the target.
    pub(crate) fn has_token(&self, source_token: &str) -> bool {
        self.tokens.contains(source_token)
    }

    /// DICOM files that the target has of the sources that are worked on again.
    pub(crate) fn dicom_paths(&self) -> &HashSet<String> {
        &self.dicom_paths
    }

    fn add(&mut self, entry: &Entry) {
        let (Some(instance), Some(token)) = (&entry.instance, &entry.token) else { return };
        let replaced = ReplacedInstance { token: token.clone(), dicom_path: entry.dicom_path.clone() };
        self.by_instance.insert(instance.clone(), replaced);
    }

    fn has_instance_of(&self, entry: &Entry) -> bool {
        entry.instance.as_ref().is_some_and(|instance| self.by_instance.contains_key(instance))
    }

    /// What is there for the sake of two sources stays as long as one of them is not worked on again.
    fn keep_if_duplicate(&mut self, entry: &Entry) {
        if let (Became::Duplicate, Some(instance)) = (entry.outcome, &entry.instance) {
            self.by_instance.remove(instance);
        }
    }

    fn settle(&mut self) {
        for replaced in self.by_instance.values() {
            self.tokens.insert(replaced.token.clone());
            self.dicom_paths.extend(replaced.dicom_path.clone());
        }
    }
}

/// Compares a listing, sorted by path, with the ledger of its input.
pub(crate) fn select(
    sources: &Sources,
    ledger: &Ledger,
    others: &[Ledger],
    pipeline_id: &str,
    redo: &Redo,
) -> Result<Selection, JobError> {
    let mut selection = choose(sources, ledger, pipeline_id, redo)?;
    if !selection.replaced.is_empty() {
        choose_more(sources, ledger, &mut selection)?;
        for other in others.iter().filter(|other| *other != ledger) {
            for entry in other.entries()? {
                selection.replaced.keep_if_duplicate(&entry?);
            }
        }
    }
    selection.changes.n_unchanged = selection.carried.n_sources;
    selection.replaced.settle();
    Ok(selection)
}

/// What the entry of each source says by itself.
fn choose(sources: &Sources, ledger: &Ledger, pipeline_id: &str, redo: &Redo) -> Result<Selection, JobError> {
    let mut chosen = Selection { is_chosen: vec![false; sources.len()], ..Selection::default() };
    join(sources, ledger, &mut |joined| match joined {
        Joined::New(index) => {
            chosen.is_chosen[index] = *redo == Redo::Changed;
            chosen.changes.n_new += 1;
        }
        Joined::Known(index, source, entry) => {
            let is_modified = !entry.is_of(source.bytes, source.modified_ns);
            let is_again = is_done_again(&entry, pipeline_id, redo);
            chosen.is_chosen[index] = is_again || is_modified && *redo == Redo::Changed;
            chosen.changes.n_modified += u64::from(is_modified);
            chosen.changes.n_again += u64::from(is_again && !is_modified);
            if !chosen.is_chosen[index] {
                chosen.carried.count_entry(&entry);
            } else if entry.outcome == Became::Milled {
                chosen.replaced.add(&entry);
            }
        }
        Joined::Vanished(_) => chosen.changes.n_vanished += 1,
    })?;
    Ok(chosen)
}

/// Sources whose instance lost to one that is worked on again are looked at again as well.
fn choose_more(sources: &Sources, ledger: &Ledger, chosen: &mut Selection) -> Result<(), JobError> {
    chosen.carried = Summary::default();
    join(sources, ledger, &mut |joined| match joined {
        Joined::Known(index, _, entry) if !chosen.is_chosen[index] => {
            if chosen.replaced.has_instance_of(&entry) {
                chosen.is_chosen[index] = true;
                chosen.changes.n_again += 1;
            } else {
                chosen.carried.count_entry(&entry);
            }
        }
        Joined::Vanished(entry) => chosen.replaced.keep_if_duplicate(&entry),
        _ => {}
    })
}

fn is_done_again(entry: &Entry, pipeline_id: &str, redo: &Redo) -> bool {
    match redo {
        Redo::Rejected(retry) => {
            entry.reason().is_some_and(|reason| retry.reasons.iter().any(|asked| asked == reason))
        }
        Redo::Changed => match entry.outcome {
            // What is no instance becomes none under other settings.
            Became::Skipped => false,
            Became::Rejected if entry.reason() == Some("unreadable") => true,
            _ => entry.pipeline_id != pipeline_id,
        },
    }
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use radmill_store::Source;

    use super::*;
    use crate::JobKind;
    use crate::ledger::{Header, Pending, UsedPipeline, Way};
    use crate::outcome::{Milled, Outcome, Rejection, SourceRecord, Stage};
    use crate::records::publish_lines;
    use crate::segment::path_text;

    fn source(name: &str, modified_ns: u128) -> Source {
        Source::file(PathBuf::from(name), 7, modified_ns)
    }

    fn milled() -> Outcome {
        Outcome::Milled(Milled {
            source_token: String::new(),
            sop_instance_uid: String::new(),
            content_digest: String::new(),
            category: Some("CHEST".to_owned()),
            image_bytes: 10,
            image_paths: vec!["a".to_owned(), "b".to_owned()],
            dicom: None,
            is_blank: false,
            has_same_pixels: false,
        })
    }

    fn rejected(reason: &str) -> Outcome {
        let (reason, detail) = (reason.to_owned(), String::new());
        Outcome::Rejected(Rejection { stage: Stage::Parse, reason, detail })
    }

    fn way() -> Way {
        Way { input: "/input".to_owned(), pipeline: UsedPipeline::Default }
    }

    fn skipped() -> Outcome {
        Outcome::Skipped { reason: "not_dicom".to_owned() }
    }

    /// A ledger of sources with their outcomes, and the instances that they give.
    fn ledger(folder: &std::path::Path, name: &str, known: &[(&str, Outcome, &str)]) -> Ledger {
        let ledger = Ledger { path: folder.join(name) };
        let header = Header::next(None, JobKind::Ingest, "job".to_owned(), Vec::new(), Vec::new(), way());
        publish_lines(&folder.join("next"), |lines| {
            let mut pending = Pending::begin(lines, &ledger, &header)?;
            for (name, outcome, instance) in known {
                let held = (!instance.is_empty()).then(|| crate::ledger::Held {
                    instance: (*instance).to_owned(),
                    token: format!("token of {name}"),
                });
                let record = SourceRecord {
                    source: (*name).to_owned(),
                    bytes: 7,
                    patient: None,
                    outcome: outcome.clone(),
                };
                pending.add(&Entry::new(&source(name, 1), "settings", &record, held))?;
            }
            pending.finish()
        })
        .unwrap();
        std::fs::rename(folder.join("next"), &ledger.path).unwrap();
        ledger
    }

    #[test]
    fn what_is_worked_on_depends_on_what_is_known() {
        let folder = tempfile::tempdir().unwrap();
        let known = ledger(
            folder.path(),
            "known",
            &[
                ("a/milled", milled(), "1"),
                ("a/modified", milled(), "2"),
                ("a.lost", Outcome::Duplicate, "2"),
                ("b-duplicate", Outcome::Duplicate, "1"),
                ("gone", milled(), "3"),
                ("rejected", rejected("truncated_file"), ""),
                ("skipped", skipped(), ""),
                ("unreadable", rejected("unreadable"), ""),
            ],
        );
        let sources: Sources = [
            ("a/milled", 1),
            ("a/modified", 2),
            ("a.lost", 1),
            ("b-duplicate", 1),
            ("new", 1),
            ("rejected", 1),
            ("skipped", 1),
            ("unreadable", 1),
        ]
        .map(|(name, modified)| source(name, modified))
        .into_iter()
        .collect();
        let tried_again = Redo::Rejected(Retry {
            reasons: vec!["truncated_file".to_owned()],
            known_as: PathBuf::from("/input"),
        });
        for (settings, redo, chosen, replaced) in [
            ("settings", &Redo::Changed, "a/modified a.lost new unreadable", "a/modified"),
            (
                "others",
                &Redo::Changed,
                "a/milled a/modified a.lost b-duplicate new rejected unreadable",
                "a/milled a/modified",
            ),
            ("others", &tried_again, "rejected", ""),
        ] {
            let selection = select(&sources, &known, &[], settings, redo).unwrap();
            let names = sources.iter().zip(&selection.is_chosen).filter(|(_, is_chosen)| **is_chosen);
            let names: Vec<String> = names.map(|(source, _)| path_text(&source.relative)).collect();
            assert_eq!(names.join(" "), chosen);
            let tokens = replaced.split_whitespace().map(|name| format!("token of {name}"));
            assert_eq!(selection.replaced.tokens, tokens.collect());
            assert_eq!(selection.changes.n_vanished, 1);
            let n_unchanged = selection.changes.n_unchanged as usize;
            let n_new = usize::from(*redo != Redo::Changed);
            assert_eq!(n_unchanged + names.len() + n_new, sources.len());
        }
    }

    #[test]
    fn an_instance_that_something_else_gives_as_well_stays() {
        let folder = tempfile::tempdir().unwrap();
        let known = ledger(folder.path(), "known", &[("a", milled(), "1"), ("b", milled(), "2")]);
        let vanished = ledger(folder.path(), "v", &[("a", milled(), "1"), ("gone", Outcome::Duplicate, "1")]);
        let other = ledger(folder.path(), "other", &[("x", Outcome::Duplicate, "2")]);
        let sources: Sources = [source("a", 2), source("b", 2)].into_iter().collect();
        let tokens = |ledger: &Ledger, others: &[Ledger]| {
            let selection = select(&sources, ledger, others, "settings", &Redo::Changed).unwrap();
            let mut tokens: Vec<String> = selection.replaced.tokens.into_iter().collect();
            tokens.sort();
            tokens.join(", ")
        };
        assert_eq!(tokens(&known, std::slice::from_ref(&known)), "token of a, token of b");
        assert_eq!(tokens(&known, &[known.clone(), other]), "token of a");
        assert_eq!(tokens(&vanished, &[]), "");
    }

    #[test]
    fn unchanged_sources_are_counted_as_before() {
        let folder = tempfile::tempdir().unwrap();
        let known = ledger(
            folder.path(),
            "known",
            &[("a", milled(), "1"), ("b", rejected("truncated_file"), ""), ("c", skipped(), "")],
        );
        let sources: Sources = ["a", "b", "c"].map(|name| source(name, 1)).into_iter().collect();
        let carried = select(&sources, &known, &[], "settings", &Redo::Changed).unwrap().carried;
        assert_eq!(
            (carried.n_sources, carried.n_milled, carried.n_rejected, carried.n_skipped),
            (3, 1, 1, 1)
        );
        assert_eq!((carried.n_images, carried.n_new_images, carried.image_bytes), (2, 0, 10));
        assert_eq!(carried.images_per_category["CHEST"], 2);
        assert_eq!(carried.rejected_by_reason["truncated_file"], 1);
        assert_eq!(carried.skipped_by_reason["not_dicom"], 1);
    }

    #[test]
    #[cfg(unix)]
    fn names_of_any_bytes_are_recognised() {
        use std::os::unix::ffi::OsStringExt;
        let folder = tempfile::tempdir().unwrap();
        let ledger = Ledger { path: folder.path().join("known") };
        let header = Header::next(None, JobKind::Ingest, "job".to_owned(), Vec::new(), Vec::new(), way());
        let names = [b"\\xff".to_vec(), b"a\xfe".to_vec(), b"a\xff/b".to_vec()];
        let sources = names.map(|name| Source::file(std::ffi::OsString::from_vec(name).into(), 7, 1));
        let sources: Sources = sources.into_iter().collect();
        publish_lines(&ledger.path, |lines| {
            let mut pending = Pending::begin(lines, &Ledger { path: folder.path().join("none") }, &header)?;
            for source in &sources {
                let record =
                    SourceRecord { source: String::new(), bytes: 7, patient: None, outcome: skipped() };
                pending.add(&Entry::new(&source, "settings", &record, None))?;
            }
            pending.finish()
        })
        .unwrap();
        let selection = select(&sources, &ledger, &[], "settings", &Redo::Changed).unwrap();
        assert_eq!(selection.is_chosen, [false; 3]);
    }
}
