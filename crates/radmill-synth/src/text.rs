//! Text in the character sets of PS3.3 C.12.1.1.2, written the way scanners write them.

/// The character set of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Charset {
    /// No Specific Character Set at all.
    Ascii,
    Latin1,
    Cyrillic,
    Greek,
    Utf8,
    Gb18030,
    /// ASCII and, by escape sequence, JIS X 0208.
    Japanese,
    /// ASCII and, by escape sequence, KS X 1001 in G1.
    Korean,
}

impl Charset {
    /// Specific Character Set (0008,0005).
    pub(crate) fn defined_term(self) -> Option<&'static str> {
        match self {
            Charset::Ascii => None,
            Charset::Latin1 => Some("ISO_IR 100"),
            Charset::Cyrillic => Some("ISO_IR 144"),
            Charset::Greek => Some("ISO_IR 126"),
            Charset::Utf8 => Some("ISO_IR 192"),
            Charset::Gb18030 => Some("GB18030"),
            Charset::Japanese => Some("\\ISO 2022 IR 87"),
            Charset::Korean => Some("\\ISO 2022 IR 149"),
        }
    }

    /// The set that a Specific Character Set names, if it is one of these.
    pub(crate) fn from_defined_term(term: &str) -> Option<Charset> {
        const ALL: [Charset; 7] = [
            Charset::Latin1,
            Charset::Cyrillic,
            Charset::Greek,
            Charset::Utf8,
            Charset::Gb18030,
            Charset::Japanese,
            Charset::Korean,
        ];
        match term.trim() {
            "" | "ISO_IR 6" | "ISO 2022 IR 6" => Some(Charset::Ascii),
            "ISO 2022 IR 100" => Some(Charset::Latin1),
            // Half-width katakana beside kanji, and kana written without a first value.
            "ISO 2022 IR 87" | "ISO 2022 IR 6\\ISO 2022 IR 87" => Some(Charset::Japanese),
            "ISO 2022 IR 149" | "ISO 2022 IR 6\\ISO 2022 IR 149" => Some(Charset::Korean),
            "GBK" => Some(Charset::Gb18030),
            term => ALL.into_iter().find(|set| set.defined_term() == Some(term)),
        }
    }

    /// The text that bytes stand for; what the set cannot say becomes U+FFFD.
    pub(crate) fn decode(self, bytes: &[u8]) -> String {
        match self {
            Charset::Ascii | Charset::Utf8 => String::from_utf8_lossy(bytes).into_owned(),
            Charset::Latin1 => bytes.iter().map(|&byte| char::from(byte)).collect(),
            Charset::Cyrillic => encoding_rs::ISO_8859_5.decode_without_bom_handling(bytes).0.into_owned(),
            Charset::Greek => encoding_rs::ISO_8859_7.decode_without_bom_handling(bytes).0.into_owned(),
            Charset::Gb18030 => encoding_rs::GB18030.decode_without_bom_handling(bytes).0.into_owned(),
            Charset::Japanese => encoding_rs::ISO_2022_JP.decode_without_bom_handling(bytes).0.into_owned(),
            Charset::Korean => {
                // Every designation is the same one, so that it says nothing more.
                let text = encoding_rs::EUC_KR.decode_without_bom_handling(bytes).0;
                text.replace("\u{1b}$)C", "")
            }
        }
    }

    /// True if nothing of the text is lost.
    pub(crate) fn can_write(self, text: &str) -> bool {
        self.decode(&self.encode(text)) == text
    }

    /// The bytes of a text; characters that the set lacks become `?`.
    pub(crate) fn encode(self, text: &str) -> Vec<u8> {
        match self {
            Charset::Ascii => text.chars().map(|c| if c.is_ascii() { c as u8 } else { b'?' }).collect(),
            Charset::Latin1 => text.chars().map(|c| u8::try_from(u32::from(c)).unwrap_or(b'?')).collect(),
            Charset::Cyrillic => single_bytes(encoding_rs::ISO_8859_5, text),
            Charset::Greek => single_bytes(encoding_rs::ISO_8859_7, text),
            Charset::Utf8 => text.as_bytes().to_vec(),
            Charset::Gb18030 => encoding_rs::GB18030.encode(text).0.into_owned(),
            Charset::Japanese => japanese(text),
            Charset::Korean => korean(text),
        }
    }
}

