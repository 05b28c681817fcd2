//! Applies a PS3.15 profile; the only place where a [`DeidentifiedInstance`] is made.
//!
//! [`deidentify()`] consumes a `ParsedInstance` and gives a [`DeidentifiedInstance`], or refuses.
//! The latter has private fields and no other constructor: whoever holds one need not check.
//! Its values are read through [`Attributes`], which exists only for de-identified data.
//!
//! A [`Policy`] settles beforehand what is done with every attribute, from [`PolicyOptions`]: a [`Preset`], the ten
//! options of PS3.15 E.3 that are about attributes ([`ProfileOption`]), and what a site overrides. [`Policy::resolved`]
//! shows it, each with the reason.
//!
//! # What happens to an attribute
//!
//! The same at every level, functional groups included; the first of these that applies:
//!
//! 1. Group lengths, groups 0000 to 0007, print management, pixel data inside sequences, and industrial and security
//!    groups (0014, 4010) are removed, and so is every tag that is not in the data dictionary (PS3.6) or only in one of
//!    its retired repeating groups. Private elements too, but for those that Retain Safe Private knows by their creator,
//!    and curves and overlays (50xx, 60xx), but for what Clean Graphics leaves.
//! 2. Patient ID becomes a pseudonym; it is written even where the source has none.
//! 3. What the site overrides. It cannot override identity, UIDs and pixels, nor what the instance says of itself.
//! 4. Attributes that this crate decides on itself (`rules/exceptions.rs`, each with its reason). Of them options only
//!    clean the texts.
//! 5. Table E.1-1 of PS3.15, with the action of an option that is in force, or else that of the Basic Profile. Where
//!    several options name an attribute, K wins over C: who chooses to retain wants the value as it is. The exception is
//!    that dates are never kept beside dates that are shifted, because that would tell by how much: under Modified Dates
//!    those of devices go, even if Retain Device Identity would keep them.
//! 6. What the table leaves out: person names are emptied, UIDs of entities replaced, retired texts removed, dates
//!    removed or treated as the option for dates says; UIDs that name a definition (SOP Class, coding scheme) stay.
//! 7. By VR: URLs, AE titles and bytes that are not known to be numbers are removed. **Any other standard attribute is
//!    kept**, if its value is what its VR says, is not written like a person's name, and repeats no name, identifier or
//!    date of the same header: the table is a list of what to remove, and a code or a text that it does not list passes.
//!    Only [`Preset::Strict`] removes free texts, dates and times by their VR.
//!
//! K on a sequence keeps it and treats its items one by one. C shifts dates, keeps times beside them, takes from texts
//! what the vocabulary does not know, and treats the items of sequences with all their texts cleaned.
//!
//! A rule that cannot be carried out on a value falls back to the action of the Basic Profile, or else removes it:
//! text in a number, a date that is none, coarser than a day or one that means "unknown", a VR that contradicts the
//! dictionary.
//!
//! Compound actions (X/Z/D) are settled by the Type of the attribute in the IOD of the instance (`iod.rs`), conditional
//! Types taken for unconditional ones: what the IOD needs becomes a dummy or stays empty, the rest goes. The same holds
//! where the table says X alone and the IOD needs something, and for a kept value that had to go. If the SOP Class is
//! unknown, or sequences are nested more than three deep, the object stays valid whatever the Type is: a dummy where D is
//! offered, empty where Z is. A sequence that is needed keeps one item, in which everything is a dummy.
//!
//! # What the instance says of itself
//!
//! Patient Identity Removed, De-identification Method with the id of the policy, its codes (CID 7050), Longitudinal
//! Temporal Information Modified and, if pixels were made black, Burned In Annotation are written from what was done to
//! this instance: the code of an option stands there only if it kept or cleaned a value here. What an earlier
//! de-identification claimed is removed, because nobody knows whether it still holds.
//!
//! # What the site key decides
//!
//! - UIDs become `2.25.` and a UUID of version 8. Those that DICOM registered stay.
//! - Dates (DA, DT) go back by 1 to 3650 whole days, the same for all data of a patient. Times, their precision and the
//!   offset from UTC stay. Dates of devices and published definitions are not shifted, as that would give the offset
//!   away.
//! - The patient is known by Patient ID, decoded and trimmed, without its issuer; if there is none, each study is a
//!   patient of its own; if there is no Study Instance UID either, the instance is refused.
//!
//! All are functions of (key, kind, value), so that they agree between files, runs, machines and years. Applied to its
//! own output, the crate replaces them again, and changes nothing else.
//!
//! # What is not covered
//!
//! Pixels and their compressed streams, which may hold comments, are not looked into: text in them is suspected from the
//! header (`pixel_risk`), and where its place is known it is made black. Free texts and published codes that no option
//! cleans are only searched for this header's own words, and an ICC profile may name a device. Clean Descriptors knows
//! no names: a family name that is a common word of radiology (`List`, `Port`) and stands among such words stays.
//!
//! ```
//! use radmill_deid::{DeidentifiedInstance, Policy, Refusal, SiteKey, deidentify};
//! use radmill_dicom::ParsedInstance;
//!
//! fn share(parsed: ParsedInstance, key: &SiteKey) -> Result<DeidentifiedInstance, Refusal> {
//!     deidentify(parsed, &Policy::basic(), key)
//! }
//! ```

mod apply;
#[cfg(doctest)]
mod boundary;
mod claims;
mod counts;
mod crosswalk;
mod date;
mod deidentify;
mod descriptors;
mod graphics;
mod instance;
mod iod;
mod key;
mod own_words;
mod pixel_risk;
mod policy;
mod private;
mod pseudonym;
mod refusal;
mod registered_uid;
mod rules;
mod structured_content;
mod token;
mod value;

#[cfg(test)]
mod tests;

mod generated {
    pub(crate) mod burned_in_regions;
    pub(crate) mod dictionary;
    pub(crate) mod iod_types;
    pub(crate) mod safe_private;
    pub(crate) mod table_e1_1;
    pub(crate) mod table_e3_4_1;
}

pub use counts::ActionCounts;
pub use crosswalk::Crosswalk;
pub use deidentify::{deidentify, deidentify_with_crosswalk};
pub use instance::{Attributes, DeidentifiedInstance};
pub use key::SiteKey;
pub use pixel_risk::PixelRisk;
pub use policy::{
    BurnedIn, Documents, Override, Policy, PolicyError, PolicyOptions, Preset, ProfileOption,
    ResolvedAttribute,
};
pub use refusal::Refusal;
pub use rules::table::Action;
pub use token::{is_patient_token, patient_token, study_token, token_of_instance};
