//! Objects without pixels: structured reports and presentation states.

use super::people::Name;
use super::phrases::Phrase;
use super::*;
use crate::place::Name as PlaceName;

/// Comprehensive SR Storage.
const REPORT: &str = "1.2.840.10008.5.1.4.1.1.88.33";
/// Grayscale Softcopy Presentation State Storage.
const PRESENTATION: &str = "1.2.840.10008.5.1.4.1.1.11.1";
/// Under what the words of a report may stay.
const WITH_CONTENT: &[&str] = &["research+clean_structured_content"];
const CONTENT: Tag = (0x0040, 0xa730);

/// An object of this class with nothing in it but what every object has.
fn bare(class: &str, modality: &str) -> DataSet {
    let mut data = DataSet::default();
    data.text((0x0008, 0x0016), b"UI", class);
    data.text((0x0008, 0x0060), b"CS", modality);
    data.text((0x0020, 0x0011), b"IS", "1");
    data.text((0x0020, 0x0013), b"IS", "1");
    data.text((0x0008, 0x0070), b"LO", "ACME");
    data
}

pub(super) fn report_data() -> DataSet {
    let mut data = bare(REPORT, "SR");
    data.text((0x0040, 0xa040), b"CS", "CONTAINER");
    data.items((0x0040, 0xa043), vec![code("18748-4", "LN", "Diagnostic Imaging Report")]);
    data.text((0x0040, 0xa050), b"CS", "SEPARATE");
    data.text((0x0040, 0xa491), b"CS", "COMPLETE");
    data.text((0x0040, 0xa493), b"CS", "VERIFIED");
    data.items((0x0040, 0xa372), Vec::new());
    data
}

pub(super) fn presentation_data() -> DataSet {
    let mut data = bare(PRESENTATION, "PR");
    data.text((0x0070, 0x0080), b"CS", "ANNOTATED");
    data.text((0x0070, 0x0082), b"DA", "20200202");
    data.text((0x0070, 0x0083), b"TM", "101112");
    data.text((0x2050, 0x0020), b"CS", "IDENTITY");
    data
}

fn code(value: &str, scheme: &str, meaning: &str) -> DataSet {
    let mut item = DataSet::default();
    item.text((0x0008, 0x0100), b"SH", value);
    item.text((0x0008, 0x0102), b"SH", scheme);
    item.text((0x0008, 0x0104), b"LO", meaning);
    item
}

impl Sower {
    /// The content tree of a report (PS3.3 C.17.3) and who signed it.
    pub(super) fn report(&mut self) {
        let mut items = Vec::new();
        self.content(&Place::top(CONTENT), &mut items, 0);
        self.data().items(CONTENT, items);
        self.signatures();
        self.evidence();
    }

    fn content(&mut self, at: &Place, items: &mut Vec<DataSet>, depth: usize) {
        let name = Name::new(&mut self.rng, 4).pn();
        let item = self.content_item(items, "PNAME", code("121008", "DCM", "Person Observer Name"));
        item_text(item, self.charset, (0x0040, 0xa123), b"PN", &name);
        self.note_content(at, items, (0x0040, 0xa123), Action::TextRemoved, &name, NAME);

        let phrase = Phrase::new(&self.person, self.charset, &mut self.rng, 200);
        let item = self.content_item(items, "TEXT", code("121071", "DCM", "Finding"));
        item_text(item, self.charset, (0x0040, 0xa160), b"UT", &phrase.text);
        let place = at.item(items.len() - 1, PlaceName::Tag((0x0040, 0xa160)));
        for gone in &phrase.gone {
            self.note(&place, Action::TextRemoved, gone, NAME, ALL);
        }
        for kept in &phrase.kept {
            self.note(&place, Action::TextRetained, kept, DESCRIPTOR, WITH_CONTENT);
        }

        let (date, time, uid) = (self.new_date(), self.new_time(), self.new_uid());
        let item = self.content_item(items, "DATE", code("111060", "DCM", "Study Date"));
        item.text((0x0040, 0xa121), b"DA", &date);
        self.note_content(at, items, (0x0040, 0xa121), Action::DateShifted, &date, DATE);
        let item = self.content_item(items, "DATETIME", code("126201", "DCM", "Acquisition DateTime"));
        item.text((0x0040, 0xa120), b"DT", format!("{date}{time}"));
        self.note_content(at, items, (0x0040, 0xa120), Action::DateShifted, &date, DATE);
        let item = self.content_item(items, "UIDREF", code("110180", "DCM", "Study Instance UID"));
        item.text((0x0040, 0xa124), b"UI", &uid);
        self.note_content(at, items, (0x0040, 0xa124), Action::UidChanged, &uid, NUMBER);
        let id = self.person.id.clone();
        let item = self.content_item(items, "TEXT", code("121030", "DCM", "Subject ID"));
        item_text(item, self.charset, (0x0040, 0xa160), b"UT", &id);
        self.note_content(at, items, (0x0040, 0xa160), Action::TextRemoved, &id, RECORD);
        if depth < 2 {
            let mut inner = Vec::new();
            let below = at.item(items.len(), PlaceName::Tag(CONTENT));
            self.content(&below, &mut inner, depth + 1);
            let item = self.content_item(items, "CONTAINER", code("121070", "DCM", "Findings"));
            item.items(CONTENT, inner);
        }
    }

