//! Every file of the development corpus against what its manifest says, which other readers found out.
//!
//! The corpus lies beside the repository; without it there is nothing to check.

#![expect(clippy::unwrap_used, reason = "the helpers of a test are test code too")]

mod common;

use std::collections::BTreeMap;
use std::path::Path;

use bytes::Bytes;
use common::{LIMITS, corpus};
use dicom_dictionary_std::tags;
use radmill_dicom::{DataSet, ParseError, ParsedInstance, Value, parse};

/// Where we differ from the manifest, each with the reason: end of path, column, what we find.
const EXCEPTIONS: &[(&str, &str, &str)] = &[
    // Cut inside the last element, Spectroscopy Data; dcmdump refuses it too. Half an instance is none.
    ("test/zero-length-US.dcm", "readable", "truncated_file"),
    // Cut inside a sequence.
    ("test_files/rtplan_truncated.dcm", "readable", "truncated_file"),
    // A stray byte comes before everything else; nobody reads it.
    ("src/pydicom/data/test_files/no_meta.dcm", "readable", "not_dicom"),
    // A private sequence under UN: the manifest leaves it as bytes, its first bytes say what it is.
    ("test_files/priv_SQ.dcm", "n_elements", "7"),
    // The value ends with an empty component group; the manifest has it trimmed.
    ("charset_files/chrX1.dcm", "decoded_patient_name_for_charset", "Wang^XiaoDong=王^小東="),
    ("charset_files/chrX2.dcm", "decoded_patient_name_for_charset", "Wang^XiaoDong=王^小东="),
];

/// Cut between two fragments: the manifest has nothing of it but the SOP class, we have all of the header.
const CUT_FRAGMENT: &str = "emri_small_jpeg_2k_lossless_too_short.dcm";

type Row = BTreeMap<String, String>;

#[test]
fn every_file_reads_as_the_manifest_says() {
    let Some(corpus) = corpus() else { return };
    let mut differences = Vec::new();
    let rows = manifest(&corpus);
    for row in &rows {
        let path = &row["path"];
        let bytes = Bytes::from(std::fs::read(corpus.join(path)).unwrap());
        let result = parse(bytes, &LIMITS);
        if path.ends_with(CUT_FRAGMENT) {
            let instance = result.unwrap();
            assert_eq!(instance.source.defects, ["delimiter_missing"]);
            assert_eq!(instance.data.integer(tags::NUMBER_OF_FRAMES), Some(10));
            continue;
        }
        compare(row, &result, &mut |column, found| {
            differences.push((
                path.clone(),
                column.to_owned(),
                row.get(column).cloned().unwrap_or_default(),
                found,
            ));
        });
    }
    let mut used = vec![false; EXCEPTIONS.len()];
    differences.retain(|(path, column, _, found)| {
        let exception =
            EXCEPTIONS.iter().position(|(end, c, f)| path.ends_with(end) && column == c && found == f);
        exception.map(|index| used[index] = true).is_none()
    });
    for difference in &differences {
        println!("{difference:?}");
    }
    let unused: Vec<_> = EXCEPTIONS.iter().zip(used).filter(|(_, used)| !used).collect();
    assert!(unused.is_empty(), "exceptions that no file needs: {unused:?}");
    assert!(differences.is_empty(), "{} of {} files differ, see above", differences.len(), rows.len());
}

