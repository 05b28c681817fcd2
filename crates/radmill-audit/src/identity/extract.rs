//! What the header of one source says that would identify somebody.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::hash::{DefaultHasher, Hash, Hasher};

use dicom_core::{Tag, VR};

use crate::identity::dates::{Day, days_of_value};
use crate::identity::fold::{compact, fold, is_unspaced};
use crate::identity::kind::Kind;
use crate::identity::names::name_forms;
use crate::identity::neutral::{is_neutral, is_vocabulary};
use crate::identity::tags::{PREAMBLE, is_structural_uid, kind_of, unchecked_unless};
use crate::identity::uids;
use crate::read::tag::TagPath;
use crate::read::vr::{has_character_set, is_text};
use crate::read::walk::{Element, Visitor, is_pixel_data};

/// A folded text to search for.
pub(crate) struct Needle {
    pub(crate) text: String,
    pub(crate) kind: Kind,
    /// The attribute of the source that it came from.
    pub(crate) tag: Tag,
    /// Specific enough to be searched in every output; others only in outputs of the same instance.
    pub(crate) is_strong: bool,
    /// May stand within a longer word.
    pub(crate) is_free: bool,
}

/// Values of one source. Nothing of this may be shown.
#[derive(Default)]
pub(crate) struct Identity {
    pub(crate) needles: Vec<Needle>,
    pub(crate) uids: BTreeMap<String, Tag>,
    /// The last digits of telephone numbers.
    pub(crate) telephones: BTreeMap<String, Tag>,
    pub(crate) days: BTreeMap<Day, (Kind, Tag)>,
    /// Values with letters outside ASCII, in the bytes of every encoding that can write them.
    pub(crate) raw: BTreeMap<Vec<u8>, (Kind, Tag)>,
    /// Identifying values, and those nobody can look into, by place (`fingerprint`): to see whether an output has the same one there.
    pub(crate) by_place: HashMap<TagPath, (Kind, Vec<u8>)>,
    /// Words of terms and descriptions: as a term of the examination they may rightly come back.
    pub(crate) examination_words: BTreeSet<String>,
    /// Days by place, to tell by how many days the output was shifted.
    pub(crate) days_by_place: HashMap<TagPath, Day>,
}

/// Digits at the end of a telephone number that are compared: prefixes are written in too many ways.
pub(crate) const TELEPHONE_DIGITS: usize = 7;

/// Shorter byte sequences are in every large file by chance.
const RAW_BYTES_MIN: usize = 6;

/// Attributes whose words stay in any output, and are therefore no sign of anything.
const MAKERS: [Tag; 2] = [Tag(0x0008, 0x0070), Tag(0x0008, 0x1090)];

/// Study, Series and Protocol names and meanings of codes, from which terms of the examination are made.
const DESCRIPTIONS: [Tag; 4] =
    [Tag(0x0008, 0x1030), Tag(0x0008, 0x103E), Tag(0x0018, 0x1030), Tag(0x0008, 0x0104)];

/// Collects an `Identity` while a walk goes through a header.
#[derive(Default)]
pub(crate) struct Extractor {
    identity: Identity,
    structural: BTreeSet<String>,
    maker_words: BTreeSet<String>,
}

impl Visitor for Extractor {
    fn preamble(&mut self, bytes: &[u8]) {
        let path = TagPath::of(&[], PREAMBLE);
        self.identity.by_place.insert(path, (Kind::Unchecked, fingerprint(trimmed(bytes))));
    }

    fn stop_before(&mut self, path: &TagPath) -> bool {
        is_pixel_data(path.tag()) && !path.is_nested()
    }

    fn element(&mut self, element: &Element<'_>) {
        let tag = element.path.tag();
        if element.value.is_empty() {
            return;
        }
        if element.vr == VR::UI && is_structural_uid(tag) {
            self.structural.extend(uid_values(element.value));
        }
        if MAKERS.contains(&tag) {
            let text = fold(&String::from_utf8_lossy(element.value));
            self.maker_words.extend(text.split(' ').map(str::to_owned));
            self.maker_words.insert(text);
        }
        if element.vr == VR::CS || DESCRIPTIONS.contains(&tag) {
            let text = fold(&element.character_sets.decode(element.value)[0]);
            self.identity.examination_words.extend(text.split(' ').map(str::to_owned));
        }
        let value = trimmed(element.value);
        let Some(kind) = kind_of(element.path, element.vr).filter(|_| is_text(element.vr)) else {
            if unchecked_unless(tag).is_some() && !value.is_empty() {
                self.identity.by_place.insert(element.path.clone(), (Kind::Unchecked, fingerprint(value)));
            }
            return;
        };
        self.identity.by_place.insert(element.path.clone(), (kind, fingerprint(value)));
        match kind {
            Kind::Uid => {
                self.identity.uids.extend(uid_values(value).into_iter().map(|uid| (uid, tag)));
            }
            Kind::Date | Kind::BirthDate => self.add_days(element.path, kind, value),
            _ => self.add_text(element, kind, value),
        }
    }
}

