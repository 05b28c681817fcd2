//! Cuts a text into groups: what stands together without a separator, such as `t1`, `AbdPel`, `5.0mm`.

use super::fold::{fold, is_hangul, is_unspaced};
use super::vocabulary::vocabulary;

/// Stands where a word was taken out before; never known.
pub(crate) const REMOVED_WORD: char = '\u{FFFC}';

/// What becomes of a group, and why.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Class {
    /// In the vocabulary; stays.
    Known,
    /// In the vocabulary, and a rare name.
    RarelyName,
    /// In the vocabulary, and often a name: stays in company of known words.
    OftenName,
    /// Joins words that stay.
    Joining,
    /// One Latin letter.
    Letter,
    /// A small number without a unit.
    Number,
    /// Not known, or part of a name; goes.
    Unknown,
    /// A date, a number of a record, an age, an address; goes.
    Identifier,
}

impl Class {
    pub(super) fn goes(self) -> bool {
        matches!(self, Class::Unknown | Class::Identifier)
    }

    /// A word that can be a name.
    pub(super) fn may_be_name(self) -> bool {
        matches!(self, Class::RarelyName | Class::OftenName | Class::Unknown)
    }
}

/// A group by its place in the text, in bytes.
#[derive(Clone, Debug)]
pub(super) struct Group {
    pub(super) start: usize,
    pub(super) end: usize,
    /// Lower case, without accents.
    pub(super) folded: String,
    pub(super) class: Class,
}

/// A text and its groups, of which none overlap and all are in order.
pub(super) struct Groups<'a> {
    pub(super) text: &'a str,
    pub(super) groups: Vec<Group>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Script {
    Separator,
    /// Letters of scripts with spaces, and digits.
    Spaced,
    Unspaced,
    Hangul,
}

impl<'a> Groups<'a> {
    /// All groups, not yet looked at.
    pub(super) fn of(text: &'a str) -> Groups<'a> {
        let mut groups = Groups { text, groups: Vec::new() };
        let mut characters = text.char_indices().peekable();
        while let Some((start, first)) = characters.next() {
            let script = script(first);
            if script == Script::Separator {
                continue;
            }
            let mut end = start + first.len_utf8();
            while let Some((index, character)) = characters.peek().copied() {
                let goes_on = script_of_next(text, index, character, script) == script
                    || (script == Script::Spaced && is_inside_group(text, start, index));
                if !goes_on {
                    break;
                }
                end = index + character.len_utf8();
                characters.next();
            }
            groups.add(start, end, script);
        }
        groups
    }

    fn add(&mut self, start: usize, end: usize, script: Script) {
        let Some(raw) = self.text.get(start..end) else { return };
        let folded = fold(raw);
        // Folding may change the number of characters, in which case the places are not known.
        if script != Script::Unspaced || folded != raw || vocabulary().get(&folded).is_some() {
            self.groups.push(Group { start, end, folded, class: Class::Unknown });
            return;
        }
        let mut place = start;
        for (length, _) in vocabulary().cut_unspaced(raw) {
            let piece = self.text.get(place..place + length).unwrap_or_default();
            let class = Class::Unknown;
            self.groups.push(Group { start: place, end: place + length, folded: piece.to_owned(), class });
            place += length;
        }
    }

    pub(super) fn len(&self) -> usize {
        self.groups.len()
    }

    pub(super) fn raw(&self, index: usize) -> &'a str {
        self.groups.get(index).and_then(|group| self.text.get(group.start..group.end)).unwrap_or_default()
    }

    pub(super) fn folded(&self, index: usize) -> &str {
        self.groups.get(index).map_or("", |group| &group.folded)
    }

    /// The class of a group; `None` before the first and after the last.
    pub(super) fn class(&self, index: usize) -> Option<Class> {
        self.groups.get(index).map(|group| group.class)
    }

    pub(super) fn set(&mut self, index: usize, class: Class) {
        if let Some(group) = self.groups.get_mut(index) {
            group.class = class;
        }
    }

