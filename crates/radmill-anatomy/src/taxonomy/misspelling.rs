use super::word_hash::WordMap;

/// Shortest text that is taken for a misspelt word in a description, in letters.
const TEXT_LETTERS_MIN: usize = 5;
/// Shortest in Body Part Examined, where nothing but a body part is expected.
const BODY_PART_LETTERS_MIN: usize = 4;
/// Longest word that is looked for, in letters.
const LETTERS_MAX: usize = 24;
/// From this length on a word may also have one letter replaced by another; in shorter ones that makes other words.
const REPLACEABLE_LETTERS_MIN: usize = 6;

/// Words that are found again with one letter too many, too few, replaced, or two exchanged.
///
/// Each word stands under itself and under itself without each of its letters; so does what is looked for
/// (Garbe's symmetric deletion). The first letter has to be right.
#[derive(Default)]
pub(super) struct Misspellings {
    words: Vec<Box<str>>,
    by_deletion: WordMap<Vec<u32>>,
}

impl Misspellings {
    /// Adds a word of ASCII letters; others, and those that are too short or long, are left out.
    pub(super) fn add(&mut self, word: &str) {
        let is_letters = word.bytes().all(|byte| byte.is_ascii_lowercase());
        if !is_letters || !(BODY_PART_LETTERS_MIN..=LETTERS_MAX).contains(&word.len()) {
            return;
        }
        let Ok(index) = u32::try_from(self.words.len()) else { return };
        self.words.push(word.into());
        for key in deletions(word).chain([word.to_owned()]) {
            let indices = self.by_deletion.entry(key.into_boxed_str()).or_default();
            if indices.last() != Some(&index) {
                indices.push(index);
            }
        }
    }

    /// The known words that the text is a misspelling of; where letters were only exchanged, those words alone.
    pub(super) fn find<'a>(&'a self, text: &str, is_body_part: bool) -> Vec<&'a str> {
        let letters_min = if is_body_part { BODY_PART_LETTERS_MIN } else { TEXT_LETTERS_MIN };
        let is_letters = text.bytes().all(|byte| byte.is_ascii_lowercase());
        if !is_letters || !(letters_min..=LETTERS_MAX).contains(&text.len()) {
            return Vec::new();
        }
        let mut found: Vec<u32> = Vec::new();
        let mut key = String::with_capacity(text.len());
        for left_out in (1..text.len()).map(Some).chain([None]) {
            key.clear();
            key.push_str(text.get(..left_out.unwrap_or(text.len())).unwrap_or_default());
            key.push_str(left_out.and_then(|at| text.get(at + 1..)).unwrap_or_default());
            found.extend(self.by_deletion.get(key.as_str()).into_iter().flatten());
        }
        found.sort_unstable();
        found.dedup();
        let words = found.into_iter().filter_map(|index| self.words.get(index as usize));
        let slips = words.filter_map(|word| Some((slip(text.as_bytes(), word.as_bytes())?, &**word)));
        let slips: Vec<(Slip, &str)> = slips.collect();
        let exchanged = slips.iter().any(|(slip, _)| *slip == Slip::Exchanged);
        let kept = slips.into_iter().filter(|(slip, _)| !exchanged || *slip == Slip::Exchanged);
        kept.map(|(_, word)| word).collect()
    }
}

/// The word without its second, third, … letter.
fn deletions(word: &str) -> impl Iterator<Item = String> {
    (1..word.len()).filter_map(|at| Some(format!("{}{}", word.get(..at)?, word.get(at + 1..)?)))
}

/// What happened to one place of a word.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Slip {
    /// Two neighbours changed places.
    Exchanged,
    /// A letter more, less, or another one.
    Letter,
}

/// The one slip behind the first letter that makes the text of the word, if it is one.
fn slip(text: &[u8], word: &[u8]) -> Option<Slip> {
    let same_begin = text.iter().zip(word).take_while(|(a, b)| a == b).count();
    let (text_rest, word_rest) = (text.get(same_begin..)?, word.get(same_begin..)?);
    if same_begin == 0 || text == word {
        return None;
    }
    if let ([a, b, text_end @ ..], [c, d, word_end @ ..]) = (text_rest, word_rest)
        && (a, b, text_end) == (d, c, word_end)
    {
        return Some(Slip::Exchanged);
    }
    let (text_next, word_next) = (text_rest.get(1..), word_rest.get(1..));
    let longer_or_shorter = text_next == Some(word_rest) || word_next == Some(text_rest);
    let replaced = text_next.is_some() && text_next == word_next;
    let counts = match word.len() {
        0..=4 => false,
        5..REPLACEABLE_LETTERS_MIN => longer_or_shorter,
        _ => longer_or_shorter || replaced,
    };
    counts.then_some(Slip::Letter)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_slip_of_the_hand() {
        let mut misspellings = Misspellings::default();
        ["chest", "head", "shoulder", "spine", "abdomen", "thyroid", "throat", "thorax"]
            .iter()
            .for_each(|word| misspellings.add(word));
        let check = |text: &str, expected: &[&str]| {
            assert_eq!(misspellings.find(text, true), expected, "{text}");
        };
        check("cheast", &["chest"]);
        check("chset", &["chest"]);
        check("haed", &["head"]);
        // Exchanged letters leave no doubt: not "throat".
        check("throax", &["thorax"]);
        check("sholder", &["shoulder"]);
        check("thyriod", &["thyroid"]);
        check("abdoman", &["abdomen"]);
        check("abdomeen", &["abdomen"]);
        // A correct word is no misspelling, and a far or short one is another word.
        check("chest", &[]);
        check("heat", &[]);
        check("spike", &[]);
        check("bhest", &[]);
        check("abdmn", &[]);
        check("", &[]);
        assert_eq!(misspellings.find("haed", false), Vec::<&str>::new());
    }
}
