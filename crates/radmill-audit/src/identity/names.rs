//! The forms in which a person name (VR PN) can come back.

use std::collections::BTreeSet;

use crate::identity::fold::{compact, fold, is_unspaced};
use crate::identity::neutral::{is_neutral, is_vocabulary};

/// Shorter words are initials, particles and syllables.
const WORD_CHARS_MIN: usize = 3;

/// A concatenated name of this length is searched within longer words, as in file names.
const CONCATENATED_CHARS_MIN: usize = 9;

/// What to search for.
#[derive(Default)]
pub(crate) struct NameForms {
    /// Folded; at least two words of a name, specific enough to be searched everywhere.
    pub(crate) full: BTreeSet<String>,
    /// Folded full names without anything between; may stand within a longer word.
    pub(crate) concatenated: BTreeSet<String>,
    /// Folded single words, and full names of common words; only where the patient is known.
    pub(crate) words: BTreeSet<String>,
}

/// The forms of a decoded value of VR PN, all component groups, all values.
pub(crate) fn name_forms(value: &str) -> NameForms {
    let mut forms = NameForms::default();
    for spelling in spellings(value) {
        for name in spelling.split(['\\', '=']) {
            add_name(&mut forms, name);
        }
    }
    forms
}

/// The value itself, and with the umlauts spelt out as people do where they have no such keys.
fn spellings(value: &str) -> Vec<String> {
    let mut spelt_out = String::new();
    for c in value.chars() {
        match c {
            'ä' | 'Ä' | 'æ' | 'Æ' => spelt_out += "ae",
            'ö' | 'Ö' | 'ø' | 'Ø' => spelt_out += "oe",
            'ü' | 'Ü' => spelt_out += "ue",
            'å' | 'Å' => spelt_out += "aa",
            c => spelt_out.push(c),
        }
    }
    let mut spellings = vec![value.to_owned()];
    if spelt_out != value {
        spellings.push(spelt_out);
    }
    spellings
}

fn add_name(forms: &mut NameForms, name: &str) {
    // Prefix and suffix are titles and degrees (PS3.5 6.2.1.2): they name nobody.
    let components: Vec<String> = name.split('^').take(3).map(fold).filter(|text| !text.is_empty()).collect();
    let words: Vec<&str> = components.iter().flat_map(|text| text.split(' ')).collect();
    forms.words.extend(words.iter().filter(|word| is_word(word)).map(|word| (*word).to_owned()));
    if components.iter().any(|text| text.chars().any(is_unspaced)) {
        add_unspaced(forms, &components);
        return;
    }
    let mut orders: BTreeSet<Vec<&str>> = BTreeSet::new();
    for (index, word) in words.iter().enumerate() {
        for other in words.iter().skip(index + 1) {
            orders.insert(vec![word, other]);
            orders.insert(vec![other, word]);
        }
    }
    if components.len() > 1 {
        let parts: Vec<&str> = components.iter().map(String::as_str).collect();
        orders.insert(parts.clone());
        let family_last: Vec<&str> = parts[1..].iter().chain(&parts[..1]).copied().collect();
        orders.insert(family_last);
    }
    for order in orders {
        add_order(forms, &order.join(" "));
    }
}

fn add_order(forms: &mut NameForms, full: &str) {
    let words: Vec<&str> = full.split(' ').collect();
    let n_strong = words.iter().filter(|word| is_word(word) && !is_vocabulary(word)).count();
    if words.len() < 2 || n_strong == 0 {
        return;
    }
    // One telling word beside an initial, a number or a common word is searched where the patient is known.
    if n_strong < 2 || compact(full).chars().count() < 7 {
        forms.words.insert(full.to_owned());
        return;
    }
    let together = compact(full);
    if together.chars().count() >= CONCATENATED_CHARS_MIN {
        forms.concatenated.insert(together);
    } else {
        forms.words.insert(together);
    }
    forms.full.insert(full.to_owned());
}

/// Names in scripts without blanks: family and given name follow each other, with or without anything between.
fn add_unspaced(forms: &mut NameForms, components: &[String]) {
    let together: Vec<&str> = components.iter().take(2).map(String::as_str).collect();
    for order in [together.clone(), together.into_iter().rev().collect()] {
        let spaced = order.join(" ");
        let joined = compact(&spaced);
        let target =
            if joined.chars().count() >= 3 && order.len() == 2 { &mut forms.full } else { &mut forms.words };
        target.insert(joined.clone());
        if spaced != joined {
            target.insert(spaced);
        }
    }
    // A single syllable or character is a word of the language.
    forms.words.retain(|word| word.chars().count() >= 2);
}

fn is_word(word: &str) -> bool {
    let n_chars = word.chars().count();
    let is_long_enough = n_chars >= WORD_CHARS_MIN || (n_chars >= 2 && word.chars().any(is_unspaced));
    is_long_enough && !is_neutral(word) && !word.chars().all(|c| c.is_ascii_digit() || c == '.')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn orders_scripts_and_spellings() {
        let forms = name_forms("Müller^Hans Jörg^^Dr.=山田^太郎=やまだ^たろう");
        for full in [
            "muller hans",
            "hans muller",
            "hans jorg muller",
            "mueller hans",
            "山田太郎",
            "太郎 山田",
            "ヤマタタロウ",
        ] {
            assert!(forms.full.contains(full), "{full}");
        }
        assert!(forms.concatenated.contains("mullerhans") && forms.concatenated.contains("hansjoergmueller"));
        assert!(forms.words.contains("muller") && !forms.words.contains("dr"));
    }

    #[test]
    fn common_words_are_no_full_names() {
        for name in ["Hand^Left", "Anonymous^Patient", "CT^Chest", "X", "", "^^^^", "0000", "Test^Phantom"] {
            let forms = name_forms(name);
            assert!(forms.full.is_empty() && forms.concatenated.is_empty(), "{name}");
        }
        assert!(name_forms("Hand^Eva").words.contains("hand eva"));
    }
}
