//! Real World Value Mapping (PS3.3 C.7.6.16.2.11): from stored values to numbers with a unit, such as an ADC in mm²/s
//! or an SUV.
//!
//! It starts from stored values and is independent of the modality LUT and of windows: a CT may have both, in the same
//! or in different units. So it never changes samples; what it says about them goes along.

use dicom_dictionary_std::tags;

use crate::source::AttributeSource;
use crate::unit;

/// The mapping of a frame.
#[derive(Clone, Debug, PartialEq)]
pub struct RealWorldMapping {
    /// Slope and intercept: `real-world value = stored × slope + intercept`.
    /// `None` where a lookup table maps, and is not a straight line.
    pub linear: Option<[f64; 2]>,
    /// Stored values that are mapped, lowest and highest. The others have no real-world value.
    pub stored_range: [f64; 2],
    /// UCUM code of the unit, such as `mm2/s`; `None` if it is not one of those we know.
    pub unit: Option<String>,
}

/// What a mapping says about the samples of an image.
#[derive(Clone, Debug, PartialEq)]
pub struct RealWorldMeaning {
    /// Scale and offset: `real-world value = sample × scale + offset`.
    /// `None` where the mapping is a lookup table, or samples are not linear in stored values.
    pub scale_offset: Option<[f64; 2]>,
    /// Samples that are mapped, lowest and highest, both in the image's range; `None` exactly where `scale_offset` is,
    /// and where none is.
    pub sample_range: Option<[u16; 2]>,
    /// UCUM code of the unit.
    pub unit: Option<String>,
}

impl RealWorldMapping {
    /// What it says about samples, where `stored = sample × scale + offset`.
    pub(crate) fn of_samples(&self, stored: Option<[f64; 2]>) -> RealWorldMeaning {
        let unit = self.unit.clone();
        let (Some([slope, intercept]), Some([scale, offset])) = (self.linear, stored) else {
            return RealWorldMeaning { scale_offset: None, sample_range: None, unit };
        };
        let [low, high] = self.stored_range.map(|stored| (stored - offset) / scale);
        let is_some_mapped = low <= high && high >= 0.0 && low <= 65_535.0;
        // `as` saturates, which is the end of the image's range.
        let sample_range = is_some_mapped.then_some([low.ceil() as u16, high.floor() as u16]);
        let scale_offset = sample_range.map(|_| [slope * scale, intercept + slope * offset]);
        RealWorldMeaning { scale_offset, sample_range, unit }
    }
}

/// Items looked at: files have one or two, for different quantities or parts of the range.
const N_ITEMS_MAX: usize = 16;

/// The first mapping that is linear and has a unit we know, else the first that makes sense: of the functional groups,
/// else of the top level.
pub(crate) fn read<S: AttributeSource>(
    data: S,
    frame_index: u32,
    stored_is_signed: bool,
) -> Option<RealWorldMapping> {
    let sequence = tags::REAL_WORLD_VALUE_MAPPING_SEQUENCE;
    let of_frame = |index| data.functional_group_item(frame_index, sequence, index);
    let of_groups: Vec<S> = (0..N_ITEMS_MAX).map_while(of_frame).collect();
    let items = match of_groups.is_empty() {
        true => (0..N_ITEMS_MAX).map_while(|index| data.item(sequence, index)).collect(),
        false => of_groups,
    };
    let mappings: Vec<_> = items.into_iter().filter_map(|item| read_item(item, stored_is_signed)).collect();
    let best = mappings.iter().position(|mapping| mapping.linear.is_some() && mapping.unit.is_some());
    mappings.into_iter().nth(best.unwrap_or(0))
}

fn read_item<S: AttributeSource>(item: S, stored_is_signed: bool) -> Option<RealWorldMapping> {
    let stored_range = read_range(item, stored_is_signed)?;
    let unit_item = item.item(tags::MEASUREMENT_UNITS_CODE_SEQUENCE, 0);
    let unit = unit_item.and_then(|code| {
        let is_ucum = code.text(tags::CODING_SCHEME_DESIGNATOR).as_deref() == Some("UCUM");
        is_ucum.then(|| unit::known_ucum(&code.text(tags::CODE_VALUE)?)).flatten()
    });
    let slope = item.number(tags::REAL_WORLD_VALUE_SLOPE);
    let intercept = item.number(tags::REAL_WORLD_VALUE_INTERCEPT);
    if let (Some(slope), Some(intercept)) = (slope, intercept) {
        let linear = (slope != 0.0).then_some([slope, intercept])?;
        return Some(RealWorldMapping { linear: Some(linear), stored_range, unit });
    }
    let table = item.numbers(tags::REAL_WORLD_VALUE_LUT_DATA);
    let linear = (!table.is_empty()).then(|| straight_line(&table, stored_range[0]))?;
    Some(RealWorldMapping { linear, stored_range, unit })
}

/// First and last value mapped, as integers or in floating point.
fn read_range<S: AttributeSource>(item: S, stored_is_signed: bool) -> Option<[f64; 2]> {
    let integer = |tag| item.number(tag).map(|value| with_sign(value, stored_is_signed));
    let integers = [tags::REAL_WORLD_VALUE_FIRST_VALUE_MAPPED, tags::REAL_WORLD_VALUE_LAST_VALUE_MAPPED];
    let floats = [
        tags::DOUBLE_FLOAT_REAL_WORLD_VALUE_FIRST_VALUE_MAPPED,
        tags::DOUBLE_FLOAT_REAL_WORLD_VALUE_LAST_VALUE_MAPPED,
    ];
    let range = match integers.map(integer) {
        [Some(first), Some(last)] => [first, last],
        _ => [item.number(floats[0])?, item.number(floats[1])?],
    };
    (range[0] <= range[1]).then_some(range)
}

