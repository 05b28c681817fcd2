//! Finds names by what stands beside them: titles, degrees, words such as `by` and `ref`, and the caret and the comma.

use super::context::is_body_part;
use super::groups::{Class, Groups};
use super::vocabulary::{WordSet, word_set, words_in};

/// Titles in any case, with or without a point; folded.
static TITLES: WordSet = word_set(|| {
    words_in(
        "prof professor professeur profesor professore professora doktor doctor docteur dottore dottoressa \
    dott dottssa doutor doutora drs dra dres drmed mme mlle mmes messrs monsieur madame mademoiselle mister missus herr \
    frau fraulein srta senor senora senorita senhor senhora signor signora signorina dhr mevr mevrouw meneer pani \
    gospodin gospoda gospodja bay bayan sayin uzm lek lekarz medecin medico medica physician radiologist radiologe \
    radiologue arzt arztin doktorka mudr mvdr judr phdr врач доктор профессор проф др господин госпожа лікар γιατρος \
    ιατρος δρ κος κυριος κυρια",
    )
});

/// Titles if a point follows.
static TITLES_WITH_POINT: WordSet = word_set(|| {
    words_in("dr mr mrs ms hr fr sr sra sig pr m mm mw st rev hon capt lt-col sgt doc op dipl ing κα")
});

/// Titles as written here, without a point; in capitals they are a modality, a disease, or a unit.
const TITLES_AS_WRITTEN: [&str; 11] =
    ["Dr", "dr", "Mr", "Mrs", "Ms", "Miss", "miss", "Pan", "Sir", "Hr", "Pr"];

/// The same in capitals are titles only before a word that can be a name.
const TITLES_IN_CAPITALS: [&str; 4] = ["DR", "MRS", "MISS", "MS"];

/// Stands between a title and the name.
static AFTER_TITLE: WordSet = word_set(|| {
    words_in(
        "med medic dent phil rer nat jur hab habil h c hc univ mult dipl ing priv doz assoc asst von van \
    vom zu zur de del della di da do dos das du des la le el al bin ibn ben ter ten den der st saint san abu umm",
    )
});

/// Announce a name: the next word goes unless it is known and no name.
static CUES: WordSet = word_set(|| {
    words_in(
        "by tech technologist technician ref referred referring attn attending attention requested req \
    ordered ordering performed signed dictated transcribed reported name named nom nombre nome naam nazwisko imie \
    patient patientin paciente paziente pat pt physician operator resident fellow consultant mother father wife \
    husband mum dad parent guardian kin contact tel durch von-x per for c pour para fur dla для από",
    )
});

/// Announce a name and nothing else: the next word goes as after a title.
static CUES_OF_NAMES: WordSet = word_set(|| words_in("attending attn dictated named signed transcribed"));

/// Degrees and registrations behind a name.
static DEGREES: WordSet = word_set(|| {
    words_in("md phd rn np dnp crna facr frcr frcp frcs mbbs mbchb dds dmd dvm msn bsn rdms rvt rt cnmt esq")
});

/// Titles behind a name in Chinese, Japanese and Korean.
const TITLES_BEHIND: [&str; 22] = [
    "先生",
    "医師",
    "医师",
    "医生",
    "醫師",
    "醫生",
    "大夫",
    "教授",
    "様",
    "さん",
    "氏",
    "殿",
    "女士",
    "小姐",
    "太太",
    "선생님",
    "선생",
    "의사",
    "교수",
    "교수님",
    "씨",
    "님",
];

/// Gives [`Class::Unknown`] to names and to what announces them. The groups are classified.
pub(super) fn mark(groups: &mut Groups<'_>) {
    mark_titles_behind(groups);
    let mut index = 0;
    while index < groups.len() {
        index = if is_title(groups, index) || CUES_OF_NAMES.contains(groups.folded(index)) {
            groups.set(index, Class::Unknown);
            mark_name_after(groups, index, true)
        } else if is_cue(groups, index) {
            let end = mark_name_after(groups, index, false);
            if end > index + 1 {
                groups.set(index, Class::Unknown);
            }
            end
        } else {
            mark_degree(groups, index);
            index + 1
        };
    }
    mark_shapes(groups);
}

fn is_title(groups: &Groups<'_>, index: usize) -> bool {
    let folded = groups.folded(index);
    let raw = groups.raw(index);
    let has_point = groups.separator_after(index).starts_with('.');
    let next = groups.class(index + 1);
    if TITLES.contains(folded) || TITLES_AS_WRITTEN.contains(&raw) {
        return true;
    }
    if has_point && TITLES_WITH_POINT.contains(folded) {
        // An abbreviation and the end of a sentence look alike for one letter: a capital has to follow.
        let has_capital = groups.raw(index + 1).chars().next().is_some_and(char::is_uppercase);
        return (folded.len() > 1 && raw != "MR") || (has_capital && groups.folded(index + 1).len() > 2);
    }
    TITLES_IN_CAPITALS.contains(&raw) && matches!(next, Some(Class::OftenName | Class::Unknown))
}

