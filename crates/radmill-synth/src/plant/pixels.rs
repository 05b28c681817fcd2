//! Text burned into pixels where it is known to stand: outside of the regions of an ultrasound image, and in the box
//! that one kind of dose report has.

use super::*;
use crate::data_set::Value;

const PIXEL_DATA: Tag = (0x7fe0, 0x0010);

/// A box of pixels: column, row, width, height, from 0.
type Box4 = [u32; 4];

impl Sower {
    /// Writes the patient's name above the only region of an ultrasound image, and says in the header where that is
    /// (Sequence of Ultrasound Regions, PS3.3 C.8.5.5).
    pub(super) fn burn_above_region(&mut self) {
        let Some((rows, columns)) = self.size() else { return };
        let top = rows / 4;
        let mut region = DataSet::default();
        region.us((0x0018, 0x6012), &[1]);
        region.us((0x0018, 0x6014), &[1]);
        region.ul((0x0018, 0x6016), &[0]);
        for (element, value) in [(0x6018, 2), (0x601a, top), (0x601c, columns - 3), (0x601e, rows - 3)] {
            region.ul((0x0018, element), &[value]);
        }
        region.us((0x0018, 0x6024), &[3]);
        region.us((0x0018, 0x6026), &[3]);
        region.fd((0x0018, 0x602c), &[0.05]);
        region.fd((0x0018, 0x602e), &[0.05]);
        self.data().items((0x0018, 0x6011), vec![region]);
        self.burn([2, 1, columns - 4, top.min(8)]);
    }

    /// A page of dose figures with the patient's name on top.
    pub(super) fn burn_dose_report(&mut self) {
        self.data().text((0x0008, 0x103e), b"LO", "Dose Report");
        self.data().text((0x0008, 0x0070), b"LO", "GE MEDICAL SYSTEMS");
        self.checks.retain(|check| check.tag != "(0008,103E)");
        self.burn([8, 8, 400, 16]);
    }

    fn size(&self) -> Option<(u32, u32)> {
        let number = |tag| {
            let bytes: [u8; 2] = self.file.data.value(tag)?.try_into().ok()?;
            Some(u32::from(u16::from_le_bytes(bytes)))
        };
        Some((number((0x0028, 0x0010))?, number((0x0028, 0x0011))?))
    }

    /// Draws the name's letters as strokes, black and white, and notes the box.
    fn burn(&mut self, region: Box4) {
        let name = format!("{} {}", self.person.pn(), self.person.id);
        let Some((rows, columns)) = self.size() else { return };
        let Some(element) = self.file.data.elements.iter_mut().find(|element| element.tag == PIXEL_DATA)
        else {
            return;
        };
        let Value::Bytes(bytes) = &mut element.value else { return };
        let per_pixel = bytes.len() / (rows * columns) as usize;
        let [left, top, width, height] = region;
        for (at, letter) in name.bytes().enumerate() {
            for bit in 0..6 {
                let x = at as u32 * 8 + bit;
                if x >= width {
                    continue;
                }
                let shown = if letter >> bit & 1 == 1 { 0x7f } else { 0 };
                for y in top..top + height {
                    let pixel = ((y * columns + left + x) as usize) * per_pixel;
                    bytes[pixel..pixel + per_pixel].fill(shown);
                }
            }
        }
        let check = Check { region: Some(region), ..self.gone_check(&name, NAME) };
        let tag = Place::top(PIXEL_DATA).to_string();
        self.checks.push(Check { tag, action: Action::PixelsHidden, ..check });
        // The strict policy sets such images aside.
        for check in self.checks.iter_mut().filter(|check| !check.action.passes_without_file()) {
            check.policies.retain(|policy| policy != "strict");
        }
    }
}
