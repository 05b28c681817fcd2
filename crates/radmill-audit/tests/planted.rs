//! A leak planted in every place where one can hide is found there, and nothing is found where there is none.

#![allow(clippy::unwrap_used, reason = "this is test code")]

mod planting;

use planting::{Folders, Obj, deflated, obj, png_with_chunk, write_table};
use radmill_audit::{Kind, Severity};

/// What a header says of a patient; every value is a canary.
fn source() -> Obj {
    obj()
        .meta(0x0002, 0x0016, "AE", "PACSNORD77")
        .el(0x0008, 0x0005, "CS", "ISO_IR 192")
        .el(0x0008, 0x0018, "UI", "1.2.826.0.1.3680043.9.4711.17")
        .el(0x0008, 0x0020, "DA", "20240301")
        .el(0x0008, 0x0050, "SH", "ACC0077123")
        .el(0x0008, 0x0060, "CS", "CT")
        .el(0x0008, 0x0080, "LO", "Sankt Katharinen Klinik Oberfelden")
        .el(0x0008, 0x0090, "PN", "Hand^Eva")
        .el(0x0008, 0x1010, "SH", "CT2")
        .el(0x0008, 0x1030, "LO", "CT Chest")
        .el(0x0010, 0x0010, "PN", "Kowalczyk^Märianne=山田^太郎=やまだ^たろう")
        .el(0x0010, 0x0020, "LO", "PX-7741209")
        .el(0x0010, 0x0030, "DA", "19510524")
        .el(0x0010, 0x1040, "LO", "Lindenallee 17, 55212 Oberfelden")
        .el(0x0010, 0x2154, "SH", "+49 6721 555-0199")
        .el(0x0018, 0x0015, "CS", "CHEST")
        .el(0x0018, 0x1000, "LO", "SN99-4512")
        .el(0x0020, 0x000D, "UI", "1.2.826.0.1.3680043.9.4711.1")
        .el(0x0020, 0x0010, "SH", "ST9")
        .el(0x0020, 0x0013, "IS", "7")
        .image()
}

/// What a de-identifier makes of it.
fn output() -> Obj {
    obj()
        .el(0x0008, 0x0005, "CS", "ISO_IR 192")
        .el(0x0008, 0x0018, "UI", "2.25.329800735698586629295641978511506172918")
        .el(0x0008, 0x0020, "DA", "20231117")
        .el(0x0008, 0x0050, "SH", "")
        .el(0x0008, 0x0060, "CS", "CT")
        .el(0x0008, 0x1030, "LO", "CT Chest")
        .el(0x0010, 0x0010, "PN", "K7QH2MPZ")
        .el(0x0010, 0x0020, "LO", "K7QH2MPZ")
        .el(0x0010, 0x0030, "DA", "")
        .el(0x0012, 0x0062, "CS", "YES")
        .sequence(0x0012, 0x0064, vec![obj().el(0x0008, 0x0100, "SH", "113105")])
        .el(0x0018, 0x0015, "CS", "CHEST")
        .el(0x0020, 0x000D, "UI", "2.25.200983612097367710218465092371236512340")
        .el(0x0020, 0x0010, "SH", "")
        .el(0x0020, 0x0013, "IS", "7")
        .image()
}

/// Words of the canaries that no report may hold.
const CANARIES: &[&str] = &[
    "kowalczyk",
    "arianne",
    "山田",
    "太郎",
    "7741209",
    "1951",
    "lindenallee",
    "0199",
    "4711",
    "katharinen",
    "77123",
    "pacsnord",
    "4512",
];

#[track_caller]
fn check(folders: &Folders, kind: Kind, place: &str, attribute: &str) {
    let report = folders.audit();
    let text = serde_json::to_string(&report).unwrap();
    for canary in CANARIES {
        assert!(!text.to_lowercase().contains(canary), "{canary} is in the report");
    }
    assert!(!report.clean);
    assert!(
        report.findings.iter().any(|finding| finding.severity == Severity::Leak
            && finding.kind == kind
            && format!("{} {}", finding.place.format, finding.place.at) == place
            && finding.source_attribute.as_deref() == Some(attribute)),
        "{text}"
    );
}

/// A value planted in an element of the output.
#[track_caller]
fn check_dicom(plant: impl FnOnce(Obj) -> Obj, kind: Kind, place: &str, attribute: &str) {
    let folders = Folders::new(&source());
    folders.write("out/a.dcm", &plant(output()).file());
    check(&folders, kind, place, attribute);
}

