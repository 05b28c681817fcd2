//! Private blocks: which creator has reserved which elements of a group (PS3.5 section 7.8.1).

use std::collections::BTreeSet;

use dicom_core::{Tag, VR};
use radmill_dicom::{Element, Value};

use super::table::{Creator, SafeElement, known_creator};
use crate::value::{joined, trimmed};

/// The blocks of one nesting level whose creators we know. A creator speaks for its own level only, neither for the
/// items below nor for what is further out. Where a creator has two blocks of a group, both are its own.
pub(crate) struct Blocks {
    /// The creator element's tag, in ascending order.
    blocks: Vec<(Tag, &'static Creator)>,
}

impl Blocks {
    /// From the private elements of a level. A creator must be known letter by letter: what else stands in its place may
    /// be a name, two creators at once, or nothing.
    pub(crate) fn of(elements: &[Element]) -> Blocks {
        let known = |element: &Element| {
            let name = std::str::from_utf8(trimmed(element.bytes())).ok()?;
            Some((element.tag, known_creator(name)?))
        };
        let mut blocks: Vec<_> =
            elements.iter().filter(|element| is_creator(element.tag)).filter_map(known).collect();
        blocks.sort_unstable_by_key(|(tag, _)| *tag);
        Blocks { blocks }
    }

    /// No block at all: nothing private is known.
    pub(crate) fn none() -> Blocks {
        Blocks { blocks: Vec::new() }
    }

    /// The creator of the block that this element lies in.
    fn creator(&self, tag: Tag) -> Option<&'static Creator> {
        let index = self.blocks.binary_search_by_key(&reserved_by(tag), |(tag, _)| *tag).ok()?;
        self.blocks.get(index).map(|(_, creator)| *creator)
    }

    /// Creator and row of a private element that is known to be safe.
    pub(crate) fn safe_element(&self, tag: Tag) -> Option<(&'static Creator, &'static SafeElement)> {
        let creator = self.creator(tag)?;
        let [_, low_byte] = tag.1.to_be_bytes();
        Some((creator, creator.safe_element(tag.0, low_byte)?))
    }

    /// The creator elements of the blocks that these elements lie in, as our table spells them.
    pub(crate) fn creators_of(&self, kept: &[Element]) -> Vec<Element> {
        let in_use: BTreeSet<Tag> = kept.iter().map(|element| reserved_by(element.tag)).collect();
        let in_use = self.blocks.iter().filter(|(tag, _)| in_use.contains(tag));
        in_use.map(|(tag, creator)| text(*tag, creator.name)).collect()
    }
}

/// (gggg,0010) to (gggg,00FF) with an odd group.
pub(crate) fn is_creator(tag: Tag) -> bool {
    tag.0 % 2 == 1 && (0x0010..=0x00FF).contains(&tag.1)
}

/// The creator element of the block that `tag` lies in.
fn reserved_by(tag: Tag) -> Tag {
    Tag(tag.0, tag.1 >> 8)
}

fn text(tag: Tag, name: &str) -> Element {
    Element { tag, vr: VR::LO, value: Value::Bytes(joined(VR::LO, &[name])) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn blocks(creators: &[(Tag, &str)]) -> Blocks {
        let elements: Vec<Element> = creators.iter().map(|(tag, name)| text(*tag, name)).collect();
        Blocks::of(&elements)
    }

    #[test]
    fn elements_are_found_in_whichever_block_they_lie() {
        let found = |creators: &[(Tag, &str)], group, element| {
            blocks(creators).safe_element(Tag(group, element)).map(|(creator, _)| creator.name)
        };
        let siemens = "SIEMENS MR HEADER";
        assert_eq!(found(&[(Tag(0x0019, 0x0010), siemens)], 0x0019, 0x100C), Some(siemens));
        assert_eq!(found(&[(Tag(0x0019, 0x00C3), siemens)], 0x0019, 0xC30C), Some(siemens));
        assert_eq!(found(&[(Tag(0x0019, 0x0010), "SIEMENS MR HEADER  ")], 0x0019, 0x100C), Some(siemens));
        let two = [(Tag(0x0019, 0x0011), siemens), (Tag(0x0019, 0x0010), "GEMS_ACQU_01")];
        assert_eq!(found(&two, 0x0019, 0x110C), Some(siemens));
        assert_eq!(found(&two, 0x0019, 0x109E), Some("GEMS_ACQU_01"));
        assert_eq!(found(&two, 0x0019, 0x119E), None);
        let twice = [(Tag(0x0019, 0x0010), siemens), (Tag(0x0019, 0x0011), siemens)];
        assert_eq!(found(&twice, 0x0019, 0x110C), Some(siemens));
        // No creator, that of another group, several at once, spelled otherwise.
        assert_eq!(found(&[], 0x0019, 0x100C), None);
        assert_eq!(found(&[(Tag(0x0019, 0x0010), siemens)], 0x0019, 0x110C), None);
        assert_eq!(found(&[(Tag(0x0021, 0x0010), siemens)], 0x0019, 0x100C), None);
        assert_eq!(found(&[(Tag(0x0019, 0x0010), "SIEMENS MR HEADER\\GEMS_ACQU_01")], 0x0019, 0x100C), None);
        assert_eq!(found(&[(Tag(0x0019, 0x0010), "Siemens MR Header")], 0x0019, 0x100C), None);
        // Outside of every block.
        assert_eq!(found(&[(Tag(0x0019, 0x0010), siemens)], 0x0019, 0x000C), None);
        assert_eq!(found(&[(Tag(0x0019, 0x0001), siemens)], 0x0019, 0x010C), None);
    }

    #[test]
    fn creators_of_what_is_kept_stay() {
        let blocks =
            blocks(&[(Tag(0x0019, 0x0010), "GEMS_ACQU_01"), (Tag(0x0019, 0x0011), "SIEMENS MR HEADER")]);
        let kept = blocks.creators_of(&[text(Tag(0x0019, 0x110C), "1")]);
        let tags: Vec<Tag> = kept.iter().map(|element| element.tag).collect();
        assert_eq!(tags, [Tag(0x0019, 0x0011)]);
        assert_eq!(kept[0].bytes(), b"SIEMENS MR HEADER ");
        assert!(blocks.creators_of(&[]).is_empty());
    }
}
