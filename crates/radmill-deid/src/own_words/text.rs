//! A text as own words are looked for in it: its words without case and accents, and where each stands.

use crate::descriptors::{REMOVED_WORD, fold};

/// Words (letters and digits without a separator), folded, each with its place in the text in bytes.
pub(super) struct Words<'a> {
    pub(super) text: &'a str,
    words: Vec<Word>,
    /// All words without anything between.
    pub(super) joined: String,
}

struct Word {
    start: usize,
    end: usize,
    /// Place in `joined`.
    joined: std::ops::Range<usize>,
}

impl<'a> Words<'a> {
    pub(super) fn of(text: &'a str) -> Words<'a> {
        let mut words = Words { text, words: Vec::new(), joined: String::with_capacity(text.len()) };
        let mut start = None;
        for (index, character) in text.char_indices().chain([(text.len(), ' ')]) {
            match (is_of_word(character), start) {
                (true, None) => start = Some(index),
                (false, Some(from)) => {
                    words.add(from, index);
                    start = None;
                }
                _ => {}
            }
        }
        words
    }

    fn add(&mut self, start: usize, end: usize) {
        let folded = fold(self.text.get(start..end).unwrap_or_default());
        let joined = self.joined.len()..self.joined.len() + folded.len();
        self.joined.push_str(&folded);
        self.words.push(Word { start, end, joined });
    }

    pub(super) fn len(&self) -> usize {
        self.words.len()
    }

    /// The folded word.
    pub(super) fn get(&self, index: usize) -> &str {
        self.words.get(index).and_then(|word| self.joined.get(word.joined.clone())).unwrap_or_default()
    }

    /// Marks every word that a fragment of the joined text touches.
    pub(super) fn mark_fragment(&self, fragment: &str, marked: &mut [bool]) {
        // Most texts are shorter than most identifiers, and to begin a search costs more than this.
        if fragment.len() > self.joined.len() {
            return;
        }
        for (at, found) in self.joined.match_indices(fragment) {
            for (word, marked) in self.words.iter().zip(marked.iter_mut()) {
                *marked |= word.joined.start < at + found.len() && at < word.joined.end;
            }
        }
    }

    /// The text with a sign for unknown words in the place of each marked one.
    pub(super) fn without(&self, marked: &[bool]) -> String {
        let mut text = String::with_capacity(self.text.len());
        let mut place = 0;
        for (word, _) in self.words.iter().zip(marked).filter(|(_, marked)| **marked) {
            text.push_str(self.text.get(place..word.start).unwrap_or_default());
            text.push(REMOVED_WORD);
            place = word.end;
        }
        text.push_str(self.text.get(place..).unwrap_or_default());
        text
    }
}

/// Accents written apart belong to their letter.
fn is_of_word(character: char) -> bool {
    character.is_alphanumeric() || matches!(character, '\u{0300}'..='\u{036F}' | '\u{0900}'..='\u{0DFF}')
}
