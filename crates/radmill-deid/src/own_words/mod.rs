//! The names, identifiers and dates of this very header, so that a value that repeats one of them is seen.

mod attributes;
#[cfg(test)]
mod tests;
mod text;

use std::borrow::Cow;
use std::collections::{BTreeSet, HashSet};

use dicom_core::dictionary::DataDictionary;
use dicom_core::{Tag, VR};
use dicom_dictionary_std::{StandardDataDictionary, tags};
use radmill_dicom::{CharacterSet, DataSet, Value};

use self::attributes::{holds_coded_names, is_identifier, is_neutral};
use self::text::Words;
use crate::apply::{NESTING_DEPTH_MAX, trim_text};
use crate::date::shift_da;
use crate::descriptors::{self, REMOVED_WORD, fold, is_unspaced, written_out};
use crate::value::trimmed;

/// Shorter identifiers are found by chance in anything.
const IDENTIFIER_CHARACTERS_MIN: usize = 4;

/// Shorter identifiers are found by chance in a number, or across the words of a text.
const COMPACT_CHARACTERS_MIN: usize = 6;

/// Real headers have a few dozen. With more, every text is taken to repeat one of them, so that the time for a hostile
/// file is bounded.
const FRAGMENTS_MAX: usize = 256;

/// Shorter parts of a name in the Latin script are initials, titles and particles. A name in Chinese, Japanese or
/// Korean script has one or two characters, and no spaces around it.
const LATIN_CHARACTERS_MIN: usize = 3;

/// The components of a name that hold its prefix and suffix begin here (PS3.5 6.2.1.1).
const TITLES_FROM: usize = 3;

/// Shorter names are found by chance inside other words.
const GLUED_CHARACTERS_MIN: usize = 5;

/// Words of person names and of the institution, identifiers and dates, of all levels of one instance; folded.
#[derive(Default)]
pub(crate) struct OwnWords {
    names: HashSet<String>,
    /// Names of one or two Latin letters, which count beside another name only.
    short_names: HashSet<String>,
    /// Words of the institution's name, which are ordinary words, too (`Chest` Clinic).
    places: HashSet<String>,
    /// Names that are found inside other words, too: long ones, and those in scripts without spaces.
    inside: BTreeSet<String>,
    /// Identifiers without separators, found inside one word.
    fragments: BTreeSet<String>,
    /// Identifiers and dates (by year, by day and by month first) without separators, found across words.
    compact: BTreeSet<String>,
}

/// How ordinary words in the name of the institution count.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Places {
    /// As own words like any other.
    All,
    /// Not at all, if they are in the vocabulary: a whole value would go for them.
    Unusual,
}

impl OwnWords {
    /// From the data set as it came, but for the attributes whose value stays on purpose.
    pub(crate) fn of(data: &DataSet, is_kept: impl Fn(Tag) -> bool) -> OwnWords {
        let mut words = OwnWords::default();
        words.gather(data, 0, false, &is_kept);
        words
    }

    /// True if a name, an identifier or a date stands in `value`.
    pub(crate) fn occur_in(&self, value: &[u8], character_set: &CharacterSet) -> bool {
        if self.are_too_many() {
            return true;
        }
        if self.is_empty() {
            return false;
        }
        let text = character_set.decode(value);
        self.found_in(&Words::of(&text), Places::Unusual).contains(&true)
    }

