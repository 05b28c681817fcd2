use radmill_deid::{BurnedIn, Documents, Policy, ResolvedAttribute};
use serde::Serialize;

use crate::{JobError, PipelineSource};

/// What a policy does with every attribute, and why: for people who have to answer for it.
#[derive(Clone, Debug, Serialize)]
pub struct PolicySheet {
    /// Stands in De-identification Method and in every row.
    pub policy_id: String,
    /// Name of the profile that it starts from.
    pub profile: &'static str,
    /// Names of all options in force, those of the profile included.
    pub options: Vec<&'static str>,
    /// What is done about text in pixels.
    pub burned_in: &'static str,
    /// What is done about payloads that cannot be looked into.
    pub documents: &'static str,
    /// Every attribute that has a rule of its own, in order of tag.
    pub attributes: Vec<AttributeLine>,
}

/// What is done with one attribute.
#[derive(Clone, Debug, Serialize)]
pub struct AttributeLine {
    /// `(0008,1030)`, or a pattern such as `(60xx,3000)`.
    pub tag: String,
    /// Keyword of the data dictionary.
    pub keyword: String,
    /// Value representation.
    pub vr: String,
    /// What is done.
    pub action: String,
    /// What settled it.
    pub reason: String,
}

/// The policy that a pipeline file, or a profile, stands for.
pub fn policy_sheet(pipeline: &PipelineSource) -> Result<PolicySheet, JobError> {
    let options = pipeline.read()?.deidentify.0;
    let policy = Policy::new(&options).map_err(|error| pipeline.wrong(error.to_string()))?;
    let mut in_force = [options.preset.options(), &options.options].concat();
    in_force.sort_unstable();
    in_force.dedup();
    Ok(PolicySheet {
        policy_id: policy.id(),
        profile: options.preset.name(),
        options: in_force.into_iter().map(|option| option.name()).collect(),
        burned_in: match policy.burned_in() {
            BurnedIn::Reject => "reject",
            BurnedIn::Clean => "clean",
            BurnedIn::Allow => "allow",
        },
        documents: match policy.documents() {
            Documents::Reject => "reject",
            Documents::Allow => "allow",
        },
        attributes: policy.resolved().map(AttributeLine::from).collect(),
    })
}

impl From<ResolvedAttribute> for AttributeLine {
    fn from(attribute: ResolvedAttribute) -> AttributeLine {
        let ResolvedAttribute { tag, keyword, vr, action, reason } = attribute;
        AttributeLine { tag, keyword, vr, action, reason }
    }
}
