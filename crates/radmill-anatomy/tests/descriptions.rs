//! Descriptions in the languages and manners of many radiology departments, each with what it shows.
//!
//! They were written from knowledge of the languages before the classifier had seen them, and no row is of a data set.
//! How many were right at first stands in docs/anatomy.md.

use radmill_anatomy::{Clues, Taxonomy, UncategorizedReason, classify};

#[test]
fn descriptions() {
    let taxonomy = Taxonomy::builtin();
    let mut faults = Vec::new();
    for line in include_str!("descriptions.tsv").lines().filter(|line| !line.starts_with('#')) {
        let fields: Vec<&str> = line.split('\t').collect();
        let [modality, body_part, study, series, expected] = fields[..] else {
            panic!("five columns: {line}")
        };
        let clues = Clues {
            modality: modality.to_owned(),
            body_part_examined: body_part.to_owned(),
            study_description: study.to_owned(),
            series_description: series.to_owned(),
            ..Clues::default()
        };
        let given = classify(&taxonomy, &clues);
        let is_right = expected.split('|').any(|name| {
            name == given.category.name() || given.reason.map(UncategorizedReason::name) == Some(name)
        });
        if !is_right {
            faults.push(format!("{line}: {} {:?}", given.category, given.reason));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}
