//! CT images that are small enough to write down.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

type Elements = BTreeMap<(u16, u16), (&'static [u8; 2], Vec<u8>)>;

/// Rows and columns.
const SIDE: u16 = 16;

/// A square CT image. Patient and number tell its UIDs.
pub(crate) struct Slice<'a> {
    pub(crate) patient: u32,
    pub(crate) number: u16,
    pub(crate) image_type: &'a str,
    pub(crate) body_part: &'a str,
    pub(crate) position: &'a str,
    pub(crate) samples: Vec<u16>,
}

impl Default for Slice<'_> {
    fn default() -> Self {
        Slice {
            patient: 1,
            number: 1,
            image_type: "ORIGINAL\\PRIMARY\\AXIAL",
            body_part: "CHEST",
            position: "0\\0\\0",
            samples: (0..SIDE * SIDE).map(|sample| 1000 + sample).collect(),
        }
    }
}

/// Pixels that resemble those of no other seed.
pub(crate) fn noise(seed: u64) -> Vec<u16> {
    let mut state = seed;
    let mut next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        1000 + (state >> 55) as u16
    };
    (0..SIDE * SIDE).map(|_| next()).collect()
}

impl Slice<'_> {
    pub(crate) fn write(&self, folder: &Path) {
        let name = format!("{}-{:03}.dcm", self.patient, self.number);
        fs::create_dir_all(folder).unwrap();
        fs::write(folder.join(name), file(&self.elements())).unwrap();
    }

    fn elements(&self) -> Elements {
        let Slice { patient, number, image_type, body_part, position, samples } = self;
        let [study, series] = [1, 2].map(|level| format!("1.2.3.4.{level}.{patient}"));
        let uid = format!("1.2.3.4.5.{patient}.{number}");
        let [patient_name, patient_id, instance] =
            [format!("Slice^{patient}"), format!("P{patient}"), number.to_string()];
        let texts: [(u16, u16, &[u8; 2], &str); 19] = [
            (0x0008, 0x0008, b"CS", image_type),
            (0x0008, 0x0016, b"UI", "1.2.840.10008.5.1.4.1.1.2"),
            (0x0008, 0x0018, b"UI", &uid),
            (0x0008, 0x0060, b"CS", "CT"),
            (0x0010, 0x0010, b"PN", &patient_name),
            (0x0010, 0x0020, b"LO", &patient_id),
            (0x0018, 0x0015, b"CS", body_part),
            (0x0020, 0x000d, b"UI", &study),
            (0x0020, 0x000e, b"UI", &series),
            (0x0020, 0x0013, b"IS", &instance),
            (0x0020, 0x0032, b"DS", position),
            (0x0020, 0x0037, b"DS", "1\\0\\0\\0\\1\\0"),
            (0x0028, 0x0004, b"CS", "MONOCHROME2"),
            (0x0028, 0x0030, b"DS", "0.5\\0.5"),
            (0x0028, 0x0301, b"CS", "NO"),
            (0x0028, 0x1052, b"DS", "-1024"),
            (0x0028, 0x1053, b"DS", "1"),
            (0x0028, 0x1050, b"DS", "40"),
            (0x0028, 0x1051, b"DS", "400"),
        ];
        let numbers = [
            (0x0002, 1),
            (0x0010, SIDE),
            (0x0011, SIDE),
            (0x0100, 16),
            (0x0101, 16),
            (0x0102, 15),
            (0x0103, 0),
        ];
        let mut elements = BTreeMap::new();
        for (group, element, vr, text) in texts {
            let padding = if vr == b"UI" { "\0" } else { " " };
            let padded = if text.len() % 2 == 0 { text.to_owned() } else { format!("{text}{padding}") };
            elements.insert((group, element), (vr, padded.into_bytes()));
        }
        for (element, value) in numbers {
            elements.insert((0x0028, element), (b"US", u16::to_le_bytes(value).to_vec()));
        }
        let samples = samples.iter().flat_map(|sample| sample.to_le_bytes()).collect();
        elements.insert((0x7fe0, 0x0010), (b"OW", samples));
        elements
    }
}

/// The bytes of a file.
fn file(elements: &Elements) -> Vec<u8> {
    let mut file = vec![0; 128];
    file.extend(b"DICM");
    let syntax = b"1.2.840.10008.1.2.1\0";
    file.extend([2, 0, 0, 0]);
    file.extend(b"UL\x04\0");
    file.extend((8 + syntax.len() as u32).to_le_bytes());
    file.extend([2, 0, 0x10, 0]);
    file.extend(b"UI");
    file.extend((syntax.len() as u16).to_le_bytes());
    file.extend(syntax);
    for (&(group, element), &(vr, ref value)) in elements {
        file.extend(u16::to_le_bytes(group));
        file.extend(u16::to_le_bytes(element));
        file.extend(vr);
        if vr == b"OW" {
            file.extend([0, 0]);
            file.extend((value.len() as u32).to_le_bytes());
        } else {
            file.extend((value.len() as u16).to_le_bytes());
        }
        file.extend(value);
    }
    file
}
