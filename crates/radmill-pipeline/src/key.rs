use std::path::Path;

use radmill_deid::SiteKey;
use radmill_store::{DatasetRoots, create_secret_file, read_small_file};

use crate::JobError;

/// Opens a key file: the format and its version, so that a wrong file is told from a damaged one.
const KEY_PREFIX: &str = "radmill-site-key-1:";

/// Makes a new random site key and writes it to `path` (0600). Never replaces a file.
pub fn create_key_file(path: &Path) -> Result<(), JobError> {
    let mut secret = [0; 32];
    getrandom::fill(&mut secret)
        .map_err(|error| JobError::Key(format!("the system gives no random numbers: {error}")))?;
    let digits: String = secret.iter().map(|byte| format!("{byte:02x}")).collect();
    create_secret_file(path, &format!("{KEY_PREFIX}{digits}\n"))
        .map_err(|error| JobError::Key(error.to_string()))
}

/// The key from the named file, or the dataset's own, which is created on first use.
///
/// A dataset stays with the key it was begun with: another one would give every patient a second pseudonym.
/// `is_begun` says that there is something made with a key already.
pub(crate) fn load_key(
    roots: &DatasetRoots,
    named: Option<&Path>,
    is_begun: bool,
) -> Result<SiteKey, JobError> {
    let own = roots.site_key();
    let path = named.unwrap_or(&own);
    if named.is_none() && !own.exists() {
        if is_begun {
            return Err(JobError::Key(format!(
                "{} has contents but its site key is gone from {}; name the key with --key FILE, \
                 since a new one would give every patient a second pseudonym",
                roots.shown().display(),
                own.display()
            )));
        }
        // Another part of the job may have made it in this moment: then that is the one.
        create_key_file(&own).or_else(|error| if own.exists() { Ok(()) } else { Err(error) })?;
    }
    let key = read_key(path)?;
    check_same_key(roots, &key)?;
    Ok(key)
}

pub(crate) fn read_key(path: &Path) -> Result<SiteKey, JobError> {
    let text = read_small_file(path, 1024).map_err(|error| JobError::Key(error.to_string()))?;
    parse_key(&text).ok_or_else(|| {
        JobError::Key(format!("{} is not a site key; `radmill key new FILE` makes one", path.display()))
    })
}

fn parse_key(text: &str) -> Option<SiteKey> {
    let digits = text.trim_end().strip_prefix(KEY_PREFIX)?;
    if digits.len() != 64 || !digits.bytes().all(|digit| digit.is_ascii_hexdigit()) {
        return None;
    }
    let mut secret = [0; 32];
    for (byte, pair) in secret.iter_mut().zip(digits.as_bytes().chunks_exact(2)) {
        *byte = u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()?;
    }
    Some(SiteKey::from_bytes(secret))
}

/// Compares a keyed check value with the one of the first run. It says nothing about the key.
fn check_same_key(roots: &DatasetRoots, key: &SiteKey) -> Result<(), JobError> {
    let path = roots.private.join("site.key.check");
    let check = hex(&key.token("key-check", b""));
    if !path.exists() {
        match create_secret_file(&path, &check) {
            Err(_) if path.exists() => {}
            created => return created.map_err(|error| JobError::Key(error.to_string())),
        }
    }
    let expected = read_small_file(&path, 1024).map_err(|error| JobError::Key(error.to_string()))?;
    if expected.trim_end() == check {
        return Ok(());
    }
    Err(JobError::Key(
        "this is not the site key that the dataset was begun with; its patients would get second pseudonyms"
            .to_owned(),
    ))
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dataset_stays_with_its_key() {
        let folder = tempfile::tempdir().unwrap();
        let roots = DatasetRoots::new(&folder.path().join("set")).unwrap();
        roots.create().unwrap();
        let first = load_key(&roots, None, false).unwrap();
        let again = load_key(&roots, None, false).unwrap();
        assert_eq!(first.token("x", b"y"), again.token("x", b"y"));

        let other = folder.path().join("other.key");
        create_key_file(&other).unwrap();
        assert!(create_key_file(&other).is_err(), "a key is never replaced");
        assert!(load_key(&roots, Some(&other), false).is_err());

        std::fs::remove_file(roots.site_key()).unwrap();
        assert!(load_key(&roots, None, true).is_err(), "no second key for a dataset that exists");
    }

    #[test]
    fn wrong_key_files_are_refused() {
        for text in ["", "radmill-site-key-1:", "radmill-site-key-1:zz", &"0".repeat(64)] {
            assert!(parse_key(text).is_none(), "{text}");
        }
        assert!(parse_key(&format!("{KEY_PREFIX}{}\n", "0f".repeat(32))).is_some());
    }

    #[test]
    #[cfg(unix)]
    fn a_key_is_for_its_owner_alone() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("key");
        create_key_file(&path).unwrap();
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    }
}
