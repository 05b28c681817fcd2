//! Clean Descriptors (PS3.15 E.3.5): keeps of a text the words that are known to name nobody.
//!
//! A text is cut into groups, what stands together without a separator. A group stays if every part of it is in the
//! vocabulary: anatomy, modality, technique, contrast, findings, positions, and small words, in two dozen languages;
//! or if it is a small number or a measurement. Everything else goes: names, dates, ages, telephone and record numbers,
//! addresses, and all words that are merely not known.
//!
//! Words of the vocabulary that are also names (`Hand`, `Head`) stay only among known words, and
//! whatever follows a title (`Dr. Hand`), stands before a degree, or is written like a name (`Hand^Michael`) goes.

mod assemble;
mod classify;
pub(crate) mod codes;
mod context;
mod fold;
mod groups;
mod identifiers;
mod names;
#[cfg(test)]
mod tests;
mod vocabulary;

use std::borrow::Cow;

use bytes::Bytes;
use dicom_core::VR;
use radmill_dicom::CharacterSet;

use self::groups::Groups;
use crate::own_words::OwnWords;
use crate::value::trimmed;

pub(crate) use self::fold::{fold, is_unspaced, written_out};
pub(crate) use self::groups::REMOVED_WORD;

/// Longer values are no description, and go as a whole; UT may have 4 GB.
const TEXT_BYTES_MAX: usize = 1 << 20;

/// Taking something out brings others together, which may look like a name or a date now; after so many rounds
/// the text goes as a whole.
const ROUNDS_MAX: usize = 6;

/// The lists of words, whatever is in them: to tell one version from another.
pub(crate) fn vocabulary_texts() -> impl Iterator<Item = &'static str> {
    vocabulary::texts()
}

/// The value with nothing in it but words that are known to identify nobody, still in `character_set` and valid for
/// `vr` (a free text, or AE); `None` if nothing is left, and the caller falls back to the action of the profile.
///
/// The values of a multi-valued element are cleaned one by one, so that each stays in its place.
pub(crate) fn clean(
    value: &Bytes,
    vr: VR,
    character_set: &CharacterSet,
    own_words: &OwnWords,
) -> Option<Bytes> {
    let text = character_set.decode_text(value);
    let is_one = matches!(vr, VR::LT | VR::ST | VR::UT);
    let parts: Vec<&str> = if is_one { vec![&text] } else { text.split('\\').collect() };
    let mut is_same = true;
    let mut n_kept = 0;
    let mut cleaned = Vec::with_capacity(value.len());
    for (index, part) in parts.into_iter().enumerate() {
        if index > 0 {
            cleaned.push(b'\\');
        }
        let part_cleaned = clean_text(part, own_words);
        is_same &= part_cleaned == part;
        // What this character set cannot say is gone, too.
        let encoded = character_set.encode(part_cleaned.trim_matches([' ', '\0'])).unwrap_or_default();
        n_kept += usize::from(!trimmed(&encoded).is_empty());
        cleaned.extend(encoded);
    }
    if n_kept == 0 {
        return None;
    }
    if is_same {
        return Some(value.clone());
    }
    if !cleaned.len().is_multiple_of(2) {
        cleaned.push(b' ');
    }
    Some(Bytes::from(cleaned))
}

/// The text without this header's own words and what is not known to be harmless.
pub(crate) fn clean_text<'t>(text: &'t str, own_words: &OwnWords) -> Cow<'t, str> {
    match own_words.removed_from(text) {
        Cow::Borrowed(text) => clean_unowned(text),
        Cow::Owned(text) => Cow::Owned(clean_unowned(&text).into_owned()),
    }
}

/// The text with what is not known to be harmless taken out; the very same text if that is nothing.
/// Cleaning twice changes nothing more.
fn clean_unowned(text: &str) -> Cow<'_, str> {
    if text.len() > TEXT_BYTES_MAX {
        return Cow::Borrowed("");
    }
    let mut cleaned = Cow::Borrowed(text);
    for _ in 0..ROUNDS_MAX {
        match cleaned_once(&cleaned) {
            None => return cleaned,
            Some(next) => cleaned = Cow::Owned(next),
        }
    }
    Cow::Borrowed("")
}

/// True for a word that is in the vocabulary as it stands; folded.
pub(crate) fn is_word(folded: &str) -> bool {
    vocabulary::vocabulary().get(folded).is_some()
}

/// True for small words such as `of`, `und`, `de`; folded.
pub(crate) fn is_joining(folded: &str) -> bool {
    vocabulary::vocabulary().get(folded) == Some(vocabulary::Word::Joining)
}

/// `None` if everything stays.
fn cleaned_once(text: &str) -> Option<String> {
    let mut groups = Groups::of(text);
    classify::classify(&mut groups);
    identifiers::mark(&mut groups);
    names::mark(&mut groups);
    context::settle(&mut groups);
    let cleaned = assemble::assemble(&groups);
    (cleaned != text.trim()).then_some(cleaned)
}
