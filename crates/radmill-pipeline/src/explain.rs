use std::path::Path;

use bytes::Bytes;
use dicom_dictionary_std::tags;
use radmill_anatomy::{Category, Classification, Clues, Evidence, classify};
use radmill_deid::{DeidentifiedInstance, Policy, SiteKey};
use radmill_dicom::{DataSet, ParsedInstance, Value, parse};
use radmill_image::{ImageData, NormalizedImage, normalize};
use radmill_store::read_source;
use serde::Serialize;

use crate::outcome::{Rejection, Setback, Stage};
use crate::settings::Settings;
use crate::{JobError, PipelineSource, line, names};

/// What each stage decides about one file, and why. Holds tags, keywords, codes and registered names only.
#[derive(Clone, Debug, Serialize)]
pub struct Explanation {
    /// The stages in the order of the line, up to the one that ends it.
    pub stages: Vec<StageExplanation>,
    /// `ingest` would make images of the file.
    pub is_millable: bool,
    /// `deidentify` would write a copy of the file.
    pub is_deidentifiable: bool,
}

/// What one stage decides.
#[derive(Clone, Debug, Serialize)]
pub struct StageExplanation {
    /// Which stage.
    pub stage: Stage,
    /// Reason code if the line ends here.
    pub reason: Option<String>,
    /// What was found and decided, a sentence each.
    pub facts: Vec<String>,
}

/// Takes one file through the whole line without writing anything; of its frames, the first.
pub fn explain(file: &Path, pipeline: &PipelineSource) -> Result<Explanation, JobError> {
    let (_, settings) = Settings::without_key(pipeline)?;
    // No pseudonym is shown, so any key explains the same.
    let settings = settings(SiteKey::from_bytes([0; 32]));
    let limit = settings.limits.file_bytes_max;
    let bytes = read_source(file, 0, limit).map_err(|cause| {
        JobError::Source(radmill_store::StoreError { action: "read", path: file.to_owned(), cause })
    })?;
    let mut explanation = Explanation { stages: Vec::new(), is_millable: false, is_deidentifiable: false };
    match walk(bytes, &settings, &mut explanation) {
        Ok(()) => explanation.is_millable = true,
        Err(Setback::Job(error)) => return Err(error),
        Err(Setback::Skip(reason)) => {
            let facts = vec!["skipped: not an instance that could be milled".to_owned()];
            explanation.push(Stage::Parse, Some(reason.to_owned()), facts);
        }
        Err(Setback::Reject(rejection)) => explanation.push_rejection(rejection),
    }
    Ok(explanation)
}

/// The same steps as `Line::mill`, each followed by its explanation. What is no image ends after the stages that
/// `Line::copy` has, so that they are explained as well.
fn walk(bytes: Vec<u8>, settings: &Settings, explanation: &mut Explanation) -> Result<(), Setback> {
    let instance = parse(Bytes::from(bytes), &settings.limits).map_err(line::parse_setback)?;
    explanation.push(Stage::Parse, None, parse_facts(&instance));
    let pixels = line::image_pixels(&instance);
    let mut category = Category::Uncategorized;
    if pixels.is_ok() {
        let classification = classify(&settings.taxonomy, &Clues::of(&instance));
        let facts = classify_facts(&classification, settings.taxonomy.version());
        explanation.push(Stage::Classify, None, facts);
        category = classification.category;
    }
    let (instance, _) = match (line::deidentified(instance, settings), &pixels) {
        // `ingest` rejects it before that; both reasons are shown.
        (Err(Setback::Reject(rejection)), Err(_)) => {
            explanation.push_rejection(rejection);
            return pixels.map(drop);
        }
        (deidentified, _) => deidentified?,
    };
    explanation.is_deidentifiable = true;
    explanation.push(Stage::Deidentify, None, deidentify_facts(&instance, &settings.policy));
    pixels?;
    let image = normalize(&instance, 0, category.name(), &settings.normalize)
        .map_err(|error| Setback::reject(Stage::Normalize, error.reason(), error))?;
    explanation.push(Stage::Normalize, None, normalize_facts(&image));
    Ok(())
}

impl Explanation {
    fn push_rejection(&mut self, Rejection { stage, reason, detail }: Rejection) {
        self.push(stage, Some(reason), vec![format!("rejected: {detail}")]);
    }

