//! Withdraws what cannot be asked for: a word of radiology that is also the name of somebody in the same header has to
//! go wherever it stands, and then nobody can say what should become of the words around it.

use std::collections::HashSet;

use super::*;
use crate::data_set::{Element, Value};
use crate::expectation::{Fate, expectation};

impl Sower {
    /// Withdraws retention from texts and codes that hold a name.
    pub(super) fn withdraw_names(&mut self) {
        let mut names = HashSet::new();
        self.collect_names(&self.file.data, false, &mut names);
        let data = &self.file.data;
        let mut contested: HashSet<String> = HashSet::new();
        for check in &self.checks {
            let kept = match check.action {
                Action::TextRetained if check.subcategory == DESCRIPTOR.1 => words(&check.expected),
                Action::TagRetained if check.subcategory == IOD.1 => code_words(data, &check.tag),
                _ => continue,
            };
            if kept.iter().any(|word| names.iter().any(|name| word.contains(name.as_str()))) {
                contested.insert(check.tag.clone());
            }
        }
        self.checks.retain(|check| check.action.passes_without_file() || !contested.contains(&check.tag));
    }

    /// `all` for what lies in a sequence that the standard removes.
    fn collect_names(&self, data: &DataSet, all: bool, names: &mut HashSet<String>) {
        for element in &data.elements {
            match &element.value {
                Value::Items { items, .. } => {
                    let all = all || is_removed(element);
                    items.iter().for_each(|item| self.collect_names(item, all, names));
                }
                Value::Bytes(bytes) if is_identity(element, all) => {
                    names.extend(words(&self.charset.decode(bytes)));
                }
                _ => {}
            }
        }
    }
}

/// Person names, and every text that the standard removes.
fn is_identity(element: &Element, all: bool) -> bool {
    let is_text = matches!(&element.vr, b"LO" | b"SH" | b"ST" | b"LT" | b"UT" | b"UC" | b"AE");
    element.vr == *b"PN" || (is_text && (all || is_removed(element)))
}

/// The words of a report are no names, though it goes as a whole.
const CONTENT_SEQUENCE: Tag = (0x0040, 0xa730);

fn is_removed(element: &Element) -> bool {
    element.tag != CONTENT_SEQUENCE && expectation(element.tag).is_some_and(|row| row.2 == Fate::Remove)
}

/// The words of a code string.
fn code_words(data: &DataSet, tag: &str) -> Vec<String> {
    let found = Place::parse(tag).and_then(|place| place.find(data).map(|(element, _)| element));
    match found {
        Some(Element { vr: [b'C', b'S'], value: Value::Bytes(bytes), .. }) => {
            words(&String::from_utf8_lossy(bytes))
        }
        _ => Vec::new(),
    }
}

/// Lower-case words of three letters and more; all of them in scripts that write a name in one or two.
fn words(text: &str) -> Vec<String> {
    let parts = text.split(|c: char| !c.is_alphanumeric());
    let long = |word: &&str| word.len() > 2 && word.parse::<u64>().is_err();
    parts.filter(long).map(str::to_lowercase).collect()
}
