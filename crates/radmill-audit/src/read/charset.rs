//! Specific Character Set (PS3.3 C.12.1.1.2) for a reader that would rather see too much than too little.

use encoding_rs::Encoding;

/// The character sets that hold for the text of a data set.
#[derive(Clone, Debug, Default)]
pub(crate) struct CharacterSets {
    /// What the first value names; without one, every byte is read as Latin 1.
    first: Option<&'static Encoding>,
}

impl CharacterSets {
    /// Reads the value of Specific Character Set (0008,0005).
    pub(crate) fn of(value: &[u8]) -> CharacterSets {
        let text: String = value.iter().map(|byte| char::from(*byte)).collect();
        let terms: Vec<Option<&'static Encoding>> =
            text.split('\\').map(|term| named(term.trim_matches([' ', '\0']))).collect();
        // Text that begins with an empty term is ASCII until an escape sequence says otherwise; a single-byte set
        // among the later terms is the better reading of high bytes that come without one.
        CharacterSets { first: terms.into_iter().flatten().next() }
    }

    /// All readings of a value that somebody could have meant: with the declared character set, and as UTF-8 if the
    /// bytes are valid UTF-8 all the same. Bytes that mean nothing become replacement characters.
    pub(crate) fn decode(&self, value: &[u8]) -> Vec<String> {
        if value.is_ascii() && !value.contains(&ESCAPE) {
            return vec![value.iter().map(|byte| char::from(*byte)).collect()];
        }
        let mut readings = vec![self.decode_declared(value)];
        if let Ok(text) = std::str::from_utf8(value)
            && readings[0] != text
        {
            readings.push(text.to_owned());
        }
        readings
    }

    fn decode_declared(&self, value: &[u8]) -> String {
        if !value.contains(&ESCAPE) {
            return decode_run(self.first, value);
        }
        let mut text = String::new();
        let mut designated = Designated::Initial;
        let mut rest = value;
        while !rest.is_empty() {
            if rest[0] == ESCAPE
                && let Some((next, length)) = escape_sequence(rest)
            {
                designated = next;
                rest = &rest[length..];
                continue;
            }
            let end = rest.iter().skip(1).position(|byte| *byte == ESCAPE).map_or(rest.len(), |at| at + 1);
            // A delimiter ends what was designated, as PS3.5 6.1.2.5.3 says.
            let run = &rest[..end];
            let cut = match designated {
                Designated::TwoByteG0 => run.iter().position(|byte| matches!(byte, b'\r' | b'\n')),
                _ => run.iter().position(|byte| matches!(byte, b'^' | b'=' | b'\\' | b'\r' | b'\n')),
            };
            let (now, later) = run.split_at(cut.unwrap_or(end));
            text += &designated.decode(self.first, now);
            if cut.is_some() {
                text.push(char::from(later[0]));
                // Some writers forget to designate again; so what was designated to G1 goes on.
                if matches!(designated, Designated::TwoByteG0) {
                    designated = Designated::Initial;
                }
                rest = &rest[now.len() + 1..];
            } else {
                rest = &rest[end..];
            }
        }
        text
    }
}

const ESCAPE: u8 = 0x1B;

