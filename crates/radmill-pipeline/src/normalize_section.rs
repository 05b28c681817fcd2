use std::collections::BTreeMap;

use radmill_anatomy::Category;
use radmill_image::{Geometry, NormalizeOptions, Output, Resample, WindowChoice, WindowPick};
use serde::Deserialize;

use crate::defaults;

/// `[normalize]`
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct NormalizeSection {
    /// What pixel values stand for.
    pub output: OutputKind,
    /// Which values a display output shows.
    pub window: WindowSetting,
    /// Centre and width in Hounsfield units for categories; those not named have the built-in one, if there is one.
    pub presets: BTreeMap<String, [f64; 2]>,
    /// Pixels become square.
    pub square_pixels: bool,
    /// Pixels get this distance in mm.
    pub spacing_mm: Option<f64>,
    /// Longest side in pixels; larger images are made smaller. Left out: no image is resized.
    pub longest_side_max: Option<u32>,
    /// Exact width and height.
    pub size: Option<[u32; 2]>,
    /// What happens where the shape of a picture is not that of `size`.
    pub fit: Option<FitKind>,
}

/// What pixel values stand for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OutputKind {
    /// Linear in modality values, which the row's scale and offset restore.
    Values,
    /// As displayed, 8 bit.
    Display8,
    /// As displayed, 16 bit.
    Display16,
}

/// Which values a display output shows.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(
    untagged,
    expecting = "window must be \"header\", \"preset\", \"frame\", { index = 0 } or { explanation = \"text\" }"
)]
pub enum WindowSetting {
    /// By name.
    Named(WindowName),
    /// One of several windows of the file, from 0.
    Index(WindowIndex),
    /// One of several windows of the file, by its explanation.
    Explanation(WindowExplanation),
}

/// Which values a display output shows, by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum WindowName {
    /// What the file asks for, its first window.
    Header,
    /// The preset of the category, for Hounsfield units.
    Preset,
    /// The frame's smallest to largest value.
    Frame,
}

/// `{ index = 1 }`
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WindowIndex {
    /// From 0.
    pub index: usize,
}

/// `{ explanation = "lung" }`
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WindowExplanation {
    /// Text that the explanation has in it.
    pub explanation: String,
}

/// What happens where the shape of a picture is not that of `size`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FitKind {
    /// It fits in whole, and the rest is filled.
    Pad,
    /// It covers all, and what is over is cut off.
    Crop,
}

impl NormalizeSection {
    /// What serde cannot see.
    pub(crate) fn check(&self) -> Result<(), String> {
        let is_fine = |category: &str, [center, width]: [f64; 2]| {
            Category::from_name(category).is_some() && center.is_finite() && (1.0..=1e6).contains(&width)
        };
        if let Some((category, _)) =
            self.presets.iter().find(|(category, window)| !is_fine(category, **window))
        {
            return Err(format!(
                "normalize.presets.{category} must be [center, width] of a category such as CHEST, width at least 1"
            ));
        }
        if self.spacing_mm.is_some_and(|mm| !(1e-4..=1e3).contains(&mm)) {
            return Err("normalize.spacing_mm must be from 0.0001 to 1000".to_owned());
        }
        if self.longest_side_max == Some(0) {
            return Err("normalize.longest_side_max must be at least 1".to_owned());
        }
        if self.size.is_some_and(|sides| sides.iter().any(|side| !(1..=16_384).contains(side))) {
            return Err("normalize.size must be two numbers from 1 to 16384".to_owned());
        }
        let alternatives: [(bool, &str); 5] = [
            (self.square_pixels && self.spacing_mm.is_some(), "square_pixels and spacing_mm"),
            (self.longest_side_max.is_some() && self.size.is_some(), "longest_side_max and size"),
            (self.longest_side_max.is_some() && self.spacing_mm.is_some(), "longest_side_max and spacing_mm"),
            // With a spacing each axis is padded or cropped as it comes.
            (self.fit.is_some() && self.spacing_mm.is_some(), "fit and spacing_mm"),
            (self.fit.is_some() && self.size.is_none(), "fit without size"),
        ];
        match alternatives.into_iter().find(|(is_wrong, _)| *is_wrong) {
            Some((_, what)) => Err(format!("[normalize] cannot have {what}")),
            None => Ok(()),
        }
    }
}

impl From<&NormalizeSection> for NormalizeOptions {
    fn from(section: &NormalizeSection) -> NormalizeOptions {
        let mut presets = defaults::window_presets();
        presets.extend(section.presets.clone());
        let resample = match section.spacing_mm {
            Some(mm) => Resample::SpacingMm(mm),
            None if section.square_pixels => Resample::SquarePixels,
            None => Resample::Keep,
        };
        NormalizeOptions {
            output: section.output.into(),
            window: WindowChoice::from(&section.window),
            presets,
            geometry: Geometry {
                resample,
                longest_side_max: section.longest_side_max,
                size: section.size,
                crop: section.fit == Some(FitKind::Crop),
            },
        }
    }
}

