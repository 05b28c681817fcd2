//! Settles what depends on the neighbours: words that are often names, small words, single letters, numbers.

use super::groups::{Class, Groups};
use super::vocabulary::{WordSet, vocabulary, word_set, words_in};

/// Words before which a body part stands even if a name follows: sides and modalities, folded.
static BEFORE_BODY_PART: WordSet = word_set(|| {
    words_in(
        "left right l r lt rt li re links rechts bilateral both ct mr mri cr dx xr us pet cta mra \
    xray rtg rx irm tac tc rm gauche droite sinistra destra izquierda derecha",
    )
});

/// Body parts among the words that are often names: a text may have nothing else.
static BODY_PARTS: WordSet = word_set(|| {
    words_in(
        "hand hands foot feet head heads heart finger fingers back arm arms leg legs neck cheek chin \
    shin palm knie kopf herz bein hand mano pied tete kopf kop voet nek hoofd рука κεφαλη",
    )
});

/// Settles all groups: afterwards every group stays or goes by its class.
pub(super) fn settle(groups: &mut Groups<'_>) {
    settle_often_names(groups);
    settle_rare_names(groups);
    settle_letters_and_numbers(groups);
    settle_joining(groups);
}

/// Beside an unknown word they are part of a name; repeated, because what goes is unknown to its own neighbours.
fn settle_often_names(groups: &mut Groups<'_>) {
    loop {
        let has_unknown = (0..groups.len()).any(|index| groups.class(index) == Some(Class::Unknown));
        let going: Vec<usize> = (0..groups.len())
            .filter(|index| groups.class(*index) == Some(Class::OftenName))
            .filter(|index| !is_in_company(groups, *index, has_unknown))
            .collect();
        if going.is_empty() {
            return;
        }
        going.into_iter().for_each(|index| groups.set(index, Class::Unknown));
    }
}

fn is_in_company(groups: &Groups<'_>, index: usize, has_unknown: bool) -> bool {
    let before = index.checked_sub(1).filter(|_| !is_boundary(groups.separator_before(index)));
    let after = Some(index + 1).filter(|_| !is_boundary(groups.separator_after(index)));
    let class = |at: Option<usize>| at.and_then(|at| groups.class(at));
    let is_body_part = is_body_part(groups.folded(index));
    if class(before) == Some(Class::Unknown) {
        return false;
    }
    if class(after) == Some(Class::Unknown) {
        let is_led = before.is_some_and(|before| BEFORE_BODY_PART.contains(groups.folded(before)));
        return is_body_part && is_led && groups.separator_after(index).trim().is_empty();
    }
    let supports = |class: Option<Class>| {
        matches!(
            class,
            Some(Class::Known | Class::RarelyName | Class::Number | Class::Letter | Class::Joining)
        )
    };
    let is_chained = |class: Option<Class>| class == Some(Class::OftenName);
    let is_supported = supports(class(before)) || supports(class(after));
    let is_among_often = is_chained(class(before)) || is_chained(class(after));
    let is_alone =
        (0..groups.len()).all(|at| groups.class(at).is_some_and(|class| class == Class::OftenName));
    let some_body_part = || (0..groups.len()).any(|at| self::is_body_part(groups.folded(at)));
    is_supported || (is_among_often && !has_unknown && !is_alone) || (is_alone && some_body_part())
}

/// Behind an unknown word and in front of nothing that is known they are the second part of a name (`Julieta Large`),
/// unless they are body parts.
fn settle_rare_names(groups: &mut Groups<'_>) {
    for index in 1..groups.len() {
        let is_rare_name = groups.class(index) == Some(Class::RarelyName);
        let behind_unknown = groups.class(index - 1) == Some(Class::Unknown);
        if !is_rare_name || !behind_unknown || is_boundary(groups.separator_before(index)) {
            continue;
        }
        let after = groups.class(index + 1).filter(|_| !is_boundary(groups.separator_after(index)));
        let is_held = after.is_some_and(|class| !class.goes() && class != Class::Joining);
        if !is_held && !vocabulary().is_anatomy(groups.folded(index)) {
            groups.set(index, Class::Unknown);
        }
    }
}

/// Initials and the numbers of houses, rooms and records stand beside unknown words.
fn settle_letters_and_numbers(groups: &mut Groups<'_>) {
    for index in 0..groups.len() {
        let class = groups.class(index);
        if !matches!(class, Some(Class::Letter | Class::Number)) {
            continue;
        }
        let goes_at =
            |at: Option<usize>| at.and_then(|at| groups.class(at)).is_some_and(|c| c == Class::Unknown);
        let is_glued = |separator: &str| matches!(separator, "-" | "/" | "+" | "&");
        let before = index.checked_sub(1).filter(|_| !is_boundary(groups.separator_before(index)));
        let after = Some(index + 1).filter(|_| !is_boundary(groups.separator_after(index)));
        let goes = if class == Some(Class::Number) {
            goes_at(before) || (goes_at(after) && !groups.raw(index).contains('.'))
        } else {
            let known = |at: Option<usize>| at.and_then(|at| groups.class(at)).is_some_and(|c| !c.goes());
            let is_held = groups.separator_before(index).ends_with('+')
                || (is_glued(groups.separator_before(index)) && known(before))
                || (is_glued(groups.separator_after(index)) && known(after));
            !is_held && (goes_at(before) || goes_at(after))
        };
        if goes {
            groups.set(index, Class::Identifier);
        }
    }
}

/// Small words stay between words that stay, or at the end of the text where nothing went.
fn settle_joining(groups: &mut Groups<'_>) {
    let mut index = 0;
    while index < groups.len() {
        let mut end = index;
        while groups.class(end) == Some(Class::Joining) {
            end += 1;
        }
        if end > index {
            let before = index.checked_sub(1).and_then(|at| groups.class(at));
            let after = groups.class(end);
            let holds = |class: Option<Class>| class.is_none_or(|class| !class.goes());
            if !holds(before) || !holds(after) || (before.is_none() && after.is_none()) {
                (index..end).for_each(|at| groups.set(at, Class::Unknown));
            }
        }
        index = end.max(index + 1);
    }
}

/// Words on both sides have nothing to do with each other.
fn is_boundary(separator: &str) -> bool {
    separator.contains(['\n', '\r', ';', '|', '(', ')', '[', ']'])
}

/// True for body parts that are names, too.
pub(super) fn is_body_part(folded: &str) -> bool {
    BODY_PARTS.contains(folded)
}
