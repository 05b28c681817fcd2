use std::fmt;

use radmill_deid::{BurnedIn, Documents, Override, Policy, PolicyOptions, Preset, ProfileOption};
use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, Visitor};

/// `[deidentify]`: settled, and known to make a policy.
#[derive(Clone, Debug, PartialEq)]
pub struct DeidentifySection(pub PolicyOptions);

/// As it is written. What is left out depends on the profile.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    #[serde(default)]
    profile: Option<Named<Preset>>,
    #[serde(default)]
    options: Option<Vec<Named<ProfileOption>>>,
    #[serde(default)]
    burned_in: Option<Named<BurnedIn>>,
    #[serde(default)]
    documents: Option<Named<Documents>>,
    #[serde(default, rename = "override")]
    overrides: Overrides,
}

impl DeidentifySection {
    /// A preset and nothing else.
    pub fn of_preset(preset: Preset) -> DeidentifySection {
        let burned_in = match preset {
            Preset::Basic | Preset::Research => BurnedIn::Clean,
            Preset::Strict => BurnedIn::Reject,
        };
        DeidentifySection(PolicyOptions {
            preset,
            options: Vec::new(),
            overrides: Vec::new(),
            burned_in,
            documents: Documents::Reject,
        })
    }
}

/// Without shifted dates no interval could be computed: a dataset would be worth little.
impl Default for DeidentifySection {
    fn default() -> DeidentifySection {
        let mut section = DeidentifySection::of_preset(Preset::Basic);
        section.0.options.push(ProfileOption::RetainLongitudinalModifiedDates);
        section
    }
}

impl<'de> Deserialize<'de> for DeidentifySection {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<DeidentifySection, D::Error> {
        let written = Written::deserialize(deserializer)?;
        let section = settle(written).map_err(D::Error::custom)?;
        Policy::new(&section.0).map_err(D::Error::custom)?;
        Ok(section)
    }
}

/// Naming a profile or options replaces both; each of the others has its own default.
fn settle(written: Written) -> Result<DeidentifySection, &'static str> {
    let mut section = match (&written.profile, &written.options) {
        (None, None) => DeidentifySection::default(),
        (profile, _) => DeidentifySection::of_preset(profile.as_ref().map_or(Preset::Basic, |named| named.0)),
    };
    let policy = &mut section.0;
    policy.options.extend(written.options.into_iter().flatten().map(|named| named.0));
    policy.overrides = written.overrides.0;
    if let Some(Named(burned_in)) = written.burned_in {
        policy.burned_in = burned_in;
    }
    if let Some(Named(documents)) = written.documents {
        policy.documents = documents;
    }
    let is_lax = policy.burned_in != BurnedIn::Reject || policy.documents != Documents::Reject;
    if policy.preset == Preset::Strict && is_lax {
        return Err("the strict profile rejects pixels that may show text, and documents: \
                    leave out burned_in and documents, or use profile \"basic\"");
    }
    Ok(section)
}

/// What stands in a pipeline file by its name.
trait ByName: Copy {
    const WHAT: &'static str;
    fn all() -> Vec<(&'static str, Self)>;
}

impl ByName for Preset {
    const WHAT: &'static str = "profile";
    fn all() -> Vec<(&'static str, Preset)> {
        Preset::ALL.map(|preset| (preset.name(), preset)).to_vec()
    }
}

impl ByName for ProfileOption {
    const WHAT: &'static str = "option";
    fn all() -> Vec<(&'static str, ProfileOption)> {
        ProfileOption::ALL.map(|option| (option.name(), option)).to_vec()
    }
}

impl ByName for BurnedIn {
    const WHAT: &'static str = "way with burned-in text";
    fn all() -> Vec<(&'static str, BurnedIn)> {
        vec![("reject", BurnedIn::Reject), ("clean", BurnedIn::Clean), ("allow", BurnedIn::Allow)]
    }
}

impl ByName for Documents {
    const WHAT: &'static str = "way with documents";
    fn all() -> Vec<(&'static str, Documents)> {
        vec![("reject", Documents::Reject), ("allow", Documents::Allow)]
    }
}

struct Named<T>(T);

impl<'de, T: ByName> Deserialize<'de> for Named<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Named<T>, D::Error> {
        let name = String::deserialize(deserializer)?;
        let all = T::all();
        if let Some((_, value)) = all.iter().find(|(known, _)| *known == name) {
            return Ok(Named(*value));
        }
        let names: Vec<String> = all.iter().map(|(known, _)| format!("`{known}`")).collect();
        let names = names.join(", ");
        Err(D::Error::custom(format!("unknown {} `{name}`, expected one of {names}", T::WHAT)))
    }
}

/// `[deidentify.override]`: an attribute and the code of an action on each line.
#[derive(Default)]
struct Overrides(Vec<Override>);

impl<'de> Deserialize<'de> for Overrides {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Overrides, D::Error> {
        deserializer.deserialize_map(OverridesVisitor).map(Overrides)
    }
}

