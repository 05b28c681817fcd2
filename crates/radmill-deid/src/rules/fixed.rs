//! The actions after which nothing of the value is left.

use std::fmt;

use crate::rules::table::Action;

/// Removed, empty or a dummy: which of them, the Type of the attribute in its IOD decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::upper_case_acronyms, reason = "the standard's codes")]
pub(crate) enum Fixed {
    X,
    Z,
    D,
    XZ,
    XD,
    ZD,
    XZD,
}

/// What the IOD needs of an attribute (PS3.5 section 7.4), conditional Types taken for unconditional ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Requirement {
    /// Type 3, or not in the IOD at this place.
    Nothing,
    /// Type 2 or 2C: the attribute, with or without a value.
    Presence,
    /// Type 1 or 1C: a value.
    Value,
    /// The IOD is unknown, or the place is deeper than the table of Types goes.
    Unknown,
}

/// What is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    Remove,
    Empty,
    Dummy,
}

impl Fixed {
    /// `None` for U, K and C, which keep something of the value.
    pub(crate) fn of(action: Action) -> Option<Fixed> {
        Some(match action {
            Action::X => Fixed::X,
            Action::Z => Fixed::Z,
            Action::D => Fixed::D,
            Action::XZ => Fixed::XZ,
            Action::XD => Fixed::XD,
            Action::ZD => Fixed::ZD,
            Action::XZD => Fixed::XZD,
            Action::U | Action::K | Action::C | Action::XZU => return None,
        })
    }

    /// True if the Type has to decide.
    pub(crate) fn is_compound(self) -> bool {
        matches!(self, Fixed::XZ | Fixed::XD | Fixed::ZD | Fixed::XZD)
    }

    /// What keeps the object valid and tells least. An attribute that the IOD needs stays even where the table says X
    /// or Z alone, empty or as a dummy, which tell as little. Without knowledge of the IOD, compounds are settled so
    /// that the object stays valid whatever the Type is, and X and Z are taken by their word.
    pub(crate) fn outcome(self, requirement: Requirement) -> Outcome {
        match (self, requirement) {
            (Fixed::D, _) | (_, Requirement::Value) => Outcome::Dummy,
            (Fixed::XD, Requirement::Presence | Requirement::Unknown) => Outcome::Dummy,
            (Fixed::ZD | Fixed::XZD, Requirement::Unknown) => Outcome::Dummy,
            (Fixed::Z | Fixed::ZD, _) | (_, Requirement::Presence) => Outcome::Empty,
            (Fixed::XZ, Requirement::Unknown) => Outcome::Empty,
            (Fixed::X | Fixed::XZ | Fixed::XD | Fixed::XZD, _) => Outcome::Remove,
        }
    }
}

impl fmt::Display for Fixed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Fixed::X => "remove",
            Fixed::Z => "empty",
            Fixed::D => "dummy",
            Fixed::XZ => "remove or empty by Type",
            Fixed::XD => "remove or dummy by Type",
            Fixed::ZD => "empty or dummy by Type",
            Fixed::XZD => "remove, empty or dummy by Type",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn outcomes_by_requirement() {
        use Outcome::{Dummy, Empty, Remove};
        let check = |fixed: Fixed, expected: [Outcome; 4]| {
            let requirements =
                [Requirement::Nothing, Requirement::Presence, Requirement::Value, Requirement::Unknown];
            assert_eq!(requirements.map(|requirement| fixed.outcome(requirement)), expected, "{fixed}");
        };
        check(Fixed::X, [Remove, Empty, Dummy, Remove]);
        check(Fixed::Z, [Empty, Empty, Dummy, Empty]);
        check(Fixed::D, [Dummy, Dummy, Dummy, Dummy]);
        check(Fixed::XZ, [Remove, Empty, Dummy, Empty]);
        check(Fixed::XD, [Remove, Dummy, Dummy, Dummy]);
        check(Fixed::ZD, [Empty, Empty, Dummy, Dummy]);
        check(Fixed::XZD, [Remove, Empty, Dummy, Dummy]);
    }
}
