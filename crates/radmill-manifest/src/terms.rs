//! Closed lists of defined terms. A Code String may hold any sixteen capitals, a name among them; what is not a
//! term of the standard does not pass into a row.

/// Modality (PS3.3 C.7.3.1.1.1), retired terms included; `None` if it is no defined term.
pub fn modality_term(value: &str) -> Option<&'static str> {
    term(&MODALITIES, value)
}

/// Patient Position (PS3.3 C.7.3.1.1.2).
pub(crate) fn patient_position(value: &str) -> Option<&'static str> {
    term(&PATIENT_POSITIONS, value)
}

/// View Position (PS3.3 C.8.1.1, C.8.11.5), with the mammographic views of CID 4014 by their usual abbreviations.
pub(crate) fn view_position(value: &str) -> Option<&'static str> {
    term(&VIEW_POSITIONS, value)
}

/// Patient Orientation (PS3.3 C.7.6.1.1.1): the directions of rows and of columns, of up to three letters each.
/// What is written for animals is left out.
pub(crate) fn patient_orientation(values: &[String]) -> Option<Vec<String>> {
    let is_direction = |value: &String| {
        let letters = value.as_bytes();
        let is_opposite = |pair: [u8; 2]| pair.iter().all(|letter| letters.contains(letter));
        let is_letter =
            |letter: &u8| b"APRLHF".contains(letter) && letters.iter().filter(|l| *l == letter).count() == 1;
        (1..=3).contains(&letters.len())
            && letters.iter().all(is_letter)
            && ![*b"AP", *b"RL", *b"HF"].into_iter().any(is_opposite)
    };
    (values.len() == 2 && values.iter().all(is_direction)).then(|| values.to_vec())
}

/// MR Acquisition Type (PS3.3 C.8.3.1).
pub(crate) fn mr_acquisition_type(value: &str) -> Option<&'static str> {
    term(&MR_ACQUISITION_TYPES, value)
}

/// Image Type (PS3.3 C.7.6.1.1.2 and the modules that add to it), with the usual terms of makers.
pub(crate) fn image_type(values: &[String]) -> Option<Vec<String>> {
    list(&IMAGE_TYPES, values)
}

/// Scanning Sequence (PS3.3 C.8.3.1).
pub(crate) fn scanning_sequence(values: &[String]) -> Option<Vec<String>> {
    list(&SCANNING_SEQUENCES, values)
}

/// Sequence Variant (PS3.3 C.8.3.1).
pub(crate) fn sequence_variant(values: &[String]) -> Option<Vec<String>> {
    list(&SEQUENCE_VARIANTS, values)
}

/// The maker that a Manufacturer (0008,0070) begins with, whatever its case, blanks and legal form; `OTHER` for what
/// is not on the list. The attribute is free text, and people who build objects put their own name there.
pub(crate) fn manufacturer(value: &str) -> Option<&'static str> {
    let letters = |text: &str| -> String {
        text.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_uppercase()).collect()
    };
    let value = letters(value);
    if value.is_empty() {
        return None;
    }
    let known = MANUFACTURERS.iter().find(|(beginning, _)| value.starts_with(&letters(beginning)));
    Some(known.map_or("OTHER", |(_, name)| name))
}

/// A name of a reconstruction kernel: short, without blanks, and with a digit in it or a word that kernels have.
/// Names of people have neither.
pub(crate) fn convolution_kernel(value: &str) -> Option<String> {
    const CHARS_MAX: usize = 16;
    let value = value.trim();
    let allowed = |c: char| c.is_ascii_alphanumeric() || "_+-./".contains(c);
    let is_short = !value.is_empty() && value.len() <= CHARS_MAX && value.chars().all(allowed);
    let has_digit = value.chars().any(|c| c.is_ascii_digit());
    let is_word = KERNEL_WORDS.iter().any(|word| word.eq_ignore_ascii_case(value));
    (is_short && (has_digit || is_word)).then(|| value.to_owned())
}

