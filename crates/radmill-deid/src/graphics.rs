//! Clean Graphics (PS3.15 E.3.3): annotations of presentation states, and overlays.
//!
//! Texts of annotations are cleaned by the vocabulary, drawn objects stay. The text in a bitmap cannot be read, so that
//! of overlays only the ones stay that say they are a region of interest and are one connected region, which no written
//! word is. Curves go.

use std::collections::BTreeMap;

use dicom_core::{Tag, VR};
use dicom_dictionary_std::tags;
use radmill_dicom::{CharacterSet, DataSet, Element, Value};

use crate::apply::{Level, NESTING_DEPTH_MAX, Pass, text_element};
use crate::value::{checked_value, trimmed};
use crate::{ProfileOption, Refusal, descriptors};

/// Elements of an overlay group (PS3.3 C.9.2) that stay, with their VR; texts are cleaned.
const OVERLAY_ELEMENTS: [(u16, VR); 14] = [
    (ROWS, VR::US),
    (COLUMNS, VR::US),
    (N_FRAMES, VR::IS),
    (0x0022, VR::LO),
    (TYPE, VR::CS),
    (0x0045, VR::LO),
    (0x0050, VR::SS),
    (0x0051, VR::US),
    (0x0100, VR::US),
    (0x0102, VR::US),
    (0x1301, VR::IS),
    (0x1302, VR::DS),
    (0x1303, VR::DS),
    (0x1500, VR::LO),
];
const ROWS: u16 = 0x0010;
const COLUMNS: u16 = 0x0011;
const N_FRAMES: u16 = 0x0015;
const TYPE: u16 = 0x0040;
const DATA: u16 = 0x3000;

/// Runs of set bits in a row of a bitmap. A region has a few; bounds the time for a hostile file.
const RUNS_MAX: usize = 32;

/// What stays of the items of Graphic Annotation Sequence.
pub(crate) fn clean(
    pass: &mut Pass<'_>,
    sequence: Tag,
    items: Vec<DataSet>,
    level: &Level,
) -> Result<Option<Vec<DataSet>>, Refusal> {
    Ok(Some(clean_items(pass, sequence, items, &level.cleaning())?))
}

fn clean_items(
    pass: &mut Pass<'_>,
    sequence: Tag,
    items: Vec<DataSet>,
    level: &Level,
) -> Result<Vec<DataSet>, Refusal> {
    let mut kept = Vec::with_capacity(items.len());
    for item in items {
        let inside = level.inside(sequence, &item);
        if inside.depth > NESTING_DEPTH_MAX {
            return Err(Refusal::NestedTooDeep);
        }
        let mut elements = Vec::with_capacity(item.elements().len());
        for element in item.into_elements() {
            elements.extend(clean_element(pass, element, &inside)?);
        }
        kept.push(DataSet::new(elements, inside.character_set));
    }
    Ok(kept)
}

fn clean_element(pass: &mut Pass<'_>, element: Element, level: &Level) -> Result<Option<Element>, Refusal> {
    let Element { tag, vr, value } = element;
    let has_texts = matches!(tag, tags::TEXT_OBJECT_SEQUENCE | tags::COMPOUND_GRAPHIC_SEQUENCE);
    match value {
        Value::Items(items) if has_texts => {
            pass.counts.cleaned += 1;
            let items = clean_items(pass, tag, items, level)?;
            Ok(Some(Element { tag, vr: VR::SQ, value: Value::Items(items) }))
        }
        Value::Bytes(bytes) if tag == tags::UNFORMATTED_TEXT_VALUE && !trimmed(&bytes).is_empty() => {
            match descriptors::clean(&bytes, VR::ST, &level.character_set, pass.own_words) {
                Some(value) => {
                    pass.counts.cleaned += 1;
                    Ok(Some(Element { tag, vr: VR::ST, value: Value::Bytes(value) }))
                }
                // Type 1, and where the text stood may be of use.
                None => {
                    pass.counts.replaced_by_dummy += 1;
                    Ok(Some(text_element(tag, VR::ST, &["DEIDENTIFIED"])))
                }
            }
        }
        value => pass.treat_element(Element { tag, vr, value }, level),
    }
}

/// What stays of the overlays and curves of one level: all elements of the groups 50xx and 60xx with even numbers, in
/// ascending order of tag. Called only under Clean Graphics; without it they are removed.
pub(crate) fn treat_planes(
    pass: &mut Pass<'_>,
    elements: Vec<Element>,
    level: &Level,
) -> Result<Vec<Element>, Refusal> {
    let mut groups: BTreeMap<u16, Vec<Element>> = BTreeMap::new();
    for element in elements {
        groups.entry(element.tag.0).or_default().push(element);
    }
    let mut kept = Vec::new();
    for (group, elements) in groups {
        let data = DataSet::new(elements, level.character_set);
        if !is_region(&data, group) {
            data.elements().iter().for_each(|element| pass.count_removed(element.tag));
            continue;
        }
        pass.done.options.insert(ProfileOption::CleanGraphics);
        for element in data.into_elements() {
            kept.extend(overlay_element(pass, element, &level.character_set));
        }
    }
    Ok(kept)
}

