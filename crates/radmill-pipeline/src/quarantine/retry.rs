//! Trying rejected sources again: after a fix, with other settings, or where they lie now.

use std::path::{Path, PathBuf};

use radmill_deid::Preset;

use super::private_roots;
use crate::ledger::{Header, Ledger, Redo, Retry, UsedPipeline};
use crate::{JobError, PipelineSource, PlanOptions};

/// What is to be tried again.
#[derive(Clone, Debug)]
pub struct RetryOptions {
    /// The dataset, or the folder of DICOM files.
    pub dataset: PathBuf,
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
        if concerned.iter().any(|header| input == Path::new(&header.way.input)) {
            concerned.retain(|header| input == Path::new(&header.way.input));
        } else if concerned.len() > 1 {
            return Err(JobError::Input(format!(
                "sources of {} inputs lie in quarantine for this, and none of them is {}; \
                 put the folders back where they were, or try them one after the other",
                concerned.len(),
                input.display()
            )));
        }
    }
    if concerned.is_empty() {
        return Err(JobError::Input(format!(
            "nothing lies in quarantine for {}; `radmill quarantine ls` shows what does",
            options.reasons.join(" or ")
        )));
    }
    concerned.into_iter().map(|header| job(options, header)).collect()
}

/// The headers of the ledgers that have a source which was rejected for one of the reasons.
fn inputs_with_rejected(options: &RetryOptions) -> Result<Vec<Header>, JobError> {
    let roots = private_roots(&options.dataset)?;
    let is_asked = |reason: Option<&str>| {
        reason.is_some_and(|reason| options.reasons.iter().any(|asked| asked == reason))
    };
    let mut headers = Vec::new();
    for ledger in Ledger::all(&roots)? {
        let Some(header) = ledger.header()? else { continue };
        let of_unlisted = |rejection: &crate::outcome::Rejection| is_asked(Some(&rejection.reason));
        let mut has_any =
            header.unlisted.iter().any(|unlisted| unlisted.rejection.as_ref().is_some_and(of_unlisted));
        for entry in ledger.entries()? {
            has_any = has_any || is_asked(entry?.reason());
        }
        if has_any {
            headers.push(header);
        }
    }
    Ok(headers)
}

fn job(options: &RetryOptions, header: Header) -> Result<PlanOptions, JobError> {
    let known_as = PathBuf::from(&header.way.input);
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
        input: options.input.clone().unwrap_or_else(|| known_as.clone()),
        dataset: options.dataset.clone(),
        pipeline,
        key: options.key.clone(),
        n_threads: options.n_threads,
        redo: Redo::Rejected(Retry { reasons: options.reasons.clone(), known_as }),
    })
}
