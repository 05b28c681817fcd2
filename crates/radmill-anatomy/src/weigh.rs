use std::borrow::Cow;

use crate::fold::Tokens;
use crate::taxonomy::{Entry, Hit, Lane, Model, Region, Rule, Strength};
use crate::{Clues, Code, EvidenceSource};

/// What one attribute says.
pub(crate) struct Vote<'a> {
    pub(crate) source: EvidenceSource,
    /// Weight for each lane, by [`Lane::index`].
    pub(crate) lanes: [f32; Lane::COUNT],
    /// The strongest thing that it says.
    pub(crate) is_sure: bool,
    pub(crate) items: Vec<Item<'a>>,
}

/// One region that an attribute names.
pub(crate) struct Item<'a> {
    pub(crate) region: &'a Region,
    pub(crate) rule: RuleName<'a>,
    pub(crate) weight: f32,
    pub(crate) is_sure: bool,
}

/// Which words of the taxonomy matched.
#[derive(Clone, Copy)]
pub(crate) enum RuleName<'a> {
    Term(&'a str),
    Misspelling(&'a str),
    BodyPart(&'a str),
    Code(&'a str),
    Rule(&'a str),
    WholeBodySpan,
}

impl RuleName<'_> {
    /// The rule's id as it stands in the manifest, such as `term:liver`.
    pub(crate) fn id(self) -> String {
        match self {
            RuleName::Term(word) => format!("term:{word}"),
            RuleName::Misspelling(word) => format!("misspelt:{word}"),
            RuleName::BodyPart(term) => format!("body_part:{term}"),
            RuleName::Code(region) => format!("code:{region}"),
            RuleName::Rule(id) => format!("rule:{id}"),
            RuleName::WholeBodySpan => "rule:whole_body_span".to_owned(),
        }
    }
}

/// What the attributes say, each by itself. Attributes that say nothing are left out.
pub(crate) fn weigh<'a>(model: &'a Model, clues: &Clues) -> Vec<Vote<'a>> {
    let modality = uppercase(clues.modality.trim());
    let mut votes = Vec::with_capacity(8);
    votes.extend(by_codes(model, EvidenceSource::AnatomicRegion, &clues.anatomic_regions, &modality));
    let structures = &clues.primary_anatomic_structures;
    votes.extend(by_codes(model, EvidenceSource::PrimaryAnatomicStructure, structures, &modality));
    votes.extend(by_codes(model, EvidenceSource::ProcedureCode, &clues.procedure_codes, &modality));
    votes.extend(by_codes(model, EvidenceSource::ProtocolCode, &clues.protocol_codes, &modality));
    votes.extend(by_codes(model, EvidenceSource::View, &clues.view_codes, &modality));
    for (source, value) in [
        (EvidenceSource::Laterality, &clues.image_laterality),
        (EvidenceSource::TransducerType, &clues.transducer_type),
    ] {
        votes.extend(by_rule(model, source, model.value_rule(source, &uppercase(value.trim()), &modality)));
    }
    votes.extend(by_rule(model, EvidenceSource::Modality, model.modality_rules.get(&*modality)));
    votes.extend(by_rule(
        model,
        EvidenceSource::SopClass,
        model.sop_class_rules.get(clues.sop_class_uid.trim()),
    ));
    votes.extend(by_species(model, clues));
    by_texts(model, clues, &modality, &mut votes);
    votes
}

fn uppercase(text: &str) -> Cow<'_, str> {
    if text.bytes().any(|byte| byte.is_ascii_lowercase()) {
        Cow::Owned(text.to_ascii_uppercase())
    } else {
        Cow::Borrowed(text)
    }
}

