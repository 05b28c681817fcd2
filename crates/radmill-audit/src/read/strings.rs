//! Text within bytes of which nobody says what they are.

/// Shorter runs are noise.
const RUN_LENGTH_MIN: usize = 4;

/// Runs of printable characters, in each encoding that bytes of unknown meaning may have: single bytes and UTF-8,
/// and UTF-16 of either byte order.
pub(crate) fn printable_runs(bytes: &[u8]) -> Vec<String> {
    let mut runs = single_byte_runs(bytes);
    // Nearly every UTF-16 text of a Western language has a zero byte for each letter.
    if bytes.iter().filter(|byte| **byte == 0).count() * 4 >= bytes.len() || looks_like_wide_text(bytes) {
        for first in [0, 1] {
            let units = bytes.get(first..).unwrap_or_default().chunks_exact(2);
            runs.extend(wide_runs(units.clone().map(|pair| u16::from_le_bytes([pair[0], pair[1]]))));
            runs.extend(wide_runs(units.map(|pair| u16::from_be_bytes([pair[0], pair[1]]))));
        }
    }
    runs
}

fn single_byte_runs(bytes: &[u8]) -> Vec<String> {
    let mut runs = Vec::new();
    for run in bytes.split(|byte| matches!(byte, 0..=8 | 0x0B | 0x0C | 0x0E..=0x1A | 0x1C..=0x1F | 0x7F)) {
        if run.len() < RUN_LENGTH_MIN {
            continue;
        }
        match std::str::from_utf8(run) {
            Ok(text) => runs.push(text.to_owned()),
            // Pixels and compressed data have high bytes everywhere: what is text there is the ASCII between them.
            Err(_) => runs.extend(ascii_or_latin_runs(run)),
        }
    }
    runs
}

fn ascii_or_latin_runs(run: &[u8]) -> Vec<String> {
    let n_letters = run.iter().filter(|byte| byte.is_ascii_alphanumeric() || **byte == b' ').count();
    if n_letters * 2 >= run.len() {
        return vec![encoding_rs::WINDOWS_1252.decode_without_bom_handling(run).0.into_owned()];
    }
    run.split(|byte| !byte.is_ascii())
        .filter(|part| part.len() >= RUN_LENGTH_MIN)
        .map(|part| String::from_utf8_lossy(part).into_owned())
        .collect()
}

/// East Asian UTF-16 has no zero bytes; a byte order mark or line ends give it away.
fn looks_like_wide_text(bytes: &[u8]) -> bool {
    bytes.starts_with(&[0xFF, 0xFE]) || bytes.starts_with(&[0xFE, 0xFF])
}

fn wide_runs(units: impl Iterator<Item = u16>) -> Vec<String> {
    let mut runs = Vec::new();
    let mut run = String::new();
    for unit in char::decode_utf16(units).map(|unit| unit.unwrap_or('\0')) {
        if unit.is_control() || unit == '\u{FFFD}' || ('\u{E000}'..='\u{F8FF}').contains(&unit) {
            keep_run(&mut runs, &mut run);
        } else {
            run.push(unit);
        }
    }
    keep_run(&mut runs, &mut run);
    runs
}

fn keep_run(runs: &mut Vec<String>, run: &mut String) {
    let run = std::mem::take(run);
    if run.chars().count() >= RUN_LENGTH_MIN {
        runs.push(run);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(bytes: &[u8], expected: &str) {
        assert!(
            printable_runs(bytes).iter().any(|run| run.contains(expected)),
            "{:?}",
            printable_runs(bytes)
        );
    }

    #[test]
    fn text_is_found_in_every_usual_form() {
        check(b"\x01\x00\x00Petersen\x00\x05", "Petersen");
        check(b"\xff\xd8 PatientName: Petersen \xff\x80\x81\x82\x83\x84\x85\x86\x87\x88\x89\x8a\x8b\x8c\x8d\x8e\x8f\x90\x90\x91\x92\x93\x94\x95\x96\x97\x98", "Petersen");
        check("\u{1}\u{2}Müller Straße".as_bytes(), "Müller");
        check(b"M\xfcller Hans", "Müller");
        let wide: Vec<u8> = "Petersen".encode_utf16().flat_map(u16::to_le_bytes).collect();
        check(&wide, "Petersen");
        let shifted: Vec<u8> =
            [7].into_iter().chain("Petersen".encode_utf16().flat_map(u16::to_be_bytes)).collect();
        check(&shifted, "Petersen");
    }
}
