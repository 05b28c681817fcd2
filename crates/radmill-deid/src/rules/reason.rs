//! Where a rule comes from, for whoever has to answer for it.

use std::fmt;

use crate::ProfileOption;
use crate::rules::table::Action;

/// What settled the rule for an attribute.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reason {
    /// Its group goes as a whole.
    Group,
    /// Not in the data dictionary as an attribute of its own.
    Unknown,
    /// Patient ID has a rule of its own.
    PatientId,
    /// The site has decided to let documents through.
    Documents,
    /// An exception of this crate.
    Exception(Action),
    /// The column of the Basic Profile.
    Table(Action),
    /// The column of an option that is in force.
    Option(ProfileOption, Action),
    /// The table does not list it, and this crate does.
    Unlisted(Action),
    /// Nothing lists it.
    ByVr(Action),
    /// The strict preset.
    Strict,
    /// The site's own decision.
    Override(Action),
}

impl Reason {
    /// The option that is carried out when a value is kept or cleaned for this reason.
    pub(crate) fn option(self) -> Option<ProfileOption> {
        match self {
            Reason::Option(option, _) => Some(option),
            _ => None,
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Reason::Group => f.write_str("groups like this are removed as a whole"),
            Reason::Unknown => f.write_str("no attribute of its own in the data dictionary (PS3.6)"),
            Reason::PatientId => f.write_str("Table E.1-1: Z/D; the pseudonym of the patient"),
            Reason::Documents => f.write_str("documents are let through as they are"),
            Reason::Exception(action) => {
                write!(
                    f,
                    "radmill's own decision: {}; it may name or lead to a person or place",
                    action.code()
                )
            }
            Reason::Table(action) => write!(f, "Table E.1-1: {}", action.code()),
            Reason::Option(option, action) => {
                let (_, meaning) = option.code();
                write!(f, "{meaning}: {}", action.code())
            }
            Reason::Unlisted(_) => f.write_str("not in Table E.1-1: by what it is"),
            Reason::ByVr(_) => f.write_str("not in Table E.1-1: by VR"),
            Reason::Strict => f.write_str("profile strict: may be typed by a person"),
            Reason::Override(action) => write!(f, "site override: {}", action.code()),
        }
    }
}
