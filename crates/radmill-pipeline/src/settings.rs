//! The pipeline file, settled into what the stages need.

use std::path::{Path, PathBuf};

use radmill_anatomy::Taxonomy;
use radmill_deid::{Policy, Preset, SiteKey};
use radmill_dicom::Limits;
use radmill_image::NormalizeOptions;
use radmill_store::read_small_file;
use sha2::{Digest, Sha256};

use crate::key::hex;
use crate::ledger::UsedPipeline;
use crate::segment::path_text;
use crate::{DeidentifySection, JobError, PipelineFile};

/// Where it is written what is done with a source.
#[derive(Clone, Debug)]
pub enum PipelineSource {
    /// The defaults, which `pipelines/default.toml` states.
    Default,
    /// The defaults, with this de-identification profile.
    Profile(Preset),
    /// A pipeline file.
    File(PathBuf),
}

/// What the stages need to know: the same for every source.
pub(crate) struct Settings {
    pub(crate) limits: Limits,
    pub(crate) taxonomy: Taxonomy,
    pub(crate) policy: Policy,
    pub(crate) key: SiteKey,
    pub(crate) normalize: NormalizeOptions,
    pub(crate) contributor: Option<String>,
    /// Names everything about the pipeline that can change an output.
    pub(crate) pipeline_id: String,
}

impl Settings {
    /// Reads the pipeline file; what it gives still wants a key.
    pub(crate) fn without_key(
        pipeline: &PipelineSource,
    ) -> Result<(PipelineFile, impl FnOnce(SiteKey) -> Settings + use<>), JobError> {
        let file = pipeline.read()?;
        let taxonomy = load_taxonomy(&file, pipeline).map_err(|what| pipeline.wrong(what))?;
        let policy = Policy::new(&file.deidentify.0).map_err(|error| pipeline.wrong(error.to_string()))?;
        let normalize = NormalizeOptions::from(&file.normalize);
        let pipeline_id = pipeline_id(&file, &taxonomy, &policy);
        let limits = Limits::from(&file.limits);
        let contributor = file.contributor.clone();
        let complete =
            move |key| Settings { limits, taxonomy, policy, key, normalize, contributor, pipeline_id };
        Ok((file, complete))
    }
}

impl PipelineSource {
    /// The pipeline file that it stands for.
    pub(crate) fn read(&self) -> Result<PipelineFile, JobError> {
        let text = match self {
            PipelineSource::File(path) => {
                read_small_file(path, 1 << 20).map_err(|error| self.wrong(error.to_string()))?
            }
            PipelineSource::Default | PipelineSource::Profile(_) => crate::DEFAULT_PIPELINE.to_owned(),
        };
        let mut file = PipelineFile::parse(&text).map_err(|what| self.wrong(what))?;
        if let PipelineSource::Profile(preset) = self {
            file.deidentify = DeidentifySection::of_preset(*preset);
        }
        Ok(file)
    }

    pub(crate) fn used(&self) -> UsedPipeline {
        match self {
            PipelineSource::Default => UsedPipeline::Default,
            PipelineSource::Profile(preset) => UsedPipeline::Profile(preset.name().to_owned()),
            PipelineSource::File(path) => {
                UsedPipeline::File(path_text(&path.canonicalize().unwrap_or_else(|_| path.clone())))
            }
        }
    }

    pub(crate) fn wrong(&self, what: String) -> JobError {
        let path = match self {
            PipelineSource::File(path) => path.display().to_string(),
            PipelineSource::Default | PipelineSource::Profile(_) => "(built in)".to_owned(),
        };
        JobError::Pipeline { path, what }
    }
}

fn load_taxonomy(file: &PipelineFile, pipeline: &PipelineSource) -> Result<Taxonomy, String> {
    let Some(name) = &file.classify.taxonomy else {
        return Ok(Taxonomy::builtin());
    };
    let folder = match pipeline {
        PipelineSource::File(path) => path.parent().unwrap_or(Path::new("")),
        PipelineSource::Default | PipelineSource::Profile(_) => Path::new(""),
    };
    let text = read_small_file(&folder.join(name), 64 << 20).map_err(|error| error.to_string())?;
    Taxonomy::parse(&text).map_err(|error| format!("taxonomy {name}: {error}"))
}

/// What can change an output: the settings of the stages, the data they carry, and the version of radmill.
fn pipeline_id(file: &PipelineFile, taxonomy: &Taxonomy, policy: &Policy) -> String {
    let facts = format!(
        "{}\n{:?}\n{:?}\n{:?}\n{:?}\n{:?}\n{:?}\n{}\n{}",
        env!("CARGO_PKG_VERSION"),
        file.normalize,
        file.images,
        file.dicom,
        file.limits,
        file.contributor,
        file.splits,
        taxonomy.version(),
        policy.id(),
    );
    hex(&Sha256::digest(facts.as_bytes())[..8])
}
