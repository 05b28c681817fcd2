//! Free text as people type it: words that a researcher needs beside words that identify.
//!
//! In a phrase `[…]` must be retained, `<…>` must go, and what is outside of both may do either.

use super::people::{Name, Person};
use crate::rng::Rng;
use crate::text::Charset;

/// A phrase with its names filled in.
pub(super) struct Phrase {
    pub(super) text: String,
    pub(super) kept: Vec<String>,
    pub(super) gone: Vec<String>,
}

/// Names stand as `{family}`, `{given}`: the patient; `{other}`, `{first}`: somebody whom no attribute names;
/// `{referrer}`: whom Referring Physician's Name names.
const PHRASES: &[&str] = &[
    "[CT chest abdomen pelvis] - <55F> Dr. <{other}>",
    "[MRI brain] for <{first} {other}>",
    "[CT] [abdomen] [pelvis] with [contrast], patient <{family}>",
    "[XR chest] PA and [lateral] <{given} {family}>",
    "[MR] [lumbar] [spine] [T2] [sagittal] Dr. <{other}>",
    "<{family}>^<{given}> [CT] [thorax]",
    "[chest] [5 mm] [axial] MRN <{id}>",
    "[CT] [head] without [contrast] acc <{accession}>",
    "[US] [abdomen] complete, ref. Dr <{referrer}>",
    "[MRI] [knee] [left] tel <{phone}>",
    "[Thorax] [CT] Dr. med. <{other}>",
    "[IRM] [cerveau] M. <{other}>",
    "[TC] [abdomen] Sra. <{other}>",
    "[PET] [CT] [whole] [body] DOB <{birth}>",
    "[mammography] [bilateral] Mrs. <{other}>",
    "[brain] [3D] [T1] [axial] Prof. <{other}>",
    "[heart] [cine] [short axis], <{institution}>",
    "[cervical] [spine] [lateral] call <{first}> at <{phone}>",
    "[pelvis] [AP] <{street}>",
    "[CT] [liver] [arterial] [venous] phase <{mail}>",
    "[localizer] <{family}>",
    "[T2] [flair] [coronal] <{accession}>",
    "[shoulder] [right] signed by Dr. <{other}>",
    "[lung] [1.25 mm] <{id}>",
    "[Abdomen] [nativ] Herr <{other}>",
    "[Kopf] [CT] Frau <{other}>",
    "[radiografia] [torax] Sig. <{other}>",
    "[angio] [carotid] <{given}> <{family}> <{birth}>",
    "[diffusion] [b1000] [ADC] <{id}>",
    "[ankle] [3 views] [oblique] <{family}>, <{given}>",
    "<{FAMILY}_{GIVEN}> [CT] [head]",
    "[chest] <{given}{family}>",
    "[CT] [sinus] pt: <{FAMILY}>",
    "[MRI] [pituitary] - <{family}>-<{given}> <{id}>",
    "[XR] [hip] (<{given} {family}>)",
    "[CT] [neck] <{native}>",
    "<{native}> [MR] [heart]",
    "[wrist] [PA] [lateral], <{FAMILY} {GIVEN}>, <{birth}>",
    "[spine] [sagittal] [STIR] p.<{family}>",
    "[bladder] [US] Ms <{other}>",
    "[elbow] [AP] Mme <{other}>",
    "[prostate] [T2] [axial] Herr Dr. <{other}>",
];

/// Phrases in languages that need their script.
const NATIVE: &[(Charset, &str)] = &[
    (Charset::Latin1, "[MRT] [Schädel] Frau <{other}>"),
    (Charset::Latin1, "[Échographie] [abdomen] <{family}>"),
    (Charset::Latin1, "[TC] [tórax] <{family}>"),
    (Charset::Cyrillic, "[КТ] [головы] <{native}>"),
    (Charset::Cyrillic, "[МРТ] [позвоночника] <{native}>"),
    (Charset::Greek, "[ΘΩΡΑΚΟΣ] <{native}>"),
    (Charset::Utf8, "[Schädel] [CT] <{family}>"),
    (Charset::Utf8, "[胸部] [CT] <{native}>"),
    (Charset::Gb18030, "[胸部] [CT] <{native}>"),
    (Charset::Gb18030, "[腹部] [MR] <{native}>"),
    (Charset::Japanese, "[頭部] [MRI] <{native}>"),
    (Charset::Japanese, "[胸部] [CT] <{native}>"),
    (Charset::Korean, "[흉부] [CT] <{native}>"),
    (Charset::Korean, "[복부] [CT] <{native}>"),
];

/// For VRs of 16 characters.
const SHORT: &[&str] = &["[CT] <{family}>", "[chest]", "[abdomen]", "[T2] <{family}>", "[left]"];

