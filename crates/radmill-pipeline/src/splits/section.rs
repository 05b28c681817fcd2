use std::collections::BTreeMap;

use radmill_anatomy::Category;
use radmill_manifest::SplitShares;
use serde::Deserialize;

use crate::defaults;

/// `[splits]`: how patients are divided.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SplitsSection {
    /// Share of the patients whose images a model learns from; the three sum to 1.
    pub train: f64,
    /// Share of the patients by whose images settings are chosen.
    pub validation: f64,
    /// Share of the patients by whose images a model is judged.
    pub test: f64,
    /// Another number divides the patients anew.
    pub seed: u64,
    /// Images whose perceptual hashes differ in no more than so many of 64 bits are in one split, or one of them in
    /// none; -1 does not compare images.
    pub near_duplicate_bits_max: i32,
    /// Other shares for single categories.
    pub categories: BTreeMap<String, CategoryShares>,
}

/// Shares of one category, which sum to 1.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "as in SplitsSection")]
pub struct CategoryShares {
    pub train: f64,
    pub validation: f64,
    pub test: f64,
}

/// With more bits unlike images of one kind are taken for one.
const NEAR_DUPLICATE_BITS_MAX: i32 = 8;

impl SplitsSection {
    pub(crate) fn check(&self) -> Result<(), String> {
        check_shares("splits", [self.train, self.validation, self.test])?;
        for (name, shares) in &self.categories {
            if Category::from_name(name).is_none() {
                let known = Category::ALL.map(Category::name).join(", ");
                return Err(format!("splits.categories.{name} is no category; the categories are {known}"));
            }
            let CategoryShares { train, validation, test } = *shares;
            check_shares(&format!("splits.categories.{name}"), [train, validation, test])?;
        }
        if !(-1..=NEAR_DUPLICATE_BITS_MAX).contains(&self.near_duplicate_bits_max) {
            return Err(format!(
                "splits.near_duplicate_bits_max must be from -1 to {NEAR_DUPLICATE_BITS_MAX}"
            ));
        }
        Ok(())
    }

    /// The shares of a category.
    pub(crate) fn of(&self, category: Category) -> SplitShares {
        let seed = self.seed;
        match self.categories.get(category.name()) {
            Some(&CategoryShares { validation, test, .. }) => SplitShares { validation, test, seed },
            None => SplitShares { validation: self.validation, test: self.test, seed },
        }
    }

    /// Whether a patient with images of several categories can be in several splits by its hash.
    pub(crate) fn differs_by_category(&self) -> bool {
        let first = self.of(Category::Bone);
        Category::ALL.into_iter().any(|category| self.of(category) != first)
    }

    /// How many bits near-duplicates differ in at most, if images are compared.
    pub(crate) fn near_bits(&self) -> Option<u32> {
        u32::try_from(self.near_duplicate_bits_max).ok()
    }
}

fn check_shares(name: &str, shares: [f64; 3]) -> Result<(), String> {
    let is_share = |share: &f64| (0.0..=1.0).contains(share);
    if shares.iter().all(is_share) && (shares.iter().sum::<f64>() - 1.0).abs() < 1e-9 {
        return Ok(());
    }
    Err(format!("{name}: train, validation and test must be from 0 to 1 and sum to 1"))
}

impl Default for SplitsSection {
    fn default() -> Self {
        let [train, validation, test] = defaults::SPLIT_SHARES;
        SplitsSection {
            train,
            validation,
            test,
            seed: 0,
            near_duplicate_bits_max: defaults::NEAR_DUPLICATE_BITS_MAX,
            categories: BTreeMap::new(),
        }
    }
}
