//! A site key has no default, and is not shown.

use radmill_deid::SiteKey;

fn default() -> SiteKey {
    SiteKey::default()
}

fn secret(key: &SiteKey) -> [u8; 32] {
    key.secret
}

fn main() {}