#[test]
fn a_clean_output_is_clean() {
    let folders = Folders::new(&source());
    folders.write("out/K7QH2MPZ/1.dcm", &output().file());
    folders.write(
        "out/images/CHEST/3f/3f2a12345ff00aa41c00aa41c.png",
        &png_with_chunk(b"tEXt", b"Software\0radmill"),
    );
    let report = folders.audit();
    assert!(report.clean && report.findings.is_empty() && report.complete, "{report:?}");
    assert_eq!((report.counts.linked, report.counts.not_linked), (1, 1));
}

#[test]
fn names_in_any_order_script_and_spelling() {
    let name = "(0010,0010)";
    for text in [
        "seen Märianne Kowalczyk",
        "KOWALCZYK, MARIANNE",
        "kowalczyk_maerianne",
        "marianne.kowalczyk",
        "x山田太郎様",
        "ヤマダ タロウ",
        "Mrs Kowalczyk",
        "image of kowalczykmarianne2",
    ] {
        check_dicom(|out| out.el(0x0008, 0x103E, "LO", text), Kind::PatientName, "dicom (0008,103E)", name);
    }
    // Vocabulary is a name where it is somebody's.
    check_dicom(
        |out| out.el(0x0008, 0x103E, "LO", "CT for Dr. Hand"),
        Kind::PersonName,
        "dicom (0008,103E)",
        "(0008,0090)",
    );
}

#[test]
fn vocabulary_that_is_a_name_may_stand_as_a_term() {
    let folders = Folders::new(&source());
    folders.write("out/a.dcm", &output().el(0x0018, 0x1400, "CS", "HAND").file());
    assert!(folders.audit().clean);
}

#[test]
fn every_kind_of_value() {
    for (text, kind, attribute) in [
        ("no. PX-7741209", Kind::Identifier, "(0010,0020)"),
        ("PX7741209", Kind::Identifier, "(0010,0020)"),
        ("see ACC0077123.", Kind::Identifier, "(0008,0050)"),
        ("born 24.5.1951", Kind::BirthDate, "(0010,0030)"),
        ("05/24/1951", Kind::BirthDate, "(0010,0030)"),
        ("prior of 1 March 2024", Kind::Date, "(0008,0020)"),
        ("of 1.2.826.0.1.3680043.9.4711.1 and", Kind::Uid, "(0020,000D)"),
        ("call 0049/6721 5550199", Kind::Telephone, "(0010,2154)"),
        ("Lindenallee 17", Kind::Address, "(0010,1040)"),
        ("from Oberfelden", Kind::Institution, "(0008,0080)"),
        ("serial SN99 4512", Kind::Device, "(0018,1000)"),
        ("via PACSNORD77", Kind::Device, "(0002,0016)"),
    ] {
        check_dicom(|out| out.el(0x0020, 0x4000, "LT", text), kind, "dicom (0020,4000)", attribute);
    }
}

#[test]
fn unchanged_values_however_short() {
    check_dicom(|out| out.el(0x0008, 0x1010, "SH", "CT2"), Kind::Device, "dicom (0008,1010)", "(0008,1010)");
    check_dicom(
        |out| out.el(0x0020, 0x0010, "SH", "ST9"),
        Kind::Identifier,
        "dicom (0020,0010)",
        "(0020,0010)",
    );
    check_dicom(
        |out| out.el(0x0008, 0x0020, "DA", "20240301"),
        Kind::Date,
        "dicom (0008,0020)",
        "(0008,0020)",
    );
}

#[test]
fn what_nobody_can_look_into_is_a_leak_if_it_stays_as_it_is() {
    let private =
        |object: Obj| object.el(0x0029, 0x0010, "LO", "ACME").el(0x0029, 0x1010, "LO", "her neighbour Ilse");
    for (plant, place) in [
        (&private as &dyn Fn(Obj) -> Obj, "(0029,1010)"),
        (&|object: Obj| object.el(0x0032, 0x4000, "LT", "came with her neighbour Ilse"), "(0032,4000)"),
        (&|object: Obj| object.el(0x0010, 0x9998, "LO", "her neighbour Ilse"), "(0010,9998)"),
    ] {
        let folders = Folders::new(&plant(source()));
        let without_options = output().sequence(0x0012, 0x0064, vec![]);
        folders.write("out/a.dcm", &plant(without_options).file());
        check(&folders, Kind::Unchecked, &format!("dicom {place}"), place);
    }
    // What was cleaned under a declared option may be what it was.
    let folders = Folders::new(&source().el(0x0032, 0x4000, "LT", "CT of the chest"));
    folders.write("out/a.dcm", &output().el(0x0032, 0x4000, "LT", "CT of the chest").file());
    assert!(folders.audit().clean);
}

