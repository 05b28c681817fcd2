use std::fmt;

use bytes::Bytes;
use dicom_core::{Tag, VR};

use crate::CharacterSet;

/// Elements of one nesting level in ascending order of tag, each tag once.
///
/// Holds identified values: `Debug` prints tags, VRs and lengths only.
#[derive(Clone, Default, PartialEq)]
pub struct DataSet {
    elements: Vec<Element>,
    character_set: CharacterSet,
}

/// One data element (PS3.5 section 7.1).
#[derive(Clone, PartialEq)]
pub struct Element {
    /// Group and element number.
    pub tag: Tag,
    /// The VR as written; in implicit VR, and where UN or nonsense is written, the dictionary's, or UN.
    pub vr: VR,
    /// The value field.
    pub value: Value,
}

/// The value field of an element.
#[derive(Clone, PartialEq)]
pub enum Value {
    /// Anything but a sequence: the bytes as encoded, in little-endian order, padding included.
    Bytes(Bytes),
    /// SQ: the items.
    Items(Vec<DataSet>),
}

impl DataSet {
    /// A data set of these elements, sorted; of elements with the same tag the first one stays.
    pub fn new(mut elements: Vec<Element>, character_set: CharacterSet) -> DataSet {
        if !elements.is_sorted_by(|a, b| a.tag < b.tag) {
            elements.sort_by_key(|element| element.tag);
            elements.dedup_by_key(|element| element.tag);
        }
        DataSet { elements, character_set }
    }

    /// The elements in ascending order of tag.
    pub fn elements(&self) -> &[Element] {
        &self.elements
    }

    /// The elements by value, to make another data set from.
    pub fn into_elements(self) -> Vec<Element> {
        self.elements
    }

    /// The character set in force at this level: Specific Character Set (0008,0005) here or further out.
    pub fn character_set(&self) -> &CharacterSet {
        &self.character_set
    }

    /// The element with this tag.
    pub fn get(&self, tag: Tag) -> Option<&Element> {
        let index = self.elements.binary_search_by_key(&tag, |element| element.tag).ok()?;
        Some(&self.elements[index])
    }

    /// The items of a sequence; none if the element is absent or not a sequence.
    pub fn items(&self, tag: Tag) -> &[DataSet] {
        match self.get(tag).map(|element| &element.value) {
            Some(Value::Items(items)) => items,
            _ => &[],
        }
    }

    /// The first value as text, decoded and trimmed; `None` if absent, empty or not of a text VR.
    pub fn text(&self, tag: Tag) -> Option<String> {
        self.texts(tag).into_iter().next().filter(|text| !text.is_empty())
    }

    /// All values as text, decoded and trimmed. LT, ST, UT and UR are one value whatever they hold.
    pub fn texts(&self, tag: Tag) -> Vec<String> {
        self.get(tag).map_or_else(Vec::new, |element| element.texts(&self.character_set))
    }

    /// The first value as an integer.
    pub fn integer(&self, tag: Tag) -> Option<i64> {
        let element = self.get(tag)?;
        match element.numbers().first()? {
            number if number.fract() == 0.0 && number.abs() < 9.0e15 => Some(*number as i64),
            _ => None,
        }
    }

    /// The first value as a number.
    pub fn number(&self, tag: Tag) -> Option<f64> {
        self.numbers(tag).first().copied()
    }

    /// All values as numbers, of DS, IS or any binary number VR; empty if one of them is no finite number.
    pub fn numbers(&self, tag: Tag) -> Vec<f64> {
        self.get(tag).map_or_else(Vec::new, Element::numbers)
    }
}

impl Element {
    /// Length of the value field in bytes, or number of items.
    pub fn len(&self) -> usize {
        match &self.value {
            Value::Bytes(bytes) => bytes.len(),
            Value::Items(items) => items.len(),
        }
    }

    /// True if the value field is empty or the sequence has no item.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The value field; empty for a sequence.
    pub fn bytes(&self) -> &[u8] {
        match &self.value {
            Value::Bytes(bytes) => bytes,
            Value::Items(_) => &[],
        }
    }

    /// All values as text, decoded with `character_set` where the VR is subject to it, and trimmed.
    pub fn texts(&self, character_set: &CharacterSet) -> Vec<String> {
        let bytes = self.bytes();
        let decoded = match self.vr {
            VR::PN => character_set.decode(bytes),
            VR::LO | VR::LT | VR::SH | VR::ST | VR::UC | VR::UT => character_set.decode_text(bytes),
            VR::AE | VR::AS | VR::CS | VR::DA | VR::DS | VR::DT | VR::IS | VR::TM | VR::UI | VR::UR => {
                bytes.iter().map(|&byte| char::from(byte)).collect()
            }
            _ => return Vec::new(),
        };
        match self.vr {
            VR::LT | VR::ST | VR::UT | VR::UR => vec![trim(&decoded).to_owned()],
            _ => decoded.split('\\').map(|value| trim(value).to_owned()).collect(),
        }
    }

    /// All values as numbers, of DS, IS or any binary number VR; empty if one of them is no finite number.
    pub fn numbers(&self) -> Vec<f64> {
        let bytes = self.bytes();
        let numbers: Option<Vec<f64>> = match self.vr {
            VR::DS | VR::IS => {
                let text = String::from_utf8_lossy(bytes);
                text.split('\\').map(|value| trim(value).parse().ok()).collect()
            }
            VR::US => Some(fixed(bytes, |b| f64::from(u16::from_le_bytes(b)))),
            VR::SS => Some(fixed(bytes, |b| f64::from(i16::from_le_bytes(b)))),
            VR::UL => Some(fixed(bytes, |b| f64::from(u32::from_le_bytes(b)))),
            VR::SL => Some(fixed(bytes, |b| f64::from(i32::from_le_bytes(b)))),
            VR::UV => Some(fixed(bytes, |b| u64::from_le_bytes(b) as f64)),
            VR::SV => Some(fixed(bytes, |b| i64::from_le_bytes(b) as f64)),
            VR::FL => Some(fixed(bytes, |b| f64::from(f32::from_le_bytes(b)))),
            VR::FD => Some(fixed(bytes, f64::from_le_bytes)),
            _ => None,
        };
        numbers.filter(|numbers| numbers.iter().all(|number| number.is_finite())).unwrap_or_default()
    }
}

fn fixed<const N: usize>(bytes: &[u8], convert: impl Fn([u8; N]) -> f64) -> Vec<f64> {
    bytes.as_chunks::<N>().0.iter().map(|chunk| convert(*chunk)).collect()
}

fn trim(text: &str) -> &str {
    text.trim_matches(|c: char| c == '\0' || c.is_whitespace())
}

/// Tags, VRs and lengths only: never a value.
impl fmt::Debug for DataSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(&self.elements).finish()
    }
}

/// Tag, VR and length only: never the value.
impl fmt::Debug for Element {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "({:04X},{:04X}) {} ", self.tag.0, self.tag.1, self.vr.to_string())?;
        match &self.value {
            Value::Bytes(bytes) => write!(f, "{} bytes", bytes.len()),
            Value::Items(items) => f.debug_list().entries(items).finish(),
        }
    }
}

/// Length or items only: never the value.
impl fmt::Debug for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Value::Bytes(bytes) => write!(f, "{} bytes", bytes.len()),
            Value::Items(items) => f.debug_list().entries(items).finish(),
        }
    }
}
