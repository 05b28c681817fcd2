use std::collections::HashMap;
use std::ops::Range;

use super::file::{Extends, Name, Strength, TaxonomyFile, TermTable, WordTable};
use super::{Decision, Entry, Lane, Lexicon, Model, Region, RegionIndex, Rule, TaxonomyError, tables};
use crate::{Category, EvidenceSource};

/// Shortest Body Part Examined term of Annex L that is looked for in free text, in letters: the short ones (SMA, PCA)
/// are everyday abbreviations of other things.
const FREE_TEXT_TERM_LETTERS_MIN: usize = 6;

/// A taxonomy file with its text, for messages.
struct Layer<'a> {
    text: &'a str,
    file: TaxonomyFile,
}

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

fn read(text: &str) -> Result<Layer<'_>, TaxonomyError> {
    let file: TaxonomyFile =
        toml::from_str(text).map_err(|error| TaxonomyError::at(text, error.span(), error.message()))?;
    let layer = Layer { text, file };
    if *layer.file.format.get_ref() != 1 {
        return Err(layer.error(layer.file.format.span(), "unknown format; this version reads format 1"));
    }
    let version = layer.file.version.get_ref();
    if version.is_empty() || !version.bytes().all(|b| b.is_ascii_alphanumeric() || b"._-".contains(&b)) {
        let message = "version must be letters, digits, dots, hyphens and underscores";
        return Err(layer.error(layer.file.version.span(), message));
    }
    Ok(layer)
}

impl Layer<'_> {
    fn error(&self, span: Range<usize>, message: &str) -> TaxonomyError {
        TaxonomyError::at(self.text, Some(span), message)
    }

    fn category(&self, name: &Name) -> Result<Category, TaxonomyError> {
        category(name.get_ref()).ok_or_else(|| self.error(name.span(), "not one of the nine categories"))
    }

    fn categories(&self, names: &[Name]) -> Result<Vec<Category>, TaxonomyError> {
        names.iter().map(|name| self.category(name)).collect()
    }
}

fn category(name: &str) -> Option<Category> {
    Category::from_name(name).filter(|&category| category != Category::Uncategorized)
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
        add_table_words(&mut lexicon, &regions);
    }
    let (modality_rules, sop_class_rules) = rules(layers, &regions)?;
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
        whole_body: regions.first_of(Lane::WholeBody),
        animal: regions.by_id.get("ANIMAL").copied().or_else(|| regions.first_of(Lane::NotHuman)),
        lexicon,
        regions: regions.list,
    })
}

#[derive(Default)]
struct Regions {
    list: Vec<Region>,
    by_id: HashMap<String, RegionIndex>,
}

impl Regions {
    /// Adds a region that is not there yet; false if it is.
    fn add(&mut self, id: &str, lane: Option<Lane>) -> bool {
        let Ok(index) = RegionIndex::try_from(self.list.len()) else { return false };
        if self.by_id.contains_key(id) {
            return false;
        }
        self.by_id.insert(id.to_owned(), index);
        self.list.push(Region { id: id.to_owned(), lane, also: Vec::new(), members: vec![index] });
        true
    }