#[test]
fn every_place_of_a_dicom_file() {
    let id =
        |place: &str, plant: &dyn Fn(Obj) -> Obj| check_dicom(plant, Kind::Identifier, place, "(0010,0020)");
    id("dicom preamble", &|out| out.preamble(b"PX-7741209"));
    id("dicom (0002,0102)", &|out| out.meta(0x0002, 0x0102, "OB", "PX-7741209"));
    id("dicom (0008,1115)[0].(0008,103E)", &|out| {
        out.sequence(0x0008, 0x1115, vec![obj().el(0x0008, 0x103E, "LO", "PX-7741209")])
    });
    id("dicom (0029,1010)", &|out| {
        out.el(0x0029, 0x0010, "LO", "ACME").el(0x0029, 0x1010, "UN", "\u{1}\0PX-7741209\0")
    });
    id("dicom (0029,1011)[1].(0029,1012)", &|out| {
        let items = vec![obj(), obj().el(0x0029, 0x1012, "LO", "PX-7741209")];
        out.el(0x0029, 0x0010, "LO", "ACME").hidden_sequence(0x0029, 0x1011, items)
    });
    id("dicom (7FE0,0010)", &|out| out.pixels(b"\0\0\0PX-7741209\0"));
    id("bytes DICOM that cannot be followed to its end", &|out| {
        out.after(b"\x08\0\x18\0LT\xff\xff PX-7741209")
    });
}

#[test]
fn text_under_a_wrong_character_set_or_none() {
    let name = "(0010,0010)";
    let place = "dicom (0029,1010)";
    for bytes in [
        encoding_rs::SHIFT_JIS.encode("患者 山田太郎").0.into_owned(),
        encoding_rs::EUC_JP.encode("山田^太郎").0.into_owned(),
        "Kowalczyk Marianne".encode_utf16().flat_map(u16::to_le_bytes).collect(),
        "山田太郎".as_bytes().to_vec(),
    ] {
        check_dicom(
            |out| out.el(0x0029, 0x0010, "LO", "ACME").bytes(0x0029, 0x1010, "OB", &bytes),
            Kind::PatientName,
            place,
            name,
        );
    }
    let japanese = b"\x1b$B;3ED\x1b(B^\x1b$BB@O:\x1b(B";
    check_dicom(
        |out| out.bytes(0x0008, 0x0005, "CS", b"\\ISO 2022 IR 87").bytes(0x0010, 0x4000, "LT", japanese),
        Kind::PatientName,
        "dicom (0010,4000)",
        name,
    );
}

#[test]
fn names_of_files_and_folders() {
    for (path, place) in
        [("out/Kowalczyk/a.dcm", "name folder, level 1"), ("out/x/kowalczyk-marianne.dcm", "name file")]
    {
        let folders = Folders::new(&source());
        folders.write(path, &output().file());
        check(&folders, Kind::PatientName, place, "(0010,0010)");
    }
    let folders = Folders::new(&source());
    folders.write("out/PX/7741209/a.dcm", &output().file());
    check(&folders, Kind::Identifier, "name path", "(0010,0020)");
}

#[test]
fn text_beside_pixels() {
    let itxt = [b"Comment\0\0\0de\0\0".as_slice(), "山田太郎".as_bytes()].concat();
    let ztxt = [b"Author\0\0".as_slice(), &deflated("Märianne Kowalczyk".as_bytes())].concat();
    for (chunk, data, place) in [
        (b"tEXt", b"Title\0Kowalczyk, Marianne".to_vec(), "png tEXt Title"),
        (b"zTXt", ztxt, "png zTXt Author"),
        (b"iTXt", itxt, "png iTXt Comment"),
        (b"eXIf", b"MM\0*\0\0Kowalczyk Marianne\0".to_vec(), "png eXIf"),
        (b"tEXt", b"Kowalczyk Marianne\0x".to_vec(), "png tEXt *"),
    ] {
        let folders = Folders::new(&source());
        folders.write("out/a.png", &png_with_chunk(chunk, &data));
        check(&folders, Kind::PatientName, place, "(0010,0010)");
    }
    let folders = Folders::new(&source());
    folders.write("out/a.jpg", b"\xff\xd8\xff\xfe\0\x16Kowalczyk, Marianne\0\xff\xda\0\x02\xff\xd9");
    check(&folders, Kind::PatientName, "jpeg COM", "(0010,0010)");
    // The same within a frame of a DICOM file.
    let frame = b"\xff\xd8\xff\xfe\0\x10prior 19510524\xff\xda\0\x02\xff\xd9";
    check_dicom(|out| out.fragment(frame), Kind::BirthDate, "dicom (7FE0,0010) COM", "(0010,0030)");
}

