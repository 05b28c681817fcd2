//! The coded character sets that ISO 2022 can bring into play (PS3.3 Tables C.12-2 to C.12-4).

use encoding_rs::Encoding;

/// One set, designated to G0 or G1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Table {
    /// ISO IR 6.
    Ascii,
    /// ISO IR 14: JIS X 0201 Latin, as ASCII but for two characters.
    Romaji,
    /// ISO IR 13: JIS X 0201 katakana.
    Katakana,
    /// ISO IR 100: ISO 8859-1.
    Latin1,
    /// ISO IR 101: ISO 8859-2.
    Latin2,
    /// ISO IR 109: ISO 8859-3.
    Latin3,
    /// ISO IR 110: ISO 8859-4.
    Latin4,
    /// ISO IR 126: ISO 8859-7.
    Greek,
    /// ISO IR 127: ISO 8859-6.
    Arabic,
    /// ISO IR 138: ISO 8859-8.
    Hebrew,
    /// ISO IR 144: ISO 8859-5.
    Cyrillic,
    /// ISO IR 148: ISO 8859-9.
    Latin5,
    /// ISO IR 203: ISO 8859-15.
    Latin9,
    /// ISO IR 166: TIS 620.
    Thai,
    /// ISO IR 87: JIS X 0208, two bytes.
    JisX0208,
    /// ISO IR 159: JIS X 0212, two bytes.
    JisX0212,
    /// ISO IR 149: KS X 1001, two bytes.
    KsX1001,
    /// ISO IR 58: GB 2312, two bytes.
    Gb2312,
}

impl Table {
    /// Bytes per character.
    pub(super) fn width(self) -> usize {
        match self {
            Table::JisX0208 | Table::JisX0212 | Table::KsX1001 | Table::Gb2312 => 2,
            _ => 1,
        }
    }

    /// Decodes a run of characters of this set; the top bit of the bytes does not matter.
    /// Holes of the table become U+FFFD.
    pub(super) fn decode(self, run: &[u8], text: &mut String) {
        let encoding = match self {
            Table::Ascii => return text.extend(run.iter().map(|byte| char::from(byte & 0x7F))),
            Table::Romaji => return text.extend(run.iter().map(|byte| romaji(byte & 0x7F))),
            Table::Katakana => return text.extend(run.iter().map(|byte| katakana(byte & 0x7F))),
            Table::Latin1 => return text.extend(run.iter().map(|byte| char::from(byte | 0x80))),
            Table::Latin2 => encoding_rs::ISO_8859_2,
            Table::Latin3 => encoding_rs::ISO_8859_3,
            Table::Latin4 => encoding_rs::ISO_8859_4,
            Table::Greek => encoding_rs::ISO_8859_7,
            Table::Arabic => encoding_rs::ISO_8859_6,
            Table::Hebrew => encoding_rs::ISO_8859_8,
            Table::Cyrillic => encoding_rs::ISO_8859_5,
            Table::Latin9 => encoding_rs::ISO_8859_15,
            // The Windows sets are the ISO ones with other characters among the C1 controls only.
            Table::Latin5 => encoding_rs::WINDOWS_1254,
            Table::Thai => encoding_rs::WINDOWS_874,
            Table::JisX0208 => encoding_rs::EUC_JP,
            Table::JisX0212 => return jis_x_0212(run, text),
            Table::KsX1001 => encoding_rs::EUC_KR,
            Table::Gb2312 => encoding_rs::GBK,
        };
        decode_high(encoding, self.width(), run, text);
    }
}

/// Decodes a run with the top bit of every byte set. C1 controls stay what they are.
fn decode_high(encoding: &'static Encoding, width: usize, run: &[u8], text: &mut String) {
    if width == 1 && run.iter().any(|byte| byte & 0x7F < 0x20) {
        for &byte in run {
            match byte | 0x80 {
                control @ 0x80..=0x9F => text.push(char::from(control)),
                high => text.push_str(&encoding.decode_without_bom_handling(&[high]).0),
            }
        }
        return;
    }
    let high: Vec<u8> = run.iter().map(|byte| byte | 0x80).collect();
    text.push_str(&encoding.decode_without_bom_handling(&high).0);
}

/// EUC-JP has JIS X 0212 in three bytes, the first one 8F.
fn jis_x_0212(run: &[u8], text: &mut String) {
    let high: Vec<u8> = run
        .chunks(2)
        .flat_map(|pair| std::iter::once(0x8F).chain(pair.iter().map(|byte| byte | 0x80)))
        .collect();
    text.push_str(&encoding_rs::EUC_JP.decode_without_bom_handling(&high).0);
}

/// DICOM keeps the backslash as its delimiter where JIS X 0201 has the yen sign (PS3.5 6.1.2.3).
fn romaji(byte: u8) -> char {
    match byte {
        0x7E => '\u{203E}',
        _ => char::from(byte),
    }
}

/// Halfwidth katakana, 21 to 5F.
fn katakana(byte: u8) -> char {
    match byte {
        0x21..=0x5F => char::from_u32(0xFF40 + u32::from(byte)).unwrap_or(char::REPLACEMENT_CHARACTER),
        _ => char::REPLACEMENT_CHARACTER,
    }
}
