use dicom_dictionary_std::tags;

use crate::source::AttributeSource;

/// Units that may stand in a row: the terms of Rescale Type and Modality LUT Type (PS3.3 C.11.1.1.2), of the Units of
/// PET images (PS3.3 C.8.9.1.1.3), and what MR makers write. Anything else is dropped: both attributes are free enough
/// to hold any text.
const KNOWN_UNITS: [&str; 29] = [
    "OD",
    "HU",
    "US",
    "MGML",
    "Z_EFF",
    "ED",
    "EDW",
    "HU_MOD",
    "PCT",
    "CNTS",
    "NONE",
    "CM2",
    "CM2ML",
    "PCNT",
    "CPS",
    "BQML",
    "MGMINML",
    "UMOLMINML",
    "MLMING",
    "MLG",
    "1CM",
    "UMOLML",
    "PROPCNTS",
    "PROPCPS",
    "MLMINML",
    "MLML",
    "GML",
    "STDDEV",
    "normalized",
];

/// UCUM codes that may stand in a row: those of DICOM's context groups for measured quantities (PS3.16 CID 7181, 7460
/// and near them). Others are dropped: annotations in braces may hold any text.
const KNOWN_UCUM: [&str; 47] = [
    "1",
    "%",
    "[hnsf'U]",
    "[ppm]",
    "ppm",
    "Hz",
    "s",
    "ms",
    "us",
    "/s",
    "s-1",
    "/min",
    "min",
    "mm",
    "cm",
    "m",
    "mm2",
    "cm2",
    "mm3",
    "cm3",
    "ml",
    "mm/s",
    "cm/s",
    "m/s",
    "mm2/s",
    "um2/s",
    "10-6.mm2/s",
    "10-3.mm2/s",
    "Bq/ml",
    "kBq/ml",
    "g/ml",
    "mg/ml",
    "g/cm3",
    "mmol/l",
    "umol/ml",
    "umol/min/ml",
    "ml/min/ml",
    "ml/g",
    "ml/(100.ml)",
    "ml/min/(100.ml)",
    "Gy",
    "kPa",
    "rad",
    "deg",
    "{counts}",
    "{SUVbw}g/ml",
    "{SUVlbm}g/ml",
];

/// The UCUM code, if it is one that we know. Case counts.
pub(crate) fn known_ucum(code: &str) -> Option<String> {
    KNOWN_UCUM.into_iter().find(|unit| *unit == code).map(str::to_owned)
}

const CT_IMAGE_STORAGE: &str = "1.2.840.10008.5.1.4.1.1.2";

/// The term, if it is one of the standard's.
pub(crate) fn known(term: &str) -> Option<String> {
    KNOWN_UNITS.into_iter().find(|unit| unit.eq_ignore_ascii_case(term)).map(str::to_owned)
}

/// What Rescale Slope and Intercept lead to where no Rescale Type is given: Hounsfield units for CT images
/// (PS3.3 C.8.2.1), Units (0054,1001) for PET.
pub(crate) fn implied<S: AttributeSource>(data: S) -> Option<String> {
    if data.text(tags::SOP_CLASS_UID).as_deref() == Some(CT_IMAGE_STORAGE) {
        return known("HU");
    }
    data.text(tags::UNITS).and_then(|term| known(&term))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::fake::FakeDataSet;

    #[test]
    fn only_terms_of_the_standard_pass() {
        for (term, expected) in [
            ("HU", Some("HU")),
            ("hu", Some("HU")),
            ("BQML", Some("BQML")),
            ("normalized", Some("normalized")),
            ("SMITH", None),
            ("", None),
        ] {
            assert_eq!(known(term).as_deref(), expected, "{term:?}");
        }
    }

    #[test]
    fn ct_implies_hounsfield_units_and_pet_says_its_own() {
        let ct = FakeDataSet::default().text(tags::SOP_CLASS_UID, CT_IMAGE_STORAGE);
        let pet = FakeDataSet::default().text(tags::UNITS, "BQML");
        assert_eq!(implied(&ct).as_deref(), Some("HU"));
        assert_eq!(implied(&pet).as_deref(), Some("BQML"));
        assert_eq!(implied(&FakeDataSet::default()), None);
    }
}
