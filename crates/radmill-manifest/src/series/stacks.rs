//! Which rows of a series form a stack, and where in it they lie. Pure functions of the rows and their order.

/// Positions closer than this are one: headers give them to a hundredth of a millimetre or better.
const SAME_POSITION_MM: f64 = 0.01;
/// Direction cosines that differ by less are equal: real headers round them to as few as three digits.
const SAME_DIRECTION: f64 = 1e-3;
/// Pixel spacings that differ by less, in relation, are equal.
const SAME_SPACING: f64 = 1e-3;
/// Neighbours that are further apart than this many spacings have a gap between them.
const GAP: f64 = 1.5;
/// How far neighbours of a regular stack may be off, in spacings.
const IRREGULAR: f64 = 0.01;

/// What the header says of one row that can be part of a stack.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Slice {
    /// Image Position (Patient).
    pub(super) position: [f64; 3],
    /// Image Orientation (Patient).
    pub(super) orientation: [f64; 6],
    /// Rows and columns of the source and of the image.
    pub(super) size: [Option<i32>; 4],
    /// Pixel spacing of the image.
    pub(super) spacing: [Option<f64>; 2],
    /// The stack that the source names.
    pub(super) stack_id: Option<i32>,
    /// Values of [`super::DIFFERING`], comparable as bytes.
    pub(super) differing: Vec<Box<[u8]>>,
}

/// The place of a row in its series; all `None` for one that is of no stack.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Place {
    pub(super) stack_index: Option<i32>,
    pub(super) slice_index: Option<i32>,
    pub(super) n_slices: Option<i32>,
    pub(super) slice_spacing_mm: Option<f64>,
    pub(super) is_regular_stack: Option<bool>,
    pub(super) has_gap_before: Option<bool>,
    pub(super) has_gap_after: Option<bool>,
    pub(super) is_duplicate_position: Option<bool>,
}

/// Places the slices of one series, given in the order of the manifest.
pub(super) fn place_slices(slices: &[Slice]) -> Vec<Place> {
    let mut stacks = Vec::new();
    for group in groups(slices) {
        split(slices, group, 0, &mut stacks);
    }
    // Stacks are numbered by their first rows.
    stacks.sort();
    let mut places = vec![Place::default(); slices.len()];
    for (stack_index, stack) in (0..).zip(&stacks) {
        place_stack(stack_index, slices, stack, &mut places);
    }
    places
}

/// Rows of equal orientation, size, spacing and named stack.
fn groups(slices: &[Slice]) -> Vec<Vec<usize>> {
    let mut groups: Vec<Vec<usize>> = Vec::new();
    for (index, slice) in slices.iter().enumerate() {
        let is_like =
            |group: &&mut Vec<usize>| group.first().is_some_and(|&first| alike(&slices[first], slice));
        match groups.iter_mut().find(is_like) {
            Some(group) => group.push(index),
            None => groups.push(vec![index]),
        }
    }
    groups
}

fn alike(a: &Slice, b: &Slice) -> bool {
    let near = |a: f64, b: f64| (a - b).abs() <= SAME_SPACING * a.abs();
    a.size == b.size
        && a.stack_id == b.stack_id
        && a.orientation.iter().zip(&b.orientation).all(|(a, b)| (a - b).abs() <= SAME_DIRECTION)
        && a.spacing.iter().zip(&b.spacing).all(|pair| match pair {
            (Some(a), Some(b)) => near(*a, *b),
            (a, b) => a.is_none() && b.is_none(),
        })
}

/// Splits a group in which positions repeat by what explains it: an attribute with no more values than a position has
/// rows, which settles the repeats of at least half as many rows as there are positions. Fewer are left as duplicates,
/// since a slice that was sent twice makes no second stack.
fn split(slices: &[Slice], group: Vec<usize>, first: usize, stacks: &mut Vec<Vec<usize>>) {
    let positions = positions(slices, &group);
    let n_repeats = group.len() - positions.len();
    let n_rows_max = positions.iter().map(|position| position.rows.len()).max().unwrap_or(0);
    if n_repeats == 0 {
        return stacks.push(group);
    }
    let n_attributes = slices[group[0]].differing.len();
    for attribute in first..n_attributes {
        let parts = parts(slices, &group, attribute);
        if parts.len() < 2 || parts.len() > n_rows_max {
            continue;
        }
        let n_left: usize = parts.iter().map(|part| part.len() - self::positions(slices, part).len()).sum();
        if 2 * (n_repeats - n_left) >= positions.len() {
            return parts.into_iter().for_each(|part| split(slices, part, attribute + 1, stacks));
        }
    }
    let is_even = positions.iter().all(|position| position.rows.len() == n_rows_max);
    if is_even && positions.len() > 1 {
        // Nothing says what differs, but all of it is there so many times: the order of the instances decides.
        let nth = |n: usize| {
            let mut rows: Vec<usize> = positions.iter().map(|position| position.rows[n]).collect();
            rows.sort_unstable();
            rows
        };
        return stacks.extend((0..n_rows_max).map(nth));
    }
    stacks.push(group);
}

