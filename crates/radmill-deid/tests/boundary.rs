//! The privacy boundary, held by the compiler: what a crate after de-identification cannot write.

#[test]
fn what_must_and_must_not_compile() {
    let t = trybuild::TestCases::new();
    t.pass("tests/boundary/deidentify_and_read.rs");
    t.compile_fail("tests/boundary/forge_instance.rs");
    t.compile_fail("tests/boundary/forge_attributes.rs");
    t.compile_fail("tests/boundary/reach_data_set.rs");
    t.compile_fail("tests/boundary/convert_without_deidentify.rs");
    t.compile_fail("tests/boundary/use_after_deidentify.rs");
    t.compile_fail("tests/boundary/default_key.rs");
}