    /// The text with [`REMOVED_WORD`] for each word that is a name, a word of the institution's name, or part of
    /// an identifier or a date; known words, too.
    pub(crate) fn removed_from<'t>(&self, text: &'t str) -> Cow<'t, str> {
        if self.are_too_many() {
            return Cow::Owned(REMOVED_WORD.to_string());
        }
        if self.is_empty() {
            return Cow::Borrowed(text);
        }
        let mut text = Cow::Borrowed(text);
        // What stands beside such a name without a space is no part of it.
        for name in self.inside.iter().filter(|name| name.starts_with(is_unspaced)) {
            if text.contains(name.as_str()) {
                text = Cow::Owned(text.replace(name.as_str(), REMOVED_WORD.encode_utf8(&mut [0; 4])));
            }
        }
        let words = Words::of(&text);
        let found = self.found_in(&words, Places::All);
        if found.contains(&true) { Cow::Owned(words.without(&found)) } else { text }
    }

    /// True if one of the values, numbers in ASCII, is an identifier or a date.
    pub(crate) fn are_among_numbers(&self, value: &[u8]) -> bool {
        !self.compact.is_empty()
            && value.split(|byte| *byte == b'\\').any(|number| {
                let number = std::str::from_utf8(trimmed(number)).unwrap_or_default();
                let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
                let is_whole = fraction.bytes().all(|byte| byte == b'0');
                is_whole && self.compact.contains(whole.trim_start_matches(['+', '-']))
            })
    }

    /// For each word, whether it goes.
    fn found_in(&self, words: &Words<'_>, places: Places) -> Vec<bool> {
        let mut found: Vec<bool> =
            (0..words.len()).map(|index| self.is_own_word(words.get(index), places)).collect();
        for index in 1..words.len() {
            if [index - 1, index].iter().all(|at| found[*at] || self.short_names.contains(words.get(*at))) {
                found[index - 1] = true;
                found[index] = true;
            }
        }
        for fragment in &self.compact {
            words.mark_fragment(fragment, &mut found);
        }
        found
    }

    fn is_own_word(&self, word: &str, places: Places) -> bool {
        let is_name = || self.names.contains(word);
        let is_place =
            || self.places.contains(word) && (places == Places::All || !descriptors::is_word(word));
        let holds_name = || {
            self.inside.iter().any(|name| word.len() > name.len() && word.contains(name.as_str()))
                && !descriptors::is_word(word)
        };
        let holds_identifier =
            || self.fragments.iter().any(|part| word.len() >= part.len() && word.contains(part.as_str()));
        is_name() || is_place() || holds_name() || holds_identifier()
    }

    fn is_empty(&self) -> bool {
        self.names.is_empty()
            && self.short_names.is_empty()
            && self.places.is_empty()
            && self.inside.is_empty()
            && self.fragments.is_empty()
            && self.compact.is_empty()
    }

    fn are_too_many(&self) -> bool {
        [&self.inside, &self.fragments, &self.compact].iter().any(|set| set.len() > FRAGMENTS_MAX)
    }

    /// `coded`: the codes of this item stand for people or institutions.
    fn gather(&mut self, data: &DataSet, depth: usize, coded: bool, is_kept: &impl Fn(Tag) -> bool) {
        // What is deeper is refused later on.
        if depth > NESTING_DEPTH_MAX {
            return;
        }
        for element in data.elements() {
            let bytes = match &element.value {
                Value::Items(items) => {
                    let coded = coded || holds_coded_names(element.tag);
                    items.iter().for_each(|item| self.gather(item, depth + 1, coded, is_kept));
                    continue;
                }
                Value::Bytes(bytes) => bytes,
            };
            let vr = vr(element.tag, element.vr);
            let is_identifier = is_identifier(element.tag);
            let is_coded_name = coded && element.tag == tags::CODE_MEANING;
            let identifies = is_identifier || is_coded_name || matches!(vr, VR::PN | VR::DA | VR::DT);
            if !identifies || is_kept(element.tag) {
                continue;
            }
            let text = data.character_set().decode(bytes);
            if element.tag == tags::INSTITUTION_NAME {
                self.add_place(&text);
            }
            if vr == VR::PN || is_coded_name {
                self.add_person(&text);
            }
            for value in text.split('\\').map(trim_text) {
                match vr {
                    VR::DA => self.add_date(value),
                    VR::DT => self.add_date(value.get(..8).unwrap_or_default()),
                    // Made of ordinary words, as in `Siemens` or `General Hospital`, it names no place by itself.
                    _ if element.tag == tags::INSTITUTION_NAME && is_ordinary(value) => {}
                    _ if is_identifier => self.add_identifier(value),
                    _ => {}
                }
            }
        }
    }

    fn add_identifier(&mut self, identifier: &str) {
        let joined = Words::of(identifier).joined;
        let n_characters = joined.chars().count();
        if n_characters >= COMPACT_CHARACTERS_MIN {
            self.compact.insert(joined);
        } else if n_characters >= IDENTIFIER_CHARACTERS_MIN {
            self.fragments.insert(joined);
        }
    }

    /// Dates that mean "unknown", our own dummy among them, say nothing.
    fn add_date(&mut self, value: &str) {
        let Some(date) = shift_da(value, 0) else { return };
        if let (Some(year), Some(month), Some(day)) = (date.get(..4), date.get(4..6), date.get(6..)) {
            self.compact
                .extend([[year, month, day], [day, month, year], [month, day, year]].map(|d| d.concat()));
        }
    }

    fn add_place(&mut self, text: &str) {
        for word in words(text) {
            let folded = fold(word);
            if folded.chars().count() >= LATIN_CHARACTERS_MIN && !says_nothing(&folded) {
                self.places.insert(folded);
            }
        }
    }

    /// All words of a PN: components, groups in other scripts, and values.
    fn add_person(&mut self, text: &str) {
        for group in text.split(['\\', '=']) {
            let components: Vec<&str> = group.split('^').map(trim_text).collect();
            if let [family, given, ..] = components.as_slice()
                && family.starts_with(is_unspaced)
            {
                self.inside.insert(fold(&format!("{family}{given}")));
            }
            for (index, component) in components.iter().enumerate() {
                // `Mr` in a prefix is no name, and `MR heart` no repetition of it.
                let of_title =
                    |word: &&str| index >= TITLES_FROM && word.chars().count() < LATIN_CHARACTERS_MIN;
                words(component).filter(|word| !of_title(word)).for_each(|word| self.add_name(word));
            }
        }
        // O'Brien is known as OBrien, too.
        for word in text.split(|c: char| !c.is_alphanumeric() && !matches!(c, '\'' | '’')) {
            if word.contains(['\'', '’']) {
                self.add_name(word);
            }
        }
    }

    fn add_name(&mut self, word: &str) {
        let folded = fold(word);
        let n_characters = folded.chars().count();
        if !folded.contains(char::is_alphabetic) || says_nothing(&folded) {
            return;
        }
        if folded.starts_with(is_unspaced) {
            if n_characters >= 2 {
                self.names.insert(folded.clone());
                self.inside.insert(folded);
            }
            return;
        }
        if n_characters < LATIN_CHARACTERS_MIN {
            self.short_names.insert(folded);
            return;
        }
        let lowercase = word.to_lowercase();
        let without_e = folded.replace("ae", "a").replace("oe", "o").replace("ue", "u");
        for spelling in [folded, without_e].into_iter().chain(written_out(&lowercase)) {
            if spelling.chars().count() >= GLUED_CHARACTERS_MIN {
                self.inside.insert(spelling.clone());
            }
            self.names.insert(spelling);
        }
    }
}

/// True if every word is in the vocabulary, or one that all institutions have.
fn is_ordinary(text: &str) -> bool {
    words(text).map(fold).all(|word| says_nothing(&word) || descriptors::is_word(&word))
}

/// Particles, degrees, and words that all institutions have.
fn says_nothing(folded: &str) -> bool {
    is_neutral(folded) || descriptors::is_joining(folded)
}

/// As written, or if that says nothing, as the dictionary has it.
fn vr(tag: Tag, written: VR) -> VR {
    let in_dictionary = || StandardDataDictionary.by_tag(tag).and_then(|entry| entry.vr.exact());
    if written == VR::UN { in_dictionary().unwrap_or(VR::UN) } else { written }
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty())
}
