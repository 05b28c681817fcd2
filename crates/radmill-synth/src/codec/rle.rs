/// One frame as RLE (PS3.5 Annex G): a header of 64 bytes, then one PackBits segment for each byte plane, the most
/// significant byte of the first sample first.
///
/// `samples` holds for each pixel its `n_samples` samples, each of `bytes_per_sample` bytes, little-endian.
pub(crate) fn encode_rle(
    samples: &[u8],
    columns: usize,
    n_samples: usize,
    bytes_per_sample: usize,
) -> Vec<u8> {
    let stride = n_samples * bytes_per_sample;
    let mut header = vec![(stride) as u32];
    let mut body: Vec<u8> = Vec::new();
    for sample in 0..n_samples {
        for byte in (0..bytes_per_sample).rev() {
            header.push(64 + body.len() as u32);
            let plane: Vec<u8> =
                samples.iter().skip(sample * bytes_per_sample + byte).step_by(stride).copied().collect();
            for row in plane.chunks(columns) {
                pack_row(row, &mut body);
            }
            if !body.len().is_multiple_of(2) {
                body.push(0);
            }
        }
    }
    header.resize(16, 0);
    header.into_iter().flat_map(u32::to_le_bytes).chain(body).collect()
}

/// Runs of three and more become two bytes, everything else literal runs of at most 128. No run crosses a row.
fn pack_row(row: &[u8], out: &mut Vec<u8>) {
    let run_at = |from: usize| row[from..].iter().take(128).take_while(|&&byte| byte == row[from]).count();
    let mut at = 0;
    while at < row.len() {
        let run = run_at(at);
        if run >= 3 {
            out.extend([(257 - run) as u8, row[at]]);
            at += run;
            continue;
        }
        let start = at;
        while at < row.len() && at - start < 128 && run_at(at) < 3 {
            at += 1;
        }
        out.push((at - start - 1) as u8);
        out.extend(&row[start..at]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::Rng;

    /// Straight from PS3.5 G.3.2, as slow as it likes.
    fn decode(encoded: &[u8], n_pixels: usize) -> Vec<u8> {
        let word = |index: usize| u32::from_le_bytes(encoded[index * 4..][..4].try_into().unwrap()) as usize;
        let planes: Vec<Vec<u8>> = (1..=word(0))
            .map(|plane| {
                let (mut at, mut out) = (word(plane), Vec::new());
                while out.len() < n_pixels {
                    let n = encoded[at] as i8;
                    at += 1;
                    if n >= 0 {
                        out.extend(&encoded[at..at + n as usize + 1]);
                        at += n as usize + 1;
                    } else if n > -128 {
                        out.extend(vec![encoded[at]; (1 - i32::from(n)) as usize]);
                        at += 1;
                    }
                }
                out
            })
            .collect();
        (0..n_pixels).flat_map(|pixel| planes.iter().map(move |plane| plane[pixel])).collect()
    }

    #[test]
    fn a_slow_decoder_gives_the_planes_back() {
        let mut rng = Rng::new(1, "rle");
        for columns in [1, 2, 3, 127, 128, 129, 300] {
            for period in [1, 2, 3, 200] {
                let samples: Vec<u8> = (0..columns * 3 * 2)
                    .map(|i| if i % period == 0 { rng.below(4) as u8 } else { 9 })
                    .collect();
                let encoded = encode_rle(&samples, columns, 1, 2);
                assert_eq!(encoded.len() % 2, 0);
                let big_endian: Vec<u8> = samples.chunks(2).flat_map(|pair| [pair[1], pair[0]]).collect();
                assert_eq!(decode(&encoded, columns * 3), big_endian, "{columns} columns, period {period}");
            }
        }
    }

    #[test]
    fn known_bytes() {
        let encoded = encode_rle(&[7, 7, 7, 7, 1, 2], 6, 1, 1);
        assert_eq!(encoded[..8], [1, 0, 0, 0, 64, 0, 0, 0]);
        assert_eq!(encoded[64..], [0xfd, 7, 1, 1, 2, 0]);
    }
}