/// Phrases without anybody in them: nothing may go.
const HARMLESS: &[&str] = &[
    "[CT chest abdomen pelvis]",
    "[MRI brain] [T1] [sagittal]",
    "[T2] [axial] [fat] [3 mm]",
    "[abdomen] [portal] [venous] [phase]",
    "[lumbar] [spine] [lateral]",
    "[XR hand] [left]",
    "[scout]",
    "[knee] [proton] [density] [coronal]",
    "[Thorax] [axial]",
    "[CT] [angiography] [head] [neck]",
];

impl Phrase {
    /// A phrase of at most `length` bytes of ASCII.
    pub(super) fn new(person: &Person, charset: Charset, rng: &mut Rng, length: usize) -> Phrase {
        let native: Vec<&str> = NATIVE.iter().filter(|row| row.0 == charset).map(|row| row.1).collect();
        for _ in 0..12 {
            let pattern = match rng.below(6) {
                _ if length <= 16 => *rng.pick(SHORT),
                0 => *rng.pick(HARMLESS),
                1 if !native.is_empty() => *rng.pick(&native),
                _ => *rng.pick(PHRASES),
            };
            let phrase = Phrase::fill(pattern, person, rng);
            let fits = phrase.text.len() <= length && charset.can_write(&phrase.text);
            if fits && !phrase.contradicts_itself(person) {
                return phrase;
            }
        }
        Phrase { text: "CT".to_owned(), kept: vec!["CT".to_owned()], gone: Vec::new() }
    }

    fn fill(pattern: &str, person: &Person, rng: &mut Rng) -> Phrase {
        let other = Name::new(rng, 3);
        // A word of radiology is a name only where somebody is addressed by it.
        let (titled, untitled) = (other.clone(), Name::new(rng, usize::MAX));
        let other = if pattern.contains("<{first} {other}>") { untitled } else { titled };
        let birth = &person.birth_date;
        let values = [
            ("{family}", person.family.clone()),
            ("{given}", person.given.clone()),
            ("{FAMILY}", person.family.to_uppercase()),
            ("{GIVEN}", person.given.to_uppercase()),
            ("{native}", person.native.as_ref().unwrap_or(&person.family).replace('^', "")),
            ("{other}", other.family),
            ("{first}", other.given),
            ("{referrer}", person.referrer.family.clone()),
            ("{id}", person.id.clone()),
            ("{accession}", person.accession.clone()),
            ("{phone}", person.phone.clone()),
            ("{mail}", person.mail.clone()),
            ("{street}", person.street.clone()),
            ("{institution}", person.institution.clone()),
            ("{birth}", format!("{}/{}/{}", &birth[6..], &birth[4..6], &birth[..4])),
        ];
        let filled = values.iter().fold(pattern.to_owned(), |text, (slot, value)| text.replace(slot, value));
        Phrase {
            kept: marked(&filled, '[', ']'),
            gone: marked(&filled, '<', '>'),
            text: filled.replace(['[', ']', '<', '>'], ""),
        }
    }

    /// A word cannot both stay and go; nor can one stay that is the patient's or a physician's name.
    fn contradicts_itself(&self, person: &Person) -> bool {
        let identity = [&person.family, &person.given, &person.referrer.family, &person.referrer.given]
            .into_iter()
            .chain([&person.reader.family, &person.reader.given, &person.street, &person.town])
            .chain([&person.institution]);
        let gone: Vec<String> = self.gone.iter().chain(identity).flat_map(|text| words(text)).collect();
        self.kept.iter().flat_map(|text| words(text)).any(|kept| {
            gone.iter().any(|word| kept.contains(word.as_str()) || (word.contains(&kept) && kept.len() > 2))
        })
    }
}

/// Lower-case words.
fn words(text: &str) -> Vec<String> {
    let parts = text.split(|c: char| !c.is_alphanumeric()).filter(|word| word.len() > 1);
    parts.map(str::to_lowercase).collect()
}

/// What stands between the marks.
fn marked(text: &str, open: char, close: char) -> Vec<String> {
    text.split(open)
        .skip(1)
        .filter_map(|part| part.split_once(close))
        .map(|(inner, _)| inner.to_owned())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_are_understood() {
        let person = Person::new(1, "x", Charset::Ascii);
        let mut rng = Rng::new(1, "x");
        let phrase = Phrase::fill("[CT chest] - Dr. <{family}>", &person, &mut rng);
        assert_eq!(phrase.text, format!("CT chest - Dr. {}", person.family));
        assert_eq!(phrase.kept, ["CT chest"]);
        assert_eq!(phrase.gone, [person.family]);
    }

    #[test]
    fn what_stays_never_goes() {
        for n in 0..500 {
            let person = Person::new(n, "x", Charset::Ascii);
            let phrase = Phrase::new(&person, Charset::Ascii, &mut Rng::new(n, "phrase"), 64);
            assert!(phrase.text.len() <= 64 && !phrase.contradicts_itself(&person));
        }
    }
}
