use super::file::{Name, Strength, TermTable, WordTable};
use super::layer::Layer;
use super::regions::Regions;
use super::{Entry, Lexicon, RegionIndex, TaxonomyError, tables};
use crate::fold::is_unspaced;

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
    each(&layer.file.modalities, &mut |word| lexicon.add_modality(word));
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
        may_be_misspelt: table.strength != Strength::Faint && regions.are_places(&members),
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
    let is_substring = stem.chars().all(is_unspaced);
    let is_new = lexicon.add(pattern, Entry { word: pattern.as_str().into(), ..entry }, is_substring);
    if is_first && !is_new {
        return Err(layer.error(word.span(), "this word is given twice, or has no letters"));
    }
    Ok(())
}

/// Adds the words of the generated tables, which those of the layers replace.
pub(super) fn add_table_words(lexicon: &mut Lexicon, regions: &Regions, decisive: &[RegionIndex]) {
    let terms = tables::rows(tables::TERMS_BY_HAND).chain(tables::rows(tables::TERMS));
    for [term, region, languages, matches, caution] in terms {
        let named = region.split('|').filter_map(|region| regions.by_id.get(region));
        let members: Vec<RegionIndex> = named.flat_map(|&index| regions.members(index)).collect();
        if members.is_empty() {
            continue;
        }
        let languages = languages.split('|').fold(0, |bits, language| bits | lexicon.language_bit(language));
        let entry = Entry {
            word: term.into(),
            may_be_misspelt: caution != "short" && regions.are_places(&members),
            strength: if members.iter().all(|member| decisive.contains(member)) {
                Strength::Decisive
            } else {
                Strength::Plain
            },
            regions: members,
            series: None,
            modality: Vec::new(),
            languages,
            // A script of its own shows the language.
            short: caution == "short" && term.chars().all(is_latin),
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

/// ASCII, or a Latin letter with accents.
pub(super) fn is_latin(character: char) -> bool {
    character.is_ascii() || matches!(character, '\u{00C0}'..='\u{024F}' | '\u{1E00}'..='\u{1EFF}')
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
            may_be_misspelt: false,
            short: false,
        }
    }
}
