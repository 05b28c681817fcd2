use std::fmt;
use std::str::FromStr;

/// One of several parts that the map of a job is shared out in, each for a process of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Part {
    number: usize,
    n_parts: usize,
}

impl Part {
    /// Part `number` of `n_parts`, counted from 1; `None` if there is no such part.
    pub fn new(number: usize, n_parts: usize) -> Option<Part> {
        (1..=n_parts).contains(&number).then_some(Part { number, n_parts })
    }

    /// The name of files and folders that belong to this part alone.
    pub(crate) fn name(self) -> String {
        format!("part-{}-of-{}", self.number, self.n_parts)
    }

    /// True if the segment with this index belongs to the part. Neighbours go to different parts, so that a folder of
    /// large files is shared out.
    pub(crate) fn has(self, segment: usize) -> bool {
        segment % self.n_parts == self.number - 1
    }
}

impl FromStr for Part {
    type Err = String;

    /// Reads `K/N`.
    fn from_str(text: &str) -> Result<Part, String> {
        let numbers = text
            .split_once('/')
            .and_then(|(number, n_parts)| Part::new(number.parse().ok()?, n_parts.parse().ok()?));
        numbers.ok_or_else(|| "a part is written K/N, with K from 1 to N, such as 3/8".to_owned())
    }
}

impl fmt::Display for Part {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}/{}", self.number, self.n_parts)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_segment_belongs_to_one_part() {
        for n_parts in 1..6 {
            for segment in 0..20 {
                let parts = (1..=n_parts).filter_map(|number| Part::new(number, n_parts));
                assert_eq!(parts.filter(|part| part.has(segment)).count(), 1);
            }
        }
    }

    #[test]
    fn a_part_is_written_k_of_n() {
        for text in ["1/1", "3/8", "8/8"] {
            assert_eq!(text.parse::<Part>().unwrap().to_string(), text);
        }
        for text in ["", "1", "0/8", "9/8", "1/0", "-1/2", "a/b", "1/2/3"] {
            assert!(text.parse::<Part>().is_err(), "{text}");
        }
    }
}
