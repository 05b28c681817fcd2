use super::*;

fn check(terms: &str, bytes: &[u8], expected: &str) {
    assert_eq!(CharacterSet::new(terms.as_bytes()).decode(bytes), expected, "{terms}");
}

#[test]
fn single_byte_sets() {
    check("", b"Doe^John", "Doe^John");
    check("ISO_IR 6", b"Doe^John", "Doe^John");
    check("ISO_IR 100", b"Buc^J\xe9r\xf4me", "Buc^Jérôme");
    check("ISO_IR 100", b"\x80\x9f\xa0\xff", "\u{80}\u{9f}\u{a0}ÿ");
    check("ISO_IR 101", b"Wa\xb3\xeasa", "Wałęsa");
    check("ISO_IR 109", b"\xa6u\xb6o", "Ĥuĥo");
    check("ISO_IR 110", b"\xbe\xe0", "žā");
    check("ISO_IR 126", b"\xc4\xe9\xef\xed\xf5\xf3\xe9\xef\xf2", "Διονυσιος");
    check("ISO_IR 127", b"\xe2\xc8\xc7\xe6\xea^\xe4\xe6\xd2\xc7\xd1", "قباني^لنزار");
    check("ISO_IR 138", b"\xf9\xf8\xe5\xef^\xe3\xe1\xe5\xf8\xe4", "שרון^דבורה");
    check("ISO_IR 144", b"\xbb\xee\xda", "Люк");
    check("ISO_IR 148", b"\xd0\xdd\xde", "ĞİŞ");
    check("ISO_IR 148", b"\x80\xd0", "\u{80}Ğ");
    check("ISO_IR 166", b"\xca\xc7\xd1\xca\xb4\xd5", "สวัสดี");
    check("ISO_IR 203", b"\xa4", "€");
    check("ISO_IR 13", b"\xd4\xcf\xc0\xde^\xc0\xdb\xb3", "ﾔﾏﾀﾞ^ﾀﾛｳ");
    check("ISO_IR 13", b"~\\a", "\u{203e}\\a");
}

#[test]
fn multi_byte_sets_without_escapes() {
    check("ISO_IR 192", "Wang^XiaoDong=王^小東".as_bytes(), "Wang^XiaoDong=王^小東");
    check("GB18030", b"Wang^XiaoDong=\xcd\xf5^\xd0\xa1\xb6\xab=", "Wang^XiaoDong=王^小东=");
    check("GBK", b"\xcd\xf5^\xd0\xa1\xb6\xab", "王^小东");
    // The second byte of a character may be a backslash.
    check("GB18030", b"\x82\x5c", "俓");
    check("GBK", b"\x95\x5c\\a", "昞\\a");
    // Declared UTF-8, but Latin-1.
    check("ISO_IR 192", b"J\xe9r\xf4me", "Jérôme");
}

/// PS3.5 Annexes H (Japanese), I (Korean), J (Unicode and GB18030), K (Chinese with code extensions).
#[test]
fn examples_of_the_standard() {
    let japanese = b"Yamada^Tarou=\x1b$B;3ED\x1b(B^\x1b$BB@O:\x1b(B=\x1b$B$d$^$@\x1b(B^\x1b$B$?$m$&\x1b(B";
    check("\\ISO 2022 IR 87", japanese, "Yamada^Tarou=山田^太郎=やまだ^たろう");
    let katakana =
        b"\xd4\xcf\xc0\xde^\xc0\xdb\xb3=\x1b$B;3ED\x1b(J^\x1b$BB@O:\x1b(J=\x1b$B$d$^$@\x1b(J^\x1b$B$?$m$&\x1b(J";
    check("ISO 2022 IR 13\\ISO 2022 IR 87", katakana, "ﾔﾏﾀﾞ^ﾀﾛｳ=山田^太郎=やまだ^たろう");
    let korean =
        b"Hong^Gildong=\x1b$)C\xfb\xf3^\x1b$)C\xd1\xce\xd4\xd7=\x1b$)C\xc8\xab^\x1b$)C\xb1\xe6\xb5\xbf";
    check("\\ISO 2022 IR 149", korean, "Hong^Gildong=洪^吉洞=홍^길동");
    let chinese = b"Zhang^XiaoDong=\x1b$)A\xd5\xc5^\x1b$)A\xd0\xa1\xb6\xab=";
    check("\\ISO 2022 IR 58", chinese, "Zhang^XiaoDong=张^小东=");
    let lines = b"\x1b$)A\xb5\xda\xd2\xbb\xd0\xd0\xce\xc4\xd7\xd6\xa1\xa3\r\n\x1b$)A\xb5\xda\xb6\xfe";
    check("\\ISO 2022 IR 58", lines, "第一行文字。\r\n第二");
}

