//! Applies a PS3.15 profile; the only place where a [`DeidentifiedInstance`] is made.
//!
//! [`deidentify`] consumes a `ParsedInstance` and gives a [`DeidentifiedInstance`], or refuses.
//! The latter has private fields and no other constructor: whoever holds one need not check.
//! Its values are read through [`Attributes`], which exists only for de-identified data.

mod apply;
mod claims;
mod date;
mod deidentify;
mod dummy;
mod exceptions;
mod instance;
mod key;
mod own_words;
mod policy;
mod pseudonym;
mod refusal;
mod rules;
mod table;
mod value;

#[cfg(test)]
mod tests;

mod generated {
    pub(crate) mod table_e1_1;
}

pub use deidentify::deidentify;
pub use instance::{Attributes, DeidentifiedInstance};
pub use key::SiteKey;
pub use policy::{BurnedIn, Policy};
pub use refusal::Refusal;
