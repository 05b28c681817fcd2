//! Where a value stands: `(0040,0275)[0].(0040,1002)`; private elements by their creator: `(0019,"GEMS_ACQU_01",23)`.

use std::fmt;

use crate::data_set::{DataSet, Element, Tag, Value};

/// A path from the top of the data set to an element.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    /// Each sequence on the way with the index of its item, from 0.
    pub(crate) within: Vec<(Name, usize)>,
    pub(crate) name: Name,
}

/// An element within one data set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Name {
    /// By its tag.
    Tag(Tag),
    /// By group, private creator and low byte: the block may be another in the result (PS3.5 section 7.8).
    Private(u16, String, u8),
}

impl Place {
    /// An element at the top level.
    pub(crate) fn top(tag: Tag) -> Place {
        Place { within: Vec::new(), name: Name::Tag(tag) }
    }

    /// An element of an item of this sequence.
    pub(crate) fn item(&self, index: usize, name: Name) -> Place {
        let mut within = self.within.clone();
        within.push((self.name.clone(), index));
        Place { within, name }
    }

    /// Reads what [`fmt::Display`] writes.
    pub(crate) fn parse(text: &str) -> Option<Place> {
        let mut within = Vec::new();
        let mut rest = text;
        loop {
            let (name, after) = parse_name(rest)?;
            if after.is_empty() {
                return Some(Place { within, name });
            }
            let (index, after) = after.strip_prefix('[')?.split_once("].")?;
            within.push((name, index.parse().ok()?));
            rest = after;
        }
    }

    /// The element, and the data sets on the way down to the one that holds it.
    pub(crate) fn find<'a>(&self, data: &'a DataSet) -> Option<(&'a Element, Vec<&'a DataSet>)> {
        let mut chain = vec![data];
        let mut level = data;
        for (name, index) in &self.within {
            let Value::Items { items, .. } = &name.find(level)?.value else { return None };
            level = items.get(*index)?;
            chain.push(level);
        }
        Some((self.name.find(level)?, chain))
    }
}

impl Name {
    fn find<'a>(&self, data: &'a DataSet) -> Option<&'a Element> {
        match self {
            Name::Tag(tag) => data.element(*tag),
            Name::Private(group, creator, low) => {
                let block = data.private_block(*group, creator)?;
                data.element((*group, block << 8 | u16::from(*low)))
            }
        }
    }
}

impl DataSet {
    /// The block that a creator has reserved: the low byte of its Private Creator element.
    pub(crate) fn private_block(&self, group: u16, creator: &str) -> Option<u16> {
        let reserves = |element: &&Element| {
            let is_creator = element.tag.0 == group && (0x10..=0xff).contains(&element.tag.1);
            is_creator
                && matches!(&element.value, Value::Bytes(bytes) if crate::read::trimmed(bytes) == creator.as_bytes())
        };
        self.elements.iter().find(reserves).map(|element| element.tag.1)
    }
}

fn parse_name(text: &str) -> Option<(Name, &str)> {
    let text = text.strip_prefix('(')?;
    let group = u16::from_str_radix(text.get(..4)?, 16).ok()?;
    let text = text.get(4..)?.strip_prefix(',')?;
    if let Some(quoted) = text.strip_prefix('"') {
        let (creator, text) = quoted.split_once("\",")?;
        let low = u8::from_str_radix(text.get(..2)?, 16).ok()?;
        return Some((Name::Private(group, creator.to_owned(), low), text.get(2..)?.strip_prefix(')')?));
    }
    let element = u16::from_str_radix(text.get(..4)?, 16).ok()?;
    Some((Name::Tag((group, element)), text.get(4..)?.strip_prefix(')')?))
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Name::Tag((group, element)) => write!(f, "({group:04X},{element:04X})"),
            Name::Private(group, creator, low) => write!(f, "({group:04X},\"{creator}\",{low:02X})"),
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (name, index) in &self.within {
            write!(f, "{name}[{index}].")?;
        }
        write!(f, "{}", self.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_read_as_they_are_written() {
        for text in [
            "(0010,0010)",
            "(0040,0275)[0].(0040,1002)",
            "(0019,\"GEMS_ACQU_01\",23)",
            "(0008,1115)[2].(2001,\"A [1].(2)\",C1)[0].(2005,\"HOLOGIC, Inc.\",0A)",
        ] {
            assert_eq!(Place::parse(text).unwrap().to_string(), text);
        }
        for text in ["", "0010,0010", "(0010,0010)[0]", "(0010,0010)x", "(0010,", "(0019,\"A\",2"] {
            assert_eq!(Place::parse(text), None, "{text}");
        }
    }

    #[test]
    fn a_renumbered_block_is_found() {
        let (mut data, mut item) = (DataSet::default(), DataSet::default());
        item.text((0x0019, 0x0033), b"LO", "ACME ");
        item.text((0x0019, 0x3323), b"LO", "here");
        data.items((0x0008, 0x1115), vec![DataSet::default(), item]);
        let place = Place::parse("(0008,1115)[1].(0019,\"ACME\",23)").unwrap();
        let (element, chain) = place.find(&data).unwrap();
        assert!(matches!(&element.value, Value::Bytes(bytes) if bytes == b"here"));
        assert_eq!(chain.len(), 2);
        assert!(Place::parse("(0008,1115)[0].(0019,\"ACME\",23)").unwrap().find(&data).is_none());
    }
}
