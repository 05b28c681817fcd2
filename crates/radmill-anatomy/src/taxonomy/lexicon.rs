use std::collections::HashMap;

use super::misspelling::Misspellings;
use super::word_hash::WordMap;
use super::words::is_latin;
use super::{RegionIndex, Strength};
use crate::fold::{Class, Tokens};

/// Shortest word that may be part of a glued text such as "LEFTBREAST", in letters.
const GLUED_WORD_LETTERS_MIN: usize = 3;
/// Shortest filler ("ct", "rt") in a glued text, in letters.
const FILLER_LETTERS_MIN: usize = 2;
/// Length of texts that are tried as glued words, in bytes.
const GLUED_TEXT_BYTES: std::ops::RangeInclusive<usize> = 6..=40;

/// The terms of all languages, for finding them in a text in one pass.
#[derive(Default)]
pub(crate) struct Lexicon {
    entries: Vec<Entry>,
    /// Every token of a word or phrase, with its number; 0 is any other token.
    ids: WordMap<u32>,
    /// By number of the first token: phrases, longest first.
    phrases: Vec<Vec<Phrase>>,
    /// By number of token: the languages that the token shows.
    languages: Vec<u32>,
    negations: Vec<u32>,
    /// By first two bytes: terms that begin compounds, longest first.
    prefixes: HashMap<[u8; 2], Terms>,
    /// By last two bytes: terms that end compounds, longest first.
    suffixes: HashMap<[u8; 2], Terms>,
    /// By first character: terms of scripts without blanks, longest first.
    substrings: HashMap<char, Terms>,
    /// Words and phrases without their blanks; no entries for a filler.
    glued: WordMap<Vec<u32>>,
    /// Words for kinds of equipment.
    modalities: WordMap<()>,
    /// Letters that show a language.
    letters: HashMap<char, u32>,
    /// Single words of terms, whose misspellings are found; by `by_word` they lead to their entries.
    misspellings: Misspellings,
    by_word: WordMap<Vec<u32>>,
    language_names: Vec<String>,
}

/// A term and what it means.
#[derive(Clone)]
pub(crate) struct Entry {
    /// The term as the taxonomy writes it.
    pub(crate) word: Box<str>,
    /// No region: the word is noise.
    pub(crate) regions: Vec<RegionIndex>,
    pub(crate) strength: Strength,
    /// Strength in Series Description and Protocol Name, where it differs.
    pub(crate) series: Option<Strength>,
    /// Empty for all.
    pub(crate) modality: Vec<String>,
    /// Bits of the languages that have the word; 0 if it is of no language in particular.
    pub(crate) languages: u32,
    /// Found again with one slip of the hand; not where the word itself is doubtful or weighs more than a region.
    pub(crate) may_be_misspelt: bool,
    /// Short or common: counts only beside other words of its language, or alone.
    pub(crate) short: bool,
}

/// Terms with the entries that each may mean, longest first.
type Terms = Vec<(Box<str>, Vec<u32>)>;

struct Phrase {
    /// Numbers of all tokens, the first one included.
    ids: Vec<u32>,
    entries: Vec<u32>,
}

/// A term found in a text.
pub(crate) struct Hit<'a> {
    /// What it may mean, the likeliest first.
    pub(crate) entries: &'a [u32],
    /// The whole text is this term, apart from words without meaning for anatomy.
    pub(crate) alone: bool,
    /// The text is the term but for one slip of the hand.
    pub(crate) misspelt: bool,
}

impl<'a> Hit<'a> {
    fn of(entries: &'a [u32]) -> Hit<'a> {
        Hit { entries, alone: false, misspelt: false }
    }
}

/// Words found in one text.
#[derive(Default)]
pub(crate) struct Found<'a> {
    pub(crate) hits: Vec<Hit<'a>>,
    /// Bits of the languages that words of the text show.
    pub(crate) languages: u32,
}

impl Lexicon {
    pub(crate) fn entry(&self, index: u32) -> &Entry {
        self.entries.get(index as usize).expect("entry indices are made with the list of entries")
    }

    pub(super) fn n_terms(&self) -> usize {
        self.entries.len()
    }

    /// The bit of English, whose short words count everywhere.
    pub(crate) fn english(&self) -> u32 {
        self.language_names.iter().position(|name| name == "en").map_or(0, |index| 1 << index)
    }

