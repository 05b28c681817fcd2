//! Names of files and folders.

use crate::finding::Place;
use crate::probe::{Form, Probe};

/// Looks at the name of an output and of every folder between it and the root.
pub(crate) fn names(probe: &mut Probe<'_>, relative: &[String]) {
    let Some((file, folders)) = relative.split_last() else { return };
    let n_found_before = probe.n_found;
    for (level, folder) in folders.iter().enumerate() {
        probe.text(&Place::new("name", format!("folder, level {}", level + 1)), Form::FileName, folder);
    }
    probe.text(&Place::new("name", "file"), Form::FileName, file);
    // A name may be spread over folders: `Petersen/Jan/1.dcm`.
    if probe.n_found == n_found_before {
        probe.text(&Place::new("name", "path"), Form::FileName, &relative.join(" "));
    }
}
