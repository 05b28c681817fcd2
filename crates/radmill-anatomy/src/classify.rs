use crate::taxonomy::{Decision, Lane, Model};
use crate::weigh::{Vote, weigh};
use crate::{Category, Classification, Clues, Evidence, EvidenceSource, Taxonomy, UncategorizedReason};

/// Most that a single attribute contributes to the confidence: none is right always.
const TRUST_MAX: f32 = 0.97;

/// Weighs the clues. A pure function of its arguments.
///
/// Each attribute votes with its weight; the lane with the highest sum wins, equal sums by the taxonomy's precedence.
/// A phantom or an animal wins over whatever part of the body it resembles.
pub fn classify(taxonomy: &Taxonomy, clues: &Clues) -> Classification {
    let model = &*taxonomy.model;
    let votes = weigh(model, clues);
    let Some(lane) = winner(model, &votes) else { return nothing(UncategorizedReason::NoEvidence, &votes) };
    let contradiction = contradiction(lane, &votes);
    let score = support(lane, &votes) * (1.0 - model.decision.contradiction_cost * contradiction);
    let conflict = contradiction > 0.0;
    if conflict && score < model.decision.confidence_min {
        return Classification { conflict, ..nothing(UncategorizedReason::Conflict, &votes) };
    }
    Classification {
        category: lane.category(),
        regions: regions(&votes),
        confidence: model.calibrated(score),
        conflict,
        reason: lane.reason(),
        evidence: evidence(&votes),
    }
}

fn nothing(reason: UncategorizedReason, votes: &[Vote<'_>]) -> Classification {
    Classification {
        category: Category::Uncategorized,
        regions: regions(votes),
        confidence: 0.0,
        conflict: false,
        reason: Some(reason),
        evidence: evidence(votes),
    }
}

/// The lane with the highest sum of weights.
fn winner(model: &Model, votes: &[Vote<'_>]) -> Option<Lane> {
    for lane in [Lane::NotHuman, Lane::Phantom] {
        if votes.iter().any(|vote| says_surely(vote, lane)) {
            return Some(lane);
        }
    }
    let sum = |lane: Lane| votes.iter().map(|vote| vote.lanes[lane.index()]).sum::<f32>();
    let decision: &Decision = &model.decision;
    let lanes = || {
        let categories = decision.precedence.iter().map(|&category| Lane::Category(category));
        [Lane::WholeBody].into_iter().chain(categories).chain([Lane::Phantom, Lane::NotHuman])
    };
    let highest = lanes().map(sum).fold(0.0, f32::max);
    if highest < decision.evidence_min {
        return None;
    }
    let is_as_high = |lane: Lane| sum(lane) >= highest * decision.tie_share;
    // A scan or survey of the bones covers the whole body as a rule, and is of the bones all the same.
    let bone = Lane::Category(Category::Bone);
    match lanes().find(|&lane| is_as_high(lane))? {
        Lane::WholeBody if is_as_high(bone) => Some(bone),
        lane => Some(lane),
    }
}

fn says_surely(vote: &Vote<'_>, lane: Lane) -> bool {
    vote.items.iter().any(|item| item.is_sure && item.region.lane == Some(lane))
}

/// How well the votes for a lane support it, from 0 to 1, as if each were independent of the others.
fn support(lane: Lane, votes: &[Vote<'_>]) -> f32 {
    1.0 - votes.iter().map(|vote| 1.0 - vote.lanes[lane.index()].min(TRUST_MAX)).product::<f32>()
}

/// How much the votes that name other places only speak against a lane, from 0 to 1.
fn contradiction(lane: Lane, votes: &[Vote<'_>]) -> f32 {
    let against = votes.iter().filter(|vote| vote.is_sure && vote.lanes[lane.index()] == 0.0);
    // A region lies within the whole body, and is no contradiction to it.
    let against = against.filter(|_| lane != Lane::WholeBody);
    let strongest = |vote: &Vote<'_>| vote.lanes.iter().copied().fold(0.0, f32::max).min(TRUST_MAX);
    1.0 - against.map(|vote| 1.0 - strongest(vote)).product::<f32>()
}

/// The regions that are named; those only hinted at where none is named.
fn regions(votes: &[Vote<'_>]) -> Vec<String> {
    let items = || votes.iter().flat_map(|vote| &vote.items);
    let any_sure = items().any(|item| item.is_sure);
    let mut regions: Vec<&str> =
        items().filter(|item| item.is_sure || !any_sure).map(|item| item.region.id.as_str()).collect();
    regions.sort_unstable();
    regions.dedup();
    regions.into_iter().map(str::to_owned).collect()
}

/// The evidence, strongest first; of equal weight in the order of the sources and rules.
fn evidence(votes: &[Vote<'_>]) -> Vec<Evidence> {
    let mut evidence: Vec<Evidence> = Vec::new();
    for vote in votes {
        for item in &vote.items {
            let Some(lane) = item.region.lane else { continue };
            let piece = Evidence {
                source: vote.source,
                rule: item.rule.id(),
                category: lane.category(),
                weight: item.weight.min(1.0),
            };
            if !evidence.contains(&piece) {
                evidence.push(piece);
            }
        }
    }
    let key = |piece: &Evidence| -> (EvidenceSource, Category) { (piece.source, piece.category) };
    evidence.sort_by(|a, b| {
        b.weight.total_cmp(&a.weight).then_with(|| key(a).cmp(&key(b))).then_with(|| a.rule.cmp(&b.rule))
    });
    evidence
}
