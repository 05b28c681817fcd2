use dicom_core::Tag;
use dicom_core::dictionary::DataDictionary;
use dicom_dictionary_std::StandardDataDictionary;

use super::attributes;
use crate::claims::CLAIM_TAGS;
use crate::rules::Treatment;
use crate::rules::reason::Reason;
use crate::{Policy, ProfileOption, iod, private};

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
    /// What is done with every attribute of the data dictionary, in order of tag, and why; then with the groups that
    /// have no attributes of their own there; then under Retain Safe Private with every private element that is known
    /// to be safe, in order of creator.
    pub fn resolved(&self) -> impl Iterator<Item = ResolvedAttribute> + use<'_> {
        let of_private = self.has(ProfileOption::RetainSafePrivate).then(|| private::rules(self.options()));
        let of_private =
            of_private.into_iter().flatten().map(|(creator, group, safe, rule)| ResolvedAttribute {
                tag: format!("({group:04X},xx{:02X})", safe.low_byte),
                keyword: creator.to_owned(),
                vr: safe.vr.to_string().to_owned(),
                action: rule.to_string(),
                reason: rule.reason.to_string(),
            });
        attributes().map(|tag| self.resolved_attribute(tag)).chain(self.resolved_groups()).chain(of_private)
    }

    fn resolved_attribute(&self, tag: Tag) -> ResolvedAttribute {
        let rule = self.rule(tag);
        let entry = StandardDataDictionary.by_tag(tag);
        let (mut action, mut reason) = (rule.to_string(), rule.reason.to_string());
        if CLAIM_TAGS.contains(&tag) {
            action = "replace".to_owned();
            reason = "says what was done to this instance, and is written from that alone".to_owned();
        } else if let (Treatment::Fixed(fixed), false) = (rule.treatment, rule.reason == Reason::Group) {
            reason.push_str(match (fixed.is_compound(), iod::is_needed_somewhere(tag)) {
                (true, _) => "; by the Type in the IOD",
                (false, true) => "; where the IOD needs it, empty or a dummy",
                (false, false) => "",
            });
        }
        ResolvedAttribute {
            tag: format!("({:04X},{:04X})", tag.0, tag.1),
            keyword: entry.map_or(String::new(), |entry| entry.alias.to_owned()),
            vr: entry.map_or(String::new(), |entry| entry.vr.relaxed().to_string().to_owned()),
            action,
            reason,
        }
    }

    fn resolved_groups(&self) -> impl Iterator<Item = ResolvedAttribute> + use<> {
        let by_option = |option: ProfileOption, clean: &'static str| match self.has(option) {
            true => (clean, format!("{}: C", option.code().1)),
            false => ("remove", "Table E.1-1: X".to_owned()),
        };
        let planes = by_option(ProfileOption::CleanGraphics, "clean graphics, else remove");
        let private = by_option(ProfileOption::RetainSafePrivate, "as listed by creator, else remove");
        let unknown = ("remove", Reason::Unknown.to_string());
        let rows = [
            ("(50xx,xxxx)", "CurveData", planes.clone()),
            ("(60xx,3000)", "OverlayData", planes.clone()),
            ("(60xx,4000)", "OverlayComments", planes.clone()),
            ("(60xx,xxxx)", "", planes),
            ("(gggg,eeee), gggg odd", "PrivateAttributes", private),
            ("(gggg,eeee), any other", "", unknown),
        ];
        rows.into_iter().map(|(tag, keyword, (action, reason))| ResolvedAttribute {
            tag: tag.to_owned(),
            keyword: keyword.to_owned(),
            vr: String::new(),
            action: action.to_owned(),
            reason,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{BurnedIn, Documents, Override, PolicyOptions, Preset};

    fn policy(preset: Preset, overrides: &[(&str, &str)]) -> Policy {
        let overrides = overrides.iter().map(|(tag, action)| Override::parse(tag, action).unwrap()).collect();
        let (burned_in, documents) = (BurnedIn::Reject, Documents::Reject);
        Policy::new(&PolicyOptions { preset, options: Vec::new(), overrides, burned_in, documents }).unwrap()
    }

    #[track_caller]
    fn check(policy: &Policy, tag: &str, action: &str, reason: &str) {
        let found = policy.resolved().find(|attribute| attribute.tag == tag).unwrap();
        assert_eq!((found.action.as_str(), found.reason.as_str()), (action, reason), "{tag}");
    }

    #[test]
    fn actions_and_reasons() {
        let basic = policy(Preset::Basic, &[]);
        check(
            &basic,
            "(0008,1010)",
            "remove, empty or dummy by Type",
            "Table E.1-1: X/Z/D; by the Type in the IOD",
        );
        check(&basic, "(0008,0020)", "empty", "Table E.1-1: Z; where the IOD needs it, empty or a dummy");
        check(&basic, "(0008,0070)", "keep, else remove", "not in Table E.1-1: by VR");
        check(&basic, "(0014,0104)", "remove", "groups like this are removed as a whole");
        check(
            &basic,
            "(0012,0062)",
            "replace",
            "says what was done to this instance, and is written from that alone",
        );
        check(&basic, "(60xx,3000)", "remove", "Table E.1-1: X");
        check(&basic, "(gggg,eeee), gggg odd", "remove", "Table E.1-1: X");

        let research = policy(Preset::Research, &[("StudyDescription", "K"), ("(0018,1030)", "X")]);
        let device = "Retain Device Identity Option: K";
        check(&research, "(0008,1010)", "keep, else remove, empty or dummy by Type", device);
        check(&research, "(0008,1030)", "keep, else remove", "site override: K");
        check(
            &research,
            "(0018,1030)",
            "remove",
            "site override: X; where the IOD needs it, empty or a dummy",
        );
        check(&research, "(0008,103E)", "clean text, else remove", "Clean Descriptors Option: C");

        let strict = policy(Preset::Strict, &[]);
        let reason = "profile strict: may be typed by a person; by the Type in the IOD";
        check(&strict, "(0008,2218)", "keep, else remove", "not in Table E.1-1: by VR");
        check(&strict, "(0018,1210)", "remove, empty or dummy by Type", reason);
        check(&strict, "(0008,0070)", "keep, else remove", "not in Table E.1-1: by VR");
    }

    #[test]
    fn every_attribute_has_one_row() {
        let research = policy(Preset::Research, &[]);
        let mut tags: Vec<String> =
            research.resolved().filter(|row| !row.vr.is_empty()).map(|row| row.tag).collect();
        let n_rows = tags.len();
        assert!(n_rows > 5000, "{n_rows}");
        tags.truncate(attributes().count());
        assert!(tags.is_sorted_by(|a, b| a < b));
        assert!(research.resolved().all(|row| !row.action.is_empty() && !row.reason.is_empty()));
    }
}