fn overlay_element(pass: &mut Pass<'_>, element: Element, character_set: &CharacterSet) -> Option<Element> {
    let Element { tag, vr: written, value } = element;
    let known = OVERLAY_ELEMENTS.iter().find(|(known, _)| *known == tag.1).map(|(_, vr)| *vr);
    let cleaned = match (value, known) {
        (Value::Bytes(bytes), _) if tag.1 == DATA => {
            Some((if written == VR::OB { VR::OB } else { VR::OW }, bytes))
        }
        (Value::Bytes(bytes), Some(VR::LO)) => {
            let cleaned = descriptors::clean(&bytes, VR::LO, character_set, pass.own_words);
            cleaned.map(|value| (VR::LO, value))
        }
        (Value::Bytes(bytes), Some(vr)) => checked_value(tag, vr, &bytes).map(|value| (vr, value)),
        _ => None,
    };
    match cleaned {
        Some((vr, value)) => {
            *(if vr == VR::LO { &mut pass.counts.cleaned } else { &mut pass.counts.kept }) += 1;
            Some(Element { tag, vr, value: Value::Bytes(value) })
        }
        None => {
            pass.count_removed(tag);
            None
        }
    }
}

/// True for an overlay that is a region of interest by its type and by its bits.
fn is_region(data: &DataSet, group: u16) -> bool {
    let size = |element: u16| {
        let bytes = data.get(Tag(group, element)).map_or(&[][..], Element::bytes);
        bytes.first_chunk().map_or(0, |bytes| usize::from(u16::from_le_bytes(*bytes)))
    };
    let ascii = |element: u16| {
        let bytes = data.get(Tag(group, element)).map_or(&[][..], Element::bytes);
        String::from_utf8_lossy(trimmed(bytes)).into_owned()
    };
    let (rows, columns) = (size(ROWS), size(COLUMNS));
    let n_frames = ascii(N_FRAMES).parse::<usize>().unwrap_or(1);
    let is_overlay = (0x6000..=0x60FF).contains(&group) && ascii(TYPE) == "R";
    let bits = data.get(Tag(group, DATA)).map_or(&[][..], Element::bytes);
    let n_bits =
        rows.checked_mul(columns).and_then(|plane| plane.checked_mul(n_frames)).unwrap_or(usize::MAX);
    // What is behind the planes is padding to an even length, or something else.
    let is_whole = n_bits > 0 && bits.len() >= n_bits.div_ceil(8) && bits.len() <= n_bits.div_ceil(8) + 1;
    is_overlay
        && is_whole
        && (0..n_frames).all(|frame| is_connected(bits, frame * rows * columns, rows, columns))
        && (n_bits..bits.len() * 8).all(|index| !is_set(bits, index))
}

/// At most one group of set bits that touch, corners included, in the plane that starts at this bit.
fn is_connected(bits: &[u8], start: usize, rows: usize, columns: usize) -> bool {
    // Each run of set bits in a row: first column, column behind the last, and the number of its region.
    let mut above: Vec<(usize, usize, usize)> = Vec::new();
    let mut parents: Vec<usize> = Vec::new();
    for row in 0..rows {
        let mut runs: Vec<(usize, usize, usize)> = Vec::new();
        let mut column = 0;
        while column < columns {
            let at = |column: usize| is_set(bits, start + row * columns + column);
            if !at(column) {
                column += 1;
                continue;
            }
            let first = column;
            while column < columns && at(column) {
                column += 1;
            }
            if runs.len() == RUNS_MAX {
                return false;
            }
            let region = parents.len();
            parents.push(region);
            for (_, _, other) in above.iter().filter(|(from, to, _)| *from <= column && first <= *to) {
                let (a, b) = (root(&parents, *other), root(&parents, region));
                parents[a.max(b)] = a.min(b);
            }
            runs.push((first, column, region));
        }
        above = runs;
    }
    let n_regions = (0..parents.len()).filter(|region| parents[*region] == *region).count();
    n_regions <= 1
}

fn root(parents: &[usize], mut region: usize) -> usize {
    while parents[region] != region {
        region = parents[region];
    }
    region
}

/// Bits are packed from the least significant one on (PS3.5 8.1.2).
fn is_set(bits: &[u8], index: usize) -> bool {
    bits.get(index / 8).is_some_and(|byte| byte >> (index % 8) & 1 == 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_region_or_several() {
        let check = |picture: [&str; 4], expected| {
            let mut bits = vec![0u8; 4];
            for (index, pixel) in picture.concat().bytes().enumerate() {
                bits[index / 8] |= u8::from(pixel == b'#') << (index % 8);
            }
            assert_eq!(is_connected(&bits, 0, 4, 8), expected, "{picture:?}");
        };
        check(["........", "..###...", "...##...", "........"], true);
        check(["........", "........", "........", "........"], true);
        check(["#......#", "#......#", "#......#", "########"], true);
        check(["#.......", ".#......", "..#.....", "...#...."], true);
        check(["#......#", "#......#", "#......#", "#......#"], false);
        check(["#.#.....", "###..##.", "#.#..#..", "#.#....."], false);
    }
}
