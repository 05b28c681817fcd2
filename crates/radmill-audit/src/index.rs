//! The values of all sources, made ready to be searched at once.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};

use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};
use dicom_core::Tag;

use crate::identity::extract::{Identity, TELEPHONE_DIGITS};
use crate::identity::fold::is_whole;
use crate::identity::kind::Kind;
use crate::identity::neutral::{is_neutral, is_vocabulary};
use crate::identity::uids;

/// Where a value comes from: its kind, the attribute, and the number of a source that has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Origin {
    pub(crate) kind: Kind,
    pub(crate) tag: Tag,
    pub(crate) source: u32,
}

/// A single word of a name that is long enough to be looked at where the patient is not known.
const LONE_WORD_CHARS_MIN: usize = 7;

/// Collects what is specific enough to be searched in every output.
#[derive(Default)]
pub(crate) struct IndexBuilder {
    needles: HashMap<String, (Origin, bool)>,
    raw: HashMap<Vec<u8>, Origin>,
    uids: HashMap<u64, Origin>,
    telephones: HashMap<String, Origin>,
    lone_words: HashMap<u64, Origin>,
}

impl IndexBuilder {
    pub(crate) fn add(&mut self, source: u32, identity: &Identity) {
        for needle in &identity.needles {
            let origin = Origin { kind: needle.kind, tag: needle.tag, source };
            if needle.is_strong {
                self.needles.entry(needle.text.clone()).or_insert((origin, needle.is_free));
            } else if is_lone_word(&needle.text, needle.kind) {
                self.lone_words.entry(hash(&needle.text)).or_insert(origin);
            }
        }
        for (uid, tag) in identity.uids.iter().filter(|(uid, _)| uids::is_searchable(uid)) {
            self.uids.entry(hash(uid)).or_insert(Origin { kind: Kind::Uid, tag: *tag, source });
        }
        for (digits, tag) in &identity.telephones {
            let origin = Origin { kind: Kind::Telephone, tag: *tag, source };
            self.telephones.entry(digits.clone()).or_insert(origin);
        }
        for (bytes, (kind, tag)) in &identity.raw {
            self.raw.entry(bytes.clone()).or_insert(Origin { kind: *kind, tag: *tag, source });
        }
    }

    /// # Errors
    ///
    /// Fails if there are more values than an automaton can hold.
    pub(crate) fn build(self) -> Result<Index, aho_corasick::BuildError> {
        let mut needles: Vec<(String, (Origin, bool))> = self.needles.into_iter().collect();
        needles.sort_by(|a, b| a.0.cmp(&b.0));
        let mut raw: Vec<(Vec<u8>, Origin)> = self.raw.into_iter().collect();
        raw.sort_by(|a, b| a.0.cmp(&b.0));
        Ok(Index {
            text: automaton(needles.iter().map(|(text, _)| text.as_bytes()))?,
            text_origins: needles.into_iter().map(|(_, origin)| origin).collect(),
            raw: automaton(raw.iter().map(|(bytes, _)| bytes.as_slice()))?,
            raw_origins: raw.into_iter().map(|(_, origin)| origin).collect(),
            uids: self.uids,
            telephones: self.telephones,
            lone_words: self.lone_words,
        })
    }
}

fn automaton<'a>(patterns: impl Iterator<Item = &'a [u8]>) -> Result<AhoCorasick, aho_corasick::BuildError> {
    // The contiguous automaton is a few bytes a character; a full one would be hundreds.
    AhoCorasick::builder()
        .match_kind(MatchKind::Standard)
        .kind(Some(AhoCorasickKind::ContiguousNFA))
        .build(patterns)
}

fn is_lone_word(word: &str, kind: Kind) -> bool {
    matches!(kind, Kind::PatientName | Kind::PersonName)
        && word.chars().count() >= LONE_WORD_CHARS_MIN
        && word.chars().all(char::is_alphabetic)
        && !is_neutral(word)
        && !is_vocabulary(word)
}

/// All that is searched in every output.
pub(crate) struct Index {
    text: AhoCorasick,
    text_origins: Vec<(Origin, bool)>,
    raw: AhoCorasick,
    raw_origins: Vec<Origin>,
    uids: HashMap<u64, Origin>,
    telephones: HashMap<String, Origin>,
    lone_words: HashMap<u64, Origin>,
}

impl Index {
    /// Names, codes, addresses and institutions in a folded text.
    pub(crate) fn in_folded(&self, folded: &str, mut found: impl FnMut(Origin, &str)) {
        for hit in self.text.find_overlapping_iter(folded) {
            let (origin, is_free) = self.text_origins[hit.pattern().as_usize()];
            if is_free || is_whole(folded, hit.start(), hit.end()) {
                found(origin, &folded[hit.start()..hit.end()]);
            }
        }
    }

    /// Single words of names; somebody else's name may well be a word of the examination.
    pub(crate) fn lone_words(&self, folded: &str, mut found: impl FnMut(Origin)) {
        for word in folded.split([' ', '.']) {
            if let Some(origin) = self.lone_words.get(&hash(word)) {
                found(*origin);
            }
        }
    }

    pub(crate) fn in_bytes(&self, bytes: &[u8], mut found: impl FnMut(Origin, usize)) {
        for hit in self.raw.find_overlapping_iter(bytes) {
            found(self.raw_origins[hit.pattern().as_usize()], hit.end() - hit.start());
        }
    }

    pub(crate) fn uids(&self, text: &str, mut found: impl FnMut(Origin)) {
        for uid in uids::candidates(text) {
            if let Some(origin) = self.uids.get(&hash(uid)) {
                found(*origin);
            }
        }
    }

    pub(crate) fn telephones(&self, text: &str, mut found: impl FnMut(Origin)) {
        for number in telephone_like(text) {
            if let Some(origin) = self.telephones.get(&number[number.len() - TELEPHONE_DIGITS..]) {
                found(*origin);
            }
        }
    }
}

/// Runs of digits with what people put between the digits of a telephone number, as digits alone.
pub(crate) fn telephone_like(text: &str) -> Vec<String> {
    let mut numbers = Vec::new();
    let mut digits = String::new();
    let mut n_between = 0;
    for c in text.chars().chain(['\0']) {
        match c {
            '0'..='9' => {
                digits.push(c);
                n_between = 0;
            }
            ' ' | '-' | '/' | '(' | ')' | '+' | '.' if n_between < 3 => n_between += 1,
            _ => {
                if (TELEPHONE_DIGITS..=18).contains(&digits.len()) {
                    numbers.push(std::mem::take(&mut digits));
                }
                digits.clear();
                n_between = 0;
            }
        }
    }
    numbers
}

/// Text values are kept as 64 bits: two that are alike by chance would need billions of them.
fn hash(text: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn telephone_numbers_in_text() {
        assert_eq!(telephone_like("call +49 (0)30 1234-567, now"), ["490301234567"]);
        assert_eq!(telephone_like("0.25\\0.5"), Vec::<String>::new());
    }
}