#[derive(Clone, Copy)]
enum Designated {
    Initial,
    /// JIS X 0208, seven bits.
    TwoByteG0,
    /// JIS X 0212, seven bits.
    SupplementG0,
    Other(&'static Encoding),
}

impl Designated {
    fn decode(self, first: Option<&'static Encoding>, run: &[u8]) -> String {
        match self {
            Designated::Initial => decode_run(first, run),
            Designated::TwoByteG0 => {
                let bytes: Vec<u8> = run.iter().map(|byte| byte | 0x80).collect();
                decode_run(Some(encoding_rs::EUC_JP), &bytes)
            }
            Designated::SupplementG0 => {
                let bytes: Vec<u8> = run
                    .chunks(2)
                    .flat_map(|pair| [0x8F].into_iter().chain(pair.iter().map(|b| b | 0x80)))
                    .collect();
                decode_run(Some(encoding_rs::EUC_JP), &bytes)
            }
            Designated::Other(encoding) => decode_run(Some(encoding), run),
        }
    }
}

/// What an escape sequence of PS3.3 C.12.1.1.2 designates, and its length.
fn escape_sequence(bytes: &[u8]) -> Option<(Designated, usize)> {
    let other = Designated::Other;
    Some(match bytes.get(1..)? {
        [b'$', b'B' | b'@', ..] => (Designated::TwoByteG0, 3),
        [b'$', b'(', b'D', ..] => (Designated::SupplementG0, 4),
        [b'$', b')', b'C', ..] => (other(encoding_rs::EUC_KR), 4),
        [b'$', b')', b'A', ..] => (other(encoding_rs::GBK), 4),
        [b'(', b'B', ..] => (Designated::Initial, 3),
        [b'(', b'J', ..] | [b')', b'I', ..] => (other(encoding_rs::SHIFT_JIS), 3),
        [b'-', b'A', ..] => (other(encoding_rs::WINDOWS_1252), 3),
        [b'-', b'B', ..] => (other(encoding_rs::ISO_8859_2), 3),
        [b'-', b'C', ..] => (other(encoding_rs::ISO_8859_3), 3),
        [b'-', b'D', ..] => (other(encoding_rs::ISO_8859_4), 3),
        [b'-', b'L', ..] => (other(encoding_rs::ISO_8859_5), 3),
        [b'-', b'G', ..] => (other(encoding_rs::ISO_8859_6), 3),
        [b'-', b'F', ..] => (other(encoding_rs::ISO_8859_7), 3),
        [b'-', b'H', ..] => (other(encoding_rs::ISO_8859_8), 3),
        [b'-', b'M', ..] => (other(encoding_rs::WINDOWS_1254), 3),
        [b'-', b'T', ..] => (other(encoding_rs::WINDOWS_874), 3),
        [b'-', b'b', ..] => (other(encoding_rs::ISO_8859_15), 3),
        _ => return None,
    })
}

fn named(term: &str) -> Option<&'static Encoding> {
    let number = term.trim_start_matches("ISO").trim_start_matches([' ', '_']).trim_start_matches("2022");
    Some(match number.trim_start_matches([' ', '_']).trim_start_matches("IR").trim() {
        "100" => encoding_rs::WINDOWS_1252,
        "101" => encoding_rs::ISO_8859_2,
        "109" => encoding_rs::ISO_8859_3,
        "110" => encoding_rs::ISO_8859_4,
        "144" => encoding_rs::ISO_8859_5,
        "127" => encoding_rs::ISO_8859_6,
        "126" => encoding_rs::ISO_8859_7,
        "138" => encoding_rs::ISO_8859_8,
        "148" => encoding_rs::WINDOWS_1254,
        "203" => encoding_rs::ISO_8859_15,
        "166" => encoding_rs::WINDOWS_874,
        "13" => encoding_rs::SHIFT_JIS,
        "192" => encoding_rs::UTF_8,
        "149" => encoding_rs::EUC_KR,
        "58" | "GBK" => encoding_rs::GBK,
        "GB18030" => encoding_rs::GB18030,
        _ => return None,
    })
}

fn decode_run(encoding: Option<&'static Encoding>, run: &[u8]) -> String {
    encoding.unwrap_or(encoding_rs::WINDOWS_1252).decode_without_bom_handling(run).0.into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(term: &[u8], value: &[u8], expected: &str) {
        assert_eq!(CharacterSets::of(term).decode(value)[0], expected);
    }

    #[test]
    fn examples_of_ps3_5_annexes_h_i_and_j() {
        let yamada = b"Yamada^Tarou=\x1b$B;3ED\x1b(B^\x1b$BB@O:\x1b(B=\x1b$B$d$^$@\x1b(B^\x1b$B$?$m$&\x1b(B";
        check(b"\\ISO 2022 IR 87", yamada, "Yamada^Tarou=山田^太郎=やまだ^たろう");
        let half = b"\xd4\xcf\xc0\xde^\xc0\xdb\xb3=\x1b$B;3ED\x1b(J^\x1b$BB@O:\x1b(J";
        check(b"ISO 2022 IR 13\\ISO 2022 IR 87", half, "ﾔﾏﾀﾞ^ﾀﾛｳ=山田^太郎");
        let hong =
            b"Hong^Gildong=\x1b$)C\xfb\xf3^\x1b$)C\xd1\xce\xd4\xd7=\x1b$)C\xc8\xab^\x1b$)C\xb1\xe6\xb5\xbf";
        check(b"\\ISO 2022 IR 149", hong, "Hong^Gildong=洪^吉洞=홍^길동");
        check(b"ISO_IR 100", b"M\xfcller", "Müller");
        check(b"ISO_IR 144", b"\xbb\xee", "Лю");
        check(b"GB18030", b"\xcd\xf5", "王");
        check(b"ISO_IR 192", "王^小東".as_bytes(), "王^小東");
        check(b"", b"plain", "plain");
    }

    #[test]
    fn a_wrong_declaration_does_not_hide_utf_8() {
        assert!(CharacterSets::of(b"ISO_IR 100").decode("Müller".as_bytes()).contains(&"Müller".to_owned()));
    }
}
