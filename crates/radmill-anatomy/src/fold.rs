use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::{decompose_canonical, is_combining_mark};

/// Longest text that is looked at, in characters; descriptions are at most 64 (LO) or 1024 (ST) long.
const TEXT_CHARACTERS_MAX: usize = 1024;

/// A text in lower case without accents, cut into tokens. Kept and refilled, so that its memory is reused.
#[derive(Clone, Default)]
pub(crate) struct Tokens {
    text: String,
    spans: Vec<Span>,
    /// Letters beyond ASCII in lower case, before they lose their accents: they show the language.
    letters: Vec<char>,
}

#[derive(Clone, Copy)]
struct Span {
    start: usize,
    end: usize,
    class: Class,
}

/// What a token is made of.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Class {
    /// Letters of a script that puts blanks between words.
    Word,
    /// Decimal digits.
    Digits,
    /// Characters of Chinese, Japanese, Korean or Thai: terms are looked for inside.
    Unspaced,
    /// Anything else: a boundary.
    Separator,
}

impl Tokens {
    /// Folds the text and cuts it at separators, between letters and digits, and at camel case ("AbdPelvis").
    pub(crate) fn fill(&mut self, text: &str) {
        self.text.clear();
        self.spans.clear();
        self.letters.clear();
        if text.is_ascii() {
            let end = text.len().min(TEXT_CHARACTERS_MAX);
            self.fill_ascii(text.as_bytes().get(..end).unwrap_or_default());
        } else {
            self.fill_unicode(text);
        }
    }

    fn fill_ascii(&mut self, bytes: &[u8]) {
        for (index, &byte) in bytes.iter().enumerate() {
            let camel = byte.is_ascii_uppercase() && is_camel_boundary(bytes, index);
            self.push(char::from(byte.to_ascii_lowercase()), camel);
        }
    }

    fn fill_unicode(&mut self, text: &str) {
        let mut was_lowercase = false;
        for character in text.nfkc().take(TEXT_CHARACTERS_MAX) {
            let camel = was_lowercase && character.is_uppercase();
            was_lowercase = character.is_lowercase();
            if !character.is_ascii() {
                self.letters.extend(character.to_lowercase());
            }
            let mut camel_once = camel;
            fold_character(character, |folded| {
                self.push(folded, camel_once);
                camel_once = false;
            });
        }
    }

    fn push(&mut self, character: char, boundary: bool) {
        let class = class_of(character);
        let start = self.text.len();
        self.text.push(character);
        if class == Class::Separator {
            return;
        }
        let end = self.text.len();
        match self.spans.last_mut() {
            Some(last) if last.end == start && last.class == class && !boundary => last.end = end,
            _ => self.spans.push(Span { start, end, class }),
        }
    }

    /// How many tokens there are.
    pub(crate) fn len(&self) -> usize {
        self.spans.len()
    }

    /// The token at `index`, with its class; an empty separator past the end.
    pub(crate) fn get(&self, index: usize) -> (&str, Class) {
        let Some(span) = self.spans.get(index) else { return ("", Class::Separator) };
        (self.text.get(span.start..span.end).unwrap_or_default(), span.class)
    }

    /// Letters beyond ASCII in lower case, with their accents, as often as they stand in the text.
    pub(crate) fn letters(&self) -> &[char] {
        &self.letters
    }

    /// The tokens in order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &str> {
        self.spans.iter().map(|span| self.text.get(span.start..span.end).unwrap_or_default())
    }
}

/// A capital after a small letter, or the last capital before at least two small ones: "AbdPelvis", "LSpine".
fn is_camel_boundary(bytes: &[u8], index: usize) -> bool {
    let is_lowercase = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_lowercase);
    let Some(previous) = index.checked_sub(1).and_then(|at| bytes.get(at)) else { return false };
    previous.is_ascii_lowercase()
        || (previous.is_ascii_uppercase() && is_lowercase(index + 1) && is_lowercase(index + 2))
}

