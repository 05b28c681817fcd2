use dicom_dictionary_std::tags;

use crate::source::AttributeSource;
use crate::{ImageError, LookupTable, lut, unit};

/// From stored values to modality values (PS3.3 C.11.1).
#[derive(Clone, Debug, PartialEq)]
pub enum Modality {
    /// Nothing is declared: stored values are modality values.
    Identity,
    /// Rescale Slope (0028,1053), not 0, and Rescale Intercept (0028,1052).
    Rescale {
        /// Modality units per stored unit.
        slope: f64,
        /// Modality value of stored value 0.
        intercept: f64,
    },
    /// Modality LUT Sequence (0028,3000): entries are modality values.
    Lut(LookupTable),
}

impl Modality {
    /// The modality value of a stored value.
    pub fn value(&self, stored: f64) -> f64 {
        match self {
            Modality::Identity => stored,
            Modality::Rescale { slope, intercept } => stored * slope + intercept,
            Modality::Lut(table) => f64::from(table.entry(stored)),
        }
    }

    /// Larger stored values have smaller modality values: of a table, judged by its ends.
    pub(crate) fn turns_around(&self) -> bool {
        match self {
            Modality::Identity => false,
            Modality::Rescale { slope, .. } => *slope < 0.0,
            Modality::Lut(table) => table.entries().first() > table.entries().last(),
        }
    }

    /// Modality values may be below 0, given the sign of the stored values.
    pub(crate) fn may_be_negative(&self, stored_is_signed: bool) -> bool {
        match self {
            Modality::Identity => stored_is_signed,
            Modality::Rescale { slope, intercept } => stored_is_signed || *slope < 0.0 || *intercept < 0.0,
            Modality::Lut(_) => false,
        }
    }
}

/// What was read: the transformation, the unit it leads to, and what was wrong and coped with.
pub(crate) struct ModalityRead {
    pub(crate) modality: Modality,
    pub(crate) unit: Option<String>,
    pub(crate) defect: Option<&'static str>,
}

/// Pixel Value Transformation (0028,9145) of the functional groups, else Modality LUT Sequence, else Rescale.
pub(crate) fn read<S: AttributeSource>(
    data: S,
    frame_index: u32,
    stored_is_signed: bool,
) -> Result<ModalityRead, ImageError> {
    let of_frame = data.functional_group(frame_index, tags::PIXEL_VALUE_TRANSFORMATION_SEQUENCE);
    if let Some(read) = of_frame.and_then(|group| read_rescale(group, data)) {
        return Ok(read);
    }
    if let Some(item) = data.item(tags::MODALITY_LUT_SEQUENCE, 0) {
        let attributes = [tags::LUT_DESCRIPTOR, tags::LUT_DATA];
        let table = lut::read(
            item,
            attributes,
            stored_is_signed,
            "the modality LUT is incomplete or makes no sense",
        )?;
        let unit = item.text(tags::MODALITY_LUT_TYPE).and_then(|term| unit::known(&term));
        return Ok(ModalityRead { modality: Modality::Lut(table), unit, defect: None });
    }
    let nothing = ModalityRead { modality: Modality::Identity, unit: None, defect: None };
    Ok(read_rescale(data, data).unwrap_or(nothing))
}

/// Slope and intercept at one level; one of them alone is met in real files, the other is then 1 or 0.
fn read_rescale<S: AttributeSource>(level: S, top: S) -> Option<ModalityRead> {
    let slope = level.number(tags::RESCALE_SLOPE);
    let intercept = level.number(tags::RESCALE_INTERCEPT);
    if slope.is_none() && intercept.is_none() {
        return None;
    }
    if slope == Some(0.0) {
        // Would make every pixel the same; such files are made by writers that have no slope to tell.
        let defect = Some("rescale_slope_zero");
        return Some(ModalityRead { modality: Modality::Identity, unit: None, defect });
    }
    let modality = Modality::Rescale { slope: slope.unwrap_or(1.0), intercept: intercept.unwrap_or(0.0) };
    let unit = match level.text(tags::RESCALE_TYPE) {
        Some(term) => unit::known(&term),
        None => unit::implied(top),
    };
    Some(ModalityRead { modality, unit, defect: None })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::fake::FakeDataSet;

    fn rescale(slope: f64, intercept: f64, unit: &str) -> FakeDataSet {
        FakeDataSet::default()
            .numbers(tags::RESCALE_SLOPE, &[slope])
            .numbers(tags::RESCALE_INTERCEPT, &[intercept])
            .text(tags::RESCALE_TYPE, unit)
    }

    fn groups(item: FakeDataSet) -> FakeDataSet {
        FakeDataSet::default().items(tags::PIXEL_VALUE_TRANSFORMATION_SEQUENCE, vec![item])
    }

    fn lut_item() -> FakeDataSet {
        FakeDataSet::default()
            .bytes(tags::LUT_DESCRIPTOR, &[2, 0, 0, 0, 16, 0])
            .bytes(tags::LUT_DATA, &[5, 0, 6, 0])
            .text(tags::MODALITY_LUT_TYPE, "OD")
    }

    fn check(data: FakeDataSet, frame_index: u32, modality: Modality, unit: Option<&str>) {
        let read = read(&data, frame_index, false).unwrap();
        assert_eq!((read.modality, read.unit.as_deref()), (modality, unit));
    }

    #[test]
    fn functional_groups_then_lut_then_rescale() {
        let lut = Modality::Lut(LookupTable::new(0, vec![5, 6], 16).unwrap());
        let top = rescale(2.0, -1.0, "HU");
        let with_lut = top.clone().items(tags::MODALITY_LUT_SEQUENCE, vec![lut_item()]);
        let per_frame = vec![FakeDataSet::default(), groups(rescale(4.0, 0.0, "US"))];
        let enhanced = with_lut
            .clone()
            .items(tags::SHARED_FUNCTIONAL_GROUPS_SEQUENCE, vec![groups(rescale(3.0, 0.0, "PCT"))])
            .items(tags::PER_FRAME_FUNCTIONAL_GROUPS_SEQUENCE, per_frame);

        check(FakeDataSet::default(), 0, Modality::Identity, None);
        check(top, 0, Modality::Rescale { slope: 2.0, intercept: -1.0 }, Some("HU"));
        check(with_lut, 0, lut, Some("OD"));
        check(enhanced.clone(), 0, Modality::Rescale { slope: 3.0, intercept: 0.0 }, Some("PCT"));
        check(enhanced, 1, Modality::Rescale { slope: 4.0, intercept: 0.0 }, Some("US"));
    }

    #[test]
    fn defects_are_coped_with_or_refused() {
        let lone_intercept = FakeDataSet::default().numbers(tags::RESCALE_INTERCEPT, &[-1024.0]);
        check(lone_intercept, 0, Modality::Rescale { slope: 1.0, intercept: -1024.0 }, None);

        let zero = read(&rescale(0.0, 5.0, "HU"), 0, false).unwrap();
        assert_eq!(
            (zero.modality, zero.unit, zero.defect),
            (Modality::Identity, None, Some("rescale_slope_zero"))
        );

        let broken = FakeDataSet::default().items(tags::MODALITY_LUT_SEQUENCE, vec![FakeDataSet::default()]);
        assert!(read(&broken, 0, false).is_err());
    }
}
