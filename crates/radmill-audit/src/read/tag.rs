use std::fmt;

use dicom_core::Tag;

/// Where an element stands: the sequences around it with the item (from 0), then its own tag.
///
/// `(0010,1002)[0].(0010,0020)` is Patient ID in the first item of Other Patient IDs Sequence.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct TagPath {
    around: Vec<(Tag, u32)>,
    tag: Option<Tag>,
}

impl TagPath {
    pub(crate) fn of(around: &[(Tag, u32)], tag: Tag) -> TagPath {
        TagPath { around: around.to_vec(), tag: Some(tag) }
    }

    pub(crate) fn tag(&self) -> Tag {
        self.tag.unwrap_or(Tag(0, 0))
    }

    pub(crate) fn is_nested(&self) -> bool {
        !self.around.is_empty()
    }

    /// The sequences around the element with the item in each, the outermost first.
    pub(crate) fn around(&self) -> &[(Tag, u32)] {
        &self.around
    }

    /// Tags of the sequences around the element, the outermost first.
    pub(crate) fn sequences(&self) -> impl Iterator<Item = Tag> {
        self.around.iter().map(|(tag, _)| *tag)
    }
}

impl fmt::Display for TagPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (tag, item_index) in &self.around {
            write!(f, "{}[{item_index}].", TagText(*tag))?;
        }
        write!(f, "{}", TagText(self.tag()))
    }
}

/// A tag as the standard writes it.
pub(crate) struct TagText(pub(crate) Tag);

impl fmt::Display for TagText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "({:04X},{:04X})", self.0.0, self.0.1)
    }
}