/// `for`, `by` and the like, if they are followed by what may be a name.
fn is_cue(groups: &Groups<'_>, index: usize) -> bool {
    let folded = groups.folded(index);
    if !CUES.contains(folded) {
        return false;
    }
    // c/o
    if folded == "c" {
        return groups.separator_after(index) == "/" && groups.folded(index + 1) == "o";
    }
    let is_weak = matches!(folded, "for" | "per" | "pour" | "para" | "fur" | "dla" | "для" | "pt" | "durch");
    if is_title(groups, index + 1) {
        return true;
    }
    match groups.class(index + 1) {
        Some(Class::Unknown | Class::OftenName | Class::Letter) => true,
        Some(Class::RarelyName) => !is_weak,
        Some(Class::Joining) => AFTER_TITLE.contains(groups.folded(index + 1)),
        _ => false,
    }
}

/// Marks the name behind a title or a cue, and gives the index of the first group that is no part of it.
/// After a title the first word goes whatever it is.
fn mark_name_after(groups: &mut Groups<'_>, index: usize, after_title: bool) -> usize {
    let mut at = index + 1;
    while at < groups.len() && is_before_name(groups, at) {
        groups.set(at, Class::Unknown);
        at += 1;
    }
    let Some(first) = groups.class(at) else { return at };
    if matches!(first, Class::Number | Class::Identifier) {
        return at;
    }
    if !after_title && !matches!(first, Class::Unknown | Class::OftenName | Class::RarelyName) {
        return at;
    }
    groups.set(at, Class::Unknown);
    at += 1;
    while let Some(class) = groups.class(at) {
        let separator = groups.separator_before(at);
        let is_joined = separator == "-" || separator == "'" || separator == "’";
        let goes_on = separator.chars().all(|c| " .,-^'’".contains(c));
        let initial = class == Class::Letter && groups.separator_after(at).starts_with('.');
        if !is_joined && !(goes_on && (matches!(class, Class::Unknown | Class::OftenName) || initial)) {
            break;
        }
        if is_title(groups, at) {
            break;
        }
        groups.set(at, Class::Unknown);
        at += 1;
    }
    at
}

/// More titles, particles, and initials with another word after them.
fn is_before_name(groups: &Groups<'_>, at: usize) -> bool {
    let has_next = at + 1 < groups.len();
    let is_initial = groups.class(at) == Some(Class::Letter);
    has_next && (is_initial || is_title(groups, at) || AFTER_TITLE.contains(groups.folded(at)))
}

/// `Foot, MD`, `Smith RN`.
fn mark_degree(groups: &mut Groups<'_>, index: usize) {
    if index == 0 || !DEGREES.contains(groups.folded(index)) {
        return;
    }
    let separator = groups.separator_before(index);
    let before = groups.class(index - 1);
    let has_comma = separator.starts_with(',');
    let is_name = before.is_some_and(|class| class.may_be_name() || (has_comma && class == Class::Known));
    if !is_name || !separator.chars().all(|c| " ,.".contains(c)) {
        return;
    }
    groups.set(index, Class::Unknown);
    groups.set(index - 1, Class::Unknown);
    let mut at = index - 1;
    while at > 0
        && groups.class(at - 1).is_some_and(|class| matches!(class, Class::OftenName | Class::Letter))
    {
        at -= 1;
        groups.set(at, Class::Unknown);
    }
}

fn mark_titles_behind(groups: &mut Groups<'_>) {
    for index in 0..groups.len() {
        let folded = groups.folded(index);
        let is_behind = TITLES_BEHIND.contains(&folded);
        let ends_with_one = TITLES_BEHIND.iter().any(|title| folded.ends_with(title));
        if ends_with_one {
            groups.set(index, Class::Unknown);
        }
        if is_behind && index > 0 {
            groups.set(index - 1, Class::Unknown);
        }
    }
}

/// `Hand^Michael`, `Lung, Mei`: a word that can be a name, joined to one that is not known. `Hand^Art`: nothing but
/// words that can be names.
fn mark_shapes(groups: &mut Groups<'_>) {
    let all_names = groups.text.contains('^')
        && (0..groups.len()).all(|index| {
            matches!(groups.class(index), Some(Class::OftenName | Class::Letter | Class::Unknown))
        });
    for index in 0..groups.len() {
        let (Some(this), Some(next)) = (groups.class(index), groups.class(index + 1)) else { break };
        let separator = groups.separator_after(index).trim();
        let has_caret = separator == "^";
        let is_name =
            has_caret || groups.separator_after(index) == "-" || (separator == "," && this.may_be_name());
        if !is_name {
            continue;
        }
        let both_body_parts = is_body_part(groups.folded(index)) && is_body_part(groups.folded(index + 1));
        if this == Class::OftenName && next == Class::OftenName && separator != "," && !both_body_parts {
            groups.set(index, Class::Unknown);
            groups.set(index + 1, Class::Unknown);
        }
        if next == Class::Unknown && this.may_be_name() {
            groups.set(index, Class::Unknown);
        }
        if this == Class::Unknown && (next == Class::OftenName || (has_caret && next == Class::RarelyName)) {
            groups.set(index + 1, Class::Unknown);
        }
    }
    if all_names {
        (0..groups.len()).for_each(|index| groups.set(index, Class::Unknown));
    }
}
