//! Finds by shape what identifies: addresses, telephone numbers, dates, times, ages.

use super::groups::{Class, Groups};
use super::vocabulary::{WordSet, word_set, words_in};

/// Units of an age, folded.
pub(super) const YEARS: [&str; 45] = [
    "y",
    "yo",
    "yr",
    "yrs",
    "year",
    "years",
    "yoa",
    "j",
    "jr",
    "jahr",
    "jahre",
    "jahren",
    "jahrige",
    "jahriger",
    "an",
    "ans",
    "anno",
    "anni",
    "ano",
    "anos",
    "jaar",
    "lat",
    "rok",
    "roku",
    "let",
    "rokov",
    "ar",
    "aring",
    "arig",
    "yas",
    "yasinda",
    "vuotta",
    "vuotias",
    "ev",
    "eves",
    "ani",
    "tahun",
    "thn",
    "tuoi",
    "год",
    "года",
    "лет",
    "рокив",
    "ετων",
    "χρονων",
];

/// What may follow an age.
const AFTER_AGE: [&str; 30] = [
    "o",
    "old",
    "f",
    "m",
    "w",
    "female",
    "male",
    "fem",
    "woman",
    "man",
    "boy",
    "girl",
    "lady",
    "gentleman",
    "alt",
    "weiblich",
    "mannlich",
    "frau",
    "mann",
    "femme",
    "homme",
    "mujer",
    "hombre",
    "mulher",
    "homem",
    "donna",
    "uomo",
    "femenino",
    "masculino",
    "age",
];

/// Words in front of an age.
const BEFORE_AGE: [&str; 16] = [
    "aged",
    "age",
    "alter",
    "edad",
    "eta",
    "idade",
    "wiek",
    "yas",
    "leeftijd",
    "alder",
    "vek",
    "ika",
    "возраст",
    "вик",
    "ηλικια",
    "usia",
];

/// What follows a number of years that is no age.
const INTERVALS: [&str; 12] = [
    "follow",
    "followup",
    "fu",
    "f",
    "post",
    "interval",
    "kontrolle",
    "later",
    "control",
    "survey",
    "screening",
    "annual",
];

/// Names of months in a dozen languages, folded, and their abbreviations.
static MONTHS: WordSet = word_set(|| {
    words_in(
        "jan january januar januari janvier enero janeiro gennaio gen ene styczen stycznia ocak led leden \
    ledna января feb february februar februari fevrier febrero fevereiro febbraio fev luty lutego subat unor unora \
    февраля mar march marz maerz mars marzo marco maart mrt mrz marzec marca mart brezen brezna марта apr april avril \
    abril aprile avr abr kwiecien kwietnia nisan duben dubna апреля may mai mayo maio maggio mei maj maja mayis kveten \
    kvetna мая jun june juni juin junio junho giugno giu czerwiec czerwca haziran cerven cervna июня jul july juli \
    juillet julio julho luglio lug lipiec lipca temmuz cervenec cervence июля aug august augustus aout agosto ago \
    sierpien sierpnia agustos srpen srpna августа sep sept september septembre septiembre setembro settembre set \
    wrzesien wrzesnia eylul zari сентября oct october oktober octobre octubre outubro ottobre okt out ott pazdziernik \
    pazdziernika ekim rijen rijna октября nov november novembre noviembre novembro listopad listopada kasim ноября dec \
    december dezember decembre diciembre dezembro dicembre dez dic grudzien grudnia aralik prosinec prosince декабря",
    )
});

/// Ends of network names.
const DOMAINS: [&str; 24] = [
    "com", "org", "net", "edu", "gov", "info", "de", "uk", "fr", "es", "it", "nl", "pl", "tr", "jp", "cn",
    "kr", "ch", "at", "be", "br", "au", "ca", "local",
];

/// Gives [`Class::Identifier`] to what has such a shape. The groups are classified.
pub(super) fn mark(groups: &mut Groups<'_>) {
    mark_addresses(groups);
    for index in 0..groups.len() {
        mark_date(groups, index);
        mark_month(groups, index);
        mark_telephone(groups, index);
        mark_age(groups, index);
    }
}

/// E-mail addresses, URLs, host names and UIDs: all groups up to the next space.
fn mark_addresses(groups: &mut Groups<'_>) {
    let mut start = 0;
    while start < groups.len() {
        let mut end = start + 1;
        while end < groups.len() && !groups.separator_before(end).contains(char::is_whitespace) {
            end += 1;
        }
        if is_address(groups, start, end) {
            (start..end).for_each(|index| groups.set(index, Class::Identifier));
        }
        start = end;
    }
}

fn is_address(groups: &Groups<'_>, start: usize, end: usize) -> bool {
    let separators = || (start + 1..end).map(|index| groups.separator_before(index));
    let n_points = separators().filter(|separator| *separator == ".").count();
    let is_host = n_points > 0
        && groups.separator_before(end - 1) == "."
        && DOMAINS.contains(&groups.folded(end - 1))
        && groups.folded(end - 2).chars().count() > 2;
    let is_uid = n_points >= 3 && separators().all(|separator| separator == ".") && {
        (start..end)
            .all(|index| groups.folded(index).bytes().all(|byte| byte.is_ascii_digit() || byte == b'.'))
    };
    let is_url = separators().any(|separator| separator.contains("://"))
        || (groups.folded(start) == "www" && n_points > 0);
    let is_mail = separators().any(|separator| separator.contains('@'));
    is_host || is_uid || is_url || is_mail
}