    fn add_layer(&mut self, layer: &Layer<'_>) -> Result<(), TaxonomyError> {
        let n_before = self.list.len();
        let mut named: Vec<(&Name, Lane)> = Vec::new();
        for (name, regions) in &layer.file.regions {
            let Some(category) = category(name) else {
                let span = regions.first().map(Name::span);
                return Err(TaxonomyError::at(layer.text, span, "regions: not one of the nine categories"));
            };
            named.extend(regions.iter().map(|region| (region, Lane::Category(category))));
        }
        let lanes = &layer.file.lanes;
        named.extend(lanes.whole_body.iter().map(|region| (region, Lane::WholeBody)));
        named.extend(lanes.phantom.iter().map(|region| (region, Lane::Phantom)));
        named.extend(lanes.not_human.iter().map(|region| (region, Lane::NotHuman)));
        for (region, lane) in named {
            let id = region.get_ref();
            if id.is_empty() || !id.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit()) {
                return Err(layer.error(region.span(), "a region's name is capital letters and digits"));
            }
            let known = self.by_id.get(id).copied();
            if !self.add(id, Some(lane)) && known.is_none_or(|index| usize::from(index) >= n_before) {
                return Err(layer.error(region.span(), "this region is named twice, or there are too many"));
            }
        }
        Ok(())
    }

    fn add_table(&mut self) {
        for [id, category_name, _] in tables::rows(tables::REGIONS) {
            self.add(id, category(category_name).map(Lane::Category));
        }
    }

    /// `also` and `combinations`, once all regions are known.
    fn add_relations(&mut self, layer: &Layer<'_>) -> Result<(), TaxonomyError> {
        for (id, categories) in &layer.file.also {
            let span = categories.first().map(Name::span);
            let Some(&index) = self.by_id.get(id) else {
                return Err(TaxonomyError::at(layer.text, span, "also: unknown region"));
            };
            let categories = layer.categories(categories)?;
            if let Some(region) = self.list.get_mut(usize::from(index))
                && region.also.is_empty()
            {
                region.also = categories;
            }
        }
        for (id, names) in &layer.file.combinations {
            let members = names.iter().map(|name| self.find(layer, name)).collect::<Result<Vec<_>, _>>()?;
            self.add(id, None);
            let Some(&index) = self.by_id.get(id) else { continue };
            if let Some(region) = self.list.get_mut(usize::from(index))
                && region.members == [index]
            {
                region.members = members;
            }
        }
        Ok(())
    }

    fn add_table_relations(&mut self) {
        for [id, _, also] in tables::rows(tables::REGIONS) {
            let Some(&index) = self.by_id.get(id) else { continue };
            if let Some(region) = self.list.get_mut(usize::from(index))
                && region.also.is_empty()
            {
                region.also = also.split('|').filter_map(category).collect();
            }
        }
    }

    fn find(&self, layer: &Layer<'_>, name: &Name) -> Result<RegionIndex, TaxonomyError> {
        let found = self.by_id.get(name.get_ref()).copied();
        found.ok_or_else(|| layer.error(name.span(), "unknown region"))
    }

    /// The regions that this one stands for.
    fn members(&self, index: RegionIndex) -> Vec<RegionIndex> {
        self.list.get(usize::from(index)).map(|region| region.members.clone()).unwrap_or_default()
    }

    fn first_of(&self, lane: Lane) -> Option<RegionIndex> {
        let index = self.list.iter().position(|region| region.lane == Some(lane))?;
        RegionIndex::try_from(index).ok()
    }
}

/// Adds the words of a layer. In the first layer a word given twice is an error; in the others it was replaced.
fn add_words(
    lexicon: &mut Lexicon,
    layer: &Layer<'_>,
    regions: &Regions,
    is_first: bool,
) -> Result<(), TaxonomyError> {
    for table in &layer.file.terms {
        let entry = term_entry(layer, regions, table)?;
        for word in &table.words {
            add_word(lexicon, layer, word, entry.clone(), is_first)?;
        }
    }
    for table in &layer.file.noise {
        for word in &table.words {
            add_word(lexicon, layer, word, Entry::noise(""), is_first)?;
        }
    }
    let each = |table: &WordTable, add: &mut dyn FnMut(&str)| {
        table.words.iter().for_each(|word| add(word.get_ref()));
    };
    each(&layer.file.fillers, &mut |word| lexicon.add_filler(word));
    each(&layer.file.negations, &mut |word| lexicon.add_negation(word));
    for (language, words) in &layer.file.languages {
        words.iter().for_each(|word| lexicon.add_language_word(language, word.get_ref()));
    }
    Ok(())
}