/// Codes that the taxonomy knows; of others, what their meaning says.
fn by_codes<'a>(
    model: &'a Model,
    source: EvidenceSource,
    codes: &[Code],
    modality: &str,
) -> Option<Vote<'a>> {
    let mut vote = Vote::new(source);
    for code in codes {
        if let Some(index) = model.region_of_code(code.scheme.trim(), code.value.trim()) {
            let rule = RuleName::Code(&model.region(index).id);
            for &member in &model.region(index).members {
                vote.add(model, member, rule, Strength::Plain, 1.0);
            }
        } else if !code.meaning.is_empty() {
            let mut tokens = Tokens::default();
            tokens.fill(&code.meaning);
            let found = model.lexicon.find(&tokens, modality, false);
            let languages = found.languages | model.lexicon.english();
            for hit in &found.hits {
                vote.add_hit(model, hit, modality, languages, 1.0);
            }
        }
    }
    vote.closed(model)
}

fn by_rule<'a>(model: &'a Model, source: EvidenceSource, rule: Option<&'a Rule>) -> Option<Vote<'a>> {
    let rule = rule?;
    let mut vote = Vote::new(source);
    vote.add(model, rule.region, RuleName::Rule(&rule.id), rule.strength, 1.0);
    vote.closed(model)
}

/// Homo sapiens in SNOMED CT and SNOMED RT (PS3.16 CID 7454).
const HUMAN_CODES: [&str; 2] = ["337915000", "L-85B00"];

/// Descriptions of the species that mean a human being.
const HUMAN_WORDS: [&str; 4] = ["human", "homo", "humano", "mensch"];

fn by_species<'a>(model: &'a Model, clues: &Clues) -> Option<Vote<'a>> {
    let mut tokens = Tokens::default();
    tokens.fill(&clues.patient_species_description);
    let described = tokens.len() > 0;
    let described_human = tokens.iter().any(|token| HUMAN_WORDS.contains(&token));
    let coded = clues.patient_species.iter().any(|code| !code.value.is_empty());
    let coded_human = clues.patient_species.iter().any(|code| HUMAN_CODES.contains(&code.value.trim()));
    if described_human || coded_human || !(described || coded) {
        return None;
    }
    let mut vote = Vote::new(EvidenceSource::Species);
    vote.add(model, model.animal?, RuleName::Rule("patient_species"), Strength::Decisive, 1.0);
    vote.closed(model)
}

fn by_texts<'a>(model: &'a Model, clues: &Clues, modality: &str, votes: &mut Vec<Vote<'a>>) {
    let texts = [
        (EvidenceSource::BodyPartExamined, clues.body_part_examined.trim()),
        (EvidenceSource::StudyDescription, clues.study_description.trim()),
        (EvidenceSource::SeriesDescription, clues.series_description.trim()),
        (EvidenceSource::ProtocolName, clues.protocol_name.trim()),
        (EvidenceSource::RequestedProcedureDescription, clues.requested_procedure_description.trim()),
        (
            EvidenceSource::PerformedProcedureStepDescription,
            clues.performed_procedure_step_description.trim(),
        ),
        (
            EvidenceSource::AcquisitionDeviceProcessingDescription,
            clues.acquisition_device_processing_description.trim(),
        ),
        (
            EvidenceSource::ScheduledProcedureStepDescription,
            clues.scheduled_procedure_step_description.trim(),
        ),
        (EvidenceSource::AcquisitionProtocol, clues.acquisition_protocol_description.trim()),
        (EvidenceSource::View, clues.view_position.trim()),
    ];
    let mut tokens = Tokens::default();
    let mut languages = model.lexicon.english();
    let found = texts.map(|(source, text)| {
        tokens.fill(text);
        let found = model.lexicon.find(&tokens, modality, source == EvidenceSource::BodyPartExamined);
        languages |= found.languages;
        found
    });
    for (index, ((source, text), found)) in texts.iter().zip(&found).enumerate() {
        if *source == EvidenceSource::BodyPartExamined
            && let Some(vote) = by_body_part(model, text, &found.hits, modality)
        {
            votes.push(vote);
            continue;
        }
        let repeated = texts.iter().take(index).any(|(_, earlier)| earlier.eq_ignore_ascii_case(text));
        let share = if repeated { model.decision.repeated_share } else { 1.0 };
        let mut vote = Vote::new(*source);
        for hit in &found.hits {
            vote.add_hit(model, hit, modality, languages, share);
        }
        votes.extend(vote.closed(model));
    }
}

