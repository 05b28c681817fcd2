//! Encrypts to recipients, in the format `age-encryption.org/v1` with X25519 keys.
//!
//! Only writing, and only this kind of recipient: a page of format over primitives that the table's TLS brings along.
//! `docs/decisions/0007-our-own-age-writer.md` says why.

use std::io::{self, Write};
use std::path::Path;
use std::str::FromStr;

use aws_lc_rs::aead::{Aad, CHACHA20_POLY1305, LessSafeKey, Nonce, UnboundKey};
use aws_lc_rs::agreement::{EphemeralPrivateKey, UnparsedPublicKey, X25519, agree_ephemeral};
use aws_lc_rs::error::Unspecified;
use aws_lc_rs::rand::{SecureRandom, SystemRandom};
use aws_lc_rs::{hkdf, hmac};
use radmill_store::read_small_file;
use thiserror::Error;

use crate::JobError;

/// Plaintext bytes of a chunk of the payload.
const CHUNK_BYTES: usize = 64 << 10;

/// Whom a file is encrypted to: an X25519 public key, written `age1…`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recipient([u8; 32]);

/// The text is no recipient.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("not an age X25519 recipient: it has the form age1… with 62 characters, as age-keygen prints it")]
pub struct RecipientError;

impl FromStr for Recipient {
    type Err = RecipientError;

    fn from_str(text: &str) -> Result<Recipient, RecipientError> {
        let bytes = decode_bech32("age", text).ok_or(RecipientError)?;
        Ok(Recipient(bytes.try_into().map_err(|_| RecipientError)?))
    }
}

impl Recipient {
    /// The recipients of a file, one a line; empty lines and those that begin with `#` do not count.
    pub fn read_file(path: &Path) -> Result<Vec<Recipient>, JobError> {
        let wrong = |what: String| JobError::Key(format!("{}: {what}", path.display()));
        let text = read_small_file(path, 1 << 20).map_err(|error| JobError::Key(error.to_string()))?;
        let lines = (1..).zip(text.lines().map(str::trim));
        let recipients: Vec<Recipient> = lines
            .filter(|(_, line)| !line.is_empty() && !line.starts_with('#'))
            .map(|(number, line)| {
                line.parse().map_err(|error: RecipientError| wrong(format!("line {number}: {error}")))
            })
            .collect::<Result<_, JobError>>()?;
        // Nobody to encrypt to must not mean: in plain text.
        if recipients.is_empty() { Err(wrong("no recipient in it".to_owned())) } else { Ok(recipients) }
    }
}

/// Encrypts what is written to it; complete only after [`finish`](Encrypted::finish).
pub(super) struct Encrypted<W> {
    out: W,
    payload_key: LessSafeKey,
    n_chunks: u64,
    chunk: Vec<u8>,
}

impl<W: Write> Encrypted<W> {
    /// Writes the header.
    pub(super) fn new(mut out: W, recipients: &[Recipient]) -> io::Result<Encrypted<W>> {
        let (mut file_key, mut nonce) = ([0; 16], [0; 16]);
        let random = SystemRandom::new();
        random.fill(&mut file_key).and_then(|()| random.fill(&mut nonce)).map_err(failed)?;
        out.write_all(header(&random, &file_key, recipients).map_err(failed)?.as_bytes())?;
        out.write_all(&nonce)?;
        let payload_key = derive(&nonce, &file_key, b"payload").and_then(cipher).map_err(failed)?;
        Ok(Encrypted { out, payload_key, n_chunks: 0, chunk: Vec::with_capacity(CHUNK_BYTES) })
    }

    /// Writes the last chunk, by which a reader knows that nothing was cut off.
    pub(super) fn finish(mut self) -> io::Result<W> {
        self.write_chunk(true)?;
        Ok(self.out)
    }

    fn write_chunk(&mut self, is_last: bool) -> io::Result<()> {
        let mut nonce = [0; 12];
        nonce[3..11].copy_from_slice(&self.n_chunks.to_be_bytes());
        nonce[11] = u8::from(is_last);
        let nonce = Nonce::assume_unique_for_key(nonce);
        self.payload_key.seal_in_place_append_tag(nonce, Aad::empty(), &mut self.chunk).map_err(failed)?;
        self.out.write_all(&self.chunk)?;
        self.chunk.clear();
        self.n_chunks += 1;
        Ok(())
    }
}

impl<W: Write> Write for Encrypted<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        // A full chunk is written once more bytes come: only then is it not the last.
        if self.chunk.len() == CHUNK_BYTES && !bytes.is_empty() {
            self.write_chunk(false)?;
        }
        let n_taken = bytes.len().min(CHUNK_BYTES - self.chunk.len());
        self.chunk.extend_from_slice(&bytes[..n_taken]);
        Ok(n_taken)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// The file key, wrapped for each recipient, and an authentication code over all of it.
