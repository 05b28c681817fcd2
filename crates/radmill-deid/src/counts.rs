/// How many elements of the source were treated in which way, those of all levels together; what lies in a sequence that
/// was emptied or removed is not counted.
///
/// The first nine add up to all elements. The others say more about some of these.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ActionCounts {
    /// Stay as they are, among them empty elements, registered UIDs, and sequences whose items were treated one by one.
    pub kept: u32,
    /// At least one UID became the one derived from it.
    pub uids_replaced: u32,
    /// Patient ID became a pseudonym.
    pub patient_ids_replaced: u32,
    /// Dates went back by the patient's offset.
    pub dates_shifted: u32,
    /// Times of day, or the offset from UTC, stay.
    pub times_kept: u32,
    /// Of a text or of items, what identifies nobody stays.
    pub cleaned: u32,
    /// A value that says nothing took the place.
    pub replaced_by_dummy: u32,
    /// Stand without a value or without items.
    pub emptied: u32,
    /// Are gone.
    pub removed: u32,
    /// Of the removed ones: private, that is of an odd group.
    pub removed_private: u32,
    /// Of the removed ones: neither private nor in the data dictionary, or only in one of its retired repeating groups.
    pub removed_unknown: u32,
    /// Of those with a dummy, emptied and removed: would have gone on if the value were what the VR and the dictionary
    /// say.
    pub value_unfit: u32,
    /// Of those with a dummy, emptied and removed: would have gone on but are written like a person's name, or repeat a
    /// name, an identifier or a date of the same header.
    pub identifying_value: u32,
}

impl ActionCounts {
    /// Name and number, in the order of the fields.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&'static str, u32)> + use<> {
        let named: [(&'static str, u32); 13] = [
            ("kept", self.kept),
            ("uids_replaced", self.uids_replaced),
            ("patient_ids_replaced", self.patient_ids_replaced),
            ("dates_shifted", self.dates_shifted),
            ("times_kept", self.times_kept),
            ("cleaned", self.cleaned),
            ("replaced_by_dummy", self.replaced_by_dummy),
            ("emptied", self.emptied),
            ("removed", self.removed),
            ("removed_private", self.removed_private),
            ("removed_unknown", self.removed_unknown),
            ("value_unfit", self.value_unfit),
            ("identifying_value", self.identifying_value),
        ];
        named.into_iter()
    }
}
