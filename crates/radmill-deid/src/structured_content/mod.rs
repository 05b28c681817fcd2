//! Clean Structured Content (PS3.15 E.3.4): the content items of reports, acquisition contexts, specimen preparations
//! and waveform annotations.
//!
//! An item that Table E.3.4-1 lists by its concept is treated as the table says. Of the others, names of people become
//! a dummy, texts are cleaned by the vocabulary, or a dummy without Clean Descriptors, and dates follow the date option;
//! codes, measurements and references stay, with their UIDs replaced. An item that goes takes what is below it along.

pub(crate) mod table;

use bytes::Bytes;
use dicom_core::{Tag, VR};
use dicom_dictionary_std::tags;
use radmill_dicom::{CharacterSet, DataSet, Element, Value};

use self::table::listed_action;
use crate::apply::{Level, NESTING_DEPTH_MAX, Pass, text_element};
use crate::rules::dummy::dummy;
use crate::rules::table::Action;
use crate::value::is_uid;
use crate::{ProfileOption, Refusal, descriptors};

/// The attributes that hold the value of an item, by Value Type (PS3.3 C.17.3.2.1); the others hold none that
/// identifies by itself, or refer to other instances.
const VALUES: [(&str, Tag, VR); 6] = [
    ("DATE", tags::DATE, VR::DA),
    ("DATETIME", tags::DATE_TIME, VR::DT),
    ("PNAME", tags::PERSON_NAME, VR::PN),
    ("TEXT", tags::TEXT_VALUE, VR::UT),
    ("TIME", tags::TIME, VR::TM),
    ("UIDREF", tags::UID, VR::UI),
];

/// What stays of the items of Content Sequence and the other sequences of content items that the option cleans.
/// `level` is that of the sequence.
pub(crate) fn clean(
    pass: &mut Pass<'_>,
    sequence: Tag,
    items: Vec<DataSet>,
    level: &Level,
) -> Result<Option<Vec<DataSet>>, Refusal> {
    // References between items count their places, so that none may go.
    let keeps_places = items.iter().any(|item| has_references(item, 0));
    Ok(Some(clean_items(pass, sequence, items, level, keeps_places)?))
}

/// Takes the place of a content tree that is not cleaned: one item that says nothing, as the IOD needs some.
pub(crate) fn dummy_items() -> Vec<DataSet> {
    let concept = vec![
        text_element(tags::CODE_VALUE, VR::SH, &["121106"]),
        text_element(tags::CODING_SCHEME_DESIGNATOR, VR::SH, &["DCM"]),
        text_element(tags::CODE_MEANING, VR::LO, &["Comment"]),
    ];
    let concept = DataSet::new(concept, CharacterSet::default());
    let item = vec![
        text_element(tags::RELATIONSHIP_TYPE, VR::CS, &["CONTAINS"]),
        text_element(tags::VALUE_TYPE, VR::CS, &["TEXT"]),
        Element { tag: tags::CONCEPT_NAME_CODE_SEQUENCE, vr: VR::SQ, value: Value::Items(vec![concept]) },
        text_element(tags::TEXT_VALUE, VR::UT, &["DEIDENTIFIED"]),
    ];
    vec![DataSet::new(item, CharacterSet::default())]
}

fn clean_items(
    pass: &mut Pass<'_>,
    sequence: Tag,
    items: Vec<DataSet>,
    level: &Level,
    keeps_places: bool,
) -> Result<Vec<DataSet>, Refusal> {
    let mut kept = Vec::with_capacity(items.len());
    for item in items {
        let inside = level.inside(sequence, &item);
        if inside.depth > NESTING_DEPTH_MAX {
            return Err(Refusal::NestedTooDeep);
        }
        kept.extend(clean_item(pass, item, &inside, keeps_places)?);
    }
    Ok(kept)
}

