//! Identifiers that occur nowhere else: each is a pure function of the seed and of what it identifies.

use serde::{Deserialize, Serialize};

use crate::data_set::{DataSet, Tag, Value};
use crate::rng::Rng;
use crate::text::Charset;

/// What a planted value is, which says how to look for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CanaryKind {
    /// A word or id that exists nowhere else; look for it in any case.
    Text,
    /// The same in another script; look for the UTF-8 and for the bytes of the source.
    Native,
    /// A UID, or an unusual run of digits.
    Number,
    /// A calendar date (DA). Shifted dates of other patients may happen to be equal: compare row by row.
    Date,
}

/// One identifier in one file of the answer key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Canary {
    /// The identifier itself.
    pub text: String,
    /// How to look for it.
    pub kind: CanaryKind,
    /// Where it stands: `(0040,0275)[0].(0040,1002)`, `preamble`, `path` and the like; items count from 0.
    pub planted_at: Vec<String>,
    /// Its bytes in the file, in hexadecimal, where they are not those of `text` in UTF-8.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bytes_hex: Option<String>,
}

/// A token before it is known where it was planted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Token {
    pub(crate) text: String,
    pub(crate) kind: CanaryKind,
    /// As it stands in the file.
    pub(crate) bytes: Vec<u8>,
}

/// Makes tokens and remembers them, so that the file can be searched for them afterwards.
pub(crate) struct Mint {
    seed: u64,
    charset: Charset,
    pub(crate) tokens: Vec<Token>,
}

impl Mint {
    pub(crate) fn new(seed: u64, charset: Charset) -> Mint {
        Mint { seed, charset, tokens: Vec::new() }
    }

    /// A pronounceable word in capitals, 14 letters; short enough for SH.
    pub(crate) fn word(&mut self, what: &str) -> String {
        let mut rng = Rng::new(self.seed, &format!("word {what}"));
        let mut word = String::from("ZQ");
        for _ in 0..6 {
            word.push(char::from(*rng.pick(b"BDFGKLMNPRSTVXZ")));
            word.push(char::from(*rng.pick(b"AEIOU")));
        }
        self.keep(word, CanaryKind::Text)
    }

    /// Twelve digits that begin with 97.
    pub(crate) fn digits(&mut self, what: &str) -> String {
        let mut rng = Rng::new(self.seed, &format!("digits {what}"));
        let digits = format!("97{:010}", rng.next_u64() % 10_000_000_000);
        self.keep(digits, CanaryKind::Number)
    }

    /// A UID under 2.999, the arc for examples.
    pub(crate) fn uid(&mut self, what: &str) -> String {
        let mut rng = Rng::new(self.seed, &format!("uid {what}"));
        let mut segment = || 1_000_000_000 + rng.next_u64() % 9_000_000_000;
        let uid = format!("2.999.{}.{}.{}", segment(), segment(), segment());
        self.keep(uid, CanaryKind::Number)
    }

    /// A date in these years, as DA.
    pub(crate) fn date(&mut self, what: &str, years: (usize, usize)) -> String {
        let mut rng = Rng::new(self.seed, &format!("date {what}"));
        let year = years.0 + rng.below(years.1 - years.0 + 1);
        let date = format!("{year:04}{:02}{:02}", 1 + rng.below(12), 1 + rng.below(28));
        self.keep(date, CanaryKind::Date)
    }

    /// A time of day whose fraction of a second is unique enough to look for, as TM.
    pub(crate) fn time(&mut self, what: &str) -> String {
        let mut rng = Rng::new(self.seed, &format!("time {what}"));
        let minute = format!("{:02}{:02}", 7 + rng.below(12), rng.below(60));
        let time = format!("{minute}{:02}.{:06}", rng.below(60), 1 + rng.below(999_999));
        self.keep(time, CanaryKind::Number)
    }

    /// A word in the script of the character set; in a set without one, a capital word as [`Mint::word`] gives.
    pub(crate) fn native(&mut self, what: &str) -> String {
        let (alphabet, n): (&str, usize) = match self.charset {
            Charset::Ascii => return self.word(what),
            Charset::Latin1 => ("äöüßéèêçñåøæúíóâîô", 8),
            Charset::Cyrillic => ("бвгджзклмнпрстфхцчшщэюя", 10),
            Charset::Greek => ("αβγδεζηθικλμνξοπρστυφχψω", 10),
            Charset::Utf8 => ("ạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộ", 8),
            Charset::Gb18030 => ("王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧", 6),
            Charset::Japanese => ("佐藤鈴木高橋田中渡辺伊山本村小林加吉斎松井清水森池阿部石川", 6),
            Charset::Korean => ("가나다라마바사아자차카타파하거너더러머버서어저처커터퍼허고노도로", 6),
        };
        let letters: Vec<char> = alphabet.chars().collect();
        let mut rng = Rng::new(self.seed, &format!("native {what}"));
        let word = (0..n).map(|_| *rng.pick(&letters)).collect();
        self.keep(word, CanaryKind::Native)
    }

