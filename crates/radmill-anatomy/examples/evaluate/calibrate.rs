//! Fits the confidence to the score: how often are rows with this score right?
//!
//! Every collection weighs the same, so that none with thousands of rows decides. The share of right rows is made
//! rising with the score by pooling neighbours (isotonic regression), and cut down to a few points.

use std::collections::BTreeMap;

use crate::rows::{Judged, is_adjusted};

/// Scores at which the curve is written down: of a hint, a misspelt word or a contradiction; of Body Part Examined or
/// one description alone; of two that agree, and of more.
const SCORES: [f64; 7] = [0.22, 0.4, 0.55, 0.75, 0.88, 0.95, 1.0];
/// Collections' worth of rows that pull each share towards the score itself, so that few rows do not make a point. The
/// labels were found by words too, so they are kinder to weak evidence than the pixels would be.
const PRIOR_COLLECTIONS: f64 = 0.5;

/// Score of a row, whether it is right, and its weight.
struct Sample {
    score: f64,
    is_right: bool,
    weight: f64,
}

pub(crate) fn print(judged: &[Judged<'_>]) {
    let all = samples(judged, |_| true);
    println!("points = {}\n", text(&fit(&all)));
    println!("Mean distance of confidence and share of right rows, in tenths of confidence:\n");
    println!("| fitted on | measured on | distance % | mean confidence % | right % |");
    println!("|---|---|---|---|---|");
    let halves = [("adjusted half", true), ("other half", false)];
    for (fitted_name, fitted) in halves {
        let points = fit(&samples(judged, |row| is_adjusted(row) == fitted));
        for (measured_name, measured) in halves {
            let rows = samples(judged, |row| is_adjusted(row) == measured);
            let [distance, confidence, right] = distance(&points, &rows);
            println!("| {fitted_name} | {measured_name} | {distance:.2} | {confidence:.2} | {right:.2} |");
        }
    }
}

fn samples(judged: &[Judged<'_>], wanted: impl Fn(&str) -> bool) -> Vec<Sample> {
    let mut n_rows: BTreeMap<&str, usize> = BTreeMap::new();
    let counted = || judged.iter().filter(|judged| judged.has_evidence() && wanted(&judged.row.collection));
    for judged in counted() {
        *n_rows.entry(&judged.row.collection).or_default() += 1;
    }
    let sample = |judged: &Judged<'_>| Sample {
        score: f64::from(judged.given.confidence),
        is_right: judged.is_right(),
        weight: 1.0 / n_rows.get(judged.row.collection.as_str()).copied().unwrap_or(1) as f64,
    };
    counted().map(sample).collect()
}

/// Score and share at each of the scores, rising.
fn fit(samples: &[Sample]) -> Vec<[f64; 2]> {
    let mut pools: Vec<(f64, f64, usize)> = Vec::new();
    for score in SCORES {
        let near = samples.iter().filter(|sample| nearest(sample.score) == score);
        let (right, weight) = sums(near);
        let (mut right, mut weight, mut n) =
            (right + score * PRIOR_COLLECTIONS, weight + PRIOR_COLLECTIONS, 1);
        while let Some(&(before, before_weight, before_n)) = pools.last()
            && before / before_weight >= right / weight
        {
            (right, weight, n) = (right + before, weight + before_weight, n + before_n);
            pools.pop();
        }
        pools.push((right, weight, n));
    }
    let shares = pools.iter().flat_map(|&(right, weight, n)| std::iter::repeat_n(right / weight, n));
    SCORES.into_iter().zip(shares).map(|(score, share)| [score, share]).collect()
}

fn nearest(score: f64) -> f64 {
    let distance = |known: &f64| (known - score).abs();
    SCORES.into_iter().min_by(|a, b| distance(a).total_cmp(&distance(b))).unwrap_or_default()
}

fn sums<'a>(samples: impl Iterator<Item = &'a Sample>) -> (f64, f64) {
    samples.fold((0.0, 0.0), |(right, weight), sample| {
        (right + if sample.is_right { sample.weight } else { 0.0 }, weight + sample.weight)
    })
}

fn confidence(points: &[[f64; 2]], score: f64) -> f64 {
    let above = points.iter().position(|[x, _]| score <= *x);
    let Some(above) = above else { return points.last().map_or(0.0, |[_, y]| *y) };
    let [x, y] = points[above];
    let [x_below, y_below] = above.checked_sub(1).map_or([0.0, 0.0], |below| points[below]);
    y_below + (score - x_below) / (x - x_below) * (y - y_below)
}

/// Mean distance, mean confidence and share of right rows, in percent.
fn distance(points: &[[f64; 2]], samples: &[Sample]) -> [f64; 3] {
    let mut bins = [(0.0, 0.0, 0.0); 20];
    for sample in samples {
        let confidence = confidence(points, sample.score);
        let bin = &mut bins[((confidence * 20.0) as usize).min(19)];
        bin.0 += confidence * sample.weight;
        bin.1 += if sample.is_right { sample.weight } else { 0.0 };
        bin.2 += sample.weight;
    }
    let total: f64 = bins.iter().map(|bin| bin.2).sum();
    let distance: f64 = bins.iter().map(|bin| (bin.0 - bin.1).abs()).sum();
    let (confidence, right) = bins.iter().fold((0.0, 0.0), |sum, bin| (sum.0 + bin.0, sum.1 + bin.1));
    [distance, confidence, right].map(|sum| 100.0 * sum / total)
}

fn text(points: &[[f64; 2]]) -> String {
    let pairs: Vec<String> = points.iter().map(|[x, y]| format!("[{x:.2}, {y:.3}]")).collect();
    format!("[{}]", pairs.join(", "))
}