#[test]
fn tables_and_logs() {
    for (column, key, place, kind, attribute) in [
        ("PX-7741209", "", "parquet note", Kind::Identifier, "(0010,0020)"),
        ("", "Märianne Kowalczyk", "parquet metadata: origin", Kind::PatientName, "(0010,0010)"),
        ("1.2.826.0.1.3680043.9.4711.17", "", "parquet note", Kind::Uid, "(0008,0018)"),
    ] {
        let folders = Folders::new(&source());
        write_table(&folders.path("out/part.parquet"), column, "ok", key, 19_678);
        check(&folders, kind, place, attribute);
    }
    let folders = Folders::new(&source());
    write_table(&folders.path("out/part.parquet"), "", "Kowalczyk Märianne", "", 19_678);
    check(&folders, Kind::PatientName, "parquet texts[]", "(0010,0010)");
    // 19783 is 1 March 2024, which is in the source; the row is linked by its structure.
    let folders = Folders::new(&source());
    write_table(&folders.path("out/part.parquet"), "", "ok", "", 19_783);
    check(&folders, Kind::Date, "parquet study_date", "(0008,0020)");

    let folders = Folders::new(&source());
    let log = br#"{"add":{"path":"x","stats":"{\"minValues\":{\"patient_id\":\"PX-7741209\"}}"}}"#;
    folders.write("out/_delta_log/0.json", log);
    check(&folders, Kind::Identifier, "json add.stats.minValues.patient_id", "(0010,0020)");
    let folders = Folders::new(&source());
    folders.write("out/readme.txt", "for Märianne Kowalczyk".as_bytes());
    check(&folders, Kind::PatientName, "bytes file", "(0010,0010)");
}

#[test]
fn a_shifted_date_that_meets_another_one_is_no_leak() {
    // The source has two dates, 104 days apart; both move by 104 days.
    let source = source().el(0x0008, 0x0012, "DA", "20231118");
    let folders = Folders::new(&source);
    let out = output().el(0x0008, 0x0020, "DA", "20231118").el(0x0008, 0x103E, "LO", "prior 2023-11-18");
    folders.write("out/a.dcm", &out.file());
    assert!(folders.audit().clean, "{:?}", folders.audit().findings);
}

#[test]
fn what_an_option_keeps_is_declared() {
    let method = obj().el(0x0008, 0x0100, "SH", "113109").el(0x0008, 0x0102, "SH", "DCM");
    let folders = Folders::new(&source());
    let descriptors = obj().el(0x0008, 0x0100, "SH", "113105");
    let out =
        output().el(0x0018, 0x1000, "LO", "SN99-4512").sequence(0x0012, 0x0064, vec![descriptors, method]);
    folders.write("out/a.dcm", &out.file());
    let report = folders.audit();
    assert!(report.clean && report.n_declared == 1, "{report:?}");
}

#[test]
fn without_sources_it_goes_by_form() {
    let folders = Folders::new(&source());
    folders.write("out/a.dcm", &output().file());
    let report = folders.audit_by_shape();
    assert!(report.clean && report.n_suspicious == 0, "{report:?}");

    let folders = Folders::new(&source());
    folders.write("out/a.dcm", &source().file());
    let report = folders.audit_by_shape();
    let kinds: Vec<Kind> = report.findings.iter().map(|finding| finding.kind).collect();
    assert!(!report.clean);
    for kind in [Kind::PersonName, Kind::Uid, Kind::Claim, Kind::Address, Kind::Telephone] {
        assert!(kinds.contains(&kind), "{kind:?}");
    }
}

#[test]
fn a_crosswalk_links_what_nothing_else_can() {
    let folders = Folders::new(&source());
    let out =
        output().el(0x0020, 0x0013, "IS", "99").pixels(b"\x01\x02").el(0x0008, 0x103E, "LO", "Kowalczyk");
    folders.write("out/a.dcm", &out.file());
    folders.write(
        "uids.csv",
        b"id_old,id_new\n1.2.826.0.1.3680043.9.4711.17,2.25.329800735698586629295641978511506172918\n",
    );
    assert!(folders.audit().clean);
    let report = folders.audit_with_crosswalk("uids.csv");
    assert_eq!((report.clean, report.counts.linked), (false, 1));
}