    /// Takes a value of one's own making among those looked for.
    pub(crate) fn keep(&mut self, text: String, kind: CanaryKind) -> String {
        if !self.tokens.iter().any(|token| token.text == text) {
            let bytes = match self.charset {
                // The escape sequences stand around the token, not in it.
                Charset::Japanese if kind == CanaryKind::Native => {
                    encoding_rs::EUC_JP.encode(&text).0.iter().map(|byte| byte & 0x7f).collect()
                }
                Charset::Korean if kind == CanaryKind::Native => {
                    encoding_rs::EUC_KR.encode(&text).0.into_owned()
                }
                charset => charset.encode(&text),
            };
            self.tokens.push(Token { text: text.clone(), kind, bytes });
        }
        text
    }

    /// Which tokens stand where in `data`; `prefix` goes before each tag.
    pub(crate) fn find(&self, data: &DataSet, prefix: &str, found: &mut Vec<Canary>) {
        for element in &data.elements {
            let place = format!("{prefix}{}", show(element.tag));
            match &element.value {
                Value::Items { items, .. } => {
                    for (index, item) in items.iter().enumerate() {
                        self.find(item, &format!("{place}[{index}]."), found);
                    }
                }
                Value::Bytes(bytes) if element.tag != (0x7fe0, 0x0010) => {
                    self.find_in_bytes(bytes, &place, found);
                }
                // Pixels are not searched: only an overlay, an icon or a marker segment may hide a token.
                Value::Bytes(_) | Value::Fragments(_) => {}
            }
        }
    }

    /// Which tokens stand in these bytes, which are at `place`.
    pub(crate) fn find_in_bytes(&self, bytes: &[u8], place: &str, found: &mut Vec<Canary>) {
        for token in &self.tokens {
            if contains(bytes, &token.bytes) {
                note(found, token, place);
            }
        }
    }
}

/// Adds a place to what was found.
fn note(found: &mut Vec<Canary>, token: &Token, place: &str) {
    if let Some(known) = found.iter_mut().find(|canary| canary.text == token.text) {
        known.planted_at.push(place.to_owned());
        return;
    }
    let bytes_hex = (token.bytes != token.text.as_bytes()).then(|| hex(&token.bytes));
    found.push(Canary {
        text: token.text.clone(),
        kind: token.kind,
        planted_at: vec![place.to_owned()],
        bytes_hex,
    });
}

/// True if `needle`, which is not empty, occurs in `haystack`.
pub(crate) fn contains(haystack: &[u8], needle: &[u8]) -> bool {
    let Some((&first, _)) = needle.split_first() else { return false };
    haystack
        .iter()
        .enumerate()
        .filter(|&(_, &byte)| byte == first)
        .any(|(at, _)| haystack[at..].starts_with(needle))
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn show(tag: Tag) -> String {
    format!("({:04X},{:04X})", tag.0, tag.1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_depend_on_seed_and_subject_only() {
        let word = |seed, what| Mint::new(seed, Charset::Ascii).word(what);
        assert_eq!(word(1, "a"), word(1, "a"));
        assert_ne!(word(1, "a"), word(2, "a"));
        assert_ne!(word(1, "a"), word(1, "b"));
        assert_eq!(word(1, "a").len(), 14);
    }

    #[test]
    fn native_tokens_are_found_in_their_encoding() {
        for charset in [Charset::Latin1, Charset::Cyrillic, Charset::Greek, Charset::Utf8, Charset::Gb18030] {
            check_native(charset);
        }
        check_native(Charset::Japanese);
        check_native(Charset::Korean);
    }

    fn check_native(charset: Charset) {
        let mut mint = Mint::new(5, charset);
        let native = mint.native("family");
        let mut item = DataSet::default();
        item.bytes((0x0010, 0x0010), b"PN", charset.encode(&format!("ABC^D={native}^E")));
        let mut data = DataSet::default();
        data.items((0x0008, 0x1140), vec![item]);
        let mut found = Vec::new();
        mint.find(&data, "", &mut found);
        assert_eq!(found.len(), 1, "{charset:?}");
        assert_eq!(found[0].planted_at, ["(0008,1140)[0].(0010,0010)"]);
    }
}
