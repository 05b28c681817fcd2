use super::{Column, EvidenceCell, Fill};
use crate::values;

/// Strongest pieces of evidence that a row keeps; the classifier weighs all of them.
const EVIDENCE_MAX: usize = 16;

pub(super) const COLUMNS: &[Column] = &[
    Column::new(
        "category",
        Fill::Text(|s| Some(s.classification.category.name().to_owned())),
        "radmill-anatomy",
        "BONE, CHEST, BRAIN, NECK, EXTREMITY, ABDOMEN, BREAST, HEART, SPINE or UNCATEGORIZED; \
         the partition: it stands in the path of a shard, not in the shard",
    ),
    Column::new(
        "regions",
        Fill::TextList(|s| {
            Some(s.classification.regions.iter().filter_map(|region| values::identifier(region)).collect())
        }),
        "radmill-anatomy",
        "All regions found, as ids of the taxonomy, sorted; may be empty",
    ),
    Column::new(
        "confidence",
        Fill::Float64(|s| values::share(s.classification.confidence)),
        "radmill-anatomy",
        "How far the category is to be trusted, from 0 to 1",
    ),
    Column::new(
        "conflict",
        Fill::Boolean(|s| Some(s.classification.conflict)),
        "radmill-anatomy",
        "Pieces of evidence contradict each other",
    ),
    Column::new(
        "uncategorized_reason",
        Fill::Text(|s| Some(s.classification.reason?.name().to_owned())),
        "radmill-anatomy",
        "`no_evidence`, `whole_body`, `phantom`, `conflict` or `not_human`",
    )
    .null_when("the image has one of the nine categories"),
    Column::new(
        "evidence",
        Fill::EvidenceList(|s| {
            let cells = s.classification.evidence.iter().take(EVIDENCE_MAX).filter_map(|evidence| {
                Some(EvidenceCell {
                    source: evidence.source.name(),
                    rule: values::text(Some(evidence.rule.clone()))?,
                    category: evidence.category.name(),
                    weight: values::share(evidence.weight)?,
                })
            });
            Some(cells.collect())
        }),
        "radmill-anatomy",
        "What was weighed, strongest first, at most 16: the attribute, the rule of the taxonomy that matched, \
         the category it points to, its weight from 0 to 1",
    ),
    Column::new(
        "taxonomy_version",
        Fill::Text(|s| values::identifier(&s.provenance.taxonomy_version)),
        "radmill-anatomy",
        "Version of the taxonomy",
    ),
];