/// The group by the values of one attribute.
fn parts(slices: &[Slice], group: &[usize], attribute: usize) -> Vec<Vec<usize>> {
    let mut sorted = group.to_vec();
    // The sort is stable: rows stay in order within a part.
    sorted.sort_by(|&a, &b| slices[a].differing[attribute].cmp(&slices[b].differing[attribute]));
    let equal = |a: &usize, b: &usize| slices[*a].differing[attribute] == slices[*b].differing[attribute];
    sorted.chunk_by(equal).map(<[usize]>::to_vec).collect()
}

/// Rows at one position along the normal.
struct Position {
    at_mm: f64,
    rows: Vec<usize>,
}

/// The positions of a group in ascending order, each with its rows in the order of the manifest.
fn positions(slices: &[Slice], group: &[usize]) -> Vec<Position> {
    let Some(&first) = group.first() else { return Vec::new() };
    // One normal for all: that of each row differs by what the header rounds, which is much at a metre from the origin.
    let normal = normal(&slices[first].orientation);
    let along = |row: usize| slices[row].position.iter().zip(&normal).map(|(a, b)| a * b).sum::<f64>();
    let mut sorted: Vec<(f64, usize)> = group.iter().map(|&row| (along(row), row)).collect();
    sorted.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
    let mut positions: Vec<Position> = Vec::new();
    for (at_mm, row) in sorted {
        match positions.last_mut() {
            Some(last) if at_mm - last.at_mm <= SAME_POSITION_MM => last.rows.push(row),
            _ => positions.push(Position { at_mm, rows: vec![row] }),
        }
    }
    positions.iter_mut().for_each(|position| position.rows.sort_unstable());
    positions
}

/// The cross product of the directions of row and column, at length 1.
fn normal(orientation: &[f64; 6]) -> [f64; 3] {
    let [a, b, c, d, e, f] = *orientation;
    let normal = [b * f - c * e, c * d - a * f, a * e - b * d];
    let length = normal.iter().map(|part| part * part).sum::<f64>().sqrt();
    normal.map(|part| part / length)
}

fn place_stack(stack_index: i32, slices: &[Slice], stack: &[usize], places: &mut [Place]) {
    let positions = positions(slices, stack);
    let distances: Vec<f64> = positions.windows(2).map(|pair| pair[1].at_mm - pair[0].at_mm).collect();
    let spacing = median(&distances);
    let is_gap = |distance: Option<&f64>| spacing.zip(distance).is_some_and(|(s, d)| *d > GAP * s);
    let is_regular = spacing.map(|spacing| {
        let allowed = IRREGULAR * spacing + SAME_POSITION_MM;
        distances.iter().all(|distance| (distance - spacing).abs() <= allowed)
    });
    for (index, position) in positions.iter().enumerate() {
        for (nth, &row) in position.rows.iter().enumerate() {
            places[row] = Place {
                stack_index: Some(stack_index),
                slice_index: i32::try_from(index).ok(),
                n_slices: i32::try_from(positions.len()).ok(),
                slice_spacing_mm: spacing,
                is_regular_stack: is_regular,
                has_gap_before: Some(is_gap(index.checked_sub(1).and_then(|before| distances.get(before)))),
                has_gap_after: Some(is_gap(distances.get(index))),
                is_duplicate_position: Some(nth > 0),
            };
        }
    }
}

