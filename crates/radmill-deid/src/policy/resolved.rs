use dicom_core::Tag;
use dicom_core::dictionary::DataDictionary;
use dicom_dictionary_std::StandardDataDictionary;

use crate::generated::table_e1_1::{TABLE, UNLISTED};
use crate::rules::exceptions::exception_tags;
use crate::{Policy, ProfileOption, private};

/// What a policy does with one attribute, or with all of a group, in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResolvedAttribute {
    /// `(0008,1030)`, or a pattern such as `(60xx,3000)`; `(0019,xx0C)` for a private element, whatever its block.
    pub tag: String,
    /// Of the data dictionary, or of the table for a pattern; the creator of a private element.
    pub keyword: String,
    /// Of the data dictionary; empty for a pattern; UN for a private element of which the VR is not known.
    pub vr: String,
    /// What is done, such as `shift dates, else empty`.
    pub action: String,
    /// Why, such as `Table E.1-1: Z`.
    pub reason: String,
}

impl Policy {
    /// What is done with every attribute, in order of tag, and why; then under Retain Safe Private with every private
    /// element that is known to be safe, in order of creator. All other private elements go.
    pub fn resolved(&self) -> impl Iterator<Item = ResolvedAttribute> + use<'_> {
        let mut tags: Vec<Tag> = TABLE.iter().map(|row| row.tag).collect();
        tags.extend(UNLISTED.iter().map(|row| row.tag));
        tags.extend(exception_tags());
        tags.sort_unstable();
        tags.dedup();
        let of_private = self.has(ProfileOption::RetainSafePrivate).then(|| private::rules(self.options()));
        let of_private = of_private.into_iter().flatten();
        tags.into_iter().map(|tag| self.resolved_attribute(tag)).chain(of_private.map(
            |(creator, group, safe, rule)| ResolvedAttribute {
                tag: format!("({group:04X},xx{:02X})", safe.low_byte),
                keyword: creator.to_owned(),
                vr: safe.vr.to_string().to_owned(),
                action: rule.to_string(),
                reason: rule.reason.to_string(),
            },
        ))
    }

    fn resolved_attribute(&self, tag: Tag) -> ResolvedAttribute {
        let rule = self.rule(tag);
        let entry = StandardDataDictionary.by_tag(tag);
        ResolvedAttribute {
            tag: format!("({:04X},{:04X})", tag.0, tag.1),
            keyword: entry.map_or(String::new(), |entry| entry.alias.to_owned()),
            vr: rule.vr.relaxed().to_string().to_owned(),
            action: rule.to_string(),
            reason: rule.reason.to_string(),
        }
    }
}