fn header(
    random: &SystemRandom,
    file_key: &[u8; 16],
    recipients: &[Recipient],
) -> Result<String, Unspecified> {
    let mut header = "age-encryption.org/v1\n".to_owned();
    for recipient in recipients {
        let (share, wrapped) = wrap(random, file_key, recipient)?;
        header += &format!("-> X25519 {}\n{}\n", base64(&share), base64(&wrapped));
    }
    header += "---";
    let key = hmac::Key::new(hmac::HMAC_SHA256, &derive(b"", file_key, b"header")?);
    let code = hmac::sign(&key, header.as_bytes());
    Ok(format!("{header} {}\n", base64(code.as_ref())))
}

/// An ephemeral public key, and the file key encrypted with what it shares with the recipient's.
fn wrap(
    random: &SystemRandom,
    file_key: &[u8; 16],
    recipient: &Recipient,
) -> Result<(Vec<u8>, Vec<u8>), Unspecified> {
    let secret = EphemeralPrivateKey::generate(&X25519, random)?;
    let share = secret.compute_public_key()?.as_ref().to_vec();
    let salt = [share.as_slice(), &recipient.0].concat();
    let key = agree_ephemeral(secret, UnparsedPublicKey::new(&X25519, recipient.0), Unspecified, |shared| {
        derive(&salt, shared, b"age-encryption.org/v1/X25519")
    })?;
    let mut wrapped = file_key.to_vec();
    // The key is used once.
    let nonce = Nonce::assume_unique_for_key([0; 12]);
    cipher(key)?.seal_in_place_append_tag(nonce, Aad::empty(), &mut wrapped)?;
    Ok((share, wrapped))
}

/// HKDF with SHA-256 (RFC 5869), 32 bytes.
fn derive(salt: &[u8], secret: &[u8], purpose: &[u8]) -> Result<[u8; 32], Unspecified> {
    let mut key = [0; 32];
    let salt = hkdf::Salt::new(hkdf::HKDF_SHA256, salt);
    salt.extract(secret).expand(&[purpose], hkdf::HKDF_SHA256)?.fill(&mut key)?;
    Ok(key)
}

fn cipher(key: [u8; 32]) -> Result<LessSafeKey, Unspecified> {
    Ok(LessSafeKey::new(UnboundKey::new(&CHACHA20_POLY1305, &key)?))
}

fn failed(_: Unspecified) -> io::Error {
    io::Error::other("encryption failed")
}

/// Base 64 without padding (RFC 4648, section 4).
fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for group in bytes.chunks(3) {
        let bits =
            group.iter().fold(0_u32, |bits, &byte| bits << 8 | u32::from(byte)) << (8 * (3 - group.len()));
        for digit in 0..=group.len() {
            text.push(char::from(DIGITS[(bits >> (18 - 6 * digit)) as usize & 63]));
        }
    }
    text
}

/// The bytes behind a Bech32 text (BIP 173, without its limit on length) with this prefix; `None` if it is none.
fn decode_bech32(prefix: &str, text: &str) -> Option<Vec<u8>> {
    const DIGITS: &[u8; 32] = b"qpzry9x8gf2tvdw0s3jn54khce6mua7l";
    const CHECKSUM_DIGITS: usize = 6;
    let digits = text.strip_prefix(prefix)?.strip_prefix('1')?;
    let value =
        |byte: u8| DIGITS.iter().position(|&digit| digit == byte).and_then(|at| u8::try_from(at).ok());
    let values = digits.bytes().map(value).collect::<Option<Vec<u8>>>()?;
    let expanded =
        prefix.bytes().map(|byte| byte >> 5).chain([0]).chain(prefix.bytes().map(|byte| byte & 31));
    if checksum(expanded.chain(values.iter().copied())) != 1 {
        return None;
    }
    let data = &values[..values.len().checked_sub(CHECKSUM_DIGITS)?];
    let (mut bits, mut n_bits, mut bytes) = (0_u32, 0, Vec::new());
    for &value in data {
        bits = (bits << 5 | u32::from(value)) & 0xFFF;
        n_bits += 5;
        if n_bits >= 8 {
            n_bits -= 8;
            bytes.push((bits >> n_bits) as u8);
        }
    }
    let is_padding_zero = n_bits < 5 && bits & ((1 << n_bits) - 1) == 0;
    is_padding_zero.then_some(bytes)
}

/// The remainder that the checksum makes 1 (BIP 173).
fn checksum(values: impl Iterator<Item = u8>) -> u32 {
    const GENERATOR: [u32; 5] = [0x3b6a_57b2, 0x2650_8e6d, 0x1ea1_19fa, 0x3d42_33dd, 0x2a14_62b3];
    values.fold(1, |check, value| {
        let top = check >> 25;
        let next = (check & 0x1ff_ffff) << 5 ^ u32::from(value);
        let picked = GENERATOR.iter().enumerate().filter(|(bit, _)| top >> bit & 1 == 1);
        picked.fold(next, |next, (_, generator)| next ^ generator)
    })
}

#[cfg(test)]
mod tests {
    use aws_lc_rs::agreement::{PrivateKey, agree};

    use super::*;

