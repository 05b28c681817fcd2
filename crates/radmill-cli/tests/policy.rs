//! `radmill policy show`: every attribute with what is done and why.

#![allow(clippy::unwrap_used, reason = "this is test code")]

mod common;

use std::fs;

use common::{assert_fault, run, stdout};
use serde_json::Value;

fn show(arguments: &[&str]) -> String {
    let output = common::radmill().args(["policy", "show"]).args(arguments).output().unwrap();
    assert!(output.status.success(), "{}", common::stderr(&output));
    stdout(&output)
}

fn header(text: &str) -> Vec<&str> {
    text.lines().filter(|line| line.starts_with('#')).collect()
}

#[test]
fn every_attribute_has_one_line_in_order_of_tag() {
    let text = show(&[]);
    let lines: Vec<&str> = text.lines().filter(|line| !line.starts_with('#')).collect();
    assert!(lines.len() > 650, "Table E.1-1 alone has more than 650");
    assert!(lines.iter().all(|line| line.starts_with('(') && line.contains('[') && line.ends_with(']')));
    let tags: Vec<&str> =
        lines.iter().filter(|line| !line[..11].contains('x')).map(|line| &line[..11]).collect();
    assert!(tags.is_sorted());
}

#[test]
fn the_header_says_which_policy_it_is() {
    let text = show(&[]);
    let joined = header(&text).join("\n");
    for words in [
        "policy ",
        "profile   basic",
        "retain_longitudinal_modified_dates",
        "burned_in clean",
        "documents reject",
    ] {
        assert!(joined.contains(words), "{words:?} is not in {joined}");
    }
    let id = |arguments: &[&str]| show(arguments).lines().next().unwrap().to_owned();
    assert_ne!(id(&[]), id(&["--profile", "basic"]), "the default shifts dates");
    assert_ne!(id(&["--profile", "research"]), id(&["--profile", "basic"]));
    assert!(header(&show(&["--profile", "strict"])).join("\n").contains("burned_in reject"));
}

#[test]
fn a_filter_leaves_the_lines_in_which_it_stands() {
    let text = show(&["--profile", "research", "studydate"]);
    let lines: Vec<&str> = text.lines().filter(|line| !line.starts_with('#')).collect();
    assert_eq!(lines.len(), 1, "{text}");
    assert!(lines[0].starts_with("(0008,0020) DA StudyDate: "), "{text}");
    assert!(!header(&text).is_empty());
}

#[test]
fn overrides_of_a_site_are_named_as_such() {
    let folder = tempfile::tempdir().unwrap();
    let pipeline = folder.path().join("site.toml");
    fs::write(&pipeline, "version = 1\n[deidentify.override]\nStudyDescription = \"X\"\n").unwrap();
    let text = show(&["--pipeline", pipeline.to_str().unwrap(), "site override"]);
    assert!(text.contains("StudyDescription: remove"), "{text}");
    assert_fault(
        &run(&[&"policy", &"show", &"--profile", &"basic", &"--pipeline", &pipeline]),
        2,
        &["cannot be used with"],
    );
}

#[test]
fn the_same_as_json() {
    let sheet: Value = serde_json::from_str(&show(&["--profile", "research", "--json"])).unwrap();
    assert_eq!(sheet["profile"], "research");
    assert_eq!(sheet["burned_in"], "clean");
    assert!(sheet["options"].as_array().unwrap().iter().any(|option| option == "clean_descriptors"));
    let attributes = sheet["attributes"].as_array().unwrap();
    assert!(attributes.len() > 650);
    for field in ["tag", "keyword", "vr", "action", "reason"] {
        assert!(attributes.iter().all(|attribute| attribute[field].is_string()), "{field}");
    }
}