    /// Finds the terms: longest first, from left to right, none overlapping.
    pub(crate) fn find<'a>(&'a self, tokens: &Tokens, modality: &str, is_body_part: bool) -> Found<'a> {
        let ids: Vec<u32> = tokens.iter().map(|token| self.ids.get(token).copied().unwrap_or(0)).collect();
        let mut found = Found::default();
        for letter in tokens.letters() {
            found.languages |= self.letters.get(letter).copied().unwrap_or(0);
        }
        let mut n_other = 0;
        let mut index = 0;
        while let Some(&id) = ids.get(index) {
            let (token, class) = tokens.get(index);
            found.languages |= self.languages.get(id as usize).copied().unwrap_or(0);
            if let Some((entries, n_tokens)) = self.phrase_at(&ids, index, modality) {
                let negated = index > 0 && ids.get(index - 1).is_some_and(|id| self.negations.contains(id));
                if self.is_noise(entries, modality) {
                    n_other += usize::from(!is_body_part);
                } else if !negated {
                    found.hits.push(Hit::of(entries));
                }
                index += n_tokens;
                continue;
            }
            let n_before = found.hits.len();
            match class {
                Class::Unspaced => self.find_inside(token, &mut found.hits),
                Class::Word if self.is_plain_word(id, token) => {}
                Class::Word => self.find_compound(token, is_body_part, &mut found.hits),
                Class::Digits if !is_body_part => n_other += 1,
                Class::Digits | Class::Separator => {}
            }
            let is_filler = self.glued.get(token).is_some_and(Vec::is_empty);
            let is_beside_the_point =
                if is_body_part { is_filler } else { self.modalities.contains_key(token) };
            if found.hits.len() == n_before && class == Class::Word && !is_beside_the_point {
                n_other += 1;
            }
            index += 1;
        }
        if n_other == 0
            && let [hit] = found.hits.as_mut_slice()
        {
            hit.alone = true;
        }
        found
    }

    /// The longest phrase that begins at `index` and counts for this modality.
    fn phrase_at(&self, ids: &[u32], index: usize, modality: &str) -> Option<(&[u32], usize)> {
        let rest = ids.get(index..)?;
        let first = *rest.first()?;
        self.phrases.get(first as usize)?.iter().find_map(|phrase| {
            let matches = rest.starts_with(&phrase.ids)
                && phrase.entries.iter().any(|&entry| self.entry(entry).counts_for(modality));
            matches.then_some((phrase.entries.as_slice(), phrase.ids.len()))
        })
    }

    fn is_noise(&self, entries: &[u32], modality: &str) -> bool {
        let first = entries.iter().map(|&entry| self.entry(entry)).find(|entry| entry.counts_for(modality));
        first.is_none_or(|entry| entry.regions.is_empty())
    }

    /// Terms inside a run of characters without blanks.
    fn find_inside<'a>(&'a self, token: &str, hits: &mut Vec<Hit<'a>>) {
        let mut rest = token;
        while let Some(first) = rest.chars().next() {
            let terms = self.substrings.get(&first).map_or(&[][..], Vec::as_slice);
            let found = terms.iter().find(|(term, _)| rest.starts_with(&**term));
            let length = found.map_or(first.len_utf8(), |(term, entries)| {
                hits.push(Hit::of(entries));
                term.len()
            });
            rest = rest.get(length..).unwrap_or_default();
        }
    }

    /// A filler, or a word for a kind of equipment: it is no compound and no misspelling.
    fn is_plain_word(&self, id: u32, token: &str) -> bool {
        id != 0 && (self.modalities.contains_key(token) || self.glued.get(token).is_some_and(Vec::is_empty))
    }

    /// A word that begins or ends with a term that makes compounds, several words glued together, or a misspelling.
    fn find_compound<'a>(&'a self, token: &str, is_body_part: bool, hits: &mut Vec<Hit<'a>>) {
        let bytes = token.as_bytes();
        let (Some(first), Some(last)) = (bytes.first_chunk::<2>(), bytes.last_chunk::<2>()) else { return };
        let ends =
            || self.suffixes.get(last).into_iter().flatten().find(|(term, _)| token.ends_with(&**term));
        let begins =
            || self.prefixes.get(first).into_iter().flatten().find(|(term, _)| token.starts_with(&**term));
        if let Some((_, entries)) = begins().or_else(ends) {
            hits.push(Hit::of(entries));
        } else if let Some(parts) = self.unglue(token) {
            hits.extend(parts.into_iter().map(Hit::of));
        } else if !self.ids.contains_key(token) {
            let words = self.misspellings.find(token, is_body_part);
            let mut meanings = words.iter().filter_map(|word| self.by_word.get(*word));
            // A slip that leads to words of different places leads nowhere.
            if let Some(entries) = meanings.next()
                && meanings.all(|others| self.regions_of(others) == self.regions_of(entries))
            {
                hits.push(Hit { entries, alone: false, misspelt: true });
            }
        }
    }

    fn regions_of(&self, entries: &[u32]) -> Option<&[RegionIndex]> {
        entries.first().map(|&entry| self.entry(entry).regions.as_slice())
    }

    /// Cuts a token into known words; `None` if that fails or none of them is a term.
    ///
    /// Behind a word for the equipment a single letter may follow for the contrast: "CTCAPW", "CTCHESTC".
    fn unglue(&self, token: &str) -> Option<Vec<&[u32]>> {
        self.unglue_whole(token).or_else(|| {
            let stem = token.strip_suffix(['w', 'c', 'x'])?;
            let begin =
                (2..=3).any(|n| token.get(..n).is_some_and(|begin| self.modalities.contains_key(begin)));
            if begin { self.unglue_whole(stem) } else { None }
        })
    }

    fn unglue_whole(&self, token: &str) -> Option<Vec<&[u32]>> {
        if !GLUED_TEXT_BYTES.contains(&token.len()) || !token.is_ascii() {
            return None;
        }
        // For each length of text that can be cut: where its last word begins, preferring the longest word.
        let mut begins: Vec<Option<usize>> = vec![None; token.len() + 1];
        for start in 0..token.len() {
            if start > 0 && begins.get(start).is_none_or(Option::is_none) {
                continue;
            }
            for end in start + FILLER_LETTERS_MIN..=token.len() {
                let known = token.get(start..end).is_some_and(|word| self.glued.contains_key(word));
                if known && let Some(slot @ None) = begins.get_mut(end) {
                    *slot = Some(start);
                }
            }
        }
        let mut parts = Vec::new();
        let mut end = token.len();
        while end > 0 {
            let start = begins.get(end).copied().flatten()?;
            let entries = self.glued.get(token.get(start..end)?)?;
            if !entries.is_empty() {
                parts.push(entries.as_slice());
            }
            end = start;
        }
        (!parts.is_empty()).then_some(parts)
    }

    /// The bit of a language; 0 once there are more than 32.
    pub(super) fn language_bit(&mut self, name: &str) -> u32 {
        let index = self.language_names.iter().position(|known| known == name).unwrap_or_else(|| {
            self.language_names.push(name.to_owned());
            self.language_names.len() - 1
        });
        u32::try_from(index).ok().and_then(|index| 1u32.checked_shl(index)).unwrap_or(0)
    }

    pub(super) fn add_language_word(&mut self, language: &str, word: &str) {
        let bit = self.language_bit(language);
        let mut characters = word.chars();
        if let (Some(letter), None) = (characters.next(), characters.next())
            && !letter.is_ascii()
            && is_latin(letter)
        {
            *self.letters.entry(letter).or_default() |= bit;
            return;
        }
        for id in self.ids_of(word) {
            if let Some(languages) = self.languages.get_mut(id as usize) {
                *languages |= bit;
            }
        }
    }

    pub(super) fn add_negation(&mut self, word: &str) {
        let ids = self.ids_of(word);
        self.negations.extend(ids);
    }

    /// Adds a word for a kind of equipment, which is a filler too.
    pub(super) fn add_modality(&mut self, word: &str) {
        let mut tokens = Tokens::default();
        tokens.fill(word);
        let squashed: String = tokens.iter().collect();
        self.modalities.insert(squashed.into_boxed_str(), ());
        self.add_filler(word);
    }

    pub(super) fn add_filler(&mut self, word: &str) {
        let mut tokens = Tokens::default();
        tokens.fill(word);
        tokens.iter().for_each(|token| {
            self.id_of(token);
        });
        let squashed: String = tokens.iter().collect();
        self.glued.entry(squashed.into_boxed_str()).or_default();
    }

    /// Adds a term; false if the pattern has no letters or the same pattern is there for all modalities already.
    pub(super) fn add(&mut self, pattern: &str, entry: Entry, substring: bool) -> bool {
        let index = u32::try_from(self.entries.len()).expect("fewer than four billion terms");
        let stem = pattern.trim_matches('*');
        let mut tokens = Tokens::default();
        tokens.fill(stem);
        let squashed: Box<str> = tokens.iter().collect();
        let bytes = squashed.as_bytes();
        let ends = bytes.first_chunk::<2>().copied().zip(bytes.last_chunk::<2>().copied());
        let added = if substring {
            let Some(first) = squashed.chars().next() else { return false };
            add_to(self.substrings.entry(first).or_default(), squashed, index)
        } else if let (true, Some((first, _))) = (pattern.ends_with('*'), ends) {
            add_affix(self.prefixes.entry(first).or_default(), squashed, index)
        } else if let (true, Some((_, last))) = (pattern.starts_with('*'), ends) {
            add_affix(self.suffixes.entry(last).or_default(), squashed, index)
        } else {
            self.add_phrase(stem, squashed, index, &entry)
        };
        if added {
            self.entries.push(entry);
        }
        added
    }

    fn add_phrase(&mut self, stem: &str, squashed: Box<str>, index: u32, entry: &Entry) -> bool {
        let ids = self.ids_of(stem);
        let is_single = ids.len() == 1;
        let Some(phrases) = ids.first().and_then(|&first| self.phrases.get_mut(first as usize)) else {
            return false;
        };
        if let Some(known) = phrases.iter_mut().find(|phrase| phrase.ids == ids) {
            let last = known.entries.last().and_then(|&last| self.entries.get(last as usize));
            if last.is_some_and(|last| last.modality.is_empty() && !last.short) {
                return false;
            }
            known.entries.push(index);
        } else {
            phrases.push(Phrase { ids, entries: vec![index] });
            phrases.sort_by_key(|phrase| std::cmp::Reverse(phrase.ids.len()));
        }
        let is_long =
            squashed.len() >= GLUED_WORD_LETTERS_MIN && squashed.bytes().all(|b| b.is_ascii_lowercase());
        if is_single && entry.may_be_misspelt {
            self.misspellings.add(&squashed);
            self.by_word.entry(squashed.clone()).or_default().push(index);
        }
        if is_long && !entry.short && !entry.regions.is_empty() {
            self.glued.entry(squashed).or_default().push(index);
        }
        true
    }

    /// The numbers of the tokens of a phrase, given out where they are new.
    fn ids_of(&mut self, phrase: &str) -> Vec<u32> {
        let mut tokens = Tokens::default();
        tokens.fill(phrase);
        tokens.iter().map(|token| self.id_of(token)).collect()
    }

    fn id_of(&mut self, token: &str) -> u32 {
        if let Some(&id) = self.ids.get(token) {
            return id;
        }
        let id = u32::try_from(self.ids.len() + 1).expect("fewer than four billion words");
        self.ids.insert(token.into(), id);
        self.phrases.resize_with(id as usize + 1, Vec::new);
        self.languages.resize(id as usize + 1, 0);
        id
    }
}

impl Entry {
    pub(crate) fn counts_for(&self, modality: &str) -> bool {
        self.modality.is_empty() || self.modality.iter().any(|known| known == modality)
    }
}

fn add_to(terms: &mut Terms, term: Box<str>, index: u32) -> bool {
    if let Some((_, entries)) = terms.iter_mut().find(|(known, _)| *known == term) {
        entries.push(index);
        return true;
    }
    terms.push((term, vec![index]));
    terms.sort_by_key(|(term, _)| std::cmp::Reverse(term.len()));
    true
}

/// Adds the beginning or end of compounds; false if it is there already.
fn add_affix(terms: &mut Terms, term: Box<str>, index: u32) -> bool {
    !terms.iter().any(|(known, _)| *known == term) && add_to(terms, term, index)
}
