//! One form for all spellings of a text: without case, accents, width and punctuation.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// Folds a text into words of lower-case letters and digits with single blanks between.
///
/// A point between two digits stays, so that decimals, UIDs and dates keep their shape.
pub(crate) fn fold(text: &str) -> String {
    if text.is_ascii() {
        return separated(text.chars().map(|c| c.to_ascii_lowercase()));
    }
    separated(
        text.nfkd()
            .filter(|c| !is_combining_mark(*c))
            .nfc()
            .flat_map(char::to_lowercase)
            .flat_map(simplified),
    )
}

/// Letters that no decomposition takes apart, and the two Japanese syllabaries as one.
fn simplified(c: char) -> impl Iterator<Item = char> {
    let (first, second) = match c {
        'ß' => ('s', Some('s')),
        'æ' => ('a', Some('e')),
        'œ' => ('o', Some('e')),
        'þ' => ('t', Some('h')),
        'ø' => ('o', None),
        'ł' => ('l', None),
        'đ' | 'ð' => ('d', None),
        'ı' => ('i', None),
        'ς' => ('σ', None),
        'ぁ'..='ゖ' => (char::from_u32(u32::from(c) + 0x60).unwrap_or(c), None),
        _ => (c, None),
    };
    [Some(first), second].into_iter().flatten()
}

fn separated(chars: impl Iterator<Item = char>) -> String {
    let mut folded = String::new();
    let mut chars = chars.peekable();
    let mut last = ' ';
    while let Some(c) = chars.next() {
        let is_inner_point =
            c == '.' && last.is_ascii_digit() && chars.peek().is_some_and(char::is_ascii_digit);
        let c = if c.is_alphanumeric() || is_inner_point { c } else { ' ' };
        if c != ' ' || (last != ' ') {
            folded.push(c);
        }
        last = c;
    }
    if last == ' ' {
        folded.pop();
    }
    folded
}

/// The letters and digits alone.
pub(crate) fn compact(folded: &str) -> String {
    folded.chars().filter(|c| *c != ' ' && *c != '.').collect()
}

/// Scripts that are written without blanks between words, so that a word may begin anywhere.
pub(crate) fn is_unspaced(c: char) -> bool {
    matches!(c, '\u{0E00}'..='\u{0EFF}' | '\u{3005}'..='\u{30FF}' | '\u{3400}'..='\u{9FFF}' | '\u{AC00}'..='\u{D7AF}'
        | '\u{F900}'..='\u{FAFF}' | '\u{20000}'..='\u{323AF}')
}

/// Whether `found` at these bytes of a folded text stands for itself and is no part of a longer word or number.
pub(crate) fn is_whole(text: &str, start: usize, end: usize) -> bool {
    let found = &text[start..end];
    let (Some(first), Some(last)) = (found.chars().next(), found.chars().next_back()) else { return false };
    let mut before = text[..start].chars().rev();
    let mut after = text[end..].chars();
    let is_cut = |inside: char, neighbour: Option<char>, beyond: Option<char>| match neighbour {
        None | Some(' ') => true,
        // A part of a decimal or a UID counts only where it is too long to be there by chance.
        Some('.') => {
            !(inside.is_ascii_digit() && beyond.is_some_and(|c| c.is_ascii_digit())) || found.len() >= 8
        }
        Some(c) => is_unspaced(inside) || is_unspaced(c) || c.is_numeric() != inside.is_numeric(),
    };
    if !is_cut(first, before.next(), before.next()) || !is_cut(last, after.next(), after.next()) {
        return false;
    }
    let token = token_around(text, start, end);
    token.len() == found.len()
        || found.contains(' ')
        || (found.chars().count() >= 5 && !is_digest(token))
        || found.chars().any(is_unspaced)
}

/// The run without blanks in which something was found.
fn token_around(text: &str, start: usize, end: usize) -> &str {
    let from = text[..start].rfind([' ', '.']).map_or(0, |at| at + 1);
    let to = text[end..].find([' ', '.']).map_or(text.len(), |at| end + at);
    &text[from..to]
}

/// Digests and keyed names in hexadecimal hold every short number sooner or later.
fn is_digest(token: &str) -> bool {
    token.len() >= 16 && token.bytes().all(|byte| byte.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_meet() {
        for (text, expected) in [
            ("Müller^Hans-Jörg", "muller hans jorg"),
            ("  A--B  ", "a b"),
            ("ＭＲ 12", "mr 12"),
            ("ﾔﾏﾀﾞ", "ヤマタ"),
            ("やまだ", "ヤマタ"),
            ("홍^길동", "홍 길동"),
            ("1.2.840", "1.2.840"),
            ("Dr. A. B", "dr a b"),
            ("Straße", "strasse"),
            ("Ελένης", "ελενησ"),
        ] {
            assert_eq!(fold(text), expected);
        }
    }

    #[track_caller]
    fn check(text: &str, found: &str, expected: bool) {
        let start = text.find(found).unwrap();
        assert_eq!(is_whole(text, start, start + found.len()), expected, "{found} in {text}");
    }

    #[test]
    fn what_is_whole() {
        check("mr hand left", "hand", true);
        check("mr handgelenk", "hand", false);
        check("id12345x", "12345", true);
        check("0.12345", "12345", false);
        check("1.2.12345678.3", "12345678", true);
        check("9123456", "12345", false);
        check("3f2a12345ff00aa41c", "12345", false);
        check("患者山田太郎様", "山田太郎", true);
    }
}
