//! Measures the classifier on labelled rows:
//!
//! ```text
//! cargo run --release -p radmill-anatomy --example evaluate -- LABELS.csv [--wrong N]
//! ```
//!
//! `LABELS.csv` has the columns `modality`, `body_part_examined`, `study_description`, `series_description`,
//! `category`, `alt_categories` (separated by `|`), and the two `…_bpe_hidden` columns that hold the answer when Body
//! Part Examined is withheld. A row is right if it equals the category or one of the alternatives, and strictly right
//! if it equals the category. `--wrong N` prints N kinds of wrong answers, the most frequent first, with an example.

#![expect(clippy::print_stdout, reason = "the report is the output")]

use std::collections::BTreeMap;
use std::error::Error;
use std::time::Instant;

use csv::StringRecord;
use radmill_anatomy::{Category, Classification, Clues, Taxonomy, classify};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (path, n_wrong) = match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [path] => (path, 0),
        [path, "--wrong", n] => (path, n.parse()?),
        _ => return Err("usage: evaluate LABELS.csv [--wrong N]".into()),
    };
    let mut reader = csv::Reader::from_path(path)?;
    let header = reader.headers()?.clone();
    let records = reader.records().collect::<Result<Vec<_>, _>>()?;
    let rows = records.iter().map(|record| Row::read(&header, record)).collect::<Result<Vec<_>, _>>()?;

    report("all columns", &rows, |row| (&row.clues, &row.answer), n_wrong);
    report("body part examined withheld", &rows, |row| (&row.clues_hidden, &row.answer_hidden), n_wrong);
    Ok(())
}

struct Row {
    clues: Clues,
    answer: Answer,
    clues_hidden: Clues,
    answer_hidden: Answer,
}

struct Answer {
    category: Category,
    alternatives: Vec<Category>,
}

impl Row {
    fn read(header: &StringRecord, record: &StringRecord) -> Result<Row, Box<dyn Error>> {
        let field = |column: &str| {
            let index = header.iter().position(|name| name == column);
            index.and_then(|index| record.get(index)).ok_or(format!("no column {column}"))
        };
        let answer = |category: &str, alternatives: &str| -> Result<Answer, Box<dyn Error>> {
            let known = |name: &str| Category::from_name(name).ok_or(format!("no category {name}"));
            let alternatives = field(alternatives)?.split('|').filter(|name| !name.is_empty());
            let alternatives = alternatives.map(known).collect::<Result<_, _>>()?;
            Ok(Answer { category: known(field(category)?)?, alternatives })
        };
        let clues_hidden = Clues {
            modality: field("modality")?.to_owned(),
            study_description: field("study_description")?.to_owned(),
            series_description: field("series_description")?.to_owned(),
            ..Clues::default()
        };
        let body_part_examined = field("body_part_examined")?.to_owned();
        Ok(Row {
            clues: Clues { body_part_examined, ..clues_hidden.clone() },
            answer: answer("category", "alt_categories")?,
            clues_hidden,
            answer_hidden: answer("category_bpe_hidden", "alt_bpe_hidden")?,
        })
    }
}

impl Answer {
    fn accepts(&self, category: Category) -> bool {
        self.category == category || self.alternatives.contains(&category)
    }
}

fn report(title: &str, rows: &[Row], pick: impl Fn(&Row) -> (&Clues, &Answer), n_wrong: usize) {
    let taxonomy = Taxonomy::builtin();
    let start = Instant::now();
    let given: Vec<Classification> = rows.iter().map(|row| classify(&taxonomy, pick(row).0)).collect();
    let rows_per_second = rows.len() as f64 / start.elapsed().as_secs_f64();
    let pairs: Vec<(&Clues, &Answer, &Classification)> = rows
        .iter()
        .zip(&given)
        .map(|(row, given)| {
            let (clues, answer) = pick(row);
            (clues, answer, given)
        })
        .collect();

    let n_right = pairs.iter().filter(|(_, answer, given)| answer.accepts(given.category)).count();
    let n_strict = pairs.iter().filter(|(_, answer, given)| answer.category == given.category).count();
    println!("## {title}");
    println!(
        "rows {}, right {:.2} %, strictly right {:.2} %",
        rows.len(),
        percent(n_right, rows.len()),
        percent(n_strict, rows.len())
    );
    println!("{rows_per_second:.0} rows/s on one core\n");
    confusion(&pairs);
    reliability(&pairs);
    wrong(&pairs, n_wrong);
}

fn percent(part: usize, whole: usize) -> f64 {
    100.0 * part as f64 / whole.max(1) as f64
}

/// Rows: the labelled category; columns: the given one. An accepted alternative counts as the labelled category.
fn confusion(pairs: &[(&Clues, &Answer, &Classification)]) {
    let mut counts: BTreeMap<(Category, Category), usize> = BTreeMap::new();
    for (_, answer, given) in pairs {
        let counted = if answer.accepts(given.category) { answer.category } else { given.category };
        *counts.entry((answer.category, counted)).or_default() += 1;
    }
    print!("{:14}", "labelled");
    Category::ALL
        .iter()
        .for_each(|category| print!("{:>10}", category.name().get(..8).unwrap_or(category.name())));
    println!("{:>9}", "right %");
    for labelled in Category::ALL {
        print!("{:14}", labelled.name());
        let count = |given| counts.get(&(labelled, given)).copied().unwrap_or(0);
        Category::ALL.iter().for_each(|&given| print!("{:>10}", count(given)));
        println!("{:>9.1}", percent(count(labelled), Category::ALL.iter().map(|&given| count(given)).sum()));
    }
    println!();
}

/// Share of right rows for each tenth of confidence; a well-calibrated classifier has them equal.
fn reliability(pairs: &[(&Clues, &Answer, &Classification)]) {
    println!("confidence  rows    right %");
    for tenth in 0..10 {
        let within = |given: &Classification| {
            given.category != Category::Uncategorized && ((given.confidence * 10.0) as usize).min(9) == tenth
        };
        let rows: Vec<_> = pairs.iter().filter(|(_, _, given)| within(given)).collect();
        let n_right = rows.iter().filter(|(_, answer, given)| answer.accepts(given.category)).count();
        println!("0.{tenth} to 0.{tenth}9 {:>6} {:>9.1}", rows.len(), percent(n_right, rows.len()));
    }
    println!();
}

fn wrong(pairs: &[(&Clues, &Answer, &Classification)], n_wrong: usize) {
    let mut kinds: BTreeMap<String, (usize, String)> = BTreeMap::new();
    for (clues, answer, given) in pairs.iter().filter(|(_, answer, given)| !answer.accepts(given.category)) {
        let kind = format!(
            "{} instead of {}: {} | {} | {}",
            given.category,
            answer.category,
            clues.modality,
            clues.body_part_examined,
            clues.study_description
        );
        let entry = kinds.entry(kind).or_insert_with(|| (0, clues.series_description.clone()));
        entry.0 += 1;
    }
    let mut kinds: Vec<_> = kinds.into_iter().collect();
    kinds.sort_by_key(|(_, (count, _))| std::cmp::Reverse(*count));
    for (kind, (count, example)) in kinds.into_iter().take(n_wrong) {
        println!("{count:>5} {kind} | such as: {example}");
    }
}
