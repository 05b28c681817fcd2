use std::collections::BTreeMap;

use serde::Serialize;

use crate::finding::{Hit, Place, Severity};
use crate::identity::kind::Kind;
use crate::read::tag::TagText;

/// Kinds of findings that are listed one by one; a dataset with more is not fit to be shared anyway.
const FINDINGS_MAX: usize = 10_000;

/// Outputs and sources that are named for one finding.
const EXAMPLES_MAX: usize = 3;

/// The result of an audit. Holds tags, columns, kinds and numbers, never a value.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    /// No leak was found; see also `complete`.
    pub clean: bool,
    /// Everything could be read: all sources to their end and all outputs.
    pub complete: bool,
    /// Whether sources were given, or the search was by shape alone.
    pub against_sources: bool,
    /// How many of what were looked at.
    pub counts: Counts,
    /// Findings of severity `leak`, over all outputs.
    pub n_leaks: u64,
    /// Findings of severity `suspicious`.
    pub n_suspicious: u64,
    /// Findings of severity `declared`.
    pub n_declared: u64,
    /// Findings, the gravest first, equal ones together.
    pub findings: Vec<Finding>,
    /// Kinds of findings that are not listed because there are too many.
    pub n_findings_not_listed: u64,
}

/// How many of what were looked at.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub struct Counts {
    /// Files below the input, and members of archives there.
    pub sources: u64,
    /// Sources that are DICOM.
    pub sources_dicom: u64,
    /// Sources whose structure could be followed only in part: what stands behind is not known.
    pub sources_broken: u64,
    /// Sources that cannot be read.
    pub sources_unreadable: u64,
    /// Files below the dataset, and members of archives there.
    pub outputs: u64,
    /// Outputs that are DICOM.
    pub dicom: u64,
    /// Outputs that are DICOM to a point only; the whole file was then looked at as bytes.
    pub dicom_broken: u64,
    /// Outputs that are PNG or JPEG.
    pub images: u64,
    /// Parquet files.
    pub tables: u64,
    /// Rows of Parquet files.
    pub rows: u64,
    /// Outputs of other kinds, looked at as JSON or as bytes.
    pub other: u64,
    /// Outputs that cannot be read.
    pub outputs_unreadable: u64,
    /// DICOM outputs, images and rows whose source was found.
    pub linked: u64,
    /// Those whose source was not found: dates and single words were not compared there.
    pub not_linked: u64,
}

/// The same thing found in the same place of one or more outputs.
#[derive(Clone, Debug, Serialize)]
pub struct Finding {
    /// How sure it is.
    pub severity: Severity,
    /// What kind of thing was found.
    pub kind: Kind,
    /// Where.
    pub place: Place,
    /// What it looks like, or how it was found.
    pub about: &'static str,
    /// The attribute of the source whose value was found.
    pub source_attribute: Option<String>,
    /// In how many outputs.
    pub n_outputs: u64,
    /// A few of the outputs.
    pub outputs: Vec<FileReference>,
    /// A few of the sources.
    pub sources: Vec<FileReference>,
}

/// A file by its position in the sorted listing, from 1.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FileReference {
    /// Position in the sorted listing of files, from 1.
    pub number: u64,
    /// The path, if it was asked for.
    pub path: Option<String>,
}

/// Brings equal findings together.
#[derive(Default)]
pub(crate) struct ReportBuilder {
    groups: BTreeMap<GroupKey, Group>,
    n_by_severity: [u64; 3],
    n_findings_not_listed: u64,
}

type GroupKey = (Severity, Kind, Place, &'static str, Option<String>);

#[derive(Default)]
struct Group {
    n_outputs: u64,
    outputs: Vec<u64>,
    sources: Vec<u64>,
}

impl ReportBuilder {
    pub(crate) fn add(&mut self, output: u64, hits: Vec<Hit>) {
        for hit in hits {
            self.n_by_severity[hit.severity as usize] += 1;
            let attribute = hit.origin.map(|(tag, _)| TagText(tag).to_string());
            let key = (hit.severity, hit.kind, hit.place, hit.about, attribute);
            if self.groups.len() >= FINDINGS_MAX && !self.groups.contains_key(&key) {
                self.n_findings_not_listed += 1;
                continue;
            }
            let group = self.groups.entry(key).or_default();
            group.n_outputs += 1;
            let remember = |list: &mut Vec<u64>, number| {
                if list.len() < EXAMPLES_MAX && !list.contains(&number) {
                    list.push(number);
                }
            };
            remember(&mut group.outputs, output);
            if let Some((_, source)) = hit.origin {
                remember(&mut group.sources, u64::from(source));
            }
        }
    }

    /// `output_path` and `source_path` name files for those who may see it.
    pub(crate) fn finish(
        self,
        counts: Counts,
        against_sources: bool,
        output_path: impl Fn(u64) -> Option<String>,
        source_path: impl Fn(u64) -> Option<String>,
    ) -> Report {
        let [n_leaks, n_suspicious, n_declared] = self.n_by_severity;
        let findings =
            self.groups.into_iter().map(|((severity, kind, place, about, source_attribute), group)| {
                let outputs =
                    group.outputs.iter().map(|at| FileReference { number: at + 1, path: output_path(*at) });
                let sources =
                    group.sources.iter().map(|at| FileReference { number: at + 1, path: source_path(*at) });
                Finding {
                    severity,
                    kind,
                    place,
                    about,
                    source_attribute,
                    n_outputs: group.n_outputs,
                    outputs: outputs.collect(),
                    sources: sources.collect(),
                }
            });
        Report {
            clean: n_leaks == 0,
            complete: counts.sources_broken + counts.sources_unreadable + counts.outputs_unreadable == 0,
            against_sources,
            counts,
            n_leaks,
            n_suspicious,
            n_declared,
            findings: findings.collect(),
            n_findings_not_listed: self.n_findings_not_listed,
        }
    }
}
