//! Writes what stays, with the separators that still make sense.

use super::groups::Groups;

/// The groups that stay. Between neighbours the separator stays as it was; where something went, one sign is left.
pub(super) fn assemble(groups: &Groups<'_>) -> String {
    let staying: Vec<usize> =
        (0..groups.len()).filter(|index| groups.class(*index).is_some_and(|class| !class.goes())).collect();
    let (Some(first), Some(last)) = (staying.first(), staying.last()) else { return String::new() };
    let mut text = String::with_capacity(groups.text.len());
    let leading = groups.separator_before(*first);
    text.push_str(if *first == 0 { leading } else { sign_before(leading) });
    for pair in staying.windows(2) {
        text.push_str(groups.raw(pair[0]));
        if pair[1] == pair[0] + 1 {
            push_separator(&mut text, groups.separator_after(pair[0]));
        } else {
            let gap = (pair[0]..pair[1]).map(|index| groups.separator_after(index));
            text.push_str(joint(gap));
            text.push_str(sign_before(groups.separator_before(pair[1])));
        }
    }
    text.push_str(groups.raw(*last));
    let trailing = groups.separator_after(*last);
    text.push_str(if last + 1 == groups.len() { trailing } else { sign_after(trailing) });
    balanced(text.trim())
}

/// Punctuation, spaces and signs of measurement; anything else could be a writing of its own.
fn push_separator(text: &mut String, separator: &str) {
    for character in separator.chars() {
        let is_plain = character.is_ascii_punctuation() || character.is_whitespace();
        let is_sign = "°±×µ²³–—·•、。，：；・（）［］【】／～".contains(character);
        text.push(if is_plain || is_sign { character } else { ' ' });
    }
}

/// What joins two words between which others went.
fn joint<'a>(mut gap: impl Iterator<Item = &'a str> + Clone) -> &'static str {
    let has = |sign: &[char]| gap.clone().any(|separator| separator.contains(sign));
    if has(&['\n', '\r']) {
        return "\r\n";
    }
    if gap.clone().any(|separator| separator.contains(char::is_whitespace)) {
        return " ";
    }
    match gap.next().and_then(|separator| separator.chars().next()) {
        Some('_') => "_",
        Some('^') => "^",
        Some('-') => "-",
        Some('/') => "/",
        _ => " ",
    }
}

/// A sign that belongs to the word behind it: `+C`, `#2`, `(Adult)`.
fn sign_before(separator: &str) -> &str {
    let sign = separator.trim_start_matches(|c| !matches!(c, '+' | '#' | '(' | '[' | '<' | '>' | '~'));
    if sign.contains(char::is_whitespace) || sign.len() > 1 { "" } else { sign }
}

/// A sign that belongs to the word before it: `C+`, `90%`, `(Adult)`.
fn sign_after(separator: &str) -> &str {
    let end = separator.find(|c| !matches!(c, '+' | '%' | '°' | ')' | ']')).unwrap_or(separator.len());
    separator.get(..end).unwrap_or_default()
}

/// Without brackets that have lost their other half.
fn balanced(text: &str) -> String {
    let mut open: Vec<(usize, char)> = Vec::new();
    let mut unmatched = Vec::new();
    for (index, character) in text.char_indices() {
        match character {
            '(' | '[' | '{' => open.push((index, character)),
            ')' | ']' | '}' => {
                let expected = match character {
                    ')' => '(',
                    ']' => '[',
                    _ => '{',
                };
                match open.pop() {
                    Some((_, other)) if other == expected => {}
                    other => {
                        open.extend(other);
                        unmatched.push(index);
                    }
                }
            }
            _ => {}
        }
    }
    unmatched.extend(open.iter().map(|(index, _)| *index));
    let kept = text.char_indices().filter(|(index, _)| !unmatched.contains(index));
    kept.map(|(_, character)| character).collect::<String>().trim().to_owned()
}
