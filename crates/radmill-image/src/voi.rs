use dicom_dictionary_std::tags;

use crate::source::AttributeSource;
use crate::{LookupTable, Modality, WindowPick, lut};

/// The values of interest that the file asks to show (PS3.3 C.11.2).
#[derive(Clone, Debug, PartialEq)]
pub enum Voi {
    /// An item of VOI LUT Sequence (0028,3010).
    Lut(LookupTable),
    /// A Window Center (0028,1050) and Window Width (0028,1051).
    Window {
        /// In modality units.
        center: f64,
        /// In modality units; at least 1 for `Linear`, above 0 for the others.
        width: f64,
        /// VOI LUT Function (0028,1056).
        function: WindowFunction,
    },
}

/// VOI LUT Function (0028,1056), PS3.3 C.11.2.1.2 and C.11.2.1.3.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum WindowFunction {
    /// LINEAR, and where none is given.
    Linear,
    /// LINEAR_EXACT.
    LinearExact,
    /// SIGMOID.
    Sigmoid,
}

/// Who asked for the window or VOI LUT that was applied.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum VoiSource {
    /// The file.
    Header,
    /// The pipeline file, for the category.
    Preset,
}

impl VoiSource {
    /// Stable code for the row.
    pub fn code(self) -> &'static str {
        match self {
            VoiSource::Header => "header",
            VoiSource::Preset => "preset",
        }
    }
}

/// How modality values became what is displayed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum VoiApplied {
    /// The VOI LUT of the file.
    Lut,
    /// A window of the file, or a preset.
    Window(WindowFunction),
    /// Nothing is asked for: the frame's smallest to largest value, without padding.
    FrameRange,
}

impl VoiApplied {
    /// Stable code for the row.
    pub fn code(self) -> &'static str {
        match self {
            VoiApplied::Lut => "lut",
            VoiApplied::Window(WindowFunction::Linear) => "linear",
            VoiApplied::Window(WindowFunction::LinearExact) => "linear_exact",
            VoiApplied::Window(WindowFunction::Sigmoid) => "sigmoid",
            VoiApplied::FrameRange => "frame_range",
        }
    }
}

impl WindowFunction {
    /// Where a modality value lies between the smallest output (0) and the largest (1).
    pub fn fraction(self, value: f64, center: f64, width: f64) -> f64 {
        match self {
            WindowFunction::Linear => {
                let (center, half) = (center - 0.5, (width - 1.0) / 2.0);
                ramp(value, center - half, center + half, (value - center) / (width - 1.0) + 0.5)
            }
            WindowFunction::LinearExact => {
                ramp(value, center - width / 2.0, center + width / 2.0, (value - center) / width + 0.5)
            }
            WindowFunction::Sigmoid => 1.0 / (1.0 + (-4.0 * (value - center) / width).exp()),
        }
    }
}

/// 0 up to and with `low`, 1 above `high`, `between` in between.
fn ramp(value: f64, low: f64, high: f64, between: f64) -> f64 {
    if value <= low {
        0.0
    } else if value > high {
        1.0
    } else {
        between.clamp(0.0, 1.0)
    }
}

/// What was read, and what was wrong and coped with.
pub(crate) struct VoiRead {
    pub(crate) voi: Option<Voi>,
    pub(crate) defects: Vec<&'static str>,
}