    fn unbase64(text: &str) -> Vec<u8> {
        let all: Vec<String> = (0..=255).map(|byte| base64(&[byte])).collect();
        // Slow and simple: digit by digit, over what the encoder gives.
        let digit = |c: char| all.iter().step_by(4).position(|two| two.starts_with(c)).unwrap() as u32;
        let digits: Vec<u32> = text.chars().map(digit).collect();
        let bits =
            |group: &[u32]| group.iter().fold(0, |bits, digit| bits << 6 | digit) << (6 * (4 - group.len()));
        let bytes = |group: &[u32]| bits(group).to_be_bytes()[1..group.len()].to_vec();
        digits.chunks(4).flat_map(bytes).collect()
    }

    /// What a recipient does: the format read, independently of how it is written.
    fn decrypt(file: &[u8], secret: &PrivateKey, recipient: &Recipient) -> Vec<u8> {
        let end = file.windows(5).position(|window| window == b"\n--- ").unwrap();
        let header = std::str::from_utf8(&file[..end]).unwrap();
        let code_end = end + 5 + file[end + 5..].iter().position(|&byte| byte == b'\n').unwrap();
        let code = unbase64(std::str::from_utf8(&file[end + 5..code_end]).unwrap());
        let lines: Vec<&str> = header.lines().skip(1).collect();
        let file_key = lines.chunks(2).find_map(|stanza| {
            let share = unbase64(stanza[0].strip_prefix("-> X25519 ").unwrap());
            let salt = [share.as_slice(), &recipient.0].concat();
            let peer = UnparsedPublicKey::new(&X25519, &share);
            let key = agree(secret, peer, Unspecified, |shared| {
                derive(&salt, shared, b"age-encryption.org/v1/X25519")
            });
            let mut wrapped = unbase64(stanza[1]);
            let nonce = Nonce::assume_unique_for_key([0; 12]);
            let opened = cipher(key.unwrap()).unwrap().open_in_place(nonce, Aad::empty(), &mut wrapped);
            opened.ok().map(|key| key.to_vec())
        });
        let file_key = file_key.unwrap();
        let mac = hmac::Key::new(hmac::HMAC_SHA256, &derive(b"", &file_key, b"header").unwrap());
        hmac::verify(&mac, &file[..end + 4], &code).unwrap();

        let (nonce, payload) = file[code_end + 1..].split_at(16);
        let key = cipher(derive(nonce, &file_key, b"payload").unwrap()).unwrap();
        let chunks: Vec<&[u8]> = payload.chunks(CHUNK_BYTES + 16).collect();
        let mut plain = Vec::new();
        for (index, chunk) in chunks.iter().enumerate() {
            let mut nonce = [0; 12];
            nonce[3..11].copy_from_slice(&(index as u64).to_be_bytes());
            nonce[11] = u8::from(index + 1 == chunks.len());
            let mut chunk = chunk.to_vec();
            let nonce = Nonce::assume_unique_for_key(nonce);
            plain.extend_from_slice(key.open_in_place(nonce, Aad::empty(), &mut chunk).unwrap());
        }
        plain
    }

    #[test]
    fn each_recipient_can_read_it_whatever_its_length() {
        let secrets: Vec<PrivateKey> = (0..2).map(|_| PrivateKey::generate(&X25519).unwrap()).collect();
        let recipients: Vec<Recipient> = secrets
            .iter()
            .map(|secret| Recipient(secret.compute_public_key().unwrap().as_ref().try_into().unwrap()))
            .collect();
        for length in [0, 1, CHUNK_BYTES - 1, CHUNK_BYTES, CHUNK_BYTES + 1, 3 * CHUNK_BYTES] {
            let plain: Vec<u8> = (0..length).map(|index| index as u8).collect();
            let mut encrypted = Encrypted::new(Vec::new(), &recipients).unwrap();
            for piece in plain.chunks(1000) {
                encrypted.write_all(piece).unwrap();
            }
            let file = encrypted.finish().unwrap();
            for (secret, recipient) in secrets.iter().zip(&recipients) {
                assert!(decrypt(&file, secret, recipient) == plain, "{length} bytes");
            }
        }
    }

    #[test]
    fn only_recipients_are_recipients() {
        let good = "age1y7tun0055utadexje4ejnpz9rwagc4hkqepu0cj5wj8kn5p7n5dqls63pk";
        assert!(good.parse::<Recipient>().is_ok());
        for wrong in [
            "",
            "age1",
            "age1qqqqqqqqqqq",
            "age1y7tun0055utadexje4ejnpz9rwagc4hkqepu0cj5wj8kn5p7n5dqls63pq",
            "AGE1Y7TUN0055UTADEXJE4EJNPZ9RWAGC4HKQEPU0CJ5WJ8KN5P7N5DQLS63PK",
            "AGE-SECRET-KEY-1QQPQYQSJJGMVR2JD",
            "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5",
        ] {
            assert_eq!(wrong.parse::<Recipient>(), Err(RecipientError), "{wrong}");
        }
    }
}