    fn push(&mut self, stage: Stage, reason: Option<String>, facts: Vec<String>) {
        self.stages.push(StageExplanation { stage, reason, facts });
    }
}

fn parse_facts(instance: &ParsedInstance) -> Vec<String> {
    let data = &instance.data;
    let source = &instance.source;
    let inferred = if source.transfer_syntax_inferred { ", found out by content" } else { "" };
    let mut facts = vec![
        format!("transfer syntax: {}{inferred}", names::transfer_syntax(&source.transfer_syntax)),
        format!("SOP class: {}", names::sop_class(data.text(tags::SOP_CLASS_UID).as_deref())),
        format!("modality: {}", names::modality(data.text(tags::MODALITY).as_deref())),
        format!(
            "{} elements, {} of them private",
            count(data, &|_| true),
            count(data, &|tag| tag.0 % 2 == 1)
        ),
    ];
    if let Some(Ok(pixels)) = instance.pixels.as_ref().map(|pixels| pixels.description()) {
        facts.push(format!(
            "{} frames of {} × {}, {}, {} of {} bits{}",
            pixels.n_frames,
            pixels.columns,
            pixels.rows,
            pixels.photometric,
            pixels.bits_stored,
            pixels.bits_allocated,
            if pixels.signed { ", signed" } else { "" }
        ));
    }
    facts.extend(source.defects.iter().map(|defect| format!("coped with: {defect}")));
    facts
}

/// Elements of all nesting levels whose tag is asked for.
fn count(data: &DataSet, wanted: &dyn Fn(dicom_core::Tag) -> bool) -> usize {
    let nested = |value: &Value| match value {
        Value::Items(items) => items.iter().map(|item| count(item, wanted)).sum(),
        Value::Bytes(_) => 0,
    };
    data.elements().iter().map(|element| usize::from(wanted(element.tag)) + nested(&element.value)).sum()
}

fn classify_facts(classification: &Classification, taxonomy_version: &str) -> Vec<String> {
    let mut facts = vec![format!(
        "{} with confidence {:.2}, by taxonomy {taxonomy_version}",
        classification.category, classification.confidence
    )];
    if let Some(reason) = classification.reason {
        facts.push(format!("no category because {}", reason.sentence()));
    }
    if !classification.regions.is_empty() {
        facts.push(format!("regions: {}", classification.regions.join(", ")));
    }
    if classification.conflict {
        facts.push("the evidence contradicts itself".to_owned());
    }
    facts.extend(classification.evidence.iter().map(Evidence::sentence));
    facts
}

fn deidentify_facts(instance: &DeidentifiedInstance, policy: &Policy) -> Vec<String> {
    let mut facts = vec![format!("policy: {}", policy.id())];
    let treated = instance.actions().iter().filter(|(_, n)| *n > 0);
    facts.extend(treated.map(|(action, n)| format!("{n} elements: {action}")));
    if instance.pixel_description().is_some() {
        facts.push(if instance.pixel_mask().is_empty() {
            "pixels: untouched".to_owned()
        } else {
            "pixels: those where text may stand are made black, the others untouched".to_owned()
        });
    }
    facts
}

fn normalize_facts(image: &NormalizedImage) -> Vec<String> {
    let layout = match image.data {
        ImageData::Grey8(_) => "grey, 8 bit",
        ImageData::Grey16(_) => "grey, 16 bit",
        ImageData::Rgb8(_) => "RGB, 8 bit",
    };
    let mut facts = vec![format!("{} × {} pixels, {layout}", image.width, image.height)];
    if let (Some(scale), Some(offset)) = (image.meaning.scale, image.meaning.offset) {
        let unit = image.meaning.unit.as_deref().unwrap_or("modality value");
        let sign = if offset < 0.0 { '-' } else { '+' };
        facts.push(format!("{unit} = sample × {scale} {sign} {}", offset.abs()));
    }
    if let Some([center, width]) = image.meaning.window {
        facts.push(format!("window: center {center}, width {width}"));
    }
    if let Some([row, column]) = image.pixel_spacing_mm {
        facts.push(format!("pixel spacing: {row} mm between rows, {column} mm between columns"));
    }
    facts.extend(image.defects.iter().map(|defect| format!("coped with: {defect}")));
    facts
}
