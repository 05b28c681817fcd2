//! DICOM without images, and files that are no DICOM.

use sha2::{Digest, Sha256};

use super::{PIXEL_DATA, draft, rejected};
use crate::canary::{Canary, CanaryKind, hex};
use crate::data_set::DataSet;
use crate::file::SynthFile;
use crate::fixtures::FIXTURE_SEED;
use crate::key::{FileKey, Outcome};
use crate::text::Charset;

/// DICOM that is no image.
pub(super) fn other_objects(files: &mut Vec<SynthFile>) {
    let without_pixels = |name, about, class: &str, modality: &str| {
        let mut draft = draft(name, about, |_| {});
        draft.data.remove(PIXEL_DATA);
        draft.data.elements.retain(|element| element.tag.0 != 0x0028);
        draft.data.text((0x0008, 0x0016), b"UI", class);
        draft.data.text((0x0008, 0x0060), b"CS", modality);
        if let Some(meta) = &mut draft.meta {
            meta.text((0x0002, 0x0002), b"UI", class);
        }
        draft.key.modality = modality.to_owned();
        draft.key.category = String::new();
        (draft.key.n_frames, draft.key.rows, draft.key.columns) = (0, 0, 0);
        rejected(draft, &["no_pixel_data"])
    };
    let mut report =
        without_pixels("report.dcm", "structured report, no pixels", "1.2.840.10008.5.1.4.1.1.88.11", "SR");
    let mut text = DataSet::default();
    text.text((0x0040, 0xa010), b"CS", "CONTAINS");
    text.text((0x0040, 0xa040), b"CS", "TEXT");
    text.text((0x0040, 0xa160), b"UT", format!("Findings in {}", report.mint.word("report text")));
    report.data.items((0x0040, 0xa730), vec![text]);
    files.push(report.finish());
    let mut document =
        without_pixels("document.dcm", "encapsulated PDF", "1.2.840.10008.5.1.4.1.1.104.1", "DOC");
    document.data.text((0x0042, 0x0010), b"ST", document.mint.word("document title"));
    document.data.text((0x0042, 0x0012), b"LO", "application/pdf");
    let pdf = format!("%PDF-1.4\n% {}\n%%EOF\n", document.mint.word("document content"));
    document.data.bytes((0x0042, 0x0011), b"OB", pdf.into_bytes());
    files.push(document.finish());
    let mut directory = without_pixels("DICOMDIR", "a directory of other files", "1.2.840.10008.1.3.10", "");
    directory.data.remove((0x0008, 0x0060));
    let mut record = DataSet::default();
    record.ul((0x0004, 0x1400), &[0]);
    record.us((0x0004, 0x1410), &[0xffff]);
    record.ul((0x0004, 0x1420), &[0]);
    record.text((0x0004, 0x1430), b"CS", "PATIENT");
    record.text((0x0010, 0x0010), b"PN", directory.mint.word("directory patient"));
    directory.data.text((0x0004, 0x1130), b"CS", "DISC");
    directory.data.items((0x0004, 0x1220), vec![record]);
    directory.key.outcome = Outcome::Skipped;
    directory.key.reasons = vec!["dicomdir".to_owned()];
    files.push(directory.finish());
}

/// Files that are no DICOM at all, some with a name in them.
pub(super) fn no_dicom(files: &mut Vec<SynthFile>) {
    let mut skipped = |name: &str, about: &str, bytes: Vec<u8>, canary: Option<String>| {
        let canaries = canary.map(|text| Canary {
            text,
            kind: CanaryKind::Text,
            planted_at: vec!["content".to_owned()],
            bytes_hex: None,
        });
        let key = FileKey {
            path: format!("malformed/{name}"),
            sha256: hex(&Sha256::digest(&bytes)),
            about: about.to_owned(),
            outcome: Outcome::Skipped,
            reasons: vec!["not_dicom".to_owned()],
            category: String::new(),
            uncategorized_reason: String::new(),
            modality: String::new(),
            transfer_syntax: String::new(),
            character_set: String::new(),
            n_frames: 0,
            rows: 0,
            columns: 0,
            lossless: false,
            pixel_sha256: String::new(),
            hounsfield: Vec::new(),
            n_elements: 0,
            canaries: canaries.into_iter().collect(),
        };
        files.push(SynthFile { bytes, key });
    };
    let mut mint = crate::canary::Mint::new(FIXTURE_SEED, Charset::Ascii);
    skipped("empty.dcm", "no byte at all", Vec::new(), None);
    skipped("one_byte.dcm", "a single byte", vec![8], None);
    let note = mint.word("note");
    skipped(
        "notes.txt",
        "a text file",
        format!("Please call {note} about the scan.\n").into_bytes(),
        Some(note),
    );
    skipped("picture.dcm", "a PNG named .dcm", PNG.to_vec(), None);
    skipped("zeros.dcm", "200 zero bytes", vec![0; 200], None);
    let html = mint.word("web page");
    skipped(
        "index.html",
        "a web page",
        format!("<!doctype html><title>{html}</title>\n").into_bytes(),
        Some(html),
    );
}

/// A black pixel.
const PNG: [u8; 67] = [
    0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0x00, 0x00, 0x00, 0x0d, 0x49, 0x48, 0x44, 0x52, 0x00,
    0x00, 0x00, 0x01, 0x00, 0x00, 0x00, 0x01, 0x08, 0x00, 0x00, 0x00, 0x00, 0x3a, 0x7e, 0x9b, 0x55, 0x00,
    0x00, 0x00, 0x0a, 0x49, 0x44, 0x41, 0x54, 0x78, 0x9c, 0x63, 0x60, 0x00, 0x00, 0x00, 0x02, 0x00, 0x01,
    0x48, 0xaf, 0xa4, 0x71, 0x00, 0x00, 0x00, 0x00, 0x49, 0x45, 0x4e, 0x44, 0xae, 0x42, 0x60, 0x82,
];
