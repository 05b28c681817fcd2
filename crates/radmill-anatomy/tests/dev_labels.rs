//! Accuracy on real series, where the labelled rows are there: a lower bound, so that a change for the worse is seen.

use std::path::Path;

use radmill_anatomy::{Clues, Taxonomy, classify};

/// Share of right rows below which something broke; measured 2026-11: 0.980 and 0.995.
const RIGHT_MIN: [f64; 2] = [0.975, 0.985];

#[test]
fn real_series() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/reference/anatomy/dev_labels.csv");
    if !path.exists() {
        println!("skipped: no labelled rows beside the repository");
        return;
    }
    let mut reader = csv::Reader::from_path(path).unwrap();
    let header = reader.headers().unwrap().clone();
    let column = |name: &str| header.iter().position(|known| known == name).unwrap();
    let [modality, body_part, study, series] =
        ["modality", "body_part_examined", "study_description", "series_description"].map(column);
    let answers = [("category", "alt_categories"), ("category_bpe_hidden", "alt_bpe_hidden")]
        .map(|(category, alternatives)| (column(category), column(alternatives)));
    let taxonomy = Taxonomy::builtin();
    let mut n_rows = 0;
    let mut n_right = [0, 0];
    for record in reader.records() {
        let record = record.unwrap();
        let hidden = Clues {
            modality: record[modality].to_owned(),
            study_description: record[study].to_owned(),
            series_description: record[series].to_owned(),
            ..Clues::default()
        };
        let all = Clues { body_part_examined: record[body_part].to_owned(), ..hidden.clone() };
        for (index, clues) in [all, hidden].iter().enumerate() {
            let given = classify(&taxonomy, clues).category.name();
            let (category, alternatives) = answers[index];
            let right =
                record[category] == *given || record[alternatives].split('|').any(|name| name == given);
            n_right[index] += usize::from(right);
        }
        n_rows += 1;
    }
    let share = |n: usize| n as f64 / f64::from(n_rows);
    println!(
        "{n_rows} rows: {:.4} right, {:.4} without Body Part Examined",
        share(n_right[0]),
        share(n_right[1])
    );
    assert!(n_right.iter().zip(RIGHT_MIN).all(|(&n, min)| share(n) >= min));
}
