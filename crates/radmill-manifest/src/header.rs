use dicom_core::Tag;
use dicom_dictionary_std::tags;
use radmill_deid::Attributes;

/// Reads values of one nesting level. Outside tests only de-identified [`Attributes`] can.
pub(crate) trait Header {
    /// All values as text, trimmed; none if absent.
    fn texts(&self, tag: Tag) -> Vec<String>;
    /// All values as finite numbers; none if absent or one of them is no number.
    fn numbers(&self, tag: Tag) -> Vec<f64>;
    /// The item of a sequence, counted from 0.
    fn item(&self, sequence: Tag, index: usize) -> Option<Box<dyn Header + '_>>;
}

impl Header for Attributes<'_> {
    fn texts(&self, tag: Tag) -> Vec<String> {
        Attributes::texts(self, tag)
    }

    fn numbers(&self, tag: Tag) -> Vec<f64> {
        Attributes::numbers(self, tag)
    }

    fn item(&self, sequence: Tag, index: usize) -> Option<Box<dyn Header + '_>> {
        let attributes = self.items(sequence).nth(index)?;
        Some(Box::new(attributes))
    }
}

/// The header as one frame sees it: its functional groups (PS3.3 C.7.6.16), then the shared ones, then the top level.
pub(crate) struct FrameHeader<'a> {
    top: &'a dyn Header,
    own: Option<Box<dyn Header + 'a>>,
    shared: Option<Box<dyn Header + 'a>>,
}

impl<'a> FrameHeader<'a> {
    pub(crate) fn new(top: &'a dyn Header, frame_index: u32) -> FrameHeader<'a> {
        let own = usize::try_from(frame_index)
            .ok()
            .and_then(|index| top.item(tags::PER_FRAME_FUNCTIONAL_GROUPS_SEQUENCE, index));
        let shared = top.item(tags::SHARED_FUNCTIONAL_GROUPS_SEQUENCE, 0);
        FrameHeader { top, own, shared }
    }

    /// The first value as text, at the top level.
    pub(crate) fn text(&self, tag: Tag) -> Option<String> {
        first_text(self.top.texts(tag))
    }

    /// All values as text, at the top level.
    pub(crate) fn texts(&self, tag: Tag) -> Vec<String> {
        self.top.texts(tag)
    }

    /// The first value as a number, at the top level.
    pub(crate) fn number(&self, tag: Tag) -> Option<f64> {
        self.top.numbers(tag).first().copied()
    }

    /// The first value as text, in the functional group `group` or else at the top level.
    pub(crate) fn frame_text(&self, group: Tag, tag: Tag) -> Option<String> {
        self.in_groups(group, |header| first_text(header.texts(tag))).or_else(|| self.text(tag))
    }

    /// The first value as a number, in the functional group `group` or else at the top level.
    pub(crate) fn frame_number(&self, group: Tag, tag: Tag) -> Option<f64> {
        self.frame_numbers(group, tag).first().copied()
    }

    /// All values as numbers, in the functional group `group` or else at the top level.
    pub(crate) fn frame_numbers(&self, group: Tag, tag: Tag) -> Vec<f64> {
        self.in_groups(group, |header| Some(header.numbers(tag)).filter(|numbers| !numbers.is_empty()))
            .unwrap_or_else(|| self.top.numbers(tag))
    }

    /// All values as numbers, in an item in an item of a functional group, or else at the top level.
    pub(crate) fn nested_frame_numbers(&self, [group, inner]: [Tag; 2], tag: Tag) -> Vec<f64> {
        let read = |header: &dyn Header| Some(header.item(inner, 0)?.numbers(tag));
        self.in_groups(group, read).unwrap_or_else(|| self.top.numbers(tag))
    }

    /// All values as text, in the functional group `group`; none if no group has it.
    pub(crate) fn frame_texts(&self, group: Tag, tag: Tag) -> Vec<String> {
        self.in_groups(group, |header| Some(header.texts(tag)).filter(|texts| !texts.is_empty()))
            .unwrap_or_default()
    }

    fn in_groups<T>(&self, group: Tag, read: impl Fn(&dyn Header) -> Option<T>) -> Option<T> {
        for level in [&self.own, &self.shared] {
            let item = level.as_ref().and_then(|level| level.item(group, 0));
            if let Some(value) = item.and_then(|item| read(item.as_ref())) {
                return Some(value);
            }
        }
        None
    }
}

fn first_text(texts: Vec<String>) -> Option<String> {
    texts.into_iter().next().filter(|text| !text.is_empty())
}

#[cfg(test)]
pub(crate) mod fake {
    use std::collections::BTreeMap;

    use super::*;

    /// A header made of literals, for tests in this crate only: numbers are read out of the texts.
    #[derive(Clone, Default)]
    pub(crate) struct FakeHeader {
        values: BTreeMap<Tag, String>,
        items: BTreeMap<Tag, Vec<FakeHeader>>,
    }

    impl FakeHeader {
        pub(crate) fn with(mut self, tag: Tag, value: &str) -> FakeHeader {
            self.values.insert(tag, value.to_owned());
            self
        }

        pub(crate) fn with_items(mut self, tag: Tag, items: Vec<FakeHeader>) -> FakeHeader {
            self.items.insert(tag, items);
            self
        }
    }

    impl Header for FakeHeader {
        fn texts(&self, tag: Tag) -> Vec<String> {
            self.values.get(&tag).map_or_else(Vec::new, |text| text.split('\\').map(str::to_owned).collect())
        }

        fn numbers(&self, tag: Tag) -> Vec<f64> {
            let numbers: Option<Vec<f64>> = self.texts(tag).iter().map(|text| text.parse().ok()).collect();
            numbers.unwrap_or_default()
        }

        fn item(&self, sequence: Tag, index: usize) -> Option<Box<dyn Header + '_>> {
            let item = self.items.get(&sequence)?.get(index)?;
            Some(Box::new(item.clone()))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::fake::FakeHeader;
    use super::*;

    #[test]
    fn a_frame_sees_its_own_group_then_the_shared_one_then_the_top_level() {
        let timing = |value: &str| {
            let inner = FakeHeader::default().with(tags::REPETITION_TIME, value);
            FakeHeader::default().with_items(tags::MR_TIMING_AND_RELATED_PARAMETERS_SEQUENCE, vec![inner])
        };
        let top = FakeHeader::default().with(tags::REPETITION_TIME, "1");
        let shared = top.clone().with_items(tags::SHARED_FUNCTIONAL_GROUPS_SEQUENCE, vec![timing("2")]);
        let own = shared
            .clone()
            .with_items(tags::PER_FRAME_FUNCTIONAL_GROUPS_SEQUENCE, vec![timing("3"), timing("4")]);
        let empty = FakeHeader::default();

        for (header, frame_index, expected) in [
            (&top, 0, Some(1.0)),
            (&shared, 5, Some(2.0)),
            (&own, 0, Some(3.0)),
            (&own, 1, Some(4.0)),
            (&own, 2, Some(2.0)),
            (&own, u32::MAX, Some(2.0)),
            (&empty, 0, None),
        ] {
            let header = FrameHeader::new(header, frame_index);
            let found =
                header.frame_number(tags::MR_TIMING_AND_RELATED_PARAMETERS_SEQUENCE, tags::REPETITION_TIME);
            assert_eq!(found, expected, "frame {frame_index}");
        }
    }
}
