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

/// MR Acquisition Type (PS3.3 C.8.3.1).
pub(crate) fn mr_acquisition_type(value: &str) -> Option<&'static str> {
    term(&MR_ACQUISITION_TYPES, value)
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
    }
}
