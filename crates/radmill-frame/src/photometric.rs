use std::fmt;

/// Photometric Interpretation (PS3.3 C.7.6.3.1.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Photometric {
    /// One sample; the lowest value is white.
    Monochrome1,
    /// One sample; the lowest value is black.
    Monochrome2,
    /// One sample: an index into the palette of the instance.
    PaletteColor,
    /// Three samples: red, green, blue.
    Rgb,
    /// Three samples: full-range YCbCr (ITU-R BT.601), one of each per pixel.
    YbrFull,
    /// As `YbrFull`, chroma halved horizontally.
    YbrFull422,
    /// Studio-range YCbCr, chroma halved horizontally (retired).
    YbrPartial422,
    /// Studio-range YCbCr, chroma halved both ways.
    YbrPartial420,
    /// Irreversible multi-component transform of JPEG 2000.
    YbrIct,
    /// Reversible multi-component transform of JPEG 2000.
    YbrRct,
    /// Colours of JPEG XL's own transform.
    Xyb,
}

impl Photometric {
    const TERMS: [(Photometric, &'static str); 11] = [
        (Photometric::Monochrome1, "MONOCHROME1"),
        (Photometric::Monochrome2, "MONOCHROME2"),
        (Photometric::PaletteColor, "PALETTE COLOR"),
        (Photometric::Rgb, "RGB"),
        (Photometric::YbrFull, "YBR_FULL"),
        (Photometric::YbrFull422, "YBR_FULL_422"),
        (Photometric::YbrPartial422, "YBR_PARTIAL_422"),
        (Photometric::YbrPartial420, "YBR_PARTIAL_420"),
        (Photometric::YbrIct, "YBR_ICT"),
        (Photometric::YbrRct, "YBR_RCT"),
        (Photometric::Xyb, "XYB"),
    ];

    /// The defined term of the standard, read without regard to case, blanks and underscores
    /// (`PALETTECOLOR` and `YBR FULL 422` are met in real files).
    pub fn from_term(term: &str) -> Option<Photometric> {
        let folded = fold(term);
        Self::TERMS.iter().find(|(_, known)| fold(known) == folded).map(|(photometric, _)| *photometric)
    }

    /// The defined term, such as `MONOCHROME2`.
    pub fn term(self) -> &'static str {
        Self::TERMS.iter().find(|(photometric, _)| *photometric == self).map_or("", |(_, term)| term)
    }

    /// 1 for grey and palette, 3 for colour.
    pub fn samples_per_pixel(self) -> u16 {
        match self {
            Photometric::Monochrome1 | Photometric::Monochrome2 | Photometric::PaletteColor => 1,
            _ => 3,
        }
    }
}

impl fmt::Display for Photometric {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.term())
    }
}

fn fold(term: &str) -> String {
    term.chars().filter(|c| c.is_ascii_alphanumeric()).map(|c| c.to_ascii_uppercase()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn terms_are_read_as_they_are_met() {
        for (term, expected) in [
            ("MONOCHROME2", Some(Photometric::Monochrome2)),
            ("PALETTE COLOR ", Some(Photometric::PaletteColor)),
            ("PALETTECOLOR", Some(Photometric::PaletteColor)),
            ("ybr_full_422", Some(Photometric::YbrFull422)),
            ("CMYK", None),
            ("", None),
        ] {
            assert_eq!(Photometric::from_term(term), expected, "{term:?}");
        }
    }

    #[test]
    fn every_term_reads_back() {
        for (photometric, term) in Photometric::TERMS {
            assert_eq!(Photometric::from_term(term), Some(photometric));
            assert_eq!(photometric.term(), term);
        }
    }
}
