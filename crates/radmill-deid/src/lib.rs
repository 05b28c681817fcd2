//! Applies a PS3.15 profile; the only place where a [`DeidentifiedInstance`] is made.
//!
//! [`deidentify`] consumes a `ParsedInstance` and gives a [`DeidentifiedInstance`], or refuses.
//! The latter has private fields and no other constructor: whoever holds one need not check.
//! Its values are read through [`Attributes`], which exists only for de-identified data.

mod instance;
mod key;
mod policy;

pub use instance::{Attributes, DeidentifiedInstance};
pub use key::SiteKey;
pub use policy::{Policy, Refusal, deidentify};
