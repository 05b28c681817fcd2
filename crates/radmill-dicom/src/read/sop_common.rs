//! What an instance is and which one, where only the File Meta Information says it (PS3.3 C.12.1, PS3.10 7.1).

use bytes::Bytes;
use dicom_core::{Tag, VR};

use super::file_meta::{FileMeta, uid};
use crate::defect::{Defect, Defects};
use crate::{DataSet, Element, Value};

pub(super) const SOP_CLASS_UID: Tag = Tag(0x0008, 0x0016);
const SOP_INSTANCE_UID: Tag = Tag(0x0008, 0x0018);

/// Adds SOP Class UID and SOP Instance UID from the file meta where the data set has none. A value that is there is
/// never replaced, however wrong: which of the two is right, nobody knows.
pub(super) fn complete(data: DataSet, meta: &FileMeta, defects: &mut Defects) -> DataSet {
    let character_set = *data.character_set();
    let mut taken_over = Vec::new();
    for (tag, media_storage_uid, defect) in [
        (SOP_CLASS_UID, &meta.sop_class, Defect::SopClassFromFileMeta),
        (SOP_INSTANCE_UID, &meta.sop_instance, Defect::SopInstanceFromFileMeta),
    ] {
        let is_there = data.get(tag).is_some_and(|element| match &element.value {
            Value::Bytes(bytes) => uid(bytes).is_some(),
            Value::Items(_) => true,
        });
        if let Some(media_storage_uid) = media_storage_uid.as_deref().filter(|_| !is_there) {
            defects.add(defect);
            taken_over.push(uid_element(tag, media_storage_uid));
        }
    }
    if taken_over.is_empty() {
        return data;
    }
    // Of two elements with the same tag the first one stays, so that these come before an empty one.
    taken_over.extend(data.into_elements());
    DataSet::new(taken_over, character_set)
}

fn uid_element(tag: Tag, uid: &str) -> Element {
    let padding = if uid.len().is_multiple_of(2) { "" } else { "\0" };
    Element { tag, vr: VR::UI, value: Value::Bytes(Bytes::from(format!("{uid}{padding}"))) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::CharacterSet;

    /// `None` is an absent element.
    #[test]
    fn takes_over_what_is_missing_and_nothing_else() {
        let check = |own: [Option<&str>; 2], meta: [Option<&str>; 2], expected: &[&str], codes: &[&str]| {
            let tags = [SOP_CLASS_UID, SOP_INSTANCE_UID];
            let elements = tags.into_iter().zip(own).filter_map(|(tag, value)| {
                let value = Value::Bytes(Bytes::copy_from_slice(value?.as_bytes()));
                Some(Element { tag, vr: VR::UI, value })
            });
            let data = DataSet::new(elements.collect(), CharacterSet::new(b"ISO_IR 192"));
            let [sop_class, sop_instance] = meta.map(|uid| uid.map(str::to_owned));
            let meta = FileMeta { sop_class, sop_instance, ..FileMeta::default() };
            let mut defects = Defects::default();
            let completed = complete(data, &meta, &mut defects);
            let found: Vec<&[u8]> = completed.elements().iter().map(Element::bytes).collect();
            assert_eq!(found, expected.iter().map(|uid| uid.as_bytes()).collect::<Vec<_>>(), "{own:?}");
            assert_eq!(defects.codes(), codes, "{own:?}");
            assert_eq!(*completed.character_set(), CharacterSet::new(b"ISO_IR 192"));
        };
        let both = ["sop_class_from_file_meta", "sop_instance_from_file_meta"];
        check([Some("1.2\0"), Some("1.3\0")], [Some("2.2"), Some("2.3")], &["1.2\0", "1.3\0"], &[]);
        check([None, None], [Some("2.2"), Some("2.34")], &["2.2\0", "2.34"], &both);
        check([Some(""), Some("\0 ")], [Some("2.2"), Some("2.3")], &["2.2\0", "2.3\0"], &both);
        check([Some("no UID"), None], [Some("2.2"), Some("2.3")], &["no UID", "2.3\0"], &both[1..]);
        check([None, Some("1.3\0")], [Some("2.2"), None], &["2.2\0", "1.3\0"], &both[..1]);
        check([None, None], [None, None], &[], &[]);
    }

    #[test]
    fn a_sequence_is_not_replaced() {
        let sequence = Element { tag: SOP_CLASS_UID, vr: VR::SQ, value: Value::Items(Vec::new()) };
        let data = DataSet::new(vec![sequence], CharacterSet::default());
        let meta = FileMeta { sop_class: Some("1.2".to_owned()), ..FileMeta::default() };
        let mut defects = Defects::default();
        let completed = complete(data.clone(), &meta, &mut defects);
        assert!(completed == data && defects.codes().is_empty());
    }
}