/// Places may have a meaning of their own, so a value that is not known becomes `OTHER`.
fn list(terms: &[&'static str], values: &[String]) -> Option<Vec<String>> {
    const VALUES_MAX: usize = 16;
    if values.is_empty() || values.len() > VALUES_MAX {
        return None;
    }
    let known = |value: &String| match value.trim() {
        "" => "",
        value => term(terms, value).unwrap_or("OTHER"),
    };
    Some(values.iter().map(|value| known(value).to_owned()).collect())
}

fn term(known: &[&'static str], value: &str) -> Option<&'static str> {
    let value = value.trim();
    known.iter().find(|term| term.eq_ignore_ascii_case(value)).copied()
}

const MODALITIES: [&str; 89] = [
    "ANN",
    "AR",
    "ASMT",
    "AU",
    "BDUS",
    "BI",
    "BMD",
    "CD",
    "CF",
    "CR",
    "CT",
    "CTPROTOCOL",
    "DD",
    "DF",
    "DG",
    "DM",
    "DMS",
    "DOC",
    "DS",
    "DX",
    "EC",
    "ECG",
    "EEG",
    "EMG",
    "EOG",
    "EPS",
    "ES",
    "FA",
    "FID",
    "FS",
    "GM",
    "HC",
    "HD",
    "IO",
    "IOL",
    "IVOCT",
    "IVUS",
    "KER",
    "KO",
    "LEN",
    "LP",
    "LS",
    "M3D",
    "MA",
    "MG",
    "MR",
    "NM",
    "OAM",
    "OCT",
    "OP",
    "OPM",
    "OPT",
    "OPTBSV",
    "OPTENF",
    "OPV",
    "OSS",
    "OT",
    "PLAN",
    "POS",
    "PR",
    "PT",
    "PX",
    "REG",
    "RESP",
    "RF",
    "RG",
    "RTDOSE",
    "RTIMAGE",
    "RTINTENT",
    "RTPLAN",
    "RTRAD",
    "RTRECORD",
    "RTSEGANN",
    "RTSTRUCT",
    "RWV",
    "SEG",
    "SM",
    "SMR",
    "SR",
    "SRF",
    "ST",
    "STAIN",
    "TEXTUREMAP",
    "TG",
    "US",
    "VA",
    "VF",
    "XA",
    "XC",
];

const PATIENT_POSITIONS: [&str; 25] = [
    "HFP", "HFS", "HFDR", "HFDL", "HFV", "HFI", "FFP", "FFS", "FFDR", "FFDL", "FFV", "FFI", "LFP", "LFS",
    "LFDR", "RFP", "RFS", "RFDR", "AFP", "AFS", "AFDR", "AFDL", "PFP", "PFS", "SITTING",
];

const VIEW_POSITIONS: [&str; 34] = [
    "AP", "PA", "LL", "RL", "RLD", "LLD", "RLO", "LLO", "LAO", "RAO", "LPO", "RPO", "LAT", "LATERAL", "OBL",
    "OBLIQUE", "AXIAL", "TAN", "CC", "MLO", "ML", "LM", "LMO", "XCC", "XCCL", "XCCM", "FB", "SIO", "ISO",
    "CV", "AT", "SPECIMEN", "NONE", "IO",
];

const MR_ACQUISITION_TYPES: [&str; 2] = ["2D", "3D"];

/// What the attribute begins with, and the name in the manifest. More special beginnings come first.
const MANUFACTURERS: [(&str, &str); 44] = [
    ("GE MEDICAL", "GE"),
    ("GE HEALTHCARE", "GE"),
    ("G.E. MEDICAL", "GE"),
    ("GE VINGMED", "GE"),
    ("GEMS", "GE"),
    ("GENERAL ELECTRIC", "GE"),
    ("IMATRON", "GE"),
    ("LUNAR", "GE"),
    ("SIEMENS", "SIEMENS"),
    ("ACUSON", "SIEMENS"),
    ("CTI", "SIEMENS"),
    ("PHILIPS", "PHILIPS"),
    ("ADAC", "PHILIPS"),
    ("ATL ", "PHILIPS"),
    ("MARCONI", "PHILIPS"),
    ("PICKER", "PHILIPS"),
    ("ELSCINT", "PHILIPS"),
    ("CANON", "CANON"),
    ("TOSHIBA", "TOSHIBA"),
    ("HITACHI", "HITACHI"),
    ("ALOKA", "HITACHI"),
    ("FUJI", "FUJIFILM"),
    ("SONOSITE", "FUJIFILM"),
    ("AGFA", "AGFA"),
    ("CARESTREAM", "CARESTREAM"),
    ("EASTMAN KODAK", "CARESTREAM"),
    ("KODAK", "CARESTREAM"),
    ("HOLOGIC", "HOLOGIC"),
    ("LORAD", "HOLOGIC"),
    ("KONICA", "KONICA MINOLTA"),
    ("SAMSUNG", "SAMSUNG"),
    ("MEDISON", "SAMSUNG"),
    ("SHIMADZU", "SHIMADZU"),
    ("UNITED IMAGING", "UNITED IMAGING"),
    ("UIH", "UNITED IMAGING"),
    ("NEUSOFT", "NEUSOFT"),
    ("MINDRAY", "MINDRAY"),
    ("ESAOTE", "ESAOTE"),
    ("BRUKER", "BRUKER"),
    ("VARIAN", "VARIAN"),
    ("ELEKTA", "ELEKTA"),
    ("HEIDELBERG ENGINEERING", "HEIDELBERG ENGINEERING"),
    ("CARL ZEISS", "CARL ZEISS"),
    ("SECTRA", "SECTRA"),
];

const KERNEL_WORDS: [&str; 18] = [
    "STANDARD", "STND", "SOFT", "SMOOTH", "SHARP", "SHARPER", "BONE", "BONEPLUS", "LUNG", "DETAIL", "EDGE",
    "CHEST", "BODY", "BRAIN", "HEAD", "YA", "YB", "YC",
];

const SCANNING_SEQUENCES: [&str; 5] = ["SE", "IR", "GR", "EP", "RM"];

const SEQUENCE_VARIANTS: [&str; 9] = ["SK", "MTC", "SS", "TRSS", "SP", "MP", "OSP", "TOF", "NONE"];

const IMAGE_TYPES: [&str; 139] = [
    // The first two places.
    "ORIGINAL",
    "DERIVED",
    "PRIMARY",
    "SECONDARY",
    "MIXED",
    // CT, PET and reconstructions.
    "AXIAL",
    "LOCALIZER",
    "CINE",
    "HELICAL",
    "DYNAMIC",
    "STATIC",
    "GATED",
    "WHOLE BODY",
    "TOMO",
    "GATED TOMO",
    "RECON TOMO",
    "RECON GATED TOMO",
    "EMISSION",
    "TRANSMISSION",
    "REST",
    "STRESS",
    "ATTENUATION",
    "REPROJECTION",
    "MPR",
    "MPR THICK",
    "MIP",
    "MAX_IP",
    "MIN_IP",
    "MINIP",
    "MEAN",
    "MEAN_IP",
    "MAXIMUM",
    "MINIMUM",
    "MEDIAN",
    "AVERAGE",
    "SUM",
    "STD_DEVIATION",
    "VOLUME",
    "VOLUME RENDER",
    "SURFACE RENDER",
    "REFORMATTED",
    "RESAMPLED",
    "CURVED",
    "CPR",
    "PROJECTION",
    "PROJECTION IMAGE",
    "FILTERED",
    "SUBTRACTION",
    "SUBTRACTED",
    "ADDITION",
    "RATIO",
    "PERFUSION",
    "ANGIO",
    "ANGIO_TIME",
    "CARDIAC",
    "CARDIAC_CASCORE",
    "CARDIAC_CTA",
    "CARDRESP_GATED",
    "ATTENUATION_MAP",
    "BONE",
    "CALCIUM",
    "CONTRAST",
    "PRE_CONTRAST",
    "POST_CONTRAST",
    "MONO_ENERGETIC",
    "DUAL_ENERGY",
    "VNC",
    "IODINE",
    "CT_SOM5 SPI",
    "CT_SOM5 SEQ",
    "CT_SOM5 TOP",
    "CT_SOM5 MPR",
    "CT_SOM5 MIP",
    "CT_SOM7 SPI",
    "CT_SOM7 TOP",
    "CSA 3D EDITOR",
    "CSA MPR",
    "CSA MIP",
    "CSAPARALLEL",
    "CSA RESAMPLED",
    // MR.
    "M",
    "P",
    "R",
    "I",
    "MAGNITUDE",
    "PHASE",
    "REAL",
    "IMAGINARY",
    "PHASE MAP",
    "FIELD_MAP",
    "VELOCITY",
    "FLOW_ENCODED",
    "NORM",
    "ND",
    "DIS2D",
    "DIS3D",
    "FM",
    "MFSPLIT",
    "MOSAIC",
    "SE",
    "FFE",
    "IR",
    "M_SE",
    "M_FFE",
    "M_IR",
    "ADC",
    "EADC",
    "TRACEW",
    "DIFFUSION",
    "FA",
    "FMRI",
    "ASL",
    "BOLD",
    "T1",
    "T2",
    "T2 STAR",
    "T2MAP",
    "T1MAP",
    "WATER",
    "FAT",
    "IN_PHASE",
    "OPP_PHASE",
    "PROTON_DENSITY",
    "SPECTROSCOPY",
    "TOF",
    "SUB",
    "SWI",
    "TTP",
    "RCBV",
    "MTT",
    // Projection radiography and ultrasound.
    "SINGLE PLANE",
    "BIPLANE A",
    "BIPLANE B",
    "SINGLE A",
    "SINGLE B",
    "TOMOSYNTHESIS",
    "GENERATED_2D",
    // What says that nothing more is known.
    "NONE",
    "OTHER",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_defined_terms_pass() {
        assert_eq!(modality_term("CT"), Some("CT"));
        assert_eq!(modality_term(" mr "), Some("MR"));
        assert_eq!(modality_term("SMITH"), None);
        assert_eq!(patient_position("HFS"), Some("HFS"));
        assert_eq!(patient_position("SMITH JOHN"), None);
        assert_eq!(view_position("MLO"), Some("MLO"));
        assert_eq!(mr_acquisition_type("3D"), Some("3D"));
        let values = ["ORIGINAL", "PRIMARY", "", "SMITH JOHN", "axial"].map(str::to_owned);
        assert_eq!(image_type(&values).unwrap(), ["ORIGINAL", "PRIMARY", "", "OTHER", "AXIAL"]);
        assert_eq!(image_type(&[]), None);
    }

    #[test]
    fn makers_by_what_their_names_begin_with() {
        for (value, expected) in [
            ("GE MEDICAL SYSTEMS", Some("GE")),
            ("G.E. Medical Systems", Some("GE")),
            ("Siemens Healthineers", Some("SIEMENS")),
            ("Philips Medical Systems, Inc.", Some("PHILIPS")),
            ("TOSHIBA_MEC", Some("TOSHIBA")),
            ("FUJI PHOTO FILM Co., ltd.", Some("FUJIFILM")),
            ("Gertrud Smith", Some("OTHER")),
            ("", None),
        ] {
            assert_eq!(manufacturer(value), expected, "{value}");
        }
    }

    #[test]
    fn kernels_are_no_names() {
        for (value, passes) in [
            ("B30f", true),
            ("FC51", true),
            ("STANDARD", true),
            ("Lung", true),
            ("Br40d/3", true),
            ("Smith", false),
            ("John Smith 1", false),
            ("", false),
        ] {
            assert_eq!(convolution_kernel(value).is_some(), passes, "{value}");
        }
    }

    #[test]
    fn patient_orientations() {
        let check = |values: &[&str], is_one: bool| {
            let values: Vec<String> = values.iter().map(|value| (*value).to_owned()).collect();
            assert_eq!(patient_orientation(&values), is_one.then(|| values.clone()), "{values:?}");
        };
        for (values, is_one) in [
            (&["L", "F"][..], true),
            (&["A", "FR"], true),
            (&["LPH", "F"], true),
            (&["L", ""], false),
            (&["L"], false),
            (&["LR", "F"], false),
            (&["LL", "F"], false),
            (&["DOE", "F"], false),
            (&["L", "F", "H"], false),
        ] {
            check(values, is_one);
        }
    }
}