    fn content_item<'a>(
        &self,
        items: &'a mut Vec<DataSet>,
        value_type: &str,
        concept: DataSet,
    ) -> &'a mut DataSet {
        let mut item = DataSet::default();
        item.text((0x0040, 0xa010), b"CS", "CONTAINS");
        item.text((0x0040, 0xa040), b"CS", value_type);
        item.items((0x0040, 0xa043), vec![concept]);
        items.push(item);
        items.last_mut().expect("one has just been pushed")
    }

    /// Notes what must become of a value of the last item.
    fn note_content(
        &mut self,
        at: &Place,
        items: &[DataSet],
        tag: Tag,
        action: Action,
        expected: &str,
        code: Code,
    ) {
        self.note(&at.item(items.len() - 1, PlaceName::Tag(tag)), action, expected, code, ALL);
    }

    /// Verifying Observer Sequence.
    fn signatures(&mut self) {
        let tag = (0x0040, 0xa073);
        let (name, institution) = (self.person.reader.pn(), self.person.institution.clone());
        let mut item = DataSet::default();
        item_text(&mut item, self.charset, (0x0040, 0xa075), b"PN", &name);
        item_text(&mut item, self.charset, (0x0040, 0xa027), b"LO", &institution);
        let moment = self.new_date();
        item.text((0x0040, 0xa030), b"DT", format!("{moment}101112"));
        self.data().items(tag, vec![item]);
        let place = |tag: Tag| Place::top((0x0040, 0xa073)).item(0, PlaceName::Tag(tag));
        self.note(&place((0x0040, 0xa075)), Action::TextRemoved, &name, NAME, ALL);
        self.note(&place((0x0040, 0xa027)), Action::TextRemoved, &institution, PLACE, ALL);
        self.note(&place((0x0040, 0xa030)), Action::DateShifted, &moment, DATE, ALL);
    }

    /// Current Requested Procedure Evidence Sequence: a study, a series, an image.
    fn evidence(&mut self) {
        let tag = (0x0040, 0xa375);
        let (study, series, image) = (self.new_uid(), self.new_uid(), self.new_uid());
        let (mut top, mut middle, mut low) = (DataSet::default(), DataSet::default(), DataSet::default());
        low.text((0x0008, 0x1150), b"UI", "1.2.840.10008.5.1.4.1.1.2");
        low.text((0x0008, 0x1155), b"UI", &image);
        middle.text((0x0020, 0x000e), b"UI", &series);
        middle.items((0x0008, 0x1199), vec![low]);
        top.text((0x0020, 0x000d), b"UI", &study);
        top.items((0x0008, 0x1115), vec![middle]);
        self.data().items(tag, vec![top]);
        let at = Place::top(tag);
        self.note_uid(&at.item(0, PlaceName::Tag((0x0020, 0x000d))), &study, true);
        let at = at.item(0, PlaceName::Tag((0x0008, 0x1115)));
        self.note_uid(&at.item(0, PlaceName::Tag((0x0020, 0x000e))), &series, true);
        let at = at.item(0, PlaceName::Tag((0x0008, 0x1199)));
        self.note_uid(&at.item(0, PlaceName::Tag((0x0008, 0x1155))), &image, true);
    }

    /// Graphic Annotation Sequence with a name in a text object, and who made the presentation.
    pub(super) fn presentation(&mut self) {
        let name = format!("{} {}", self.person.given, self.person.family);
        let (creator, image, series) = (Name::new(&mut self.rng, 4).pn(), self.new_uid(), self.new_uid());
        self.gone((0x0070, 0x0084), b"PN", &creator, NAME);
        self.phrase((0x0070, 0x0081), b"LO");
        self.checks.retain(|check| check.tag != "(0070,0081)" || check.action == Action::TextRemoved);
        let mut text = DataSet::default();
        item_text(&mut text, self.charset, (0x0070, 0x0006), b"ST", &name);
        text.text((0x0070, 0x0003), b"CS", "PIXEL");
        text.fl((0x0070, 0x0014), &[4.0, 4.0]);
        text.text((0x0070, 0x0015), b"CS", "N");
        let mut annotation = DataSet::default();
        annotation.text((0x0070, 0x0002), b"CS", "LAYER1");
        annotation.items((0x0070, 0x0008), vec![text]);
        self.data().items((0x0070, 0x0001), vec![annotation]);
        let place = Place::top((0x0070, 0x0001)).item(0, PlaceName::Tag((0x0070, 0x0008)));
        self.note(&place.item(0, PlaceName::Tag((0x0070, 0x0006))), Action::TextRemoved, &name, NAME, ALL);
        let (mut referenced, mut of_series) = (DataSet::default(), DataSet::default());
        referenced.text((0x0008, 0x1150), b"UI", "1.2.840.10008.5.1.4.1.1.2");
        referenced.text((0x0008, 0x1155), b"UI", &image);
        of_series.text((0x0020, 0x000e), b"UI", &series);
        of_series.items((0x0008, 0x1140), vec![referenced]);
        self.data().items((0x0008, 0x1115), vec![of_series]);
        let at = Place::top((0x0008, 0x1115));
        self.note_uid(&at.item(0, PlaceName::Tag((0x0020, 0x000e))), &series, true);
        let at = at.item(0, PlaceName::Tag((0x0008, 0x1140)));
        self.note_uid(&at.item(0, PlaceName::Tag((0x0008, 0x1155))), &image, true);
    }
}
