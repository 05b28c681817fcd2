use thiserror::Error;

use crate::Override;

/// The options of the profile that are about attributes (PS3.15 E.3), in the order of the columns of Table E.1-1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ProfileOption {
    /// Retain Safe Private (E.3.10): private elements that are known to identify nobody.
    RetainSafePrivate,
    /// Retain UIDs (E.3.9).
    RetainUids,
    /// Retain Device Identity (E.3.8).
    RetainDeviceIdentity,
    /// Retain Institution Identity (E.3.11).
    RetainInstitutionIdentity,
    /// Retain Patient Characteristics (E.3.7): age, sex, size, weight and the like.
    RetainPatientCharacteristics,
    /// Retain Longitudinal Temporal Information With Full Dates (E.3.6).
    RetainLongitudinalFullDates,
    /// Retain Longitudinal Temporal Information With Modified Dates (E.3.6).
    RetainLongitudinalModifiedDates,
    /// Clean Descriptors (E.3.5): of texts, the words that are known to identify nobody stay.
    CleanDescriptors,
    /// Clean Structured Content (E.3.4): content items of reports and acquisition contexts.
    CleanStructuredContent,
    /// Clean Graphics (E.3.3): annotations, overlays and curves.
    CleanGraphics,
}

impl ProfileOption {
    /// All ten, in the order of the columns of the table.
    pub const ALL: [ProfileOption; 10] = [
        ProfileOption::RetainSafePrivate,
        ProfileOption::RetainUids,
        ProfileOption::RetainDeviceIdentity,
        ProfileOption::RetainInstitutionIdentity,
        ProfileOption::RetainPatientCharacteristics,
        ProfileOption::RetainLongitudinalFullDates,
        ProfileOption::RetainLongitudinalModifiedDates,
        ProfileOption::CleanDescriptors,
        ProfileOption::CleanStructuredContent,
        ProfileOption::CleanGraphics,
    ];

    /// The name in a pipeline file, such as `retain_uids`.
    pub fn name(self) -> &'static str {
        match self {
            ProfileOption::RetainSafePrivate => "retain_safe_private",
            ProfileOption::RetainUids => "retain_uids",
            ProfileOption::RetainDeviceIdentity => "retain_device_identity",
            ProfileOption::RetainInstitutionIdentity => "retain_institution_identity",
            ProfileOption::RetainPatientCharacteristics => "retain_patient_characteristics",
            ProfileOption::RetainLongitudinalFullDates => "retain_longitudinal_full_dates",
            ProfileOption::RetainLongitudinalModifiedDates => "retain_longitudinal_modified_dates",
            ProfileOption::CleanDescriptors => "clean_descriptors",
            ProfileOption::CleanStructuredContent => "clean_structured_content",
            ProfileOption::CleanGraphics => "clean_graphics",
        }
    }

    /// The inverse of [`name`](ProfileOption::name).
    pub fn from_name(name: &str) -> Option<ProfileOption> {
        ProfileOption::ALL.into_iter().find(|option| option.name() == name)
    }

    /// Code value and meaning in PS3.16 CID 7050, scheme DCM.
    pub fn code(self) -> (&'static str, &'static str) {
        match self {
            ProfileOption::RetainSafePrivate => ("113111", "Retain Safe Private Option"),
            ProfileOption::RetainUids => ("113110", "Retain UIDs Option"),
            ProfileOption::RetainDeviceIdentity => ("113109", "Retain Device Identity Option"),
            ProfileOption::RetainInstitutionIdentity => ("113112", "Retain Institution Identity Option"),
            ProfileOption::RetainPatientCharacteristics => {
                ("113108", "Retain Patient Characteristics Option")
            }
            ProfileOption::RetainLongitudinalFullDates => {
                ("113106", "Retain Longitudinal Temporal Information Full Dates Option")
            }
            ProfileOption::RetainLongitudinalModifiedDates => {
                ("113107", "Retain Longitudinal Temporal Information Modified Dates Option")
            }
            ProfileOption::CleanDescriptors => ("113105", "Clean Descriptors Option"),
            ProfileOption::CleanStructuredContent => ("113104", "Clean Structured Content Option"),
            ProfileOption::CleanGraphics => ("113103", "Clean Graphics Option"),
        }
    }
}

/// A set of options.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct OptionSet(u16);

impl OptionSet {
    pub(crate) fn insert(&mut self, option: ProfileOption) {
        self.0 |= 1 << option as u16;
    }

    pub(crate) fn contains(self, option: ProfileOption) -> bool {
        self.0 & (1 << option as u16) != 0
    }

    /// In the order of the columns of the table.
    pub(crate) fn iter(self) -> impl Iterator<Item = ProfileOption> {
        ProfileOption::ALL.into_iter().filter(move |option| self.contains(*option))
    }
}