/// Reports each column that differs, with what was found instead.
fn compare(row: &Row, result: &Result<ParsedInstance, ParseError>, differs: &mut impl FnMut(&str, String)) {
    let instance = match result {
        Ok(instance) => instance,
        Err(ParseError::Directory) if row["SOPClassName"] == "Media Storage Directory Storage" => return,
        Err(error) => return differs("readable", error.reason().to_owned()),
    };
    let defects = &instance.source.defects;
    let yes_if = |yes: bool| if yes { "y" } else { "n" }.to_owned();
    let mut check = |column: &str, found: String| {
        if row[column] != found {
            differs(column, found);
        }
    };
    check("preamble", yes_if(!defects.contains(&"no_preamble")));
    check("file_meta", yes_if(!defects.contains(&"no_file_meta")));
    let is_inferred = instance.source.transfer_syntax_inferred;
    let transfer_syntax = &instance.source.transfer_syntax;
    check("TransferSyntaxUID", if is_inferred { String::new() } else { transfer_syntax.clone() });
    let inferred = match transfer_syntax.as_str() {
        _ if !is_inferred => "",
        "1.2.840.10008.1.2" => "implicit-le",
        "1.2.840.10008.1.2.1" => "explicit-le",
        _ => "explicit-be",
    };
    check("ts_inferred", inferred.to_owned());

    let data = &instance.data;
    for (column, tag) in [
        ("SOPClassUID", tags::SOP_CLASS_UID),
        ("Modality", tags::MODALITY),
        ("PhotometricInterpretation", tags::PHOTOMETRIC_INTERPRETATION),
        ("BitsAllocated", tags::BITS_ALLOCATED),
        ("BitsStored", tags::BITS_STORED),
        ("HighBit", tags::HIGH_BIT),
        ("PixelRepresentation", tags::PIXEL_REPRESENTATION),
        ("SamplesPerPixel", tags::SAMPLES_PER_PIXEL),
        ("PlanarConfiguration", tags::PLANAR_CONFIGURATION),
        ("Rows", tags::ROWS),
        ("Columns", tags::COLUMNS),
        ("NumberOfFrames", tags::NUMBER_OF_FRAMES),
        ("BodyPartExamined", tags::BODY_PART_EXAMINED),
        ("StudyDescription", tags::STUDY_DESCRIPTION),
        ("SeriesDescription", tags::SERIES_DESCRIPTION),
        ("ProtocolName", tags::PROTOCOL_NAME),
        ("ViewPosition", tags::VIEW_POSITION),
        ("Laterality", tags::LATERALITY),
        ("SpecificCharacterSet", tags::SPECIFIC_CHARACTER_SET),
        ("Manufacturer", tags::MANUFACTURER),
        ("ManufacturerModelName", tags::MANUFACTURER_MODEL_NAME),
        ("BurnedInAnnotation", tags::BURNED_IN_ANNOTATION),
        ("PatientIdentityRemoved", tags::PATIENT_IDENTITY_REMOVED),
    ] {
        check(column, shown(data, tag));
    }
    let name = &row["decoded_patient_name_for_charset"];
    if !name.is_empty() {
        check("decoded_patient_name_for_charset", shown(data, tags::PATIENT_NAME));
    }
    let has_pixels = instance.pixels.is_some();
    if has_pixels == row["pixel_element"].is_empty() {
        differs("pixel_element", has_pixels.to_string());
    }
    // The manifest counts group lengths, which may be in every group, and padding; we drop both.
    let n_expected: usize = row["n_elements"].parse().unwrap();
    let found = count(data);
    let n_taken_over = defects.iter().filter(|code| code.starts_with("sop_")).count();
    let n_found = found.n_elements + usize::from(has_pixels) - n_taken_over;
    if n_found > n_expected || n_found + found.n_groups + 2 < n_expected {
        differs("n_elements", n_found.to_string());
    }
}

/// As the manifest writes values.
fn shown(data: &DataSet, tag: dicom_core::Tag) -> String {
    let texts = data.texts(tag);
    let shown = if texts.is_empty() {
        data.numbers(tag).iter().map(f64::to_string).collect::<Vec<_>>().join("\\")
    } else {
        texts.join("\\")
    };
    shown.trim().to_owned()
}

/// What a data set holds, at all levels.
#[derive(Default)]
struct Count {
    n_elements: usize,
    /// Groups, counted anew in every item.
    n_groups: usize,
}

fn count(data: &DataSet) -> Count {
    let mut total = Count::default();
    let mut previous_group = None;
    for element in data.elements() {
        total.n_elements += 1;
        total.n_groups += usize::from(previous_group != Some(element.tag.0));
        previous_group = Some(element.tag.0);
        if let Value::Items(items) = &element.value {
            for item in items.iter().map(count) {
                total.n_elements += item.n_elements;
                total.n_groups += item.n_groups;
            }
        }
    }
    total
}

fn manifest(corpus: &Path) -> Vec<Row> {
    let mut reader = csv::Reader::from_path(corpus.join("manifest.csv")).unwrap();
    reader.deserialize().collect::<Result<_, _>>().unwrap()
}
