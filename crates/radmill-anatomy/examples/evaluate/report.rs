//! Shares of right rows, the confusion matrix, the reliability table, as markdown.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Instant;

use radmill_anatomy::{Category, Taxonomy};

use crate::rows::{Judged, Row, is_adjusted, judge};

/// Bounds of the rows of the reliability table; most rows lie at the upper end.
const BOUNDS: [f32; 9] = [0.0, 0.5, 0.7, 0.8, 0.9, 0.95, 0.98, 0.99, 1.01];

pub(crate) fn report(title: &str, taxonomy: &Taxonomy, rows: &[Row], hidden: bool, n_wrong: usize) {
    let start = Instant::now();
    let judged = judge(taxonomy, rows, hidden);
    let rows_per_second = rows.len() as f64 / start.elapsed().as_secs_f64();
    println!("## {title}\n");
    println!("| rows | collections | number | right % | strictly right % | mean of collections % |");
    println!("|---|---|---|---|---|---|");
    let all: Vec<&Judged<'_>> = judged.iter().collect();
    line("all", &all);
    line("adjusted half", &pick(&judged, |judged| is_adjusted(&judged.row.collection)));
    line("other half", &pick(&judged, |judged| !is_adjusted(&judged.row.collection)));
    line("label known from a column", &pick(&judged, |judged| !judged.row.site_only));
    println!("\n{rows_per_second:.0} rows/s on one core, without reading and writing\n");
    confusion(&judged);
    reliability(&all);
    wrong(&judged, n_wrong);
}

fn pick<'a, 'b>(judged: &'a [Judged<'b>], wanted: impl Fn(&Judged<'b>) -> bool) -> Vec<&'a Judged<'b>> {
    judged.iter().filter(|judged| wanted(judged)).collect()
}

fn line(name: &str, judged: &[&Judged<'_>]) {
    let n_right = judged.iter().filter(|judged| judged.is_right()).count();
    let n_strict = judged.iter().filter(|judged| judged.is_strictly_right()).count();
    let collections: BTreeSet<&str> = judged.iter().map(|judged| judged.row.collection.as_str()).collect();
    let of_each = collections.iter().map(|&collection| {
        let rows = judged.iter().filter(|judged| judged.row.collection == collection);
        percent(rows.clone().filter(|judged| judged.is_right()).count(), rows.count())
    });
    println!(
        "| {name} | {} | {} | {:.2} | {:.2} | {:.2} |",
        collections.len(),
        judged.len(),
        percent(n_right, judged.len()),
        percent(n_strict, judged.len()),
        of_each.sum::<f64>() / collections.len().max(1) as f64
    );
}

pub(crate) fn percent(part: usize, whole: usize) -> f64 {
    100.0 * part as f64 / whole.max(1) as f64
}

/// Rows: the labelled category; columns: the given one. An accepted alternative counts as the labelled category.
fn confusion(judged: &[Judged<'_>]) {
    let mut counts: BTreeMap<(Category, Category), usize> = BTreeMap::new();
    for judged in judged {
        let labelled = judged.answer.category;
        let counted = if judged.is_right() { labelled } else { judged.given.category };
        *counts.entry((labelled, counted)).or_default() += 1;
    }
    let count = |labelled, given| counts.get(&(labelled, given)).copied().unwrap_or(0);
    print!("| labelled |");
    Category::ALL.iter().for_each(|category| print!(" {category} |"));
    println!(" right % |");
    println!("|{}", "---|".repeat(Category::ALL.len() + 2));
    for labelled in Category::ALL {
        print!("| {labelled} |");
        Category::ALL.iter().for_each(|&given| print!(" {} |", count(labelled, given)));
        let n_labelled = Category::ALL.iter().map(|&given| count(labelled, given)).sum();
        println!(" {:.1} |", percent(count(labelled, labelled), n_labelled));
    }
    print!("| precise % |");
    for given in Category::ALL {
        let n_given = Category::ALL.iter().map(|&labelled| count(labelled, given)).sum();
        print!(" {:.1} |", percent(count(given, given), n_given));
    }
    println!(" |\n");
}

/// Share of right rows for ranges of confidence; in a well-calibrated classifier it equals their mean confidence.
pub(crate) fn reliability(judged: &[&Judged<'_>]) {
    println!("| confidence | rows | mean confidence % | right % |");
    println!("|---|---|---|---|");
    for (low, high) in BOUNDS.iter().zip(BOUNDS.iter().skip(1)) {
        let within =
            |judged: &&&Judged<'_>| judged.has_evidence() && (*low..*high).contains(&judged.given.confidence);
        let rows: Vec<&&Judged<'_>> = judged.iter().filter(within).collect();
        if rows.is_empty() {
            continue;
        }
        let n_right = rows.iter().filter(|judged| judged.is_right()).count();
        let sum: f64 = rows.iter().map(|judged| f64::from(judged.given.confidence)).sum();
        println!(
            "| {low:.2} to {:.2} | {} | {:.1} | {:.1} |",
            high.min(1.0),
            rows.len(),
            100.0 * sum / rows.len() as f64,
            percent(n_right, rows.len())
        );
    }
    println!();
}

fn wrong(judged: &[Judged<'_>], n_wrong: usize) {
    let mut kinds: BTreeMap<String, (usize, &str)> = BTreeMap::new();
    let adjusted = |judged: &&Judged<'_>| is_adjusted(&judged.row.collection) && !judged.is_right();
    for Judged { clues, answer, given, .. } in judged.iter().filter(adjusted) {
        let kind = format!(
            "{} instead of {}: {} | {} | {}",
            given.category,
            answer.category,
            clues.modality,
            clues.body_part_examined,
            clues.study_description
        );
        kinds.entry(kind).or_insert((0, &clues.series_description)).0 += 1;
    }
    let mut kinds: Vec<_> = kinds.into_iter().collect();
    kinds.sort_by_key(|(_, (count, _))| std::cmp::Reverse(*count));
    for (kind, (count, example)) in kinds.into_iter().take(n_wrong) {
        println!("{count:>5} {kind} | such as: {example}");
    }
}