/// Frame VOI LUT (0028,9132) of the functional groups, else the top level; a VOI LUT before a window, as it is the more
/// specific of the two that the standard leaves to choice. What makes no sense is passed over with a defect:
/// it decides how values are shown, not what they are.
pub(crate) fn read<S: AttributeSource>(
    data: S,
    frame_index: u32,
    modality: &Modality,
    stored_is_signed: bool,
    pick: &WindowPick,
) -> VoiRead {
    let mut defects = Vec::new();
    let of_frame = data.functional_group(frame_index, tags::FRAME_VOILUT_SEQUENCE);
    for level in of_frame.into_iter().chain([data]) {
        let table = picked_table(level, pick);
        // A window that is picked by its explanation goes before a VOI LUT that is not.
        let is_picked_window =
            table.is_none_or(|(_, is_picked)| !is_picked) && has_picked_window(level, pick);
        if let Some((item, _)) = table.filter(|_| !is_picked_window) {
            let input_is_signed = modality.may_be_negative(stored_is_signed);
            match lut::read(item, [tags::LUT_DESCRIPTOR, tags::LUT_DATA], input_is_signed, "VOI LUT") {
                Ok(table) => return VoiRead { voi: Some(Voi::Lut(table)), defects },
                Err(_) => defects.push("voi_lut_invalid"),
            }
        }
        let voi = read_window(level, pick, &mut defects);
        if voi.is_some() {
            return VoiRead { voi, defects };
        }
    }
    VoiRead { voi: None, defects }
}

/// VOI LUTs looked at.
const N_TABLES_MAX: usize = 64;

/// The item of the VOI LUT Sequence that is picked, else the first one; and whether it was picked by its explanation.
fn picked_table<S: AttributeSource>(level: S, pick: &WindowPick) -> Option<(S, bool)> {
    let first = level.item(tags::VOILUT_SEQUENCE, 0)?;
    let items = (0..N_TABLES_MAX).map_while(|index| level.item(tags::VOILUT_SEQUENCE, index));
    let picked = match pick {
        WindowPick::First => None,
        WindowPick::Index(index) => {
            return Some((level.item(tags::VOILUT_SEQUENCE, *index).unwrap_or(first), false));
        }
        WindowPick::Explanation(part) => items
            .into_iter()
            .find(|item| item.text(tags::LUT_EXPLANATION).is_some_and(|text| has(&text, part))),
    };
    Some((picked.unwrap_or(first), picked.is_some()))
}

fn has_picked_window<S: AttributeSource>(level: S, pick: &WindowPick) -> bool {
    let WindowPick::Explanation(part) = pick else { return false };
    level.texts(tags::WINDOW_CENTER_WIDTH_EXPLANATION).iter().any(|text| has(text, part))
}

fn has(text: &str, part: &str) -> bool {
    text.to_lowercase().contains(&part.to_lowercase())
}

