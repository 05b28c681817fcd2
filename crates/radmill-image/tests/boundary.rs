//! The privacy boundary, checked by the compiler: identified attributes cannot be named from here.

#[test]
fn identified_instances_cannot_be_named() {
    let cases = trybuild::TestCases::new();
    // The control: what this crate may see is there, so the refusal below has no other reason.
    cases.pass("tests/boundary/names_the_deidentified_instance.rs");
    cases.compile_fail("tests/boundary/names_the_parsed_instance.rs");
}
