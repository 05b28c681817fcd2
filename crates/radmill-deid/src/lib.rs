//! Applies a PS3.15 profile; the only place where a [`DeidentifiedInstance`] is made.
//!
//! [`deidentify()`] consumes a `ParsedInstance` and gives a [`DeidentifiedInstance`], or refuses.
//! The latter has private fields and no other constructor: whoever holds one need not check.
//! Its values are read through [`Attributes`], which exists only for de-identified data.
//!
//! # What happens to an attribute
//!
//! The same at every level, functional groups included; the first of these that applies:
//!
//! 1. Private elements, group lengths, groups 0000 to 0007, curves and overlays (50xx, 60xx), print management,
//!    pixel data inside sequences, and industrial and security groups (0014, 4010) are removed, and so is every tag that
//!    is not in the data dictionary (PS3.6) or only in one of its retired repeating groups.
//! 2. Patient ID becomes a pseudonym; it is written even where the source has none.
//! 3. Attributes that this crate decides on itself (`exceptions.rs`, each with its reason).
//! 4. Table E.1-1 of PS3.15, with the option's action where there is one.
//! 5. What the table leaves out: person names are emptied, dates shifted, UIDs of entities replaced, retired texts
//!    removed; UIDs that name a definition (SOP Class, coding scheme) stay.
//! 6. By VR: URLs, AE titles and bytes that are not known to be numbers are removed. **Any other standard attribute is
//!    kept**, if its value is what its VR says, is not written like a person's name, and repeats no name, identifier or
//!    date of the same header: the table is a list of what to remove, and a code or a text that it does not list passes.
//!
//! A rule that cannot be carried out on a value falls back to the action of the Basic Profile, or else removes it:
//! text in a number, a date that is none, coarser than a day or one that means "unknown", a VR that contradicts the
//! dictionary. Compound actions are settled for every Type at once: a dummy where D is among them, empty where Z is.
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