impl Extractor {
    pub(crate) fn finish(self) -> Identity {
        let Extractor { mut identity, structural, maker_words } = self;
        identity.uids.retain(|uid, _| !structural.contains(uid) && !uids::is_registered(uid));
        // What is only the name of the device's maker or model stays, and rightly so.
        identity.needles.retain(|needle| {
            let may_be_maker = !needle.is_strong || matches!(needle.kind, Kind::Institution | Kind::Device);
            !(may_be_maker && maker_words.contains(&needle.text))
        });
        identity.needles.sort_by(|a, b| a.text.cmp(&b.text).then(b.is_strong.cmp(&a.is_strong)));
        identity.needles.dedup_by(|later, first| later.text == first.text && later.is_free == first.is_free);
        identity
    }

    fn add_days(&mut self, path: &TagPath, kind: Kind, value: &[u8]) {
        for day in days_of_value(&String::from_utf8_lossy(value)).filter(|day| !day.is_placeholder()) {
            let entry = self.identity.days.entry(day).or_insert((kind, path.tag()));
            // A day that is also the birth date counts as such.
            if kind == Kind::BirthDate {
                *entry = (kind, path.tag());
            }
            self.identity.days_by_place.entry(path.clone()).or_insert(day);
        }
    }

    fn add_text(&mut self, element: &Element<'_>, kind: Kind, value: &[u8]) {
        let readings = if has_character_set(element.vr) {
            element.character_sets.decode(value)
        } else {
            vec![String::from_utf8_lossy(value).into_owned()]
        };
        for text in &readings {
            let mut add = Adder { identity: &mut self.identity, kind, tag: element.path.tag() };
            match kind {
                Kind::PatientName | Kind::PersonName => add.name(text),
                Kind::Telephone => add.telephone(text),
                Kind::Identifier => add.codes(text, true),
                Kind::Device => add.codes(text, false),
                _ => add.phrases(text),
            }
            add.raw_forms(text);
        }
        if !value.is_ascii() && value.len() >= RAW_BYTES_MIN {
            self.identity.raw.insert(value.to_vec(), (kind, element.path.tag()));
        }
    }
}

/// Adds the forms of values of one attribute.
struct Adder<'a> {
    identity: &'a mut Identity,
    kind: Kind,
    tag: Tag,
}

