//! What stands before the data set: preamble and file meta information (PS3.15 E.1.1, PS3.10 section 7).

use super::*;
use crate::canary::hex;

impl Sower {
    /// Plants into preamble and file meta; a bare data set has neither.
    pub(super) fn around(&mut self) {
        let name = format!("for {}, {}", self.person.given, self.person.family);
        let bytes = name.as_bytes();
        if let Some(preamble) = self.file.preamble.as_mut().filter(|_| bytes.len() <= 128) {
            *preamble = [0; 128];
            preamble[..bytes.len()].copy_from_slice(bytes);
            let check = self.gone_check(name.trim_start_matches("for "), NAME);
            self.checks.push(Check { tag: "preamble".to_owned(), ..check });
        }
        let instance =
            self.file.data.value((0x0008, 0x0018)).map(|uid| String::from_utf8_lossy(uid).into_owned());
        let (Some(uid), Some(_)) = (instance, self.file.meta.as_ref()) else { return };
        let (digits, information) =
            (self.new_digits(4), format!("{} {}", self.person.family, self.person.id));
        let family: String = self.person.family.chars().filter(char::is_ascii_alphabetic).take(8).collect();
        let title = format!("{family}_{digits}");
        let Some(meta) = &mut self.file.meta else { return };
        meta.text((0x0002, 0x0003), b"UI", &uid);
        meta.text((0x0002, 0x0016), b"AE", &title);
        meta.text((0x0002, 0x0100), b"UI", "2.25.1000");
        meta.bytes((0x0002, 0x0102), b"OB", information.as_bytes());
        self.note_uid(&Place::top((0x0002, 0x0003)), &uid, true);
        self.note(&Place::top((0x0002, 0x0016)), Action::TextRemoved, &title, REMOVED, ALL);
        self.note(&Place::top((0x0002, 0x0102)), Action::TextRemoved, &information, RECORD, ALL);
    }

    pub(super) fn gone_check(&mut self, text: &str, code: Code) -> Check {
        self.note(&Place::top((0, 0)), Action::TextRemoved, text, code, ALL);
        self.checks.pop().expect("one has just been noted")
    }

    /// Pixel data are as they were.
    pub(super) fn pixels_stay(&mut self) {
        if let Some(digest) = crate::score::pixel_digest(&self.file.data) {
            let place = Place::top((0x7fe0, 0x0010));
            self.note(&place, Action::PixelsRetained, &hex(&digest), PIXELS_KEPT, RESEARCH);
        }
    }
}