impl FromIterator<ProfileOption> for OptionSet {
    fn from_iter<I: IntoIterator<Item = ProfileOption>>(options: I) -> OptionSet {
        let mut set = OptionSet::default();
        options.into_iter().for_each(|option| set.insert(option));
        set
    }
}

/// The policies that are shipped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Preset {
    /// The Basic Application Level Confidentiality Profile (PS3.15 E.2) with no option.
    Basic,
    /// What archives for research ask for: the Basic Profile with Clean Descriptors, Modified Dates, Patient
    /// Characteristics, Device Identity and Safe Private.
    Research,
    /// The Basic Profile, and beyond it nothing that a person may have typed: free texts, dates and times go by their
    /// VR. It takes no options, and [`BurnedIn::Reject`] and [`Documents::Reject`] are in force whatever is asked for.
    Strict,
}

impl Preset {
    /// All of them.
    pub const ALL: [Preset; 3] = [Preset::Basic, Preset::Research, Preset::Strict];

    /// The name in a pipeline file, such as `research`.
    pub fn name(self) -> &'static str {
        match self {
            Preset::Basic => "basic",
            Preset::Research => "research",
            Preset::Strict => "strict",
        }
    }

    /// The inverse of [`name`](Preset::name).
    pub fn from_name(name: &str) -> Option<Preset> {
        Preset::ALL.into_iter().find(|preset| preset.name() == name)
    }

    /// The options that it stands for.
    pub fn options(self) -> &'static [ProfileOption] {
        match self {
            Preset::Basic | Preset::Strict => &[],
            Preset::Research => &[
                ProfileOption::RetainSafePrivate,
                ProfileOption::RetainDeviceIdentity,
                ProfileOption::RetainPatientCharacteristics,
                ProfileOption::RetainLongitudinalModifiedDates,
                ProfileOption::CleanDescriptors,
            ],
        }
    }
}

/// What is done with an instance whose pixels may show identifying text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BurnedIn {
    /// Refused.
    Reject,
    /// Known regions are blacked out; refused where none is known.
    Clean,
    /// Let through as it is: somebody else has looked at the pixels.
    Allow,
}

/// What is done with encapsulated documents, sound, and other payloads that cannot be looked into.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Documents {
    /// Refused.
    Reject,
    /// The payload is let through as it is: somebody else has looked at it.
    Allow,
}

/// From what a [`Policy`](crate::Policy) is made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolicyOptions {
    /// Where to start from.
    pub preset: Preset,
    /// In addition to those of the preset; their order does not matter.
    pub options: Vec<ProfileOption>,
    /// What the site decides differently for single attributes.
    pub overrides: Vec<Override>,
    /// What is done about text in pixels.
    pub burned_in: BurnedIn,
    /// What is done about payloads that cannot be looked into.
    pub documents: Documents,
}

/// Why a policy cannot be made.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum PolicyError {
    /// Dates can be kept or shifted, not both: together they would tell by how much.
    #[error(
        "retain_longitudinal_full_dates and retain_longitudinal_modified_dates exclude each other: choose one"
    )]
    FullAndModifiedDates,
    /// The strict preset takes no options.
    #[error("the strict profile takes no options, but {option} is asked for: use profile basic with it")]
    StrictWithOption {
        /// Its name.
        option: &'static str,
    },
    /// Neither a keyword of the data dictionary nor a tag like `(0008,1030)` that is in it.
    #[error("{attribute} is no attribute of the data dictionary: write a keyword or a tag like (0008,1030)")]
    UnknownAttribute {
        /// As written.
        attribute: String,
    },
    /// None of the codes X, Z, D, U, K and C.
    #[error(
        "{action} is no action: X removes, Z empties, D puts a dummy, U replaces UIDs, K keeps, C cleans"
    )]
    UnknownAction {
        /// As written.
        action: String,
    },
    /// The attribute is overridden twice.
    #[error("{attribute} is overridden twice")]
    OverriddenTwice {
        /// Its keyword.
        attribute: String,
    },
    /// The action cannot be carried out on this attribute.
    #[error("{attribute} cannot be overridden with {action}: {why}")]
    ImpossibleOverride {
        /// Its keyword.
        attribute: String,
        /// The code of the action.
        action: &'static str,
        /// In words.
        why: &'static str,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_back() {
        for (index, option) in ProfileOption::ALL.into_iter().enumerate() {
            assert_eq!(option as usize, index, "the order is that of the columns");
            assert_eq!(ProfileOption::from_name(option.name()), Some(option));
        }
        for preset in Preset::ALL {
            assert_eq!(Preset::from_name(preset.name()), Some(preset));
        }
        assert_eq!(ProfileOption::from_name("clean_pixels"), None);
        assert_eq!(Preset::from_name("lax"), None);
    }
}