impl Adder<'_> {
    fn needle(&mut self, text: String, is_strong: bool, is_free: bool) {
        let (kind, tag) = (self.kind, self.tag);
        self.identity.needles.push(Needle { text, kind, tag, is_strong, is_free });
    }

    fn name(&mut self, text: &str) {
        let forms = name_forms(text);
        for full in forms.full {
            let is_free = full.chars().any(is_unspaced);
            self.needle(full, true, is_free);
        }
        for together in forms.concatenated {
            self.needle(together, true, true);
        }
        for word in forms.words {
            let is_free = word.chars().any(is_unspaced);
            self.needle(word, false, is_free);
        }
    }

    fn telephone(&mut self, text: &str) {
        for number in text.split(['\\', '\n', ',', ';']) {
            let digits: String = number.chars().filter(char::is_ascii_digit).collect();
            if digits.len() >= TELEPHONE_DIGITS {
                self.identity
                    .telephones
                    .insert(digits[digits.len() - TELEPHONE_DIGITS..].to_owned(), self.tag);
            }
            // Telecom information holds e-mail addresses and the like.
            if number.chars().filter(|c| c.is_alphabetic()).count() >= 4 {
                self.phrase(&fold(number));
            }
        }
    }

    /// Numbers and codes. Codes of devices are shared by many patients and are often plain words.
    fn codes(&mut self, text: &str, may_be_words: bool) {
        for code in text.split('\\').map(fold).filter(|code| !code.is_empty()) {
            let together = compact(&code);
            let n_digits = together.chars().filter(|c| c.is_numeric()).count();
            let n_letters = together.chars().count() - n_digits;
            if code.split(' ').all(|word| is_neutral(word) || is_vocabulary(word)) {
                continue;
            }
            let is_specific = match (n_letters, n_digits) {
                (0, n) => n >= 7 && !is_plain_number(&together),
                (_, n) if n >= 2 => together.len() >= 6,
                _ => may_be_words && together.len() >= 8,
            };
            let is_enough = match (n_letters, n_digits) {
                (0, n) => n >= 4,
                (_, 1..) => together.len() >= 4,
                _ => together.chars().count() >= 5 || (n_letters >= 2 && together.chars().any(is_unspaced)),
            };
            if is_enough {
                if together != code {
                    self.needle(together, is_specific, false);
                }
                self.needle(code, is_specific, false);
            }
        }
    }

    /// Institutions, addresses, occupations: the whole, each line, and the telling words.
    fn phrases(&mut self, text: &str) {
        self.phrase(&fold(text));
        for line in text.split(['\\', '\n', '\r', '^', ',', ';']) {
            let line = fold(line);
            self.phrase(&line);
            for word in line.split(' ') {
                let is_telling = word.chars().count() >= 5 || word.chars().any(is_unspaced);
                if is_telling
                    && word.chars().any(char::is_alphabetic)
                    && !is_neutral(word)
                    && !is_vocabulary(word)
                {
                    self.needle(
                        word.to_owned(),
                        false,
                        word.chars().any(is_unspaced) && word.chars().count() >= 3,
                    );
                }
            }
        }
    }

    fn phrase(&mut self, phrase: &str) {
        let n_words = phrase.split(' ').count();
        let has_own_word = phrase.split(' ').any(|word| {
            word.chars().count() >= 4
                && !is_neutral(word)
                && !is_vocabulary(word)
                && word.chars().any(char::is_alphabetic)
        });
        if n_words >= 2 && has_own_word && compact(phrase).chars().count() >= 10 {
            self.needle(phrase.to_owned(), true, false);
        }
    }

    /// Text outside ASCII in the bytes of other encodings, for values that nobody can decode.
    fn raw_forms(&mut self, text: &str) {
        if text.is_ascii() {
            return;
        }
        let (kind, tag) = (self.kind, self.tag);
        for part in text.split(['\\', '=', '\n', '\r']) {
            let joined: String = part.chars().filter(|c| *c != '^').collect();
            for part in [part, joined.as_str()].into_iter().filter(|part| !part.is_ascii()) {
                let forms = encodings(part).into_iter().filter(|bytes| bytes.len() >= RAW_BYTES_MIN);
                self.identity.raw.extend(forms.map(|bytes| (bytes, (kind, tag))));
            }
        }
    }
}

fn encodings(text: &str) -> Vec<Vec<u8>> {
    let mut forms = vec![
        text.as_bytes().to_vec(),
        text.encode_utf16().flat_map(u16::to_le_bytes).collect(),
        text.encode_utf16().flat_map(u16::to_be_bytes).collect(),
    ];
    let legacy = [
        encoding_rs::WINDOWS_1252,
        encoding_rs::SHIFT_JIS,
        encoding_rs::EUC_JP,
        encoding_rs::ISO_2022_JP,
        encoding_rs::EUC_KR,
        encoding_rs::GB18030,
        encoding_rs::BIG5,
    ];
    for encoding in legacy {
        let (bytes, _, has_unmappable) = encoding.encode(text);
        if !has_unmappable {
            forms.push(bytes.into_owned());
        }
    }
    forms
}

/// Numbers that are dates or counts: an id of this form is nobody's alone.
fn is_plain_number(digits: &str) -> bool {
    let is_date = digits.len() == 8 && days_of_value(digits).next().is_some();
    let first = digits.chars().next();
    is_date || digits.chars().all(|c| Some(c) == first) || digits.trim_end_matches('0').len() <= 2
}

fn uid_values(value: &[u8]) -> Vec<String> {
    let text = String::from_utf8_lossy(value);
    text.split('\\')
        .map(|uid| uid.trim_matches([' ', '\0']).to_owned())
        .filter(|uid| !uid.is_empty())
        .collect()
}

/// A value itself if it is short, else its length and a hash of it: enough to see whether another one is the same.
pub(crate) fn fingerprint(value: &[u8]) -> Vec<u8> {
    const SHORT_BYTES_MAX: usize = 64;
    if value.len() <= SHORT_BYTES_MAX {
        return value.to_vec();
    }
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    [value.len().to_le_bytes(), hasher.finish().to_le_bytes()].concat()
}

/// A value without its padding.
pub(crate) fn trimmed(value: &[u8]) -> &[u8] {
    let is_padding = |byte: &u8| matches!(byte, b' ' | 0);
    let start = value.iter().position(|byte| !is_padding(byte)).unwrap_or(value.len());
    let end = value.iter().rposition(|byte| !is_padding(byte)).map_or(start, |at| at + 1);
    &value[start..end]
}