#[test]
fn escapes_and_resets() {
    // JIS X 0212, and a change between the two halves.
    check("\\ISO 2022 IR 159", b"\x1b$(D0!\x1b(B", "丂");
    check("ISO 2022 IR 100\\ISO 2022 IR 144", b"\xe9\x1b-L\xe0", "éр");
    // A delimiter brings back what the first value says, in a name but not in a text.
    let bytes = b"\x1b-L\xe0^\xe0\\\xe0";
    check("ISO 2022 IR 100\\ISO 2022 IR 144", bytes, "р^à\\à");
    let set = CharacterSet::new(b"ISO 2022 IR 100\\ISO 2022 IR 144");
    assert_eq!(set.decode_text(bytes), "р^р\\à");
    // Without a first set there is nothing better to go back to.
    check("\\ISO 2022 IR 149", b"\x1b$)C\xc8\xab^\xb1\xe6\xb5\xbf", "홍^길동");
    // A backslash byte inside a two-byte character is no delimiter; after it the text goes on.
    check("\\ISO 2022 IR 87", b"\x1b$B\x3d\x5c\x1b(B\\b", "旬\\b");
    // An unknown escape stays, a lone byte at the end shows.
    check("", b"a\x1b%Gb", "a\x1b%Gb");
    check("\\ISO 2022 IR 87", b"\x1b$B;3E", "山\u{fffd}");
    check("\\ISO 2022 IR 87", b"\x1b", "\x1b");
}

#[test]
fn undeclared_text_is_utf8_if_it_can_be() {
    check("", "Jérôme".as_bytes(), "Jérôme");
    check("", b"J\xe9r\xf4me", "Jérôme");
    check("nobody knows", b"J\xe9r\xf4me", "Jérôme");
}

#[test]
fn misspelled_terms() {
    let same = |term: &str, right: &str| {
        let mut defects = Defects::default();
        let set = CharacterSet::from_terms(term.as_bytes(), &mut defects);
        assert_eq!(set, CharacterSet::new(right.as_bytes()), "{term}");
        assert_eq!(defects.codes(), ["character_set_misspelled"], "{term}");
    };
    same("ISO-IR 100", "ISO_IR 100");
    same("ISO_IR100", "ISO_IR 100");
    same("ISO IR 100", "ISO_IR 100");
    same("IR 100", "ISO_IR 100");
    same("iso_ir_100", "ISO_IR 100");
    same("latin1", "ISO_IR 100");
    same("ISO 8859-1", "ISO_IR 100");
    same("ISO_2022_IR_6", "ISO_IR 6");
    same("ISO IR 192", "ISO_IR 192");
    same("ISO 10646", "ISO_IR 192");
    same("UTF-8", "ISO_IR 192");
    same("ISO 2022 GBK", "GBK");
    same("ISO 2022 58", "ISO 2022 IR 58");
    same("GB 18030", "GB18030");
}

#[test]
fn defects_of_the_terms() {
    let check = |terms: &str, codes: &[&str]| {
        let mut defects = Defects::default();
        CharacterSet::from_terms(terms.as_bytes(), &mut defects);
        assert_eq!(defects.codes(), codes, "{terms}");
    };
    check("", &[]);
    check("ISO_IR 100 \0", &[]);
    check("ISO 2022 IR 13\\ISO 2022 IR 87", &[]);
    check("\\ISO 2022 IR 149", &[]);
    check("Klingon", &["character_set_unknown"]);
    check("ISO_IR 100\\Klingon", &["character_set_unknown"]);
    check("UTF-16LE", &["character_set_unknown"]);
}

#[test]
fn encodes_what_it_decoded() {
    let check = |terms: &str, text: &str, expected: bool| {
        let set = CharacterSet::new(terms.as_bytes());
        let encoded = set.encode(text);
        assert_eq!(encoded.is_some(), expected, "{terms} {text}");
        if let Some(encoded) = encoded {
            assert_eq!(set.decode_text(&encoded), text, "{terms}");
        }
    };
    check("", "CT chest", true);
    check("ISO_IR 100", "Schädel^x", true);
    check("ISO_IR 101", "Łokieć", true);
    check("ISO_IR 144", "грудь CT", true);
    check("ISO_IR 126", "θώρακας", true);
    check("ISO_IR 192", "胸部 Schädel", true);
    check("GB18030", "头颅CT", true);
    check("GBK", "头颅", true);
    check("\\ISO 2022 IR 87", "頭部 CT 単純", true);
    check("ISO 2022 IR 13\\ISO 2022 IR 87", "頭部ﾄﾞｯｸ", true);
    check("\\ISO 2022 IR 149", "흉부 CT", true);
    check("\\ISO 2022 IR 58", "头颅 CT", true);
    check("", "Jérôme", true);
    check("ISO_IR 100", "a\u{1FAC1}", false);
    check("ISO_IR 144", "胸部\u{FFFC}", false);
}
