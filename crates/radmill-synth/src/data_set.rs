/// Group and element number.
pub(crate) type Tag = (u16, u16);

/// One nesting level, built up in any order; the writer sorts by tag.
#[derive(Clone, Default)]
pub(crate) struct DataSet {
    pub(crate) elements: Vec<Element>,
}

/// One data element (PS3.5 section 7.1).
#[derive(Clone)]
pub(crate) struct Element {
    pub(crate) tag: Tag,
    pub(crate) vr: [u8; 2],
    pub(crate) value: Value,
}

/// The value field of an element.
#[derive(Clone)]
pub(crate) enum Value {
    /// The bytes in little-endian order; padded to even length when written.
    Bytes(Vec<u8>),
    /// A sequence, with undefined or with explicit length.
    Items {
        /// One data set for each item.
        items: Vec<DataSet>,
        /// Written with delimiters instead of lengths.
        undefined_length: bool,
    },
    /// Encapsulated pixel data: the offset table, then the fragments (PS3.5 A.4).
    Fragments(Vec<Vec<u8>>),
}

impl DataSet {
    /// Puts an element in; one with the same tag is replaced.
    pub(crate) fn put(&mut self, tag: Tag, vr: &[u8; 2], value: Value) {
        self.elements.retain(|element| element.tag != tag);
        self.elements.push(Element { tag, vr: *vr, value });
    }

    pub(crate) fn element(&self, tag: Tag) -> Option<&Element> {
        self.elements.iter().find(|element| element.tag == tag)
    }

    /// The value bytes of an element that is neither a sequence nor encapsulated.
    pub(crate) fn value(&self, tag: Tag) -> Option<&[u8]> {
        match &self.element(tag)?.value {
            Value::Bytes(bytes) => Some(bytes),
            _ => None,
        }
    }

    pub(crate) fn remove(&mut self, tag: Tag) {
        self.elements.retain(|element| element.tag != tag);
    }

    pub(crate) fn bytes(&mut self, tag: Tag, vr: &[u8; 2], bytes: impl Into<Vec<u8>>) {
        self.put(tag, vr, Value::Bytes(bytes.into()));
    }

    /// Text of the default repertoire, written as it is.
    pub(crate) fn text(&mut self, tag: Tag, vr: &[u8; 2], text: impl AsRef<str>) {
        self.bytes(tag, vr, text.as_ref().as_bytes());
    }

    pub(crate) fn us(&mut self, tag: Tag, values: &[u16]) {
        self.bytes(tag, b"US", values.iter().flat_map(|v| v.to_le_bytes()).collect::<Vec<u8>>());
    }

    pub(crate) fn ss(&mut self, tag: Tag, values: &[i16]) {
        self.bytes(tag, b"SS", values.iter().flat_map(|v| v.to_le_bytes()).collect::<Vec<u8>>());
    }

    pub(crate) fn ul(&mut self, tag: Tag, values: &[u32]) {
        self.bytes(tag, b"UL", values.iter().flat_map(|v| v.to_le_bytes()).collect::<Vec<u8>>());
    }

    pub(crate) fn fl(&mut self, tag: Tag, values: &[f32]) {
        self.bytes(tag, b"FL", values.iter().flat_map(|v| v.to_le_bytes()).collect::<Vec<u8>>());
    }

    pub(crate) fn fd(&mut self, tag: Tag, values: &[f64]) {
        self.bytes(tag, b"FD", values.iter().flat_map(|v| v.to_le_bytes()).collect::<Vec<u8>>());
    }

    /// Tags as values, as in Frame Increment Pointer.
    pub(crate) fn at(&mut self, tag: Tag, values: &[Tag]) {
        let bytes = values.iter().flat_map(|v| [v.0.to_le_bytes(), v.1.to_le_bytes()]).flatten();
        self.bytes(tag, b"AT", bytes.collect::<Vec<u8>>());
    }

    /// A sequence with explicit length.
    pub(crate) fn items(&mut self, tag: Tag, items: Vec<DataSet>) {
        self.put(tag, b"SQ", Value::Items { items, undefined_length: false });
    }

    /// A sequence with undefined length, its items too.
    pub(crate) fn items_undefined(&mut self, tag: Tag, items: Vec<DataSet>) {
        self.put(tag, b"SQ", Value::Items { items, undefined_length: true });
    }

    /// Elements here and in all items.
    pub(crate) fn count(&self) -> usize {
        self.elements
            .iter()
            .map(|element| match &element.value {
                Value::Items { items, .. } => 1 + items.iter().map(DataSet::count).sum::<usize>(),
                _ => 1,
            })
            .sum()
    }
}
