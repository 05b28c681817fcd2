//! Whether a reader of the file will take every text for what it is.

use dicom_core::{Tag, VR};

use crate::{CharacterSet, DataSet, Element, Value};

const SPECIFIC_CHARACTER_SET: Tag = Tag(0x0008, 0x0005);

/// True if Specific Character Set (0008,0005), here or further out, names the character set of the texts of this level
/// and of all below it. Texts in ASCII are the same in all of them.
pub(super) fn is_said(data: &DataSet, outer: &CharacterSet) -> bool {
    let said = data.get(SPECIFIC_CHARACTER_SET).map_or(*outer, |element| CharacterSet::new(element.bytes()));
    let is_right = said == *data.character_set() || !data.elements().iter().any(depends_on_character_set);
    let items = data.elements().iter().filter_map(|element| match &element.value {
        Value::Items(items) => Some(items),
        Value::Bytes(_) => None,
    });
    is_right && items.flatten().all(|item| is_said(item, &said))
}

/// More than ASCII, or escapes to it, under a VR that is subject to the character set (PS3.5 6.1.2.3).
fn depends_on_character_set(element: &Element) -> bool {
    let is_text = matches!(element.vr, VR::LO | VR::LT | VR::PN | VR::SH | VR::ST | VR::UC | VR::UT);
    is_text && element.bytes().iter().any(|byte| !byte.is_ascii() || *byte == 0x1B)
}
