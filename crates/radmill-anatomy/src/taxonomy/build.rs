use std::collections::HashMap;

use super::file::{Extends, Name};
use super::layer::{Layer, read};
use super::regions::Regions;
use super::words::{add_table_words, add_words};
use super::{Decision, Lane, Lexicon, Model, RegionIndex, Rule, TaxonomyError, ValueRule, tables};
use crate::{Category, EvidenceSource};

pub(super) fn builtin() -> Result<Model, TaxonomyError> {
    build(&[read(tables::BUILTIN)?], true)
}

pub(super) fn parse(text: &str) -> Result<Model, TaxonomyError> {
    let layer = read(text)?;
    match layer.file.extends {
        Extends::Nothing => build(&[layer], false),
        Extends::Builtin => build(&[layer, read(tables::BUILTIN)?], true),
    }
}

/// Puts the layers together: what an earlier one says wins, and the generated tables come last.
fn build(layers: &[Layer<'_>], with_tables: bool) -> Result<Model, TaxonomyError> {
    let mut regions = Regions::default();
    for layer in layers {
        regions.add_layer(layer)?;
    }
    if with_tables {
        regions.add_table();
    }
    for layer in layers {
        regions.add_relations(layer)?;
    }
    if with_tables {
        regions.add_table_relations();
    }

    let mut lexicon = Lexicon::default();
    lexicon.language_bit("en");
    for (index, layer) in layers.iter().enumerate() {
        add_words(&mut lexicon, layer, &regions, index == 0)?;
    }
    if with_tables {
        let mut decisive = Vec::new();
        for layer in layers {
            for name in &layer.file.decision.decisive_regions {
                decisive.push(regions.find(layer, name)?);
            }
        }
        add_table_words(&mut lexicon, &regions, &decisive);
    }
    let (modality_rules, sop_class_rules, value_rules) = rules(layers, &regions)?;
    let version =
        layers.iter().map(|layer| layer.file.version.get_ref().as_str()).collect::<Vec<_>>().join("+");
    Ok(Model {
        version,
        weights: weights(layers)?,
        decision: decision(layers)?,
        body_parts: regions.by_id.clone(),
        codes: codes(layers, &regions, with_tables)?,
        modality_rules,
        sop_class_rules,
        value_rules,
        calibration: calibration(layers)?,
        whole_body: regions.first_of(Lane::WholeBody),
        animal: regions.by_id.get("ANIMAL").copied().or_else(|| regions.first_of(Lane::NotHuman)),
        lexicon,
        regions: regions.list,
    })
}

type Rules = HashMap<String, Rule>;

fn rules(layers: &[Layer<'_>], regions: &Regions) -> Result<(Rules, Rules, Vec<ValueRule>), TaxonomyError> {
    let mut value_rules = Vec::new();
    let mut modality_rules = Rules::new();
    let mut sop_class_rules = Rules::new();
    for layer in layers {
        for table in &layer.file.rules {
            let region = regions.find(layer, &table.region)?;
            let rule = Rule { id: table.id.clone(), region, strength: table.strength };
            let by_value = [
                (EvidenceSource::Laterality, &table.image_laterality),
                (EvidenceSource::TransducerType, &table.transducer_type),
            ];
            let mut is_by_value = false;
            for (source, values) in by_value.into_iter().filter(|(_, values)| !values.is_empty()) {
                let (values, modality, rule) = (values.clone(), table.modality.clone(), rule.clone());
                value_rules.push(ValueRule { source, values, modality, rule });
                is_by_value = true;
            }
            for modality in table.modality.iter().filter(|_| !is_by_value) {
                modality_rules.entry(modality.clone()).or_insert_with(|| rule.clone());
            }
            for uid in &table.sop_class {
                sop_class_rules.entry(uid.clone()).or_insert_with(|| rule.clone());
            }
        }
    }
    Ok((modality_rules, sop_class_rules, value_rules))
}

/// The points of the first layer that has any; without them the score is the confidence.
fn calibration(layers: &[Layer<'_>]) -> Result<Vec<[f32; 2]>, TaxonomyError> {
    for layer in layers {
        let Some(points) = &layer.file.calibration.points else { continue };
        let list = points.get_ref();
        let in_range = list.iter().flatten().all(|number| (0.0..=1.0).contains(number));
        if list.is_empty() || !in_range || !list.is_sorted_by(|[a, b], [c, d]| a < c && b <= d) {
            return Err(layer.error(points.span(), "points are pairs from 0 to 1 that rise"));
        }
        return Ok(list.clone());
    }
    Ok(vec![[0.0, 0.0], [1.0, 1.0]])
}

type Codes = HashMap<String, HashMap<String, RegionIndex>>;

fn codes(layers: &[Layer<'_>], regions: &Regions, with_tables: bool) -> Result<Codes, TaxonomyError> {
    let mut codes = Codes::new();
    for layer in layers {
        for (scheme, values) in &layer.file.codes {
            for (value, region) in values {
                let region = regions.find(layer, region)?;
                codes.entry(scheme.clone()).or_default().entry(value.clone()).or_insert(region);
            }
        }
    }
    let table = if with_tables { tables::CODES } else { "" };
    for [scheme, value, region] in tables::rows(table) {
        if let Some(&region) = regions.by_id.get(region) {
            codes.entry(scheme.to_owned()).or_default().entry(value.to_owned()).or_insert(region);
        }
    }
    Ok(codes)
}

fn weights(layers: &[Layer<'_>]) -> Result<[f32; EvidenceSource::COUNT], TaxonomyError> {
    let mut weights = [0.5; EvidenceSource::COUNT];
    for layer in layers.iter().rev() {
        for (name, weight) in &layer.file.weights {
            let source = EvidenceSource::ALL.into_iter().find(|source| source.name() == name);
            let (Some(source), 0.0..=1.0) = (source, *weight.get_ref()) else {
                return Err(layer.error(weight.span(), "weights: an unknown attribute, or not from 0 to 1"));
            };
            weights[source as usize] = *weight.get_ref();
        }
    }
    Ok(weights)
}

fn decision(layers: &[Layer<'_>]) -> Result<Decision, TaxonomyError> {
    // A taxonomy that stands alone may leave these out.
    let mut decision = Decision {
        faint: 0.3,
        plain: 1.0,
        decisive: 1.7,
        also_share: 0.4,
        repeated_share: 0.4,
        misspelt_share: 0.6,
        tie_share: 0.98,
        evidence_min: 0.15,
        contradiction_cost: 0.5,
        confidence_min: 0.2,
        precedence: Category::ALL
            .into_iter()
            .filter(|&category| category != Category::Uncategorized)
            .collect(),
        whole_body_spans: Vec::new(),
    };
    for layer in layers.iter().rev() {
        let table = &layer.file.decision;
        let numbers = [
            (&table.faint, &mut decision.faint),
            (&table.plain, &mut decision.plain),
            (&table.decisive, &mut decision.decisive),
            (&table.also_share, &mut decision.also_share),
            (&table.repeated_share, &mut decision.repeated_share),
            (&table.misspelt_share, &mut decision.misspelt_share),
            (&table.tie_share, &mut decision.tie_share),
            (&table.evidence_min, &mut decision.evidence_min),
            (&table.contradiction_cost, &mut decision.contradiction_cost),
            (&table.confidence_min, &mut decision.confidence_min),
        ];
        for (given, number) in numbers {
            let Some(given) = given else { continue };
            if !(0.0..=10.0).contains(given.get_ref()) {
                return Err(layer.error(given.span(), "not a number from 0 to 10"));
            }
            *number = *given.get_ref();
        }
        if let Some(names) = &table.precedence {
            decision.precedence = precedence(layer, names)?;
        }
        if let Some(spans) = &table.whole_body_spans {
            decision.whole_body_spans =
                spans.iter().map(|span| layer.categories(span)).collect::<Result<_, _>>()?;
        }
    }
    Ok(decision)
}

/// All nine categories, each once.
fn precedence(layer: &Layer<'_>, names: &[Name]) -> Result<Vec<Category>, TaxonomyError> {
    let categories = layer.categories(names)?;
    let mut sorted = categories.clone();
    sorted.sort_unstable();
    sorted.dedup();
    if sorted.len() != categories.len() || sorted.len() != Category::ALL.len() - 1 {
        let span = names.first().map(Name::span);
        return Err(TaxonomyError::at(layer.text, span, "precedence names each of the nine categories once"));
    }
    Ok(categories)
}