/// The lower median, which is one of the distances, to a millionth of a millimetre.
fn median(distances: &[f64]) -> Option<f64> {
    let mut sorted = distances.to_vec();
    sorted.sort_by(f64::total_cmp);
    let median = sorted.get(sorted.len().checked_sub(1)? / 2)?;
    Some((median * 1e6).round() / 1e6)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn axial(z: f64, differing: &[u8]) -> Slice {
        Slice {
            position: [-100.0, -120.0, z],
            orientation: [1.0, 0.0, 0.0, 0.0, 1.0, 0.0],
            size: [Some(512); 4],
            spacing: [Some(0.7); 2],
            stack_id: None,
            differing: differing.iter().map(|&value| vec![value].into()).collect(),
        }
    }

    /// Stack, slice, number of slices and marks (`<` gap before, `>` gap after, `=` duplicate) of each row.
    fn check(slices: &[Slice], expected: &[&str]) {
        let places = place_slices(slices);
        let shown: Vec<String> = places.iter().map(show).collect();
        assert_eq!(shown, expected);
    }

    fn show(place: &Place) -> String {
        let mark = |is_set: Option<bool>, mark| if is_set == Some(true) { mark } else { "" };
        format!(
            "{}:{}/{}{}{}{}",
            place.stack_index.unwrap(),
            place.slice_index.unwrap(),
            place.n_slices.unwrap(),
            mark(place.has_gap_before, "<"),
            mark(place.has_gap_after, ">"),
            mark(place.is_duplicate_position, "="),
        )
    }

    #[test]
    fn slices_are_numbered_along_the_normal() {
        let slices: Vec<Slice> = [20.0, 15.0, 10.0].iter().map(|&z| axial(z, &[])).collect();
        check(&slices, &["0:2/3", "0:1/3", "0:0/3"]);
        let place = place_slices(&slices)[0];
        assert_eq!((place.slice_spacing_mm, place.is_regular_stack), (Some(5.0), Some(true)));
        // One slice has no spacing, and cannot be irregular.
        let place = place_slices(&slices[..1])[0];
        assert_eq!((place.slice_spacing_mm, place.is_regular_stack, place.n_slices), (None, None, Some(1)));
        check(&[], &[]);
    }

    #[test]
    fn gaps_and_duplicates_are_marked() {
        let slices: Vec<Slice> =
            [0.0, 5.0, 10.0, 10.004, 20.0, 25.0].iter().map(|&z| axial(z, &[])).collect();
        check(&slices, &["0:0/5", "0:1/5", "0:2/5>", "0:2/5>=", "0:3/5<", "0:4/5"]);
        assert_eq!(place_slices(&slices)[0].is_regular_stack, Some(false));
        // Distances that vary less than a gap.
        let slices: Vec<Slice> = [0.0, 5.0, 11.0, 16.0].iter().map(|&z| axial(z, &[])).collect();
        check(&slices, &["0:0/4", "0:1/4", "0:2/4", "0:3/4"]);
        assert_eq!(place_slices(&slices)[0].is_regular_stack, Some(false));
    }

    #[test]
    fn what_differs_where_positions_repeat_makes_stacks() {
        // Two echoes, one after the other, and a slice that was sent twice.
        let slices = [(0, 1), (5, 1), (10, 1), (0, 2), (5, 2), (10, 2), (10, 2)]
            .map(|(z, echo)| axial(f64::from(z), &[7, echo]));
        check(&slices, &["0:0/3", "0:1/3", "0:2/3", "1:0/3", "1:1/3", "1:2/3", "1:2/3="]);
        // Echoes and then times.
        let slices =
            [(1, 1), (1, 2), (2, 1), (2, 2)].map(|(echo, time)| [0.0, 5.0].map(|z| axial(z, &[echo, time])));
        check(
            slices.as_flattened(),
            &["0:0/2", "0:1/2", "1:0/2", "1:1/2", "2:0/2", "2:1/2", "3:0/2", "3:1/2"],
        );
        // A value of its own in each row explains nothing: order does.
        let slices = [(0, 1), (0, 2), (5, 3), (5, 4)].map(|(z, n)| axial(f64::from(z), &[n]));
        check(&slices, &["0:0/2", "1:0/2", "0:1/2", "1:1/2"]);
        // One repeated slice of another acquisition is a duplicate, not a stack.
        let slices = [(0, 1), (5, 1), (10, 1), (15, 1), (15, 2)].map(|(z, n)| axial(f64::from(z), &[n]));
        check(&slices, &["0:0/4", "0:1/4", "0:2/4", "0:3/4", "0:3/4="]);
        // Nothing that repeats: another echo is no other stack.
        let slices = [(0, 1), (5, 2)].map(|(z, n)| axial(f64::from(z), &[n]));
        check(&slices, &["0:0/2", "0:1/2"]);
    }

    #[test]
    fn other_planes_sizes_and_named_stacks_are_other_stacks() {
        let first = axial(0.0, &[]);
        let second = axial(5.0, &[]);
        let sagittal = Slice { orientation: [0.0, 1.0, 0.0, 0.0, 0.0, -1.0], ..second.clone() };
        let wide = Slice { size: [Some(512), Some(640), Some(512), Some(640)], ..second.clone() };
        let fine = Slice { spacing: [Some(0.5); 2], ..second.clone() };
        let unknown = Slice { spacing: [None; 2], ..second.clone() };
        let named = Slice { stack_id: Some(2), ..second.clone() };
        for other in [sagittal, wide, fine, unknown, named] {
            check(&[first.clone(), other], &["0:0/1", "1:0/1"]);
        }
        let tilted = Slice { orientation: [1.0, 0.0, 0.0, 0.0, 1.0, 0.0005], ..second };
        check(&[first, tilted], &["0:0/2", "0:1/2"]);
    }

    #[test]
    fn one_normal_for_a_stack_keeps_rounded_directions_from_moving_slices() {
        // A metre off the origin, where a direction rounded at the fourth digit shifts a slice by a tenth of a millimetre.
        let far = |z: f64, c: f64| Slice {
            position: [1000.0, 0.0, z],
            orientation: [1.0, 0.0, c, 0.0, 1.0, 0.0],
            ..axial(z, &[])
        };
        check(&[far(0.0, 0.0), far(0.05, 0.0001), far(0.1, 0.0)], &["0:0/3", "0:1/3", "0:2/3"]);
    }
}
