//! The words that may stay in a cleaned text, read once from the lists in `vocabulary/`.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use super::fold::{fold, is_hangul, is_unspaced, written_out};

/// What a word is, or that it is not known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Word {
    /// In the vocabulary, and not known as a name.
    Plain,
    /// In the vocabulary, and rarely a name.
    RarelyName,
    /// In the vocabulary, and often enough a name.
    OftenName,
    /// A small word that joins others, such as `of`, `und`, `de`: of use only between words that stay.
    Joining,
}

pub(super) struct Vocabulary {
    words: HashMap<Box<str>, Word>,
    /// Words that glued words may be put together from.
    parts: HashSet<Box<str>>,
    anatomy: HashSet<&'static str>,
    /// Pairs of words that stay together.
    phrases: HashSet<&'static str>,
    /// Names that can be read as two glued words.
    glued_names: HashSet<&'static str>,
    /// Words of unspaced scripts have at most so many characters.
    unspaced_characters_max: usize,
}

/// Topics and languages; the order does not matter.
pub(super) const LISTS: [(&str, &str); 27] = [
    ("anatomy", include_str!("vocabulary/anatomy.txt")),
    ("contrast", include_str!("vocabulary/contrast.txt")),
    ("equipment", include_str!("vocabulary/equipment.txt")),
    ("general", include_str!("vocabulary/general.txt")),
    ("modality", include_str!("vocabulary/modality.txt")),
    ("pathology", include_str!("vocabulary/pathology.txt")),
    ("projection", include_str!("vocabulary/projection.txt")),
    ("ps316", include_str!("vocabulary/ps316.txt")),
    ("sequences", include_str!("vocabulary/sequences.txt")),
    ("technique", include_str!("vocabulary/technique.txt")),
    ("cs_sk", include_str!("vocabulary/cs_sk.txt")),
    ("de", include_str!("vocabulary/de.txt")),
    ("el", include_str!("vocabulary/el.txt")),
    ("es", include_str!("vocabulary/es.txt")),
    ("fr", include_str!("vocabulary/fr.txt")),
    ("it", include_str!("vocabulary/it.txt")),
    ("ja", include_str!("vocabulary/ja.txt")),
    ("ko", include_str!("vocabulary/ko.txt")),
    ("nl", include_str!("vocabulary/nl.txt")),
    ("nordic", include_str!("vocabulary/nordic.txt")),
    ("other", include_str!("vocabulary/other.txt")),
    ("pl", include_str!("vocabulary/pl.txt")),
    ("pt", include_str!("vocabulary/pt.txt")),
    ("ru_uk", include_str!("vocabulary/ru_uk.txt")),
    ("tr", include_str!("vocabulary/tr.txt")),
    ("zh", include_str!("vocabulary/zh.txt")),
    ("joining", JOINING_WORDS),
];

/// Lists whose longer words are also parts of glued words, besides [`COMPOUND_PARTS`].
const GLUED_LISTS: [&str; 9] =
    ["anatomy", "modality", "projection", "technique", "contrast", "sequences", "de", "nl", "nordic"];

pub(super) const COMPOUND_PARTS: &str = include_str!("vocabulary/de_parts.txt");
pub(super) const SHORT_PARTS: &str = include_str!("vocabulary/short_parts.txt");
pub(super) const JOINING_WORDS: &str = include_str!("vocabulary/joining.txt");
pub(super) const OFTEN_NAMES: &str = include_str!("vocabulary/often_names.txt");
pub(super) const RARELY_NAMES: &str = include_str!("vocabulary/rarely_names.txt");
pub(super) const PHRASES: &str = include_str!("vocabulary/phrases.txt");
pub(super) const GLUED_NAMES: &str = include_str!("vocabulary/glued_names.txt");

/// All of the lists.
pub(super) fn texts() -> impl Iterator<Item = &'static str> {
    let others = [COMPOUND_PARTS, SHORT_PARTS, OFTEN_NAMES, RARELY_NAMES, PHRASES, GLUED_NAMES];
    LISTS.into_iter().map(|(_, text)| text).chain(others)
}

/// Shorter words are parts of glued ones only if `short_parts` has them.
const PART_CHARACTERS_MIN: usize = 4;

/// Shorter words are taken to be one.
const GLUED_CHARACTERS_MIN: usize = 6;

/// Longer words are not looked into, so that the time is bounded.
const GLUED_CHARACTERS_MAX: usize = 48;

