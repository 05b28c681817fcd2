use std::fmt;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// Keeps this use of the site key apart from any other; part of the promise that results never change.
const CONTEXT: &[u8] = b"radmill-deid/1";

/// The secret of a site, from which all pseudonyms, UIDs and date offsets are derived. No default, never printed.
#[derive(Clone)]
pub struct SiteKey {
    /// Begun with the secret and the context, as every token is.
    secret: Hmac<Sha256>,
}

impl SiteKey {
    /// A key from 32 random bytes.
    pub fn from_bytes(secret: [u8; 32]) -> SiteKey {
        let mut secret = Hmac::new_from_slice(&secret).expect("HMAC takes a key of any length");
        secret.update(CONTEXT);
        SiteKey { secret }
    }

    /// HMAC-SHA256 of (kind, value) under this key, cut to 128 bits.
    ///
    /// The message is `radmill-deid/1`, the length of `kind` in bytes (64 bits, big-endian), `kind`, `value`:
    /// no two different pairs give the same message.
    pub fn token(&self, kind: &str, value: &[u8]) -> [u8; 16] {
        let mut mac = self.secret.clone();
        mac.update(&(kind.len() as u64).to_be_bytes());
        mac.update(kind.as_bytes());
        mac.update(value);
        let digest: [u8; 32] = mac.finalize().into_bytes().into();
        let (token, _) = digest.split_first_chunk::<16>().expect("32 bytes hold 16");
        *token
    }
}

/// Never the secret.
impl fmt::Debug for SiteKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SiteKey")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn token_is_hmac_sha256_of_the_framed_message() {
        // Computed with Python's hmac module: a golden, because a change would orphan every earlier data set.
        let key = SiteKey::from_bytes([7; 32]);
        let hex: String = key.token("uid", b"1.2.3").iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(hex, "789a9efc1057d1a68b294faa2aa1caf1");
    }

    #[test]
    fn kind_and_value_do_not_run_together() {
        let key = SiteKey::from_bytes([7; 32]);
        assert_ne!(key.token("a", b"bc"), key.token("ab", b"c"));
        assert_ne!(key.token("", b"abc"), key.token("abc", b""));
        assert_ne!(key.token("a", b"b"), SiteKey::from_bytes([8; 32]).token("a", b"b"));
    }

    /// The twin of what `boundary` shows not to compile elsewhere.
    #[test]
    fn in_this_module_the_secret_is_open() {
        fn secret(key: &SiteKey) -> usize {
            size_of_val(&key.secret)
        }
        assert!(secret(&SiteKey::from_bytes([7; 32])) > 0);
    }

    #[test]
    fn debug_does_not_show_the_secret() {
        assert_eq!(format!("{:?}", SiteKey::from_bytes([7; 32])), "SiteKey");
    }
}