/// Body Part Examined as a term of Annex L, unless a word of it means something else for this modality.
fn by_body_part<'a>(model: &'a Model, text: &str, hits: &[Hit<'_>], modality: &str) -> Option<Vote<'a>> {
    let depends_on_modality = hits.iter().flat_map(|hit| hit.entries).any(|&entry| {
        let entry = model.lexicon.entry(entry);
        !entry.modality.is_empty() && entry.counts_for(modality)
    });
    if text.is_empty() || depends_on_modality {
        return None;
    }
    let squashed: String =
        text.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_uppercase()).collect();
    let index = *model.body_parts.get(&squashed)?;
    let mut vote = Vote::new(EvidenceSource::BodyPartExamined);
    let rule = RuleName::BodyPart(&model.region(index).id);
    for &member in &model.region(index).members {
        vote.add(model, member, rule, Strength::Plain, 1.0);
    }
    vote.closed(model)
}

impl<'a> Vote<'a> {
    fn new(source: EvidenceSource) -> Vote<'a> {
        Vote { source, lanes: [0.0; Lane::COUNT], is_sure: false, items: Vec::new() }
    }

    fn add_hit(&mut self, model: &'a Model, hit: &Hit<'_>, modality: &str, languages: u32, share: f32) {
        let is_body_part = self.source == EvidenceSource::BodyPartExamined;
        let beside_others = |entry: &Entry| !entry.short || entry.languages & languages != 0;
        let may_stand_alone = is_body_part || self.source.names_the_examination();
        let meant = hit.entries.iter().map(|&entry| model.lexicon.entry(entry)).find(|entry| {
            entry.counts_for(modality) && (beside_others(entry) || (hit.alone && may_stand_alone))
        });
        let Some(entry) = meant else { return };
        let is_doubtful = !beside_others(entry) && !is_body_part;
        let strength = match self.strength_here(entry) {
            _ if is_doubtful => Strength::Faint,
            Strength::Decisive if hit.misspelt => Strength::Plain,
            strength => strength,
        };
        let share = if hit.misspelt { share * model.decision.misspelt_share } else { share };
        let rule =
            if hit.misspelt { RuleName::Misspelling(&entry.word) } else { RuleName::Term(&entry.word) };
        for &region in &entry.regions {
            self.add(model, region, rule, strength, share);
        }
    }

    fn strength_here(&self, entry: &Entry) -> Strength {
        let is_series =
            matches!(self.source, EvidenceSource::SeriesDescription | EvidenceSource::ProtocolName);
        entry.series.filter(|_| is_series).unwrap_or(entry.strength)
    }

    fn add(&mut self, model: &'a Model, region: u16, rule: RuleName<'a>, strength: Strength, share: f32) {
        let region = model.region(region);
        let Some(lane) = region.lane else { return };
        let factor = match strength {
            Strength::Faint => model.decision.faint,
            Strength::Plain => model.decision.plain,
            Strength::Decisive => model.decision.decisive,
        };
        let weight = model.weight(self.source) * factor * share;
        let is_sure = strength != Strength::Faint;
        self.raise(lane, weight);
        for &category in &region.also {
            self.raise(Lane::Category(category), weight * model.decision.also_share);
        }
        self.is_sure |= is_sure;
        self.items.push(Item { region, rule, weight, is_sure });
    }

    fn raise(&mut self, lane: Lane, weight: f32) {
        let slot = &mut self.lanes[lane.index()];
        *slot = slot.max(weight);
    }

    /// The vote, if it says anything; one that names all of a whole-body span says that.
    fn closed(mut self, model: &'a Model) -> Option<Vote<'a>> {
        let names = |category| {
            self.items.iter().any(|item| item.is_sure && item.region.lane == Some(Lane::Category(category)))
        };
        let spans_body = model.decision.whole_body_spans.iter().any(|span| span.iter().all(|&c| names(c)));
        if let Some(whole_body) = model.whole_body
            && spans_body
        {
            self.add(model, whole_body, RuleName::WholeBodySpan, Strength::Decisive, 1.0);
        }
        (!self.items.is_empty()).then_some(self)
    }
}