    /// What stands between this group and the next one, or after the last.
    pub(super) fn separator_after(&self, index: usize) -> &'a str {
        let start = self.groups.get(index).map_or(0, |group| group.end);
        let end = self.groups.get(index + 1).map_or(self.text.len(), |group| group.start);
        self.text.get(start..end).unwrap_or_default()
    }

    /// What stands between this group and the one before, or in front of the first.
    pub(super) fn separator_before(&self, index: usize) -> &'a str {
        match index.checked_sub(1) {
            Some(before) => self.separator_after(before),
            None => self.text.get(..self.groups.first().map_or(0, |group| group.start)).unwrap_or_default(),
        }
    }
}

fn script(character: char) -> Script {
    if character.is_ascii() {
        return if character.is_ascii_alphanumeric() { Script::Spaced } else { Script::Separator };
    }
    if is_hangul(character) {
        Script::Hangul
    } else if is_unspaced(character) {
        Script::Unspaced
    } else if character.is_alphanumeric() || is_mark(character) || character == REMOVED_WORD {
        Script::Spaced
    } else {
        Script::Separator
    }
}

/// A sign of the scripts of India, or an accent written apart: part of the word.
fn is_mark(character: char) -> bool {
    matches!(character, '\u{0300}'..='\u{036F}' | '\u{0900}'..='\u{0DFF}')
}

/// A word that was taken out does not stick to its neighbours.
fn script_of_next(text: &str, index: usize, character: char, script_before: Script) -> Script {
    let before = text.get(..index).and_then(|text| text.chars().next_back());
    if character == REMOVED_WORD || before == Some(REMOVED_WORD) {
        return Script::Separator;
    }
    if is_mark(character) { script_before } else { script(character) }
}

/// An apostrophe between letters, or a decimal point: `crohn's`, `5.0mm`. Not in `12.3.2011`.
fn is_inside_group(text: &str, start: usize, index: usize) -> bool {
    let (Some(before), Some(after)) = (text.get(start..index), text.get(index..)) else { return false };
    let mut following = after.chars();
    match following.next() {
        Some('\'' | '’') => {
            before.chars().next_back().is_some_and(char::is_alphabetic)
                && following.next().is_some_and(char::is_alphabetic)
        }
        Some('.') => {
            let is_fraction = |text: &str| {
                let digits = text.bytes().take_while(u8::is_ascii_digit).count();
                let next = text.get(digits..).unwrap_or_default().as_bytes();
                digits > 0 && !(next.first() == Some(&b'.') && next.get(1).is_some_and(u8::is_ascii_digit))
            };
            let leading = text.get(..start).unwrap_or_default().as_bytes();
            let after_fraction =
                leading.last() == Some(&b'.') && leading.iter().nth_back(1).is_some_and(u8::is_ascii_digit);
            before.ends_with(|c: char| c.is_ascii_digit())
                && !before.contains('.')
                && !after_fraction
                && is_fraction(following.as_str())
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cuts() {
        let check = |text: &str, expected: &str| {
            let groups = Groups::of(text);
            let raw: Vec<&str> = (0..groups.len()).map(|index| groups.raw(index)).collect();
            assert_eq!(raw.join("|"), expected, "{text}");
        };
        check("", "");
        check(" - ^ ", "");
        check("CT_Chest-5.0mm", "CT|Chest|5.0mm");
        check("12.3.2011", "12|3|2011");
        check("1.2.840.10008", "1|2|840|10008");
        check("v1.5 b30f", "v1.5|b30f");
        check("Crohn's d'épaule 'x'", "Crohn's|d'épaule|x");
        check("胸部単純CT山田", "胸部|単純|CT|山田");
        check("흉부 CT", "흉부|CT");
        check("a\u{FFFC}b", "a|\u{FFFC}|b");
        check("Дата: грудь", "Дата|грудь");
    }
}
