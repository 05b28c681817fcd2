use super::file::{Name, Strength, TermTable, WordTable};
use super::layer::Layer;
use super::regions::Regions;
use super::{Entry, Lexicon, TaxonomyError, tables};

/// Shortest Body Part Examined term of Annex L that is looked for in free text, in letters: the short ones (SMA, PCA)
/// are everyday abbreviations of other things.
const FREE_TEXT_TERM_LETTERS_MIN: usize = 6;

/// Adds the words of a layer. In the first layer a word given twice is an error; in the others it was replaced.
pub(super) fn add_words(
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

/// Adds the words of the generated tables, which those of the layers replace.
pub(super) fn add_table_words(lexicon: &mut Lexicon, regions: &Regions) {
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