static VOCABULARY: LazyLock<Vocabulary> = LazyLock::new(Vocabulary::read);

/// A list of words for rules, read at first use.
pub(super) type WordSet = LazyLock<HashSet<&'static str>>;

/// See [`words_in`].
pub(super) const fn word_set(read: fn() -> HashSet<&'static str>) -> WordSet {
    LazyLock::new(read)
}

/// The words of a text, with white space between them.
pub(super) fn words_in(text: &'static str) -> HashSet<&'static str> {
    text.split_ascii_whitespace().collect()
}

/// The vocabulary that ships with the crate.
pub(super) fn vocabulary() -> &'static Vocabulary {
    &VOCABULARY
}

/// The words of a list: separated by white space, with comments from `#` to the end of the line.
pub(super) fn words_of(list: &'static str) -> impl Iterator<Item = &'static str> {
    list.lines().filter(|line| !line.starts_with('#')).flat_map(str::split_whitespace)
}

impl Vocabulary {
    fn read() -> Vocabulary {
        let mut vocabulary = Vocabulary {
            words: HashMap::new(),
            parts: HashSet::new(),
            anatomy: words_of(LISTS[0].1).collect(),
            phrases: words_of(PHRASES).collect(),
            glued_names: words_of(GLUED_NAMES).collect(),
            unspaced_characters_max: 0,
        };
        let often: HashSet<&str> = words_of(OFTEN_NAMES).collect();
        let rarely: HashSet<&str> = words_of(RARELY_NAMES).collect();
        for (list, text) in LISTS.into_iter().chain([("de_parts", COMPOUND_PARTS)]) {
            let has_parts = GLUED_LISTS.contains(&list);
            for word in words_of(text) {
                let folded = fold(word);
                // A letter by itself says nothing, and has rules of its own.
                if folded.len() == 1 {
                    continue;
                }
                let kind = match folded.as_str() {
                    _ if list == "joining" => Word::Joining,
                    folded if often.contains(folded) || is_one_character(folded) => Word::OftenName,
                    folded if rarely.contains(folded) => Word::RarelyName,
                    _ => Word::Plain,
                };
                let is_part = has_parts
                    && folded.chars().count() >= PART_CHARACTERS_MIN
                    && !matches!(kind, Word::OftenName | Word::Joining);
                for spelling in written_out(word).into_iter().chain([folded]) {
                    if list == "de_parts" {
                        vocabulary.parts.insert(spelling.into());
                    } else {
                        vocabulary.add(&spelling, kind, is_part);
                    }
                }
            }
        }
        vocabulary.parts.extend(words_of(SHORT_PARTS).map(Box::from));
        vocabulary
    }

    fn add(&mut self, folded: &str, kind: Word, is_part: bool) {
        if folded.starts_with(is_unspaced) {
            self.unspaced_characters_max = self.unspaced_characters_max.max(folded.chars().count());
        }
        if is_part {
            self.parts.insert(folded.into());
        }
        let kind = if kind == Word::Joining { kind } else { *self.words.get(folded).unwrap_or(&kind) };
        self.words.insert(folded.into(), kind);
    }

    /// What this folded word is; `None` if it is not known.
    pub(super) fn get(&self, folded: &str) -> Option<Word> {
        self.words.get(folded).copied()
    }

    /// True for body parts in English and Latin.
    pub(super) fn is_anatomy(&self, folded: &str) -> bool {
        self.anatomy.contains(folded)
    }

    /// True for words that stay beside each other, such as `white matter`, though alone they would not.
    pub(super) fn is_phrase(&self, first: &str, second: &str) -> bool {
        self.phrases.contains(format!("{first}_{second}").as_str())
    }

    /// True for words that are put together from known ones without anything between: `Thoraxaufnahme`, `abdpelvis`.
    pub(super) fn is_glued(&self, folded: &str) -> bool {
        let n_characters = folded.chars().count();
        (GLUED_CHARACTERS_MIN..=GLUED_CHARACTERS_MAX).contains(&n_characters)
            && !self.glued_names.contains(folded)
            && self.parts_cover(folded, 0)
    }

    /// German puts an `s`, `n` or `en` between parts.
    fn parts_cover(&self, rest: &str, n_parts: usize) -> bool {
        if rest.is_empty() {
            return n_parts >= 2;
        }
        // Real compounds have two or three parts, protocol names a few more.
        if n_parts == 5 {
            return false;
        }
        let ends = rest.char_indices().map(|(index, c)| index + c.len_utf8());
        ends.filter(|end| *end >= 3).any(|end| {
            let (part, after) = rest.split_at(end);
            self.parts.contains(part)
                && (self.parts_cover(after, n_parts + 1)
                    || ["s", "n", "en"].iter().any(|joint| {
                        let next = after.strip_prefix(joint).filter(|next| !next.is_empty());
                        next.is_some_and(|next| self.parts_cover(next, n_parts + 1))
                    }))
        })
    }

    /// Cuts a text of an unspaced script into known words and the rest: byte lengths, and whether the piece is known.
    /// The longest known word at each place is taken.
    pub(super) fn cut_unspaced(&self, folded: &str) -> Vec<(usize, bool)> {
        let mut pieces: Vec<(usize, bool)> = Vec::new();
        let mut rest = folded;
        while let Some(first) = rest.chars().next() {
            let ends = rest.char_indices().map(|(index, c)| index + c.len_utf8());
            let ends: Vec<usize> = ends.take(self.unspaced_characters_max).collect();
            let longest = ends.iter().rev().find(|end| self.words.contains_key(&rest[..**end]));
            match (longest, pieces.last_mut()) {
                (Some(end), _) => {
                    pieces.push((*end, true));
                    rest = &rest[*end..];
                }
                (None, last) => {
                    match last {
                        Some((length, false)) => *length += first.len_utf8(),
                        _ => pieces.push((first.len_utf8(), false)),
                    }
                    rest = &rest[first.len_utf8()..];
                }
            }
        }
        pieces
    }
}

/// Many family names in China and Korea are one character.
fn is_one_character(folded: &str) -> bool {
    let mut characters = folded.chars();
    characters.next().is_some_and(|c| is_unspaced(c) || is_hangul(c)) && characters.next().is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_sorted_and_say_where_they_come_from() {
        let others = [
            ("de_parts", COMPOUND_PARTS),
            ("short_parts", SHORT_PARTS),
            ("phrases", PHRASES),
            ("often_names", OFTEN_NAMES),
            ("rarely_names", RARELY_NAMES),
            ("glued_names", GLUED_NAMES),
        ];
        for (list, text) in LISTS.into_iter().chain(others) {
            assert!(text.starts_with("# "), "{list}");
            let words: Vec<&str> = words_of(text).collect();
            for pair in words.windows(2) {
                assert!(pair[0] < pair[1], "{list}: {} {}", pair[0], pair[1]);
            }
            for word in words {
                assert!(word.chars().all(|c| !c.is_uppercase()), "{list}: {word}");
            }
        }
    }

    #[test]
    fn names_are_folded_words_of_the_vocabulary() {
        for word in words_of(OFTEN_NAMES).chain(words_of(RARELY_NAMES)) {
            assert_eq!(fold(word), word);
            assert!(vocabulary().get(word).is_some(), "{word}");
        }
        assert!(vocabulary().words.len() > 10_000);
    }

    #[test]
    fn kinds_of_words() {
        let check = |word, expected| assert_eq!(vocabulary().get(word), expected, "{word}");
        check("chest", Some(Word::Plain));
        check("ubersicht", Some(Word::Plain));
        check("uebersicht", Some(Word::Plain));
        check("hand", Some(Word::OftenName));
        check("손", Some(Word::OftenName));
        check("lung", Some(Word::RarelyName));
        check("und", Some(Word::Joining));
        for word in
            ["smith", "garcia", "white", "brown", "jung", "may", "january", "patient", "mayo", "hospital"]
        {
            check(word, None);
        }
    }

    #[test]
    fn glued_words() {
        let check = |word, expected| assert_eq!(vocabulary().is_glued(word), expected, "{word}");
        check("thoraxaufnahme", true);
        check("oberbauchsonographie", true);
        check("abdpelvis", true);
        check("chestabdpel", true);
        check("kniegelenksaufnahme", true);
        check("armbrust", false);
        check("kopfstein", false);
        check("beckenbauer", false);
        check("thorax", false);
        check(&"hals".repeat(100), false);
    }

    #[test]
    fn unspaced_words() {
        let check = |text, expected: &[(usize, bool)]| {
            assert_eq!(vocabulary().cut_unspaced(text), expected, "{text}");
        };
        check("胸部単純", &[(6, true), (6, true)]);
        check("山田胸部", &[(6, false), (6, true)]);
        check("", &[]);
    }
}
