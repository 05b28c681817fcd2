mod options;
mod overrides;
mod resolved;
mod rule_table;

use std::fmt;
use std::sync::{Arc, OnceLock};

use dicom_core::Tag;
use dicom_core::dictionary::DataDictionary;
use dicom_dictionary_std::StandardDataDictionary;
use sha2::{Digest, Sha256};

pub(crate) use options::OptionSet;
pub use options::{BurnedIn, Documents, PolicyError, PolicyOptions, Preset, ProfileOption};
pub use overrides::Override;
pub use resolved::ResolvedAttribute;

use self::rule_table::RuleTable;
use crate::generated::dictionary::ATTRIBUTES;
use crate::generated::iod_types;
use crate::generated::table_e1_1::{EDITION, PATTERNS, TABLE, UNLISTED};
use crate::rules::exceptions::{KEPT_BINARY, exception_tags};
use crate::rules::reason::Reason;
use crate::rules::table::Action;
use crate::rules::{Rule, Treatment, settle, settle_unknown};
use crate::{descriptors, private};

/// Counts up whenever the code does something else to a value under the same rule.
const RULES_VERSION: u32 = 5;

/// What is done with every attribute: a profile, its options and a site's overrides, settled. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Policy {
    settled: Arc<Settled>,
}

struct Settled {
    choices: Choices,
    /// Of every attribute of the dictionary.
    rules: RuleTable,
    burned_in: BurnedIn,
    id: String,
}

/// What decides about single attributes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Choices {
    pub(crate) options: OptionSet,
    pub(crate) strict: bool,
    pub(crate) documents: Documents,
    /// In ascending order of tag.
    pub(crate) overrides: Vec<Override>,
}

impl Choices {
    pub(crate) fn override_of(&self, tag: Tag) -> Option<Action> {
        let index = self.overrides.binary_search_by_key(&tag, |change| change.tag).ok()?;
        Some(self.overrides[index].action)
    }
}

impl Policy {
    /// Settles the options, or says which of them cannot be carried out together.
    pub fn new(options: &PolicyOptions) -> Result<Policy, PolicyError> {
        let strict = options.preset == Preset::Strict;
        if let (true, Some(option)) = (strict, options.options.first()) {
            return Err(PolicyError::StrictWithOption { option: option.name() });
        }
        let all: OptionSet = options.preset.options().iter().chain(&options.options).copied().collect();
        let full = ProfileOption::RetainLongitudinalFullDates;
        if all.contains(full) && all.contains(ProfileOption::RetainLongitudinalModifiedDates) {
            return Err(PolicyError::FullAndModifiedDates);
        }
        let overrides = overrides::checked(&options.overrides, all)?;
        let (burned_in, documents) = match strict {
            true => (BurnedIn::Reject, Documents::Reject),
            false => (options.burned_in, options.documents),
        };
        let choices = Choices { options: all, strict, documents, overrides };
        Ok(Policy::settled(choices, burned_in))
    }

    /// Basic Application Level Confidentiality Profile with Retain Longitudinal Temporal Information
    /// With Modified Dates (PS3.15 E.2 and E.3.6), and nothing that may be burned in or cannot be read.
    pub fn basic() -> Policy {
        static BASIC: OnceLock<Policy> = OnceLock::new();
        let settled = || {
            let options = [ProfileOption::RetainLongitudinalModifiedDates].into_iter().collect();
            let documents = Documents::Reject;
            let choices = Choices { options, strict: false, documents, overrides: Vec::new() };
            Policy::settled(choices, BurnedIn::Reject)
        };
        BASIC.get_or_init(settled).clone()
    }

    /// The same policy with another decision on text in pixels.
    pub fn with_burned_in(self, burned_in: BurnedIn) -> Policy {
        Policy::settled(self.settled.choices.clone(), burned_in)
    }

    /// Stable identifier of what this policy does; changes when the table or a rule changes.
    /// At most 32 characters: edition of the table, version of the rules, and a hash over all settled rules.
    pub fn id(&self) -> String {
        self.settled.id.clone()
    }

    /// True if the option is in force.
    pub fn has(&self, option: ProfileOption) -> bool {
        self.settled.choices.options.contains(option)
    }

    pub(crate) fn options(&self) -> OptionSet {
        self.settled.choices.options
    }

    /// What is done about text in pixels.
    pub fn burned_in(&self) -> BurnedIn {
        self.settled.burned_in
    }

