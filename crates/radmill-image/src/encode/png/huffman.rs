//! Length-limited Huffman codes as deflate writes them (RFC 1951, 3.2.2).

/// Longest code of a literal or length: four of them and seven waiting bits fit into 64 bits.
pub(super) const CODE_BITS_MAX: usize = 12;

/// A code, reversed so that its first bit is the lowest, and its number of bits.
#[derive(Clone, Copy, Default, Debug, PartialEq, Eq)]
pub(super) struct Code {
    pub(super) bits: u16,
    pub(super) length: u8,
}

/// Lengths of codes that are nearly the best for these counts, none longer than `length_max`; 0 for what never occurs.
///
/// Huffman's algorithm in place over sorted weights, after which codes that are too long are shortened at the cost of
/// the next ones.
pub(super) fn code_lengths<const N: usize>(counts: &[u32; N], length_max: usize) -> [u8; N] {
    let mut used: Vec<(u32, u16)> = (0u16..)
        .zip(counts)
        .filter(|(_, count)| **count > 0)
        .map(|(symbol, count)| (*count, symbol))
        .collect();
    used.sort_unstable();
    let mut lengths = [0; N];
    match used.as_slice() {
        [] => return lengths,
        [(_, only)] => {
            lengths[usize::from(*only)] = 1;
            return lengths;
        }
        _ => {}
    }
    let mut n_of_length = lengths_of_tree(&used, length_max);
    limit(&mut n_of_length, length_max);
    // The rarest symbols come first and get the longest codes.
    let mut symbols = used.iter();
    for length in (1..=length_max).rev() {
        for (_, symbol) in symbols.by_ref().take(n_of_length[length] as usize) {
            lengths[usize::from(*symbol)] = length as u8;
        }
    }
    lengths
}

/// Number of codes of each length in the tree of Huffman's algorithm; those that are longer than `length_max` count as
/// that long. `used` has two entries or more, smallest first.
fn lengths_of_tree(used: &[(u32, u16)], length_max: usize) -> [u32; 16] {
    let n = used.len();
    // Inner nodes are made in the order of their weight: the two smallest are always at the heads of two queues.
    let mut weights: Vec<u32> = Vec::with_capacity(n - 1);
    let mut parent = vec![0u16; 2 * n - 1];
    let (mut leaf, mut inner) = (0, 0);
    for made in 0..n - 1 {
        let mut weight = 0;
        for _ in 0..2 {
            let takes_leaf = leaf < n && (inner >= made || used[leaf].0 <= weights[inner]);
            let (node, node_weight) =
                if takes_leaf { (leaf, used[leaf].0) } else { (n + inner, weights[inner]) };
            if takes_leaf {
                leaf += 1
            } else {
                inner += 1
            }
            parent[node] = made as u16;
            weight += node_weight;
        }
        weights.push(weight);
    }
    let mut depth = vec![0usize; n - 1];
    for node in (0..n - 2).rev() {
        depth[node] = depth[usize::from(parent[n + node])] + 1;
    }
    let mut n_of_length = [0; 16];
    for &parent in &parent[..n] {
        n_of_length[(depth[usize::from(parent)] + 1).min(length_max)] += 1;
    }
    n_of_length
}

/// Makes room where codes were cut short: the sum of 2⁻ˡ must be 1 (Kraft).
fn limit(n_of_length: &mut [u32; 16], length_max: usize) {
    let total =
        |n: &[u32; 16]| (1..=length_max).map(|length| n[length] << (length_max - length)).sum::<u32>();
    let mut excess = total(n_of_length) - (1 << length_max);
    while excess > 0 {
        let longer = (1..length_max).rev().find(|&length| n_of_length[length] > 0);
        let longer = longer.expect("fewer codes than fit have a shorter one among them");
        // One code moves a level down and takes one of the longest beside it.
        n_of_length[longer] -= 1;
        n_of_length[longer + 1] += 2;
        n_of_length[length_max] -= 1;
        excess -= 1;
    }
}

/// The codes that follow from their lengths (RFC 1951, 3.2.2).
pub(super) fn codes<const N: usize>(lengths: &[u8; N]) -> [Code; N] {
    let mut next = [0u16; 16];
    let mut n_of_length = [0u16; 16];
    lengths.iter().for_each(|length| n_of_length[usize::from(*length)] += 1);
    n_of_length[0] = 0;
    for length in 1..16 {
        next[length] = (next[length - 1] + n_of_length[length - 1]) << 1;
    }
    lengths.map(|length| {
        if length == 0 {
            return Code::default();
        }
        let code = next[usize::from(length)];
        next[usize::from(length)] += 1;
        Code { bits: code.reverse_bits() >> (16 - u16::from(length)), length }
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Sum of 2⁻ˡ in units of 2⁻¹⁶.
    fn kraft<const N: usize>(lengths: &[u8; N]) -> u32 {
        lengths.iter().filter(|length| **length > 0).map(|length| 1 << (16 - length)).sum()
    }

    #[test]
    fn frequent_symbols_get_short_codes() {
        assert_eq!(code_lengths(&[0, 0, 0], 12), [0, 0, 0]);
        assert_eq!(code_lengths(&[0, 9, 0], 12), [0, 1, 0]);
        assert_eq!(code_lengths(&[1, 9, 0], 12), [1, 1, 0]);
        assert_eq!(code_lengths(&[1, 1, 2, 4, 8], 12), [4, 4, 3, 2, 1]);
        assert_eq!(code_lengths(&[1, 1, 2, 4, 8], 3), [3, 3, 3, 3, 1]);
    }

    #[test]
    fn codes_are_those_of_the_standard() {
        // The example of RFC 1951, 3.2.2.
        let found = codes(&[3, 3, 3, 3, 3, 2, 4, 4]);
        let expected = [0b010, 0b011, 0b100, 0b101, 0b110, 0b00, 0b1110, 0b1111];
        for (code, expected) in found.iter().zip(expected) {
            assert_eq!(code.bits.reverse_bits() >> (16 - code.length), expected);
        }
    }

    proptest! {
        #[test]
        fn every_code_is_complete_and_short_enough(
            exponents in prop::collection::vec(0u32..23, 286),
            length_max in 9usize..=15,
        ) {
            let counts: [u32; 286] = std::array::from_fn(|i| (1 << exponents[i]) >> 3);
            let lengths = code_lengths(&counts, length_max);
            prop_assert!(lengths.iter().all(|length| usize::from(*length) <= length_max));
            for (count, length) in counts.iter().zip(lengths) {
                prop_assert_eq!(*count == 0, length == 0);
            }
            if counts.iter().filter(|count| **count > 0).count() > 1 {
                prop_assert_eq!(kraft(&lengths), 1 << 16);
            }
        }
    }
}