/// The item as its concept and value type want it; `None` if it goes.
fn clean_item(
    pass: &mut Pass<'_>,
    item: DataSet,
    level: &Level,
    keeps_places: bool,
) -> Result<Option<DataSet>, Refusal> {
    let value_type = item.text(tags::VALUE_TYPE).unwrap_or_default();
    let action = action_of(pass, &item, &value_type);
    if action == Action::X && !keeps_places {
        item.elements().iter().for_each(|element| pass.count_removed(element.tag));
        return Ok(None);
    }
    let value = VALUES.iter().find(|(name, ..)| *name == value_type).map(|(_, tag, vr)| (*tag, *vr));
    let mut kept = Vec::with_capacity(item.elements().len());
    for element in item.into_elements() {
        let tag = element.tag;
        let is_value = VALUES.iter().any(|(_, of_type, _)| *of_type == tag);
        match element.value {
            Value::Items(items) if tag == tags::CONTENT_SEQUENCE => {
                pass.counts.kept += 1;
                let items = clean_items(pass, tag, items, level, keeps_places)?;
                // A sequence without items is not allowed here (Type 1C).
                if !items.is_empty() {
                    kept.push(Element { tag, vr: VR::SQ, value: Value::Items(items) });
                }
            }
            Value::Items(items) if tag == tags::CONCEPT_CODE_SEQUENCE => {
                pass.counts.cleaned += 1;
                let items = pass.treat_items(tag, items, &level.cleaning())?;
                kept.push(Element { tag, vr: VR::SQ, value: Value::Items(items) });
            }
            Value::Bytes(bytes) if value.is_some_and(|(of_type, _)| of_type == tag) => {
                let vr = value.map_or(VR::UT, |(_, vr)| vr);
                match clean_value(pass, Element { tag, vr, value: Value::Bytes(bytes) }, action, level)? {
                    Some(element) => kept.push(element),
                    None if keeps_places => kept.extend(dummy_value(pass, tag, vr)),
                    None => return Ok(None),
                }
            }
            // A value of another type than the item says it is.
            _ if is_value => pass.count_removed(tag),
            value => kept.extend(pass.treat_element(Element { tag, vr: element.vr, value }, level)?),
        }
    }
    Ok(Some(DataSet::new(kept, level.character_set)))
}

/// By the concept in the table, or else by the value type.
fn action_of(pass: &mut Pass<'_>, item: &DataSet, value_type: &str) -> Action {
    let options = pass.policy.options();
    let concept = item.items(tags::CONCEPT_NAME_CODE_SEQUENCE).first();
    let code = |tag: Tag| concept.and_then(|concept| concept.text(tag)).unwrap_or_default();
    let listed =
        listed_action(&code(tags::CODING_SCHEME_DESIGNATOR), &code(tags::CODE_VALUE), value_type, options);
    if let Some((action, option)) = listed {
        if let Some(option) = option.filter(|option| *option != ProfileOption::CleanDescriptors) {
            pass.done.options.insert(option);
        }
        return action;
    }
    match value_type {
        "PNAME" => Action::D,
        "TEXT" if !options.contains(ProfileOption::CleanDescriptors) => Action::D,
        "TEXT" | "DATE" | "DATETIME" | "TIME" => Action::C,
        "UIDREF" => Action::U,
        _ => Action::K,
    }
}

/// The value under this action; `None` if nothing of it can stay.
fn clean_value(
    pass: &mut Pass<'_>,
    element: Element,
    action: Action,
    level: &Level,
) -> Result<Option<Element>, Refusal> {
    let Element { tag, vr, value } = element;
    let Value::Bytes(bytes) = value else { return Ok(None) };
    match (action, vr) {
        (Action::C, VR::UT) => {
            let cleaned = descriptors::clean(&bytes, vr, &level.character_set, pass.own_words);
            Ok(match cleaned {
                Some(value) => {
                    pass.counts.cleaned += 1;
                    pass.done.options.insert(ProfileOption::CleanDescriptors);
                    Some(Element { tag, vr, value: Value::Bytes(value) })
                }
                None => dummy_value(pass, tag, vr),
            })
        }
        // Kept on purpose, as the name of a device is, unless it names somebody.
        (Action::K, VR::UT) if !pass.own_words.occur_in(&bytes, &level.character_set) => {
            pass.counts.kept += 1;
            Ok(Some(Element { tag, vr, value: Value::Bytes(bytes) }))
        }
        (Action::K, VR::UI) if is_uid(String::from_utf8_lossy(&bytes).trim_matches([' ', '\0'])) => {
            pass.counts.kept += 1;
            Ok(Some(Element { tag, vr, value: Value::Bytes(bytes) }))
        }
        (_, VR::UI) => pass.treat_element(Element { tag, vr, value: Value::Bytes(bytes) }, level),
        (Action::C | Action::K, VR::DA | VR::DT | VR::TM) => {
            let treated = pass.treat_element(Element { tag, vr, value: Value::Bytes(bytes) }, level)?;
            Ok(treated.filter(|element| !element.is_empty()))
        }
        (_, _) => Ok(dummy_value(pass, tag, vr)),
    }
}

fn dummy_value(pass: &mut Pass<'_>, tag: Tag, vr: VR) -> Option<Element> {
    let (vr, value): (VR, Bytes) = dummy(vr.into())?;
    pass.counts.replaced_by_dummy += 1;
    Some(Element { tag, vr, value: Value::Bytes(value) })
}

/// True if some item below refers to another one by its place (PS3.3 C.17.3.2.5).
fn has_references(item: &DataSet, depth: usize) -> bool {
    depth <= NESTING_DEPTH_MAX
        && (item.get(tags::REFERENCED_CONTENT_ITEM_IDENTIFIER).is_some()
            || item.items(tags::CONTENT_SEQUENCE).iter().any(|item| has_references(item, depth + 1)))
}
