//! The generated tables: tab-separated, `#` begins a comment.

/// Region, category, further categories separated by `|`.
pub(super) const REGIONS: &str = include_str!("../../taxonomy/regions.tsv");
/// Coding scheme, code value, region.
pub(super) const CODES: &str = include_str!("../../taxonomy/codes.tsv");
/// Term, region, languages separated by `|`, `word` or `substring`, `short` or nothing.
pub(super) const TERMS: &str = include_str!("../../taxonomy/terms.tsv");
/// The same columns, for further languages, inflected forms and abbreviations; written by hand.
pub(super) const TERMS_BY_HAND: &str = include_str!("../../taxonomy/terms_by_hand.tsv");
/// What is written by hand.
pub(super) const BUILTIN: &str = include_str!("../../taxonomy/taxonomy.toml");

/// The rows of a table; a missing column is empty.
pub(super) fn rows<const N: usize>(table: &'static str) -> impl Iterator<Item = [&'static str; N]> {
    table.lines().filter(|line| !line.starts_with('#') && !line.is_empty()).map(|line| {
        let mut fields = line.split('\t');
        std::array::from_fn(|_| fields.next().unwrap_or_default())
    })
}