/// Lower case, without accents; letters that Unicode does not decompose are written out.
fn fold_character(character: char, mut push: impl FnMut(char)) {
    if is_unspaced(character) {
        return push(character);
    }
    decompose_canonical(character, |part| {
        if is_combining_mark(part) && !is_vowel_sign_script(part) {
            return;
        }
        for lowercase in part.to_lowercase() {
            match lowercase {
                'ß' => "ss".chars().for_each(&mut push),
                'æ' => "ae".chars().for_each(&mut push),
                'œ' => "oe".chars().for_each(&mut push),
                'ø' => push('o'),
                'ł' => push('l'),
                'đ' | 'ð' => push('d'),
                'ı' => push('i'),
                'þ' => "th".chars().for_each(&mut push),
                'ς' => push('σ'),
                mark if is_combining_mark(mark) && !is_vowel_sign_script(mark) => {}
                other => push(other),
            }
        }
    });
}

/// Scripts of India, whose vowel signs are combining marks and part of the word.
fn is_vowel_sign_script(character: char) -> bool {
    matches!(character, '\u{0900}'..='\u{0DFF}')
}

fn class_of(character: char) -> Class {
    if character.is_ascii_lowercase() {
        Class::Word
    } else if character.is_ascii_digit() {
        Class::Digits
    } else if character.is_ascii() {
        Class::Separator
    } else if is_unspaced(character) {
        Class::Unspaced
    } else if character.is_alphabetic() || is_vowel_sign_script(character) {
        Class::Word
    } else {
        Class::Separator
    }
}

pub(crate) fn is_unspaced(character: char) -> bool {
    matches!(character,
        '\u{0E00}'..='\u{0EFF}'      // Thai, Lao
        | '\u{1100}'..='\u{11FF}'    // Hangul Jamo
        | '\u{3005}'..='\u{3007}'    // iteration marks
        | '\u{3040}'..='\u{30FF}'    // Hiragana, Katakana
        | '\u{3130}'..='\u{318F}'    // Hangul compatibility Jamo
        | '\u{31F0}'..='\u{31FF}'    // Katakana extensions
        | '\u{3400}'..='\u{4DBF}'    // Han extension A
        | '\u{4E00}'..='\u{9FFF}'    // Han
        | '\u{AC00}'..='\u{D7AF}'    // Hangul
        | '\u{F900}'..='\u{FAFF}'    // Han compatibility
        | '\u{20000}'..='\u{323AF}') // Han extensions B to H
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folds_and_cuts() {
        let check = |text: &str, expected: &str| {
            let mut tokens = Tokens::default();
            tokens.fill(text);
            assert_eq!(tokens.iter().collect::<Vec<_>>().join(" "), expected, "{text}");
        };
        check("", "");
        check(" - ^ ", "");
        check("CHEST", "chest");
        check("CT_Chest_Abd_pel", "ct chest abd pel");
        check("T2W_tse2D", "t 2 w tse 2 d");
        check("AbdPelvis", "abd pelvis");
        check("MRI LSpine", "mri l spine");
        check("CTs", "cts");
        check("Schädel", "schadel");
        check("Fuß", "fuss");
        check("FUSS", "fuss");
        check("knæ", "knae");
        check("Côtes", "cotes");
        check("Œsophage", "oesophage");
        check("Łokieć", "lokiec");
        check("BAŞ", "bas");
        check("Грудная клетка", "грудная клетка");
        check("θώρακας", "θωρακασ");
        check("胸部CT", "胸部 ct");
        check("ﾄﾞｯｸ", "ドック");
        check("ＣＴ", "ct");
        check("흉부 CT", "흉부 ct");
        check("đầu", "dau");
        check("पेट", "पेट");
    }

    #[test]
    fn long_texts_are_cut() {
        let mut tokens = Tokens::default();
        tokens.fill(&"a ".repeat(100_000));
        assert_eq!(tokens.len(), TEXT_CHARACTERS_MAX / 2);
        tokens.fill(&"é ".repeat(100_000));
        assert_eq!(tokens.len(), TEXT_CHARACTERS_MAX / 2);
    }
}
