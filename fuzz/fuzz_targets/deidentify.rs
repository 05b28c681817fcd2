//! Any bytes, any profile and options: de-identify, write, read again. Nothing may panic, nothing may be kept by
//! failure, and what is written must be readable and say the same when it is de-identified once more.

#![no_main]

use std::sync::OnceLock;

use bytes::Bytes;
use libfuzzer_sys::fuzz_target;
use radmill_deid::{
    BurnedIn, DeidentifiedInstance, Documents, Policy, PolicyOptions, Preset, ProfileOption, SiteKey,
    deidentify,
};
use radmill_dicom::{DataSet, Element, Limits, ParsedInstance, Value, parse};

const LIMITS: Limits = Limits {
    file_bytes_max: 1 << 20,
    nesting_depth_max: 64,
    elements_max: 10_000,
    element_bytes_max: 1 << 18,
    frames_max: 64,
    frame_bytes_max: 1 << 18,
    decoded_bytes_max: 1 << 20,
    inflated_bytes_max: 1 << 20,
};

/// The first byte chooses the policy.
fn policies() -> &'static [Policy] {
    static POLICIES: OnceLock<Vec<Policy>> = OnceLock::new();
    POLICIES.get_or_init(|| {
        let everything_cleaned = vec![
            ProfileOption::RetainSafePrivate,
            ProfileOption::RetainLongitudinalModifiedDates,
            ProfileOption::CleanDescriptors,
            ProfileOption::CleanStructuredContent,
            ProfileOption::CleanGraphics,
        ];
        let choices = [
            (Preset::Basic, vec![]),
            (Preset::Research, vec![]),
            (Preset::Strict, vec![]),
            (Preset::Basic, everything_cleaned),
        ];
        choices
            .into_iter()
            .map(|(preset, options)| {
                Policy::new(&PolicyOptions {
                    preset,
                    options,
                    overrides: Vec::new(),
                    burned_in: BurnedIn::Clean,
                    documents: Documents::Reject,
                })
                .expect("these options agree with each other")
            })
            .collect()
    })
}

fn deidentified(bytes: &[u8], policy: &Policy) -> Option<DeidentifiedInstance> {
    let instance: ParsedInstance = parse(Bytes::copy_from_slice(bytes), &LIMITS).ok()?;
    deidentify(instance, policy, &SiteKey::from_bytes([7; 32])).ok()
}

fn written(instance: &DeidentifiedInstance) -> Option<Vec<u8>> {
    let mut file = Vec::new();
    // Pixels that have to be blacked out and cannot be decoded are an error, and nothing is to be used of it.
    instance.write_dicom(&mut file).ok()?;
    Some(file)
}

fuzz_target!(|bytes: &[u8]| {
    let Some((choice, bytes)) = bytes.split_first() else { return };
    let policies = policies();
    let policy = &policies[usize::from(*choice) % policies.len()];
    let Some(once) = deidentified(bytes, policy) else { return };
    let Some(first) = written(&once) else { return };
    let output = parse(Bytes::from(first.clone()), &LIMITS).expect("what is written can be read");
    check_level(&output.data);
    let Some(twice) = deidentified(&first, policy) else { return };
    let Some(second) = written(&twice) else { return };
    let again = parse(Bytes::from(second), &LIMITS).expect("what is written can be read");
    assert_eq!(shown(&output.data), shown(&again.data), "a second time changes nothing more");
});

fn check_level(data: &DataSet) {
    for element in data.elements() {
        assert!(!is_named_person(element, data), "{element:?}");
        if let Value::Items(items) = &element.value {
            items.iter().for_each(check_level);
        }
    }
}

/// A person's name with anything in it but our own dummy.
fn is_named_person(element: &Element, data: &DataSet) -> bool {
    element.vr.to_string() == "PN"
        && element.texts(data.character_set()).iter().any(|name| {
            let letters: String = name.chars().filter(char::is_ascii_alphanumeric).collect();
            !(letters.is_empty() || letters.eq_ignore_ascii_case("deidentified"))
        })
}

/// All levels as text, but for the claim of what was done this time.
fn shown(data: &DataSet) -> Vec<String> {
    let elements =
        data.elements().iter().filter(|element| (element.tag.0, element.tag.1) != (0x0012, 0x0064));
    elements
        .flat_map(|element| {
            let own = format!("{:?} {}", element.tag, element.vr.to_string());
            match &element.value {
                Value::Items(items) => std::iter::once(own).chain(items.iter().flat_map(shown)).collect(),
                Value::Bytes(bytes) => vec![format!("{own} {bytes:?}")],
            }
        })
        .collect()
}
