//! Letters of three by five dots, each dot two pixels wide and high.

const SCALE: usize = 2;
/// Height of a letter in pixels.
pub(super) const HEIGHT: usize = 5 * SCALE;
/// From one letter to the next.
pub(super) const ADVANCE: usize = 4 * SCALE;

/// The pixels of a letter; what has no picture is a space. Small letters look like capitals.
pub(super) fn dots(letter: char) -> impl Iterator<Item = (usize, usize)> {
    let rows = rows(letter.to_ascii_uppercase());
    let pixels = (0..HEIGHT).flat_map(|y| (0..3 * SCALE).map(move |x| (x, y)));
    pixels.filter(move |(x, y)| rows >> (3 * (4 - y / SCALE) + 2 - x / SCALE) & 1 == 1)
}

/// Five rows from top to bottom, one octal digit each.
fn rows(letter: char) -> u16 {
    match letter {
        'A' => 0o25755,
        'B' => 0o65656,
        'C' => 0o34443,
        'D' => 0o65556,
        'E' => 0o74647,
        'F' => 0o74644,
        'G' => 0o34553,
        'H' => 0o55755,
        'I' => 0o72227,
        'J' => 0o11152,
        'K' => 0o55655,
        'L' => 0o44447,
        'M' => 0o57755,
        'N' => 0o65555,
        'O' => 0o25552,
        'P' => 0o65644,
        'Q' => 0o25563,
        'R' => 0o65655,
        'S' => 0o34216,
        'T' => 0o72222,
        'U' => 0o55557,
        'V' => 0o55552,
        'W' => 0o55775,
        'X' => 0o55255,
        'Y' => 0o55222,
        'Z' => 0o71247,
        '0' => 0o75557,
        '1' => 0o26227,
        '2' => 0o61247,
        '3' => 0o61216,
        '4' => 0o55711,
        '5' => 0o74616,
        '6' => 0o34757,
        '7' => 0o71122,
        '8' => 0o75757,
        '9' => 0o75716,
        '-' => 0o00700,
        '_' => 0o00007,
        '.' => 0o00002,
        ',' => 0o00024,
        ':' => 0o02020,
        '/' => 0o11244,
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_stay_within_their_place() {
        for letter in ' '..='~' {
            assert!(dots(letter).all(|(x, y)| x < ADVANCE && y < HEIGHT), "{letter}");
        }
        assert_eq!(dots('-').count(), 3 * SCALE * SCALE);
        assert_eq!(dots('l').collect::<Vec<_>>(), dots('L').collect::<Vec<_>>());
    }
}
