use crate::Policy;

/// The rules for the Patient group, to be read. When this fails, read the difference before accepting it.
#[test]
fn rules_for_the_patient_group() {
    let rules = Policy::basic().rules_text();
    let found: Vec<&str> = rules.lines().filter(|line| line.starts_with("(0010,")).collect();
    let expected: Vec<&str> = include_str!("patient_rules.txt").lines().collect();
    assert_eq!(found, expected);
}

/// When this fails, some rule has changed: data sets made before and after differ.
#[test]
fn policy_id() {
    assert_eq!(Policy::basic().id(), "2026d-r3-163a503454d3");
}