/// The VR of the range should follow Pixel Representation, but does not always: the 16 bits are what counts.
fn with_sign(value: f64, signed: bool) -> f64 {
    match signed {
        true if (32_768.0..=65_535.0).contains(&value) => value - 65_536.0,
        false if (-32_768.0..0.0).contains(&value) => value + 65_536.0,
        _ => value,
    }
}

/// Slope and intercept of a table whose entries lie on a line, apart from rounding; writers use tables for such too.
fn straight_line(table: &[f64], first: f64) -> Option<[f64; 2]> {
    let &[start, .., end] = table else { return None };
    let slope = (end - start) / (table.len() - 1) as f64;
    let tolerance = 1e-9 * start.abs().max(end.abs());
    let is_on_line =
        |(index, &entry): (usize, &f64)| (entry - (start + slope * index as f64)).abs() <= tolerance;
    let is_straight = slope != 0.0 && table.iter().enumerate().all(is_on_line);
    is_straight.then_some([slope, start - slope * first])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::fake::FakeDataSet;

    fn unit(code: &str) -> Vec<FakeDataSet> {
        let code =
            FakeDataSet::default().text(tags::CODE_VALUE, code).text(tags::CODING_SCHEME_DESIGNATOR, "UCUM");
        vec![code]
    }

    fn range(first: f64, last: f64) -> FakeDataSet {
        FakeDataSet::default()
            .numbers(tags::REAL_WORLD_VALUE_FIRST_VALUE_MAPPED, &[first])
            .numbers(tags::REAL_WORLD_VALUE_LAST_VALUE_MAPPED, &[last])
    }

    fn linear(slope: f64, intercept: f64, code: &str) -> FakeDataSet {
        range(0.0, 4095.0)
            .numbers(tags::REAL_WORLD_VALUE_SLOPE, &[slope])
            .numbers(tags::REAL_WORLD_VALUE_INTERCEPT, &[intercept])
            .items(tags::MEASUREMENT_UNITS_CODE_SEQUENCE, unit(code))
    }

    fn with(items: Vec<FakeDataSet>) -> FakeDataSet {
        FakeDataSet::default().items(tags::REAL_WORLD_VALUE_MAPPING_SEQUENCE, items)
    }

    fn check(data: &FakeDataSet, frame_index: u32, expected: Option<([f64; 2], Option<&str>)>) {
        let found = read(data, frame_index, false);
        let found = found.as_ref().map(|found| (found.linear.unwrap(), found.unit.as_deref()));
        assert_eq!(found, expected);
    }

    #[test]
    fn the_first_with_a_known_unit_of_the_frame_or_else_of_the_top_level() {
        check(&FakeDataSet::default(), 0, None);
        let odd = linear(2.0, 1.0, "smiths");
        check(&with(vec![odd.clone()]), 0, Some(([2.0, 1.0], None)));
        let both = with(vec![odd, linear(3.0, 0.0, "mm2/s")]);
        check(&both, 0, Some(([3.0, 0.0], Some("mm2/s"))));
        let groups = vec![FakeDataSet::default(), with(vec![linear(4.0, 0.0, "Bq/ml")])];
        let enhanced = both.items(tags::PER_FRAME_FUNCTIONAL_GROUPS_SEQUENCE, groups);
        check(&enhanced, 0, Some(([3.0, 0.0], Some("mm2/s"))));
        check(&enhanced, 1, Some(([4.0, 0.0], Some("Bq/ml"))));
        check(&with(vec![linear(0.0, 0.0, "1")]), 0, None);
    }

    #[test]
    fn tables_are_lines_or_not() {
        let table =
            |entries: &[f64]| with(vec![range(10.0, 12.0).numbers(tags::REAL_WORLD_VALUE_LUT_DATA, entries)]);
        check(&table(&[5.0, 7.0, 9.0]), 0, Some(([2.0, -15.0], None)));
        let curved = read(&table(&[5.0, 7.0, 10.0]), 0, false).unwrap();
        assert_eq!((curved.linear, curved.stored_range), (None, [10.0, 12.0]));
        check(&table(&[]), 0, None);
    }

    #[test]
    fn the_range_may_be_signed_or_floating() {
        let found = |data: &FakeDataSet, signed| read_range(data, signed);
        assert_eq!(found(&range(63_536.0, 100.0), true), Some([-2000.0, 100.0]));
        assert_eq!(found(&range(5.0, 1.0), true), None);
        let floats = FakeDataSet::default()
            .numbers(tags::DOUBLE_FLOAT_REAL_WORLD_VALUE_FIRST_VALUE_MAPPED, &[-0.5])
            .numbers(tags::DOUBLE_FLOAT_REAL_WORLD_VALUE_LAST_VALUE_MAPPED, &[0.5]);
        assert_eq!(found(&floats, false), Some([-0.5, 0.5]));
        assert_eq!(found(&FakeDataSet::default(), false), None);
    }

    #[test]
    fn samples_are_mapped_as_their_stored_values() {
        let mapping =
            RealWorldMapping { linear: Some([0.5, 1.0]), stored_range: [-100.0, 3000.5], unit: None };
        let meaning = mapping.of_samples(Some([1.0, -2048.0]));
        assert_eq!(meaning.scale_offset, Some([0.5, -1023.0]));
        assert_eq!(meaning.sample_range, Some([1948, 5048]));
        assert_eq!(mapping.of_samples(None).scale_offset, None);
        assert_eq!(mapping.of_samples(Some([1.0, -1e6])).sample_range, None);
    }
}
