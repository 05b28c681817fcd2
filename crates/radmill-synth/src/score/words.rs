//! The words of a text, and whether they are in another: the test that MIDI-B makes of texts.

/// English words that say nothing; a text is not judged by them.
const STOP_WORDS: &[&str] = &[
    "a", "an", "and", "are", "as", "at", "be", "by", "for", "from", "has", "he", "her", "his", "if", "in",
    "into", "is", "it", "its", "no", "not", "of", "on", "or", "our", "she", "so", "than", "that", "the",
    "their", "them", "then", "there", "they", "this", "to", "was", "we", "were", "will", "with", "you",
];

/// A text made ready to be searched.
pub(super) struct Text {
    /// In lower case.
    whole: String,
    words: Vec<String>,
}

impl Text {
    pub(super) fn new(text: &str) -> Text {
        let whole = text.to_lowercase();
        let words = split(&whole);
        Text { whole, words }
    }

    /// Every word of `expected`, or the text as a whole.
    pub(super) fn has_all_of(&self, expected: &str) -> bool {
        let expected = Text::new(expected);
        self.has_whole(&expected)
            || (!expected.words.is_empty() && expected.words.iter().all(|word| self.has(word)))
    }

    /// Some word of `expected`, or the text as a whole.
    pub(super) fn has_any_of(&self, expected: &str) -> bool {
        let expected = Text::new(expected);
        self.has_whole(&expected) || expected.words.iter().any(|word| self.has(word))
    }

    /// Short texts are single words, for which [`Text::has`] has its rules.
    fn has_whole(&self, other: &Text) -> bool {
        let trimmed = other.whole.trim();
        trimmed.len() >= 6 && self.whole.contains(trimmed)
    }

    /// As a number if it is one; else anywhere in the text; one or two letters only as a word of their own, as they are
    /// part of too many others.
    fn has(&self, word: &str) -> bool {
        match word.parse::<f64>() {
            Ok(number) if word.len() < 6 => {
                self.words.iter().any(|other| other.parse::<f64>().is_ok_and(|other| other == number))
            }
            _ if word.is_ascii() && word.len() < 3 => self.words.iter().any(|other| other == word),
            _ => self.whole.contains(word),
        }
    }
}

/// Words in lower case without punctuation and stop words; a point between digits belongs to the number.
pub(super) fn split(text: &str) -> Vec<String> {
    let characters: Vec<char> = text.chars().collect();
    let is_digit = |at: Option<usize>| at.and_then(|at| characters.get(at)).is_some_and(char::is_ascii_digit);
    let mut words = vec![String::new()];
    for (at, &character) in characters.iter().enumerate() {
        let in_number = character == '.' && is_digit(at.checked_sub(1)) && is_digit(Some(at + 1));
        // Vowel signs of Indic scripts and the like are no letters of their own, but parts of words.
        let in_word = character.is_alphanumeric() || (!character.is_ascii() && !character.is_whitespace());
        match (in_number || in_word, words.last_mut()) {
            (true, Some(word)) => word.extend(character.to_lowercase()),
            _ => words.push(String::new()),
        }
    }
    words.retain(|word| !word.is_empty() && !STOP_WORDS.contains(&word.as_str()));
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_split() {
        let check = |text: &str, expected: &[&str]| assert_eq!(split(text), expected, "{text}");
        check("CT of the Chest, 5.0mm^x", &["ct", "chest", "5.0mm", "x"]);
        check("Yamada^Tarou=山田^太郎", &["yamada", "tarou", "山田", "太郎"]);
        check("+49 171 (55)", &["49", "171", "55"]);
        check("3.5.", &["3.5"]);
        check("শর্মিলা", &["শর্মিলা"]);
        check("", &[]);
    }

    #[test]
    fn words_are_found() {
        let check = |text: &str, expected: &str, all: bool, any: bool| {
            let value = Text::new(text);
            assert_eq!(
                (value.has_all_of(expected), value.has_any_of(expected)),
                (all, any),
                "{text} {expected}"
            );
        };
        check("CT chest abdomen", "chest CT", true, true);
        check("CT chest", "CT pelvis", false, true);
        check("longitudinal", "Long", true, true);
        check("T1 ax", "T2", false, false);
        check("thickness 5.0", "5", true, true);
        check("A1755", "755", false, false);
        check("ID12345678", "12345678", true, true);
        check("anything", "", false, false);
        check("", "Smith", false, false);
        check("XR ankle", "le", false, false);
    }
}
