//! UIDs as text within text.

/// Shorter runs of components are versions and section numbers. A UID made from a UUID has three components.
const LENGTH_MIN: usize = 10;
const N_COMPONENTS_MIN: usize = 3;

/// UIDs under this root are registered by DICOM and identify no patient (PS3.6 Annex A).
pub(crate) const REGISTERED: &str = "1.2.840.10008.";

/// Whether a value is specific enough to be searched everywhere.
pub(crate) fn is_searchable(uid: &str) -> bool {
    let n_components = uid.split('.').count();
    let is_specific =
        n_components > N_COMPONENTS_MIN || (n_components == N_COMPONENTS_MIN && uid.len() >= 2 * LENGTH_MIN);
    uid.len() >= LENGTH_MIN && is_specific && !is_registered(uid)
}

/// Whether DICOM registered the UID, well-known instances and frames of reference included.
pub(crate) fn is_registered(uid: &str) -> bool {
    uid.starts_with(REGISTERED) || uid == "1.2.840.10008"
}

/// Whether the UID was made from a UUID (PS3.5 B.2), as replacements are.
pub(crate) fn is_from_uuid(uid: &str) -> bool {
    uid.strip_prefix("2.25.")
        .is_some_and(|rest| !rest.is_empty() && rest.bytes().all(|byte| byte.is_ascii_digit()))
}

/// Every UID-like run of a text, and the shorter ones that it may have been made from by appending or prefixing
/// components.
pub(crate) fn candidates(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !(c.is_ascii_digit() || c == '.')).flat_map(|run| {
        let run = run.trim_matches('.');
        let ends: Vec<usize> = run.match_indices('.').map(|(at, _)| at).chain([run.len()]).collect();
        let starts: Vec<usize> =
            [0].into_iter().chain(run.match_indices('.').map(|(at, _)| at + 1)).collect();
        let is_long = run.len() >= LENGTH_MIN && ends.len() >= N_COMPONENTS_MIN && ends.len() <= 64;
        let mut parts = Vec::new();
        if is_long {
            for start in &starts {
                parts.extend(
                    ends.iter().filter(|end| **end >= start + LENGTH_MIN).map(|end| &run[*start..*end]),
                );
            }
        }
        parts
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn uids_are_found_within_text() {
        for text in
            ["see 1.2.826.0.1.3680043.5!", "x/1.2.826.0.1.3680043.5.dcm", "9.1.2.826.0.1.3680043.5.77"]
        {
            assert!(candidates(text).any(|uid| uid == "1.2.826.0.1.3680043.5"), "{text}");
        }
        assert_eq!(candidates("version 1.2.3.4").count(), 0);
    }
}