/// The window that is picked, or the first one if there is none such.
fn read_window<S: AttributeSource>(
    level: S,
    pick: &WindowPick,
    defects: &mut Vec<&'static str>,
) -> Option<Voi> {
    let (centers, widths) = (level.numbers(tags::WINDOW_CENTER), level.numbers(tags::WINDOW_WIDTH));
    let index = match pick {
        WindowPick::First => 0,
        WindowPick::Index(index) => *index,
        WindowPick::Explanation(part) => {
            let texts = level.texts(tags::WINDOW_CENTER_WIDTH_EXPLANATION);
            texts.iter().position(|text| has(text, part)).unwrap_or(0)
        }
    };
    let both = |index: usize| Some((*centers.get(index)?, *widths.get(index)?));
    let (center, width) = both(index).or_else(|| both(0))?;
    let mut function = match level.text(tags::VOILUT_FUNCTION).as_deref() {
        None | Some("LINEAR") => WindowFunction::Linear,
        Some("LINEAR_EXACT") => WindowFunction::LinearExact,
        Some("SIGMOID") => WindowFunction::Sigmoid,
        Some(_) => {
            defects.push("voi_lut_function_unknown");
            WindowFunction::Linear
        }
    };
    if width <= 0.0 {
        defects.push("window_width_not_positive");
        return None;
    }
    if function == WindowFunction::Linear && width < 1.0 {
        // Not allowed, but written for values that are small fractions, where LINEAR_EXACT is what is meant.
        defects.push("window_width_below_1");
        function = WindowFunction::LinearExact;
    }
    Some(Voi::Window { center, width, function })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::fake::FakeDataSet;
    use WindowFunction::{Linear, LinearExact, Sigmoid};

    fn check(function: WindowFunction, center: f64, width: f64, cases: &[(f64, f64)]) {
        for &(value, expected) in cases {
            let found = function.fraction(value, center, width);
            assert!(
                (found - expected).abs() < 1e-12,
                "{function:?} {center}/{width} {value}: {found} {expected}"
            );
        }
    }

    #[test]
    fn linear_follows_c_11_2_1_2_1() {
        // The examples of the standard's note: c=2048, w=4096 is 0 at 0 and 1 at 4095.
        let cases =
            [(-5.0, 0.0), (0.0, 0.0), (1.0, 1.0 / 4095.0), (2047.5, 0.5), (4095.0, 1.0), (5000.0, 1.0)];
        check(Linear, 2048.0, 4096.0, &cases);
        // c=2048, w=1 is 0 for x ≤ 2047 and 1 for x > 2047 (that is, from 2048 on).
        check(Linear, 2048.0, 1.0, &[(2047.0, 0.0), (2047.5, 0.0), (2047.6, 1.0), (2048.0, 1.0)]);
        // c=0, w=100 is 0 up to −50 and 1 above 49.
        check(Linear, 0.0, 100.0, &[(-50.0, 0.0), (-0.5, 0.5), (49.0, 1.0), (49.5, 1.0)]);
        // c=0, w=2.
        check(Linear, 0.0, 2.0, &[(-1.0, 0.0), (-0.5, 0.5), (0.0, 1.0)]);
    }

    #[test]
    fn linear_exact_follows_c_11_2_1_3_2() {
        check(LinearExact, 2048.0, 4096.0, &[(0.0, 0.0), (1.0, 1.0 / 4096.0), (2048.0, 0.5), (4096.0, 1.0)]);
        check(LinearExact, 2048.0, 1.0, &[(2047.5, 0.0), (2047.75, 0.25), (2048.5, 1.0), (2049.0, 1.0)]);
        check(LinearExact, 0.5, 0.5, &[(0.25, 0.0), (0.5, 0.5), (0.75, 1.0)]);
    }

    #[test]
    fn sigmoid_follows_c_11_2_1_3_1() {
        let e = std::f64::consts::E;
        let cases = [(100.0, 0.5), (150.0, 1.0 / (1.0 + e.powi(-2))), (50.0, 1.0 / (1.0 + e.powi(2)))];
        check(Sigmoid, 100.0, 100.0, &cases);
        check(Sigmoid, 0.0, 1.0, &[(-1e6, 0.0), (1e6, 1.0)]);
    }

    fn window(center: &[f64], width: &[f64], function: Option<&str>) -> FakeDataSet {
        let data =
            FakeDataSet::default().numbers(tags::WINDOW_CENTER, center).numbers(tags::WINDOW_WIDTH, width);
        function.map_or(data.clone(), |function| data.text(tags::VOILUT_FUNCTION, function))
    }

    fn check_read(data: FakeDataSet, expected: Option<(f64, f64, WindowFunction)>, defects: &[&str]) {
        let read = read(&data, 0, &Modality::Identity, false, &WindowPick::First);
        let expected = expected.map(|(center, width, function)| Voi::Window { center, width, function });
        assert_eq!(read.voi, expected);
        assert_eq!(read.defects, defects);
    }

    #[test]
    fn the_first_window_is_read() {
        check_read(FakeDataSet::default(), None, &[]);
        check_read(window(&[40.0, -600.0], &[400.0, 1500.0], None), Some((40.0, 400.0, Linear)), &[]);
        check_read(window(&[40.0], &[400.0], Some("SIGMOID")), Some((40.0, 400.0, Sigmoid)), &[]);
        check_read(window(&[40.0], &[0.5], Some("LINEAR_EXACT")), Some((40.0, 0.5, LinearExact)), &[]);
        let unknown = ["voi_lut_function_unknown"];
        check_read(window(&[40.0], &[400.0], Some("CUBIC")), Some((40.0, 400.0, Linear)), &unknown);
        let below_1 = ["window_width_below_1"];
        check_read(window(&[0.1], &[0.2], None), Some((0.1, 0.2, LinearExact)), &below_1);
        check_read(window(&[40.0], &[0.0], None), None, &["window_width_not_positive"]);
        check_read(window(&[40.0], &[-4.0], Some("SIGMOID")), None, &["window_width_not_positive"]);
        check_read(window(&[40.0], &[], None), None, &[]);
    }

    #[test]
    fn one_of_several_windows_is_picked() {
        let data = window(&[40.0, -600.0], &[400.0, 1500.0], None)
            .text(tags::WINDOW_CENTER_WIDTH_EXPLANATION, "SOFT TISSUE\\Lung");
        let check = |data: &FakeDataSet, pick, expected| {
            let read = read(data, 0, &Modality::Identity, false, &pick);
            let Some(Voi::Window { center, .. }) = read.voi else { panic!("a window") };
            assert_eq!(center, expected);
        };
        let explanation = |text: &str| WindowPick::Explanation(text.to_owned());
        check(&data, WindowPick::Index(1), -600.0);
        check(&data, WindowPick::Index(2), 40.0);
        check(&data, explanation("LUNG"), -600.0);
        check(&data, explanation("bone"), 40.0);
        let table = |first: u8, text| {
            FakeDataSet::default()
                .bytes(tags::LUT_DESCRIPTOR, &[1, 0, first, 0, 8, 0])
                .bytes(tags::LUT_DATA, &[9, 0])
                .text(tags::LUT_EXPLANATION, text)
        };
        let tables = data.items(tags::VOILUT_SEQUENCE, vec![table(1, "NORMAL"), table(2, "HARDER")]);
        let first_mapped = |pick| match read(&tables, 0, &Modality::Identity, false, &pick).voi {
            Some(Voi::Lut(table)) => table,
            other => panic!("{other:?}"),
        };
        let expected = |first| LookupTable::new(first, vec![9], 8).unwrap();
        assert_eq!(first_mapped(WindowPick::First), expected(1));
        assert_eq!(first_mapped(WindowPick::Index(1)), expected(2));
        assert_eq!(first_mapped(explanation("harder")), expected(2));
        check(&tables, explanation("lung"), -600.0);
    }

    #[test]
    fn a_voi_lut_goes_before_a_window_unless_it_is_broken() {
        let lut = FakeDataSet::default()
            .bytes(tags::LUT_DESCRIPTOR, &[2, 0, 0x00, 0xFC, 8, 0])
            .bytes(tags::LUT_DATA, &[0, 0, 255, 0]);
        let data = window(&[40.0], &[400.0], None);
        let both = data.clone().items(tags::VOILUT_SEQUENCE, vec![lut]);
        let broken = data.items(tags::VOILUT_SEQUENCE, vec![FakeDataSet::default()]);
        let hounsfield = Modality::Rescale { slope: 1.0, intercept: -1024.0 };
        let table = Voi::Lut(LookupTable::new(-1024, vec![0, 255], 8).unwrap());
        assert_eq!(read(&both, 0, &hounsfield, false, &WindowPick::First).voi, Some(table));
        check_read(broken, Some((40.0, 400.0, Linear)), &["voi_lut_invalid"]);
    }

    #[test]
    fn the_window_of_the_frame_goes_before_the_one_of_the_top_level() {
        let group =
            FakeDataSet::default().items(tags::FRAME_VOILUT_SEQUENCE, vec![window(&[1.0], &[2.0], None)]);
        let data =
            window(&[40.0], &[400.0], None).items(tags::PER_FRAME_FUNCTIONAL_GROUPS_SEQUENCE, vec![group]);
        check_read(data.clone(), Some((1.0, 2.0, Linear)), &[]);
        let second = read(&data, 1, &Modality::Identity, false, &WindowPick::First).voi;
        assert_eq!(second, Some(Voi::Window { center: 40.0, width: 400.0, function: Linear }));
    }
}
