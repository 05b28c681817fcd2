//! Words that stand in names and addresses and still identify nobody.

use std::collections::HashSet;
use std::sync::LazyLock;

/// Words of institutions, placeholders of de-identifiers and test files, and words that are in many names.
const NEUTRAL: &str = "\
    anonymized anonymised anonymous anonym anon anonymize deidentified identified removed hidden none null unknown \
    unspecified noname name lastname firstname surname patient patientname patientid subject dummy test testing \
    tester demo example sample samples default phantom other value undefined empty missing masked redacted unbekannt \
    anonyme inconnu study series image images person human user admin doctor physician radiologist operator \
    technologist technician nurse professor referring performing requesting reading attending prof herr frau mister \
    miss \
    hospital hospitals clinic clinics clinical klinik klinikum klinic krankenhaus clinique hopital ospedale \
    university universitat universite universitatsklinikum universidad medical medicine medizin center centre centro \
    central zentrum institute institut institution department dept abteilung departement service services unit ward \
    radiology radiologie radiologia radiological imaging diagnostic diagnostics diagnostik diagnosis health \
    healthcare care group general national regional state county city public private research laboratory labs school \
    college foundation trust saint sankt international american european systems system company corporation society \
    association oncology cardiology neurology neuroradiology surgery surgical nuclear emergency orthopedics \
    orthopaedics pediatrics paediatrics children kinder dental womens veterinary \
    street strasse road avenue lane drive boulevard square platz weg house building floor room suite north south \
    east west upper lower town united states germany deutschland france italy spain japan korea china england canada \
    america \
    scanner station workstation console server archive router gateway siemens philips toshiba canon hitachi fujifilm \
    fuji agfa kodak carestream hologic samsung konica minolta shimadzu esaote mindray varian elekta accuray electric \
    mrscanner dicom storescu storescp pacs local localhost main primary secondary";

/// Words of the examination itself. A name that is one of them is judged only where the patient is known.
const VOCABULARY: &str = "\
    hand foot knee genou shoulder elbow wrist ankle finger thumb head skull brain neuro face neck chest thorax lung \
    heart breast mamma abdomen liver kidney pelvis spine cervical thoracic lumbar sacrum femur tibia humerus radius \
    ulna bone body whole trunk extremity artery vein vessel coronary aorta cardiac left right both anterior \
    posterior lateral medial axial sagittal coronal oblique contrast native spiral helical spin echo gradient turbo \
    fast flash field phase frequency inversion recovery saturation fat water diffusion perfusion weighted localizer \
    scout survey routine standard protocol dynamic delayed early late venous arterial white black gray grey green \
    brown rose long short small large young old hard soft sharp smooth bright dark high low first second third \
    original derived primary volume slice frame reformatted projection average maximum minimum dixon bolus tracer \
    glucose ultrasound tomography computed magnetic resonance angiography radiograph film screen digital mammography \
    emission positron compressed uncompressed lossless color colour monochrome palette overlay report segmentation \
    structured enhanced multiframe single multi video photo slide microscopy stored print waveform march may august \
    april june winter summer stone block cobb page major minor marker point line plane angle length base apex crest \
    ring ball";

static NEUTRAL_WORDS: LazyLock<HashSet<&str>> = LazyLock::new(|| NEUTRAL.split(' ').collect());
static VOCABULARY_WORDS: LazyLock<HashSet<&str>> = LazyLock::new(|| VOCABULARY.split(' ').collect());

/// Whether a folded word identifies nobody, wherever it stands.
pub(crate) fn is_neutral(word: &str) -> bool {
    NEUTRAL_WORDS.contains(word) || word.chars().all(|c| c == '0' || c == ' ')
}

/// Whether a folded word belongs to the language of examinations.
pub(crate) fn is_vocabulary(word: &str) -> bool {
    VOCABULARY_WORDS.contains(word)
}