fn single_bytes(encoding: &'static encoding_rs::Encoding, text: &str) -> Vec<u8> {
    text.chars()
        .flat_map(|c| match encoding.encode(c.encode_utf8(&mut [0; 4])) {
            (bytes, _, false) => bytes.into_owned(),
            _ => b"?".to_vec(),
        })
        .collect()
}

/// JIS X 0208 replaces ASCII in G0 between `ESC $ B` and `ESC ( B`; its codes are those of EUC-JP without the high bits.
fn japanese(text: &str) -> Vec<u8> {
    let mut out = Vec::new();
    let mut in_kanji = false;
    for c in text.chars() {
        let encoded = encoding_rs::EUC_JP.encode(c.encode_utf8(&mut [0; 4])).0.into_owned();
        let is_kanji = encoded.len() == 2;
        if is_kanji != in_kanji {
            out.extend(if is_kanji { b"\x1b$B" } else { b"\x1b(B" });
            in_kanji = is_kanji;
        }
        out.extend(encoded.iter().map(|byte| byte & 0x7f));
    }
    if in_kanji {
        out.extend(b"\x1b(B");
    }
    out
}

/// KS X 1001 stands in G1 after `ESC $ ) C`, which is given again in each value and name component that needs it.
fn korean(text: &str) -> Vec<u8> {
    let mut out = Vec::new();
    let mut designated = false;
    for c in text.chars() {
        let encoded = encoding_rs::EUC_KR.encode(c.encode_utf8(&mut [0; 4])).0.into_owned();
        match c {
            '^' | '=' | '\\' | '\n' => designated = false,
            _ if !c.is_ascii() && !designated => {
                out.extend(b"\x1b$)C");
                designated = true;
            }
            _ => {}
        }
        out.extend(encoded);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_encoded_is_decoded() {
        for (charset, text) in [
            (Charset::Latin1, "Röntgen"),
            (Charset::Cyrillic, "Люкceмбypг"),
            (Charset::Greek, "Διονυσιος"),
            (Charset::Utf8, "מרים حسن"),
            (Charset::Gb18030, "王^小东"),
            (Charset::Japanese, "Yamada^Tarou=山田^太郎=やまだ^たろう"),
            (Charset::Korean, "Hong^Gildong=洪^吉洞=홍^길동"),
        ] {
            assert!(charset.can_write(text), "{charset:?}");
            let term = charset.defined_term().unwrap();
            assert_eq!(Charset::from_defined_term(term), Some(charset));
        }
        assert!(!Charset::Latin1.can_write("山"));
    }

    #[test]
    fn examples_of_the_standard() {
        let check = |charset: Charset, text: &str, expected: &[u8]| {
            assert_eq!(charset.encode(text), expected, "{charset:?} {text}");
        };
        // PS3.5 H.3.1, I.2, J.1 and J.3.
        check(
            Charset::Japanese,
            "Yamada^Tarou=山田^太郎=やまだ^たろう",
            b"Yamada^Tarou=\x1b$B;3ED\x1b(B^\x1b$BB@O:\x1b(B=\x1b$B$d$^$@\x1b(B^\x1b$B$?$m$&\x1b(B",
        );
        check(
            Charset::Korean,
            "Hong^Gildong=洪^吉洞=홍^길동",
            b"Hong^Gildong=\x1b$)C\xfb\xf3^\x1b$)C\xd1\xce\xd4\xd7=\x1b$)C\xc8\xab^\x1b$)C\xb1\xe6\xb5\xbf",
        );
        check(Charset::Gb18030, "Wang^XiaoDong=王^小东", b"Wang^XiaoDong=\xcd\xf5^\xd0\xa1\xb6\xab");
        check(Charset::Latin1, "Röntgen", b"R\xf6ntgen");
        check(Charset::Cyrillic, "Люк", b"\xbb\xee\xda");
        check(Charset::Greek, "Δ", b"\xc4");
        check(Charset::Latin1, "山", b"?");
    }
}
