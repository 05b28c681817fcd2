//! Makes archives, right ones and wrong ones.
#![allow(dead_code, reason = "each test file uses its own part of this")]
#![allow(clippy::unwrap_used, clippy::cast_possible_truncation, reason = "this is test code")]

use std::io::Write;

use flate2::Compression;
use flate2::write::{DeflateEncoder, GzEncoder};

pub(crate) const STORED: u16 = 0;
pub(crate) const DEFLATED: u16 = 8;
pub(crate) const ZSTD: u16 = 93;

pub(crate) fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

pub(crate) fn zstd(bytes: &[u8]) -> Vec<u8> {
    zstd::encode_all(bytes, 1).unwrap()
}

fn deflated(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// An entry of a zip archive, as its directory has it.
#[derive(Clone)]
pub(crate) struct Entry {
    pub(crate) name: Vec<u8>,
    pub(crate) flags: u16,
    pub(crate) method: u16,
    pub(crate) crc: u32,
    pub(crate) stored_bytes: u32,
    pub(crate) bytes: u32,
    pub(crate) unix_mode: u16,
    pub(crate) header: u32,
}

/// A zip archive in the making. Entries may be changed before it is finished.
#[derive(Default)]
pub(crate) struct Zip {
    pub(crate) local: Vec<u8>,
    pub(crate) entries: Vec<Entry>,
}

impl Zip {
    pub(crate) fn add(&mut self, name: &[u8], bytes: &[u8], method: u16) -> &mut Entry {
        let stored = match method {
            DEFLATED => deflated(bytes),
            ZSTD => zstd(bytes),
            _ => bytes.to_vec(),
        };
        let entry = Entry {
            name: name.to_vec(),
            flags: 0,
            method,
            crc: crc32fast::hash(bytes),
            stored_bytes: stored.len() as u32,
            bytes: bytes.len() as u32,
            unix_mode: 0o100_644,
            header: self.local.len() as u32,
        };
        self.local.extend(b"PK\x03\x04\x14\0");
        self.local.extend(entry.fields());
        self.local.extend([entry.name.len() as u16, 0].map(u16::to_le_bytes).concat());
        self.local.extend(&entry.name);
        self.local.extend(stored);
        self.entries.push(entry);
        self.entries.last_mut().unwrap()
    }

    pub(crate) fn finish(&self) -> Vec<u8> {
        let mut zip = self.local.clone();
        for entry in &self.entries {
            zip.extend(b"PK\x01\x02\x14\x03\x14\0");
            zip.extend(entry.fields());
            zip.extend([entry.name.len() as u16, 0, 0, 0, 0].map(u16::to_le_bytes).concat());
            zip.extend([u32::from(entry.unix_mode) << 16, entry.header].map(u32::to_le_bytes).concat());
            zip.extend(&entry.name);
        }
        let n_entries = self.entries.len() as u16;
        let (start, end) = (self.local.len() as u32, zip.len() as u32);
        zip.extend(b"PK\x05\x06");
        zip.extend([0, 0, n_entries, n_entries].map(u16::to_le_bytes).concat());
        zip.extend([end - start, start].map(u32::to_le_bytes).concat());
        zip.extend([0, 0]);
        zip
    }
}

impl Entry {
    /// What local header and directory have in common.
    fn fields(&self) -> Vec<u8> {
        let mut fields = [self.flags, self.method, 0, 0].map(u16::to_le_bytes).concat();
        fields.extend([self.crc, self.stored_bytes, self.bytes].map(u32::to_le_bytes).concat());
        fields
    }
}

/// A zip archive of these files.
pub(crate) fn zip<'a>(files: impl IntoIterator<Item = (&'a str, &'a [u8])>, method: u16) -> Vec<u8> {
    let mut zip = Zip::default();
    for (name, bytes) in files {
        zip.add(name.as_bytes(), bytes, method);
    }
    zip.finish()
}

/// A header block of a tar archive, whose data are `bytes` long.
pub(crate) fn header(name: &[u8], type_flag: u8, bytes: u64) -> [u8; 512] {
    let mut block = [0; 512];
    block[..name.len()].copy_from_slice(name);
    block[100..107].copy_from_slice(b"0000644");
    block[124..135].copy_from_slice(format!("{bytes:011o}").as_bytes());
    block[136..147].copy_from_slice(b"00000000000");
    block[156] = type_flag;
    block[257..265].copy_from_slice(b"ustar\x0000");
    sealed(block)
}

/// The block with the checksum that fits.
pub(crate) fn sealed(mut block: [u8; 512]) -> [u8; 512] {
    block[148..156].fill(b' ');
    let sum: u32 = block.iter().map(|&byte| u32::from(byte)).sum();
    block[148..155].copy_from_slice(format!("{sum:06o}\0").as_bytes());
    block
}

/// Data, filled up to whole blocks.
pub(crate) fn padded(bytes: &[u8]) -> Vec<u8> {
    let mut padded = bytes.to_vec();
    padded.resize(bytes.len().next_multiple_of(512), 0);
    padded
}

/// A file in a tar archive; a long name comes before it as GNU tar writes it.
pub(crate) fn file(name: &str, bytes: &[u8]) -> Vec<u8> {
    let mut member = Vec::new();
    if name.len() > 100 {
        member.extend(header(b"././@LongLink", b'L', name.len() as u64 + 1));
        member.extend(padded(&[name.as_bytes(), b"\0"].concat()));
    }
    member.extend(header(&name.as_bytes()[..name.len().min(100)], b'0', bytes.len() as u64));
    member.extend(padded(bytes));
    member
}

/// The end of a tar archive.
pub(crate) const END: [u8; 1024] = [0; 1024];

/// A tar archive of these files.
pub(crate) fn tar<'a>(files: impl IntoIterator<Item = (&'a str, &'a [u8])>) -> Vec<u8> {
    let mut tar: Vec<u8> = files.into_iter().flat_map(|(name, bytes)| file(name, bytes)).collect();
    tar.extend(END);
    tar
}
