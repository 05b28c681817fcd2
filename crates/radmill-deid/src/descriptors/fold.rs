//! One spelling for all: lower case, without accents and apostrophes.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::{decompose_canonical, is_combining_mark};

/// Lower case without accents; letters that Unicode does not decompose are written out. `Übersicht` and `uebersicht`
/// stay different: see [`written_out`].
pub(crate) fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    if text.is_ascii() {
        folded.extend(text.chars().filter(|c| *c != '\'').map(|c| c.to_ascii_lowercase()));
        return folded;
    }
    for character in text.nfkc() {
        if is_unspaced(character) {
            folded.push(character);
        } else {
            fold_character(character, &mut folded);
        }
    }
    folded
}

/// The spelling without umlauts and rings (`ue` for `ü`, `aa` for `å`), where it differs from the folded one.
pub(crate) fn written_out(word: &str) -> Option<String> {
    let has_one = word.chars().any(|c| matches!(c, 'ä' | 'ö' | 'ü' | 'ø' | 'å'));
    has_one.then(|| {
        let mut text = String::with_capacity(word.len() + 2);
        for character in word.chars() {
            match character {
                'ä' => text.push_str("ae"),
                'ö' | 'ø' => text.push_str("oe"),
                'ü' => text.push_str("ue"),
                'å' => text.push_str("aa"),
                other => text.push(other),
            }
        }
        fold(&text)
    })
}

/// Characters of scripts that put no spaces between words: Chinese, Japanese, Korean, Thai.
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
        | '\u{FF66}'..='\u{FF9F}'    // half-width Katakana
        | '\u{20000}'..='\u{323AF}') // Han extensions B to H
}

/// Korean syllables: words are put together from them, and spaces stand between phrases.
pub(crate) fn is_hangul(character: char) -> bool {
    matches!(character, '\u{1100}'..='\u{11FF}' | '\u{3130}'..='\u{318F}' | '\u{AC00}'..='\u{D7AF}')
}

fn fold_character(character: char, folded: &mut String) {
    decompose_canonical(character, |part| {
        if is_accent(part) {
            return;
        }
        for lowercase in part.to_lowercase() {
            match lowercase {
                'ß' => folded.push_str("ss"),
                'æ' => folded.push_str("ae"),
                'œ' => folded.push_str("oe"),
                'ø' => folded.push('o'),
                'ł' => folded.push('l'),
                'đ' | 'ð' => folded.push('d'),
                'ı' => folded.push('i'),
                'þ' => folded.push_str("th"),
                'ς' => folded.push('σ'),
                '\'' | '’' => {}
                mark if is_accent(mark) => {}
                other => folded.push(other),
            }
        }
    });
}

/// Vowel signs of the scripts of India are combining marks, and part of the word.
fn is_accent(character: char) -> bool {
    is_combining_mark(character) && !matches!(character, '\u{0900}'..='\u{0DFF}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folds() {
        let check = |text, expected| assert_eq!(fold(text), expected, "{text}");
        check("CHEST", "chest");
        check("Swimmer's", "swimmers");
        check("Schädel", "schadel");
        check("Fuß", "fuss");
        check("Łokieć", "lokiec");
        check("BAŞ", "bas");
        check("cœur", "coeur");
        check("ΘΏΡΑΚΑΣ", "θωρακασ");
        check("θώρακας", "θωρακασ");
        check("Ё", "е");
        check("ＣＴ", "ct");
        check("ﾄﾞｯｸ", "ドック");
        check("흉부", "흉부");
    }

    #[test]
    fn writes_out() {
        assert_eq!(written_out("übersicht").as_deref(), Some("uebersicht"));
        assert_eq!(written_out("håndled").as_deref(), Some("haandled"));
        assert_eq!(written_out("thorax"), None);
    }
}
