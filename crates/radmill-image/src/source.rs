use dicom_core::Tag;
use dicom_dictionary_std::tags;
use radmill_deid::Attributes;

/// What reading the transform attributes needs of a data set, so that tests can stand in for one.
pub(crate) trait AttributeSource: Copy {
    /// The first value as text, trimmed.
    fn text(self, tag: Tag) -> Option<String>;
    /// All values as text, trimmed.
    fn texts(self, tag: Tag) -> Vec<String>;
    /// All values as numbers; empty if absent or one of them is no finite number.
    fn numbers(self, tag: Tag) -> Vec<f64>;
    /// The value field in little-endian order.
    fn bytes(&self, tag: Tag) -> Option<&[u8]>;
    /// An item of a sequence, counted from 0.
    fn item(self, tag: Tag, index: usize) -> Option<Self>;

    /// The first value as a number.
    fn number(self, tag: Tag) -> Option<f64> {
        self.numbers(tag).first().copied()
    }

    /// The item of a functional group macro for a frame (PS3.3 C.7.6.16): per-frame first, then shared.
    fn functional_group(self, frame_index: u32, group: Tag) -> Option<Self> {
        self.functional_group_item(frame_index, group, 0)
    }

    /// The same of macros that may have more items than one.
    fn functional_group_item(self, frame_index: u32, group: Tag, item: usize) -> Option<Self> {
        let of_frame = usize::try_from(frame_index)
            .ok()
            .and_then(|index| self.item(tags::PER_FRAME_FUNCTIONAL_GROUPS_SEQUENCE, index));
        match of_frame {
            Some(groups) if groups.item(group, 0).is_some() => groups.item(group, item),
            _ => self.item(tags::SHARED_FUNCTIONAL_GROUPS_SEQUENCE, 0)?.item(group, item),
        }
    }
}

impl AttributeSource for Attributes<'_> {
    fn text(self, tag: Tag) -> Option<String> {
        Attributes::text(&self, tag)
    }

    fn texts(self, tag: Tag) -> Vec<String> {
        Attributes::texts(&self, tag)
    }

    fn numbers(self, tag: Tag) -> Vec<f64> {
        Attributes::numbers(&self, tag)
    }

    fn bytes(&self, tag: Tag) -> Option<&[u8]> {
        Attributes::bytes(self, tag)
    }

    fn item(self, tag: Tag, index: usize) -> Option<Self> {
        Attributes::items(&self, tag).nth(index)
    }
}

/// A data set for tests: a few attributes, held in memory.
#[cfg(test)]
pub(crate) mod fake {
    use std::collections::BTreeMap;

    use dicom_core::Tag;

    use super::AttributeSource;

    #[derive(Clone, Default)]
    pub(crate) struct FakeDataSet {
        texts: BTreeMap<Tag, String>,
        numbers: BTreeMap<Tag, Vec<f64>>,
        bytes: BTreeMap<Tag, Vec<u8>>,
        items: BTreeMap<Tag, Vec<FakeDataSet>>,
    }

    impl FakeDataSet {
        pub(crate) fn text(mut self, tag: Tag, value: &str) -> FakeDataSet {
            self.texts.insert(tag, value.to_owned());
            self
        }

        pub(crate) fn numbers(mut self, tag: Tag, values: &[f64]) -> FakeDataSet {
            self.numbers.insert(tag, values.to_vec());
            self
        }

        pub(crate) fn bytes(mut self, tag: Tag, value: &[u8]) -> FakeDataSet {
            self.bytes.insert(tag, value.to_vec());
            self
        }

        pub(crate) fn items(mut self, tag: Tag, items: Vec<FakeDataSet>) -> FakeDataSet {
            self.items.insert(tag, items);
            self
        }
    }

    impl AttributeSource for &FakeDataSet {
        fn text(self, tag: Tag) -> Option<String> {
            self.texts(tag).into_iter().next()
        }

        fn texts(self, tag: Tag) -> Vec<String> {
            let value = self.texts.get(&tag).map(String::as_str);
            value.map_or_else(Vec::new, |value| value.split('\\').map(str::to_owned).collect())
        }

        fn numbers(self, tag: Tag) -> Vec<f64> {
            self.numbers.get(&tag).cloned().unwrap_or_default()
        }

        fn bytes(&self, tag: Tag) -> Option<&[u8]> {
            self.bytes.get(&tag).map(Vec::as_slice)
        }

        fn item(self, tag: Tag, index: usize) -> Option<Self> {
            self.items.get(&tag)?.get(index)
        }
    }
}