/// Three numbers that are a day, a month and a year in some order, or hours and minutes.
fn mark_date(groups: &mut Groups<'_>, index: usize) {
    let Some(first) = digits(groups, index) else { return };
    let Some(second) = digits(groups, index + 1) else { return };
    if groups.separator_after(index) == ":" && second.len() == 2 {
        groups.set(index, Class::Identifier);
        groups.set(index + 1, Class::Identifier);
        if groups.separator_after(index + 1) == ":" && digits(groups, index + 2).is_some() {
            groups.set(index + 2, Class::Identifier);
        }
        return;
    }
    let separator = groups.separator_after(index).trim();
    let is_joint = |text: &str| matches!(text, "-" | "/" | "." | "_" | ",");
    let Some(third) = digits(groups, index + 2) else { return };
    if is_joint(separator)
        && separator == groups.separator_after(index + 1).trim()
        && is_date([first, second, third])
        // Five numbers in a row, as in `5_0_30_120_64`, are no date.
        && !(separator == "_" && digits(groups, index + 3).is_some())
    {
        (index..index + 3).for_each(|at| groups.set(at, Class::Identifier));
    }
}

fn is_date(parts: [&str; 3]) -> bool {
    let value = |part: &str| part.parse::<u32>().unwrap_or(u32::MAX);
    let is_day = |part: &str| part.len() <= 2 && (1..=31).contains(&value(part));
    let is_month = |part: &str| part.len() <= 2 && (1..=12).contains(&value(part));
    let is_year = |part: &str| part.len() == 2 || (part.len() == 4 && (1850..=2100).contains(&value(part)));
    let [a, b, c] = parts;
    let is_day_and_month = |a, b| (is_day(a) && is_month(b)) || (is_month(a) && is_day(b));
    (is_day_and_month(a, b) && is_year(c)) || (is_year(a) && is_day_and_month(b, c))
}

/// The name of a month with a day or a year before or after it.
fn mark_month(groups: &mut Groups<'_>, index: usize) {
    let is_month = MONTHS.contains(groups.folded(index));
    let is_near = |groups: &Groups<'_>, separator: &str, at: usize| {
        let is_joint = separator.chars().count() <= 3 && separator.chars().all(|c| " -/.,_'’".contains(c));
        let number = digits(groups, at).filter(|_| is_joint);
        number.is_some_and(|number| number.len() <= 2 || number.len() == 4)
    };
    if !is_month {
        return;
    }
    let after = is_near(groups, groups.separator_after(index), index + 1);
    let before = index > 0 && is_near(groups, groups.separator_before(index), index - 1);
    if !after && !before {
        return;
    }
    groups.set(index, Class::Identifier);
    if before {
        groups.set(index - 1, Class::Identifier);
    }
    if after {
        groups.set(index + 1, Class::Identifier);
        if is_near(groups, groups.separator_after(index + 1), index + 2) {
            groups.set(index + 2, Class::Identifier);
        }
    }
}

/// Numbers in a row with at least seven digits together: `555-1234`, `+49 (711) 123 456`, `01 42 34 56 78`.
fn mark_telephone(groups: &mut Groups<'_>, index: usize) {
    let is_joint = |text: &str| text.chars().count() <= 3 && text.chars().all(|c| " -/.()+".contains(c));
    let mut end = index;
    let mut n_digits = 0;
    let mut n_long = 0;
    while let Some(number) = digits(groups, end) {
        n_digits += number.len();
        n_long += usize::from(number.len() >= 3);
        end += 1;
        if !is_joint(groups.separator_after(end - 1)) {
            break;
        }
    }
    let n_numbers = end - index;
    let in_pairs = n_numbers >= 4 && n_digits == 2 * n_numbers;
    if n_numbers >= 2 && n_digits >= 7 && (n_long >= 2 || in_pairs) {
        (index..end).for_each(|at| groups.set(at, Class::Identifier));
    }
}

/// `55 y/o`, `aged 55`, `55 Jahre`, `F/55`, `55 M`; not `5 year follow-up`.
fn mark_age(groups: &mut Groups<'_>, index: usize) {
    let Some(number) = digits(groups, index).filter(|number| number.len() <= 3) else { return };
    if number.parse().is_ok_and(|number: u32| number > 125) {
        return;
    }
    let is_joint = |text: &str| text.chars().count() <= 2 && text.chars().all(|c| " -/.:,=".contains(c));
    if let Some(before) = index.checked_sub(1).filter(|_| is_joint(groups.separator_before(index))) {
        let word = groups.folded(before);
        let is_sex = number.len() >= 2 && matches!(word, "f" | "m" | "female" | "male");
        let is_word_for_age = BEFORE_AGE.contains(&word);
        // As in "bone age".
        let stays = matches!(word, "age" | "alter");
        if is_word_for_age || is_sex {
            groups.set(index, Class::Identifier);
        }
        if (is_word_for_age && !stays) || is_sex {
            groups.set(before, Class::Identifier);
        }
    }
    if !is_joint(groups.separator_after(index)) {
        return;
    }
    let after = groups.folded(index + 1);
    let is_sex = matches!(after, "f" | "m" | "female" | "male");
    if (!YEARS.contains(&after) && !is_sex) || INTERVALS.contains(&groups.folded(index + 2)) {
        return;
    }
    let mut end = index + 2;
    while end < groups.len()
        && is_joint(groups.separator_before(end))
        && AFTER_AGE.contains(&groups.folded(end))
    {
        end += 1;
    }
    (index..end).for_each(|at| groups.set(at, Class::Identifier));
}

/// A group of nothing but digits.
fn digits<'a>(groups: &'a Groups<'_>, index: usize) -> Option<&'a str> {
    let folded = groups.folded(index);
    (!folded.is_empty() && folded.bytes().all(|byte| byte.is_ascii_digit())).then_some(folded)
}
