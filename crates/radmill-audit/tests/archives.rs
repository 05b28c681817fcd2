//! Archives hide nothing: not what is shared, and not what it was made from.

#![allow(clippy::unwrap_used, reason = "this is test code")]

#[path = "../../radmill-archive/tests/build/mod.rs"]
mod build;
mod planting;

use build::{DEFLATED, gzip, tar, zip, zstd};
use planting::{Folders, Obj, deflated, obj, png_with_chunk, write_table, write_table_of_image};
use radmill_audit::Report;

fn source() -> Obj {
    obj()
        .el(0x0008, 0x0018, "UI", "1.2.826.0.1.3680043.9.4711.17")
        .el(0x0008, 0x0060, "CS", "CT")
        .el(0x0010, 0x0010, "PN", "Kowalczyk^Marianne")
        .el(0x0010, 0x0020, "LO", "PX-7741209")
        .el(0x0020, 0x0013, "IS", "7")
        .image()
}

fn output() -> Obj {
    obj()
        .el(0x0008, 0x0018, "UI", "2.25.329800735698586629295641978511506172918")
        .el(0x0008, 0x0060, "CS", "CT")
        .el(0x0010, 0x0010, "PN", "K7QH2MPZ")
        .el(0x0010, 0x0020, "LO", "K7QH2MPZ")
        .el(0x0012, 0x0062, "CS", "YES")
        .el(0x0020, 0x0013, "IS", "7")
        .image()
}

/// The same members in every kind of archive.
fn archives(name: &str, bytes: &[u8]) -> [(&'static str, Vec<u8>); 4] {
    let members = [("0/first.bin", [7; 600].as_slice()), (name, bytes)];
    [
        ("a.zip", zip(members, DEFLATED)),
        ("a.tar", tar(members)),
        ("a.tar.gz", gzip(&tar(members))),
        ("a.tar.zst", zstd(&tar(members))),
    ]
}

/// Whether a name was found at this place.
fn is_found(report: &Report, place: &str) -> bool {
    let places = report.findings.iter().map(|finding| &finding.place);
    places.map(|at| format!("{} {}", at.format, at.at)).any(|at| at == place)
}

#[test]
fn what_is_planted_in_members_is_found() {
    let ztxt = [b"Author\0\0".as_slice(), &deflated(b"Marianne Kowalczyk")].concat();
    let image = png_with_chunk(b"zTXt", &ztxt);
    let scratch = Folders::new(&source());
    let table = |name: &str, write: &dyn Fn(&std::path::Path)| {
        write(&scratch.path(name));
        std::fs::read(scratch.path(name)).unwrap()
    };
    let rows = table("rows", &|path| write_table(path, "PX-7741209", "ok", "", 19_678));
    let images = table("images", &|path| write_table_of_image(path, &image));
    let named = output().el(0x0010, 0x0010, "PN", "Kowalczyk^Marianne").file();
    for (member, bytes, place) in [
        ("1/a.dcm", named, "dicom (0010,0010)"),
        ("1/a.png", image.clone(), "png zTXt Author"),
        ("1/a.parquet", rows, "parquet note"),
        ("1/b.parquet", images, "png zTXt Author"),
        ("1/a.json", br#"{"patient":"PX-7741209"}"#.to_vec(), "json patient"),
        ("Kowalczyk, Marianne/a.png", png_with_chunk(b"tEXt", b"a\0b"), "name folder, level 2"),
    ] {
        for (archive, packed) in archives(member, &bytes) {
            let folders = Folders::new(&source());
            folders.write(&format!("out/{archive}"), &packed);
            let report = folders.audit();
            assert!(!report.clean && report.complete, "{member} in {archive}");
            assert!(is_found(&report, place), "{member} in {archive}: {report:?}");
        }
    }
    // Not in an archive, but in a row.
    let folders = Folders::new(&source());
    write_table_of_image(&folders.path("out/a.parquet"), &image);
    let report = folders.audit();
    assert!(is_found(&report, "png zTXt Author"));
    assert_eq!(report.counts.images, 1);
}

#[test]
fn clean_members_are_clean() {
    for (archive, packed) in archives("1/a.dcm", &output().file()) {
        let folders = Folders::new(&source());
        folders.write(&format!("out/{archive}"), &packed);
        let report = folders.audit();
        assert!(report.clean && report.complete && report.findings.is_empty(), "{archive}: {report:?}");
        assert_eq!((report.counts.dicom, report.counts.linked), (1, 1), "{archive}");
    }
}

#[test]
fn sources_in_archives_are_known() {
    for (archive, packed) in archives("1/source", &source().file()) {
        let folders = Folders::new(&source());
        folders.remove("in/source");
        folders.write(&format!("in/{archive}"), &packed);
        folders.write("out/a.dcm", &output().el(0x0010, 0x4000, "LT", "Marianne Kowalczyk").file());
        let report = folders.audit();
        assert!(is_found(&report, "dicom (0010,4000)"), "{archive}: {report:?}");
        assert_eq!((report.counts.sources_dicom, report.counts.linked), (1, 1), "{archive}");
        assert!(report.complete, "{archive}");
    }
}

#[test]
fn what_cannot_be_read_is_told() {
    for (archive, packed) in archives("1/source", &source().file()) {
        let folders = Folders::new(&source());
        folders.write(&format!("in/{archive}"), &packed[..packed.len() / 2]);
        folders.write("out/a.dcm", &output().file());
        let report = folders.audit();
        assert!(!report.complete && report.counts.sources_unreadable > 0, "{archive}: {report:?}");

        let folders = Folders::new(&source());
        folders.write(&format!("out/{archive}"), &packed[..packed.len() / 2]);
        let report = folders.audit();
        assert!(!report.complete && report.counts.outputs_unreadable > 0, "{archive}: {report:?}");
    }
    // An archive within an archive.
    let folders = Folders::new(&source());
    folders.write("in/outer.zip", &zip([("inner.tar", tar([("a", b"b".as_slice())]).as_slice())], DEFLATED));
    folders.write("out/a.dcm", &output().file());
    assert_eq!(folders.audit().counts.sources_unreadable, 1);
    let folders = Folders::new(&source());
    folders.write("out/outer.zip", &zip([("inner.tar", tar([("a", b"b".as_slice())]).as_slice())], DEFLATED));
    assert_eq!(folders.audit().counts.outputs_unreadable, 1);
}
