//! The protocol of Azure Blob Storage, as Azurite speaks it.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use super::{Protocol, elements, request};

pub(super) struct Azure;

/// The account that Azurite has, and its key, which is the same everywhere.
const ACCOUNT: &str = "devstoreaccount1";
const KEY: [u8; 64] = *b"\x11\xbc\xbc\xbd\xd3\x34\xdb\x13\x4e\x72\xa1\x65\xa9\x4c\x09\x3c\
    \xb9\x66\x12\xd9\x42\x0d\x72\x75\x39\x4c\xc5\x4f\x9d\x2e\x49\x16\
    \x7a\x20\x5b\x2e\x16\xad\x94\x54\x4a\xc2\xcf\x82\x3a\xb6\xaf\xca\
    \xd5\x26\x45\x3d\x33\xad\xaf\xf2\x81\x1c\x17\xa4\xb2\x81\x8c\x1b";

/// One request, signed with the key of the account. `query` has names and values, sorted by name.
fn signed(method: &str, path: &str, query: &[(&str, &str)], head: &[(&str, &str)], body: &[u8]) -> Vec<u8> {
    let mut head = head.to_vec();
    head.extend([("x-ms-date", "Thu, 01 Jan 2026 00:00:00 GMT"), ("x-ms-version", "2023-11-03")]);
    head.sort_unstable();
    let length = if body.is_empty() { String::new() } else { body.len().to_string() };
    let lines: String = head.iter().map(|(name, value)| format!("{name}:{value}\n")).collect();
    let parameters: String = query.iter().map(|(name, value)| format!("\n{name}:{value}")).collect();
    let text =
        format!("{method}\n\n\n{length}\n\n\n\n\n\n\n\n\n{lines}/{ACCOUNT}/{ACCOUNT}/{path}{parameters}");
    let mut digest = Hmac::<Sha256>::new_from_slice(&KEY).unwrap();
    digest.update(text.as_bytes());
    let signature = format!("SharedKey {ACCOUNT}:{}", base64(&digest.finalize().into_bytes()));
    head.push(("Authorization", &signature));
    let query: Vec<String> =
        query.iter().map(|(name, value)| format!("{name}={}", value.replace('=', "%3D"))).collect();
    request(method, &format!("/{ACCOUNT}/{path}?{}", query.join("&")), &head, body)
}

/// RFC 4648 section 4.
fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let letters = bytes.chunks(3).flat_map(|three| {
        let bits =
            three.iter().fold(0_u32, |bits, byte| bits << 8 | u32::from(*byte)) << (8 * (3 - three.len()));
        (0..4).map(move |at| match at <= three.len() {
            true => char::from(LETTERS[(bits >> (18 - 6 * at) & 63) as usize]),
            false => '=',
        })
    });
    letters.collect()
}

impl Protocol for Azure {
    fn scheme(&self) -> &'static str {
        "az"
    }

    fn script(&self) -> &'static str {
        "azure_server.sh"
    }

    fn credentials(&self, endpoint: &str) -> Vec<(&'static str, String)> {
        vec![
            ("AZURE_STORAGE_USE_EMULATOR", "true".to_owned()),
            ("AZURITE_BLOB_STORAGE_URL", format!("http://{endpoint}")),
        ]
    }

    fn create(&self, bucket: &str) {
        signed("PUT", bucket, &[("restype", "container")], &[], b"");
    }

    fn put(&self, bucket: &str, name: &str, bytes: &[u8]) {
        signed("PUT", &format!("{bucket}/{name}"), &[], &[("x-ms-blob-type", "BlockBlob")], bytes);
    }

    fn delete(&self, bucket: &str, name: &str) {
        signed("DELETE", &format!("{bucket}/{name}"), &[], &[], b"");
    }

    fn get(&self, bucket: &str, name: &str) -> Vec<u8> {
        signed("GET", &format!("{bucket}/{name}"), &[], &[], b"")
    }

    fn names(&self, bucket: &str) -> Vec<String> {
        let (mut names, mut marker) = (Vec::new(), String::new());
        loop {
            let mut query = vec![("comp", "list"), ("restype", "container")];
            if !marker.is_empty() {
                query.insert(1, ("marker", &marker));
            }
            let listed = String::from_utf8(signed("GET", bucket, &query, &[], b"")).unwrap();
            names.extend(elements(&listed, "Name").into_iter().map(str::to_owned));
            marker =
                elements(&listed, "NextMarker").first().map_or_else(String::new, |next| (*next).to_owned());
            if marker.is_empty() {
                return names;
            }
        }
    }
}
