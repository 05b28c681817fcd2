use dicom_core::Tag;
use dicom_core::dictionary::DataDictionary;
use dicom_dictionary_std::StandardDataDictionary;
use sha2::{Digest, Sha256};

use crate::exceptions::{KEPT_BINARY, exception_tags};
use crate::generated::table_e1_1::{EDITION, PATTERNS, TABLE, UNLISTED};
use crate::rules::{Rule, rule};
use crate::table::ProfileOption;

/// Counts up whenever the code does something else to a value under the same rule.
const RULES_VERSION: u32 = 2;

/// What is done with every attribute: a profile and its options, settled.
#[derive(Clone, Debug)]
pub struct Policy {
    options: Vec<ProfileOption>,
    burned_in: BurnedIn,
    id: String,
}

/// What is done with an instance whose Burned In Annotation (0028,0301) does not say NO.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BurnedIn {
    /// Refused, because pixels are not cleaned.
    Reject,
    /// Let through as it is: somebody else has looked at the pixels.
    Allow,
}

impl Policy {
    /// Basic Application Level Confidentiality Profile with Retain Longitudinal Temporal Information
    /// With Modified Dates (PS3.15 E.2 and E.3.6).
    pub fn basic() -> Policy {
        Policy::new(vec![ProfileOption::RetainLongitudinalModifiedDates], BurnedIn::Reject)
    }

    /// The same policy with another decision on burned-in annotations.
    pub fn with_burned_in(self, burned_in: BurnedIn) -> Policy {
        Policy::new(self.options, burned_in)
    }

    /// Stable identifier of what this policy does; changes when the table or a rule changes.
    /// At most 32 characters: edition of the table, version of the rules, and a hash over all settled rules.
    pub fn id(&self) -> String {
        self.id.clone()
    }

    fn new(options: Vec<ProfileOption>, burned_in: BurnedIn) -> Policy {
        let mut policy = Policy { options, burned_in, id: String::new() };
        let digest = Sha256::digest(policy.rules_text());
        let short: String = digest.iter().take(6).map(|byte| format!("{byte:02x}")).collect();
        policy.id = format!("{EDITION}-r{RULES_VERSION}-{short}");
        policy
    }

    pub(crate) fn burned_in(&self) -> BurnedIn {
        self.burned_in
    }

    /// The rule for one tag.
    pub(crate) fn rule(&self, tag: Tag) -> Rule {
        rule(tag, &self.options)
    }

    /// One line for every attribute that a table of ours names, in order of tag: tag, keyword, rule.
    pub(crate) fn rules_text(&self) -> String {
        let own = exception_tags().chain(KEPT_BINARY);
        let mut rows: Vec<(Tag, &str)> = TABLE.iter().map(|row| (row.tag, row.keyword)).collect();
        rows.extend(UNLISTED.iter().map(|row| (row.tag, row.keyword)));
        rows.extend(own.map(|tag| (tag, StandardDataDictionary.by_tag(tag).map_or("", |entry| entry.alias))));
        rows.sort_unstable();
        rows.dedup_by_key(|(tag, _)| *tag);

        let mut text = format!("burned in annotation: {:?}\n", self.burned_in);
        for row in &PATTERNS {
            // Whole groups, whatever the options.
            text.push_str(&format!("{}: remove\n", row.keyword));
        }
        for (tag, keyword) in rows {
            text.push_str(&format!("({:04X},{:04X}) {keyword}: {}\n", tag.0, tag.1, self.rule(tag)));
        }
        text
    }
}
