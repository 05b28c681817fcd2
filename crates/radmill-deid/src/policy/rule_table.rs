use dicom_core::Tag;

use crate::rules::Rule;

/// Settled rules by tag: a hash table that is never more than half full, so that a look-up is one or two steps.
pub(super) struct RuleTable {
    slots: Box<[Option<(Tag, Rule)>]>,
}

impl RuleTable {
    pub(super) fn new(rules: &[(Tag, Rule)]) -> RuleTable {
        let n_slots = (rules.len() * 2).next_power_of_two().max(2);
        let mut table = RuleTable { slots: vec![None; n_slots].into_boxed_slice() };
        for (tag, rule) in rules {
            let free = table.probe(*tag).find(|index| table.slots[*index].is_none());
            table.slots[free.expect("half of the slots are free")] = Some((*tag, *rule));
        }
        table
    }

    pub(super) fn get(&self, tag: Tag) -> Option<Rule> {
        for index in self.probe(tag) {
            match &self.slots[index] {
                Some((found, rule)) if *found == tag => return Some(*rule),
                Some(_) => {}
                None => return None,
            }
        }
        None
    }

    /// Slots for this tag, the best first. Tags of a group follow each other closely; the product spreads them.
    fn probe(&self, tag: Tag) -> impl Iterator<Item = usize> + use<> {
        let mask = self.slots.len() - 1;
        let number = u32::from(tag.0) << 16 | u32::from(tag.1);
        // 2^32 divided by the golden ratio.
        let first = (number.wrapping_mul(0x9E37_79B9) >> 8) as usize;
        (0..=mask).map(move |step| first.wrapping_add(step) & mask)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::reason::Reason;

    #[test]
    fn finds_what_was_put_in_and_nothing_else() {
        let tag = |index: u16| Tag(0x0008 + 2 * (index % 7), index);
        let rules: Vec<(Tag, Rule)> =
            (0..1000).step_by(2).map(|index| (tag(index), Rule::remove(Reason::Unknown))).collect();
        let table = RuleTable::new(&rules);
        for index in 0..1000 {
            assert_eq!(table.get(tag(index)).is_some(), index % 2 == 0, "{index}");
        }
        assert!(RuleTable::new(&[]).get(tag(1)).is_none());
    }
}
