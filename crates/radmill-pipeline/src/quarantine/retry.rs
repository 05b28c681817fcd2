//! Trying rejected sources again: after a fix, with other settings, or where they lie now.

use std::path::{Path, PathBuf};

use radmill_deid::Preset;

use super::private_roots;
use crate::archives::file_of;
use crate::input::is_lists;
use crate::ledger::{Header, Ledger, Redo, Retry, UsedPipeline};
use crate::outcome::Rejection;
use crate::{Input, JobError, PipelineSource, PlanOptions};

/// What is to be tried again.
#[derive(Clone, Debug)]
pub struct RetryOptions {
    /// The dataset, or the folder of DICOM files.
    pub dataset: PathBuf,
    /// The private root of a dataset in a bucket.
    pub private: Option<PathBuf>,
    /// Reason codes.
    pub reasons: Vec<String>,
    /// Where the sources lie; where they lay if not said.
    pub input: Option<PathBuf>,
    /// Settings; those of the last ordinary job if not said.
    pub pipeline: Option<PipelineSource>,
    /// The site key; the dataset's own if none is named.
    pub key: Option<PathBuf>,
    /// Threads; as many as the machine has if not said.
    pub n_threads: Option<usize>,
}

/// The jobs that try rejected sources again, one for each input that has any.
pub fn plan_retry(options: &RetryOptions) -> Result<Vec<PlanOptions>, JobError> {
    let mut concerned = inputs_with_rejected(options)?;
    if let Some(input) = &options.input {
        let input = input.canonicalize().unwrap_or_else(|_| input.clone());
        let is_input = |concerned: &Concerned| input == Path::new(&concerned.header.way.input);
        if concerned.iter().any(is_input) {
            concerned.retain(is_input);
        } else if concerned.len() > 1 {
            return Err(JobError::Input(format!(
                "sources of {} inputs lie in quarantine for this, and none of them is {}; \
                 put the folders back where they were, or try them one after the other",
                concerned.len(),
                input.display()
            )));
        } else if concerned.iter().any(|concerned| is_lists(Path::new(&concerned.header.way.input))) {
            return Err(JobError::Input(
                "these sources stood in a list and are known by their absolute paths: leave out --input, or name \
                 them in a new list"
                    .to_owned(),
            ));
        }
    }
    if concerned.is_empty() {
        return Err(JobError::Input(format!(
            "nothing lies in quarantine for {}; `radmill quarantine ls` shows what does",
            options.reasons.join(" or ")
        )));
    }
    concerned.into_iter().map(|concerned| job(options, concerned)).collect()
}

/// An input that has a source which was rejected for one of the reasons.
struct Concerned {
    header: Header,
    /// These sources, by path below the input.
    rejected: Vec<PathBuf>,
}

fn inputs_with_rejected(options: &RetryOptions) -> Result<Vec<Concerned>, JobError> {
    let roots = private_roots(&options.dataset, options.private.as_deref())?;
    let is_asked = |rejection: Option<&Rejection>| {
        rejection.is_some_and(|rejection| options.reasons.contains(&rejection.reason))
    };
    let mut inputs = Vec::new();
    for ledger in Ledger::all(&roots)? {
        let Some(header) = ledger.header()? else { continue };
        let unlisted = header.unlisted.iter().filter(|unlisted| is_asked(unlisted.rejection.as_ref()));
        let mut rejected: Vec<PathBuf> = unlisted.map(|unlisted| PathBuf::from(&unlisted.source)).collect();
        for entry in ledger.entries()? {
            let entry = entry?;
            if is_asked(entry.rejection.as_ref()) {
                rejected.push(entry.path());
            }
        }
        if !rejected.is_empty() {
            inputs.push(Concerned { header, rejected });
        }
    }
    Ok(inputs)
}

fn job(options: &RetryOptions, concerned: Concerned) -> Result<PlanOptions, JobError> {
    let Concerned { header, rejected } = concerned;
    let known_as = PathBuf::from(&header.way.input);
    let input = match &options.input {
        Some(elsewhere) => Input::Path(elsewhere.clone()),
        // The list itself may be gone, and never had what other lists have.
        None if is_lists(&known_as) => {
            Input::List(rejected.iter().map(|source| file_of(Path::new("/").join(source))).collect())
        }
        None => Input::Path(known_as.clone()),
    };
    let pipeline = match &options.pipeline {
        Some(pipeline) => pipeline.clone(),
        None => match header.way.pipeline {
            UsedPipeline::Default => PipelineSource::Default,
            UsedPipeline::File(path) => PipelineSource::File(path.into()),
            UsedPipeline::Profile(name) => Preset::from_name(&name)
                .map(PipelineSource::Profile)
                .ok_or_else(|| JobError::Internal("the ledger names an unknown profile".to_owned()))?,
        },
    };
    Ok(PlanOptions {
        kind: header.kind,
        input,
        dataset: options.dataset.clone(),
        private: options.private.clone(),
        pipeline,
        key: options.key.clone(),
        n_threads: options.n_threads,
        redo: Redo::Rejected(Retry { reasons: options.reasons.clone(), known_as }),
        part: None,
    })
}