struct OverridesVisitor;

impl<'de> Visitor<'de> for OverridesVisitor {
    type Value = Vec<Override>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a table of attributes with an action each")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Vec<Override>, A::Error> {
        let mut overrides = Vec::new();
        while let Some(attribute) = map.next_key::<String>()? {
            overrides.push(map.next_value_seed(ActionOn(&attribute))?);
        }
        Ok(overrides)
    }
}

/// Reads the action on one attribute. What is wrong with the two is said here, where line and column are known.
struct ActionOn<'a>(&'a str);

impl<'de> DeserializeSeed<'de> for ActionOn<'_> {
    type Value = Override;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Override, D::Error> {
        let action = String::deserialize(deserializer)?;
        let change = Override::parse(self.0, &action).map_err(D::Error::custom)?;
        let mut alone = DeidentifySection::of_preset(Preset::Basic).0;
        alone.overrides.push(change);
        Policy::new(&alone).map_err(D::Error::custom)?;
        Ok(change)
    }
}

#[cfg(test)]
mod tests {
    use crate::PipelineFile;

    use super::*;

    fn options(section: &str) -> Result<PolicyOptions, String> {
        PipelineFile::parse(&format!("version = 1\n[deidentify]\n{section}")).map(|file| file.deidentify.0)
    }

    #[test]
    fn naming_a_profile_or_options_replaces_the_default() {
        use ProfileOption::{CleanGraphics, RetainLongitudinalModifiedDates, RetainUids};
        for (section, preset, expected) in [
            ("", Preset::Basic, vec![RetainLongitudinalModifiedDates]),
            ("profile = \"basic\"", Preset::Basic, vec![]),
            ("profile = \"research\"", Preset::Research, vec![]),
            ("options = [\"clean_graphics\"]", Preset::Basic, vec![CleanGraphics]),
            ("options = []", Preset::Basic, vec![]),
            (
                "profile = \"research\"\noptions = [\"retain_uids\", \"clean_graphics\"]",
                Preset::Research,
                vec![RetainUids, CleanGraphics],
            ),
        ] {
            let policy = options(section).unwrap();
            assert_eq!((policy.preset, policy.options), (preset, expected), "{section}");
        }
    }

    #[test]
    fn what_is_risky_is_cleaned_or_rejected_unless_the_file_says_otherwise() {
        for (section, burned_in, documents) in [
            ("", BurnedIn::Clean, Documents::Reject),
            ("profile = \"research\"", BurnedIn::Clean, Documents::Reject),
            ("profile = \"strict\"", BurnedIn::Reject, Documents::Reject),
            ("burned_in = \"allow\"\ndocuments = \"allow\"", BurnedIn::Allow, Documents::Allow),
        ] {
            let policy = options(section).unwrap();
            assert_eq!((policy.burned_in, policy.documents), (burned_in, documents), "{section}");
        }
    }

    #[test]
    fn overrides_name_attributes_in_both_ways() {
        let policy =
            options("[deidentify.override]\n\"(0008,1010)\" = \"Z\"\nStudyDescription = \"X\"").unwrap();
        let expected = [("StationName", "Z"), ("StudyDescription", "X")]
            .map(|(attribute, action)| Override::parse(attribute, action).unwrap());
        assert_eq!(policy.overrides, expected);
    }

    #[test]
    fn what_is_wrong_is_said_with_its_place_and_the_valid_names() {
        for (section, place, words) in [
            (
                "profile = \"none\"",
                "line 3, column 11",
                "unknown profile `none`, expected one of `basic`, `research`",
            ),
            (
                "options = [\"retain_uids\", \"x\"]",
                "line 3, column",
                "unknown option `x`, expected one of `retain_safe_private`",
            ),
            ("burned_in = true", "line 3, column 13", "invalid type"),
            ("burned_in = \"keep\"", "line 3, column 13", "`reject`, `clean`, `allow`"),
            ("documents = \"keep\"", "line 3, column 13", "`reject`, `allow`"),
            ("option = []", "line 3, column 1", "unknown field `option`"),
            (
                "[deidentify.override]\nStudyDescripton = \"X\"",
                "line 4, column",
                "StudyDescripton is no attribute",
            ),
            (
                "[deidentify.override]\nStudyDescription = \"remove\"",
                "line 4, column 20",
                "remove is no action",
            ),
            (
                "[deidentify.override]\nPatientName = \"K\"",
                "line 4, column 15",
                "PatientName cannot be overridden",
            ),
            ("profile = \"strict\"\nburned_in = \"allow\"", "line 2", "the strict profile rejects"),
            ("profile = \"strict\"\noptions = [\"retain_uids\"]", "line 2", "retain_uids"),
            (
                "options = [\"retain_longitudinal_full_dates\", \"retain_longitudinal_modified_dates\"]",
                "line 2",
                "exclude each other",
            ),
        ] {
            let error = options(section).unwrap_err();
            assert!(error.contains(place) && error.contains(words), "{section:?} gave {error:?}");
        }
    }
}