/// What the words of a table mean; the word itself is left empty.
fn term_entry(layer: &Layer<'_>, regions: &Regions, table: &TermTable) -> Result<Entry, TaxonomyError> {
    let mut members = Vec::new();
    for name in table.region.iter().chain(&table.regions) {
        members.extend(regions.members(regions.find(layer, name)?));
    }
    if members.is_empty() {
        let span = table.words.first().map(Name::span);
        return Err(TaxonomyError::at(layer.text, span, "a term needs a region, or regions"));
    }
    Ok(Entry {
        regions: members,
        strength: table.strength,
        series: table.series,
        modality: table.modality.clone(),
        ..Entry::noise("")
    })
}

fn add_word(
    lexicon: &mut Lexicon,
    layer: &Layer<'_>,
    word: &Name,
    entry: Entry,
    is_first: bool,
) -> Result<(), TaxonomyError> {
    let pattern = word.get_ref();
    let stem = pattern.trim_matches('*');
    let is_affix = stem.len() < pattern.len();
    if is_affix && (pattern.len() - stem.len() > 1 || stem.contains([' ', '*', '-'])) {
        return Err(layer.error(word.span(), "a star stands at one end of one word"));
    }
    if pattern.chars().any(char::is_uppercase) {
        return Err(layer.error(word.span(), "words are written in lower case"));
    }
    let is_new = lexicon.add(pattern, Entry { word: pattern.as_str().into(), ..entry }, false);
    if is_first && !is_new {
        return Err(layer.error(word.span(), "this word is given twice, or has no letters"));
    }
    Ok(())
}

fn add_table_words(lexicon: &mut Lexicon, regions: &Regions) {
    for [term, region, languages, matches, caution] in tables::rows(tables::TERMS) {
        let Some(&index) = regions.by_id.get(region) else { continue };
        let languages = languages.split('|').fold(0, |bits, language| bits | lexicon.language_bit(language));
        let entry = Entry {
            word: term.into(),
            regions: regions.members(index),
            strength: Strength::Plain,
            series: None,
            modality: Vec::new(),
            languages,
            short: caution == "short",
        };
        lexicon.add(term, entry, matches == "substring");
    }
    for [id, _, _] in tables::rows(tables::REGIONS) {
        let Some(&index) = regions.by_id.get(id) else { continue };
        let is_letters = id.bytes().all(|byte| byte.is_ascii_uppercase());
        let members = regions.members(index);
        let leads_somewhere = members
            .iter()
            .all(|&member| regions.list.get(usize::from(member)).is_some_and(|region| region.lane.is_some()));
        if id.len() >= FREE_TEXT_TERM_LETTERS_MIN && is_letters && leads_somewhere {
            let entry = Entry { regions: members, ..Entry::noise(&id.to_ascii_lowercase()) };
            lexicon.add(&id.to_ascii_lowercase(), entry, false);
        }
    }
}

impl Entry {
    fn noise(word: &str) -> Entry {
        Entry {
            word: word.into(),
            regions: Vec::new(),
            strength: Strength::Plain,
            series: None,
            modality: Vec::new(),
            languages: 0,
            short: false,
        }
    }
}

type Rules = HashMap<String, Rule>;

fn rules(layers: &[Layer<'_>], regions: &Regions) -> Result<(Rules, Rules), TaxonomyError> {
    let mut modality_rules = Rules::new();
    let mut sop_class_rules = Rules::new();
    for layer in layers {
        for table in &layer.file.rules {
            let region = regions.find(layer, &table.region)?;
            let rule = Rule { id: table.id.clone(), region, strength: table.strength };
            for modality in &table.modality {
                modality_rules.entry(modality.clone()).or_insert_with(|| rule.clone());
            }
            for uid in &table.sop_class {
                sop_class_rules.entry(uid.clone()).or_insert_with(|| rule.clone());
            }
        }
    }
    Ok((modality_rules, sop_class_rules))
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