    /// What is done about payloads that cannot be looked into.
    pub fn documents(&self) -> Documents {
        self.settled.choices.documents
    }

    fn settled(choices: Choices, burned_in: BurnedIn) -> Policy {
        let rules: Vec<(Tag, Rule)> = attributes().map(|tag| (tag, settle(tag, &choices))).collect();
        let rules = RuleTable::new(&rules);
        let mut settled = Settled { choices, rules, burned_in, id: String::new() };
        let digest = Sha256::digest(settled.rules_text());
        settled.id = format!("{EDITION}-r{RULES_VERSION}-{}", short_hex(&digest));
        Policy { settled: Arc::new(settled) }
    }

    /// The rule for one tag.
    pub(crate) fn rule(&self, tag: Tag) -> Rule {
        self.settled.rule(tag)
    }

    /// True if the value of this attribute stays as it is because an option or the site says so: what is kept on
    /// purpose is no secret of the instance.
    pub(crate) fn keeps(&self, tag: Tag) -> bool {
        let rule = self.rule(tag);
        matches!(rule.treatment, Treatment::Keep | Treatment::KeepTemporal)
            && matches!(rule.reason, Reason::Option(..) | Reason::Override(_))
    }

    #[cfg(test)]
    pub(crate) fn rules_text(&self) -> String {
        self.settled.rules_text()
    }
}

/// Every attribute of the data dictionary, in order of tag.
pub(crate) fn attributes() -> impl Iterator<Item = Tag> {
    let of_group = |(group, elements): &'static (u16, &'static [u16])| {
        elements.iter().map(|element| Tag(*group, *element))
    };
    ATTRIBUTES.iter().flat_map(of_group)
}

impl Settled {
    fn rule(&self, tag: Tag) -> Rule {
        self.rules.get(tag).unwrap_or_else(|| settle_unknown(tag))
    }

    /// What is in force, and one line for every attribute that a table of ours or an override names, in order of tag:
    /// tag, keyword, rule; under Retain Safe Private also for every safe private one, by its creator.
    fn rules_text(&self) -> String {
        let own = exception_tags().chain(KEPT_BINARY).chain(self.choices.overrides.iter().map(|o| o.tag));
        let mut rows: Vec<(Tag, &str)> = TABLE.iter().map(|row| (row.tag, row.keyword)).collect();
        rows.extend(UNLISTED.iter().map(|row| (row.tag, row.keyword)));
        rows.extend(own.map(|tag| (tag, StandardDataDictionary.by_tag(tag).map_or("", |entry| entry.alias))));
        rows.sort_unstable();
        rows.dedup_by_key(|(tag, _)| *tag);

        let mut text =
            format!("burned in annotation: {:?}\ndocuments: {:?}\n", self.burned_in, self.choices.documents);
        text.push_str(&format!("types: PS3.3 {}\nstrict: {}\n", iod_types::EDITION, self.choices.strict));
        for option in self.choices.options.iter() {
            text.push_str(&format!("option: {}\n", option.name()));
        }
        if self.choices.options.contains(ProfileOption::CleanDescriptors) {
            text.push_str(&format!("vocabulary: {}\n", vocabulary_id()));
        }
        for row in &PATTERNS {
            text.push_str(&format!("{}: remove\n", row.keyword));
        }
        for (tag, keyword) in rows {
            let rule = self.rule(tag);
            text.push_str(&format!("({:04X},{:04X}) {keyword}: {rule}\n", tag.0, tag.1));
        }
        if self.choices.options.contains(ProfileOption::RetainSafePrivate) {
            for (creator, group, safe, rule) in private::rules(self.choices.options) {
                text.push_str(&format!("({group:04X},xx{:02X}) {creator}: {rule}\n", safe.low_byte));
            }
        }
        text
    }
}

/// Names the words that stay in texts.
fn vocabulary_id() -> &'static str {
    static ID: OnceLock<String> = OnceLock::new();
    ID.get_or_init(|| {
        let mut digest = Sha256::new();
        for text in descriptors::vocabulary_texts() {
            digest.update((text.len() as u64).to_be_bytes());
            digest.update(text);
        }
        short_hex(&digest.finalize())
    })
}

/// The first 48 bits.
fn short_hex(digest: &[u8]) -> String {
    digest.iter().take(6).map(|byte| format!("{byte:02x}")).collect()
}

impl fmt::Debug for Settled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Settled")
            .field("id", &self.id)
            .field("choices", &self.choices)
            .finish_non_exhaustive()
    }
}