impl From<&WindowSetting> for WindowChoice {
    fn from(setting: &WindowSetting) -> WindowChoice {
        match setting {
            WindowSetting::Named(WindowName::Header) => WindowChoice::Header(WindowPick::First),
            WindowSetting::Named(WindowName::Preset) => WindowChoice::Preset,
            WindowSetting::Named(WindowName::Frame) => WindowChoice::Frame,
            WindowSetting::Index(WindowIndex { index }) => WindowChoice::Header(WindowPick::Index(*index)),
            WindowSetting::Explanation(WindowExplanation { explanation }) => {
                WindowChoice::Header(WindowPick::Explanation(explanation.clone()))
            }
        }
    }
}

impl From<OutputKind> for Output {
    fn from(kind: OutputKind) -> Output {
        match kind {
            OutputKind::Values => Output::Values,
            OutputKind::Display8 => Output::Display8,
            OutputKind::Display16 => Output::Display16,
        }
    }
}

impl Default for NormalizeSection {
    fn default() -> Self {
        NormalizeSection {
            output: OutputKind::Values,
            window: WindowSetting::Named(WindowName::Header),
            presets: BTreeMap::new(),
            square_pixels: false,
            spacing_mm: None,
            longest_side_max: None,
            size: None,
            fit: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::PipelineFile;

    fn options(text: &str) -> NormalizeOptions {
        let file = PipelineFile::parse(&format!("version = 1\n[normalize]\n{text}"));
        NormalizeOptions::from(&file.unwrap_or_else(|error| panic!("{text}: {error}")).normalize)
    }

    #[test]
    fn every_key_has_its_effect() {
        let usual = options("");
        assert_eq!(usual.window, WindowChoice::Header(WindowPick::First));
        assert_eq!(usual.geometry.resample, Resample::Keep);
        let check = |text: &str, change: &dyn Fn(&mut NormalizeOptions)| {
            let mut expected = usual.clone();
            change(&mut expected);
            assert_eq!(options(text), expected, "{text}");
        };
        check("output = \"display16\"", &|o| o.output = Output::Display16);
        check("window = \"preset\"", &|o| o.window = WindowChoice::Preset);
        check("window = \"frame\"", &|o| o.window = WindowChoice::Frame);
        check("window = { index = 2 }", &|o| o.window = WindowChoice::Header(WindowPick::Index(2)));
        check("window = { explanation = \"LUNG\" }", &|o| {
            o.window = WindowChoice::Header(WindowPick::Explanation("LUNG".to_owned()));
        });
        check("square_pixels = true", &|o| o.geometry.resample = Resample::SquarePixels);
        check("spacing_mm = 0.5", &|o| o.geometry.resample = Resample::SpacingMm(0.5));
        check("spacing_mm = 1\nsize = [9, 8]", &|o| {
            (o.geometry.resample, o.geometry.size) = (Resample::SpacingMm(1.0), Some([9, 8]));
        });
        check("size = [64, 32]\nfit = \"crop\"", &|o| {
            (o.geometry.size, o.geometry.crop) = (Some([64, 32]), true);
        });
        check("longest_side_max = 5", &|o| o.geometry.longest_side_max = Some(5));
        check("[normalize.presets]\nCHEST = [40, 400]", &|o| {
            o.presets.insert("CHEST".to_owned(), [40.0, 400.0]);
        });
    }

    #[test]
    fn what_makes_no_sense_is_refused() {
        for (text, expected) in [
            ("window = \"lung\"", "window must be"),
            ("window = { index = -1 }", "window must be"),
            ("window = { index = 0, explanation = \"x\" }", "window must be"),
            ("fit = \"stretch\"", "unknown variant"),
            ("fit = \"pad\"", "fit without size"),
            ("size = [0, 5]", "normalize.size must be"),
            ("size = [99999, 5]", "normalize.size must be"),
            ("size = [5]", "line 3"),
            ("spacing_mm = 0.0", "normalize.spacing_mm must be"),
            ("spacing_mm = nan", "normalize.spacing_mm must be"),
            ("spacing_mm = 1.0\nsquare_pixels = true", "square_pixels and spacing_mm"),
            ("spacing_mm = 1.0\nlongest_side_max = 5", "longest_side_max and spacing_mm"),
            ("size = [5, 5]\nlongest_side_max = 5", "longest_side_max and size"),
            ("[normalize.presets]\nLUNG = [40, 400]", "normalize.presets.LUNG must be"),
            ("[normalize.presets]\nCHEST = [40, 0.5]", "normalize.presets.CHEST must be"),
        ] {
            let error = PipelineFile::parse(&format!("version = 1\n[normalize]\n{text}")).unwrap_err();
            assert!(error.contains(expected), "{text:?} gave {error:?}");
        }
    }

    #[test]
    fn presets_are_for_categories() {
        for (category, [_, width]) in defaults::window_presets() {
            assert!(Category::from_name(&category).is_some() && width >= 1.0, "{category}");
        }
    }
}
