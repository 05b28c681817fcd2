//! Text beside the pixels of image files.

use std::io::Read;

use flate2::read::ZlibDecoder;

use crate::finding::{Place, safe_name};
use crate::probe::{Form, Probe};

/// Text of a chunk unpacked; more is no caption.
const INFLATED_BYTES_MAX: u64 = 16 << 20;

const PNG_SIGNATURE: &[u8] = b"\x89PNG\r\n\x1a\n";

pub(crate) fn is_png(bytes: &[u8]) -> bool {
    bytes.starts_with(PNG_SIGNATURE)
}

pub(crate) fn is_jpeg(bytes: &[u8]) -> bool {
    bytes.starts_with(&[0xFF, 0xD8, 0xFF])
}

/// Looks at every chunk of a PNG but the pixels, and at what follows the last one (PNG 3rd edition, 5 and 11).
pub(crate) fn png(probe: &mut Probe<'_>, bytes: &[u8]) {
    let mut rest = &bytes[PNG_SIGNATURE.len()..];
    while let Some((name, data, after)) = png_chunk(rest) {
        rest = after;
        match &name {
            b"IDAT" | b"fdAT" | b"IHDR" | b"PLTE" | b"tRNS" | b"gAMA" | b"cHRM" | b"pHYs" | b"sBIT"
            | b"IEND" => {}
            b"tEXt" | b"zTXt" | b"iTXt" => png_text(probe, name, data),
            b"tIME" => {}
            _ => probe.bytes(&Place::new("png", safe_chunk(name)), data),
        }
        if &name == b"IEND" {
            break;
        }
    }
    if !rest.is_empty() {
        probe.bytes(&Place::new("png", "after the last chunk"), rest);
    }
}

fn png_chunk(bytes: &[u8]) -> Option<([u8; 4], &[u8], &[u8])> {
    let length = u32::from_be_bytes(bytes.get(..4)?.try_into().ok()?) as usize;
    let name = bytes.get(4..8)?.try_into().ok()?;
    let data = bytes.get(8..8usize.checked_add(length)?)?;
    let rest = bytes.get(length.checked_add(12)?..)?;
    Some((name, data, rest))
}

fn safe_chunk(name: [u8; 4]) -> String {
    if name.iter().all(u8::is_ascii_alphabetic) {
        String::from_utf8_lossy(&name).into_owned()
    } else {
        "*".to_owned()
    }
}

fn png_text(probe: &mut Probe<'_>, name: [u8; 4], data: &[u8]) {
    let end = data.iter().position(|byte| *byte == 0).unwrap_or(data.len());
    let (keyword, value) = data.split_at(end);
    let keyword = encoding_rs::mem::decode_latin1(keyword);
    let place = Place::new("png", format!("{} {}", safe_chunk(name), safe_name(&keyword)));
    probe.text(&place, Form::Text, &keyword);
    let value = value.get(1..).unwrap_or_default();
    let text = match &name {
        b"tEXt" => value.to_vec(),
        b"zTXt" => inflated(value.get(1..).unwrap_or_default()),
        _ => international_text(value),
    };
    probe.bytes(&place, &text);
    // Bytes of text are text: names in it may be single words.
    probe.text(&place, Form::Text, &String::from_utf8_lossy(&text));
}

/// Flags, language tag, translated keyword and text of iTXt, as one text.
fn international_text(value: &[u8]) -> Vec<u8> {
    let is_compressed = value.first() == Some(&1);
    let mut parts = value.get(2..).unwrap_or_default().splitn(3, |byte| *byte == 0);
    let mut text = Vec::new();
    for part in parts.by_ref().take(2) {
        text.extend_from_slice(part);
        text.push(b'\n');
    }
    let last = parts.next().unwrap_or_default();
    if is_compressed {
        text.extend(inflated(last))
    } else {
        text.extend_from_slice(last)
    }
    text
}

fn inflated(bytes: &[u8]) -> Vec<u8> {
    let mut text = Vec::new();
    // A damaged stream still gives what came before the damage.
    let _ = ZlibDecoder::new(bytes).take(INFLATED_BYTES_MAX).read_to_end(&mut text);
    text
}

/// Looks at the comments and application segments of a JPEG, and at what follows its end.
pub(crate) fn jpeg(probe: &mut Probe<'_>, bytes: &[u8]) {
    for (name, segment) in jpeg_segments(bytes) {
        probe.bytes(&Place::new("jpeg", name), segment);
    }
    probe.bulk(&Place::new("jpeg", "scan"), bytes);
}

/// Comment and application segments before the first scan of a JPEG or JPEG-LS codestream (ITU-T T.81 B.1).
pub(crate) fn jpeg_segments(bytes: &[u8]) -> Vec<(String, &[u8])> {
    let mut segments = Vec::new();
    if !bytes.starts_with(&[0xFF, 0xD8]) {
        return segments;
    }
    let mut rest = &bytes[2..];
    while let [0xFF, marker, high, low, ..] = rest {
        let length = usize::from(u16::from_be_bytes([*high, *low]));
        let end = (2 + length).min(rest.len());
        match marker {
            0xDA | 0xD9 => break,
            0xFE => segments.push(("COM".to_owned(), rest.get(4..end).unwrap_or_default())),
            0xE0..=0xEF => {
                segments.push((format!("APP{}", marker - 0xE0), rest.get(4..end).unwrap_or_default()))
            }
            _ => {}
        }
        rest = &rest[end..];
    }
    segments
}
