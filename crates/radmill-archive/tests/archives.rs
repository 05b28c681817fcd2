//! Archives as they come, and as somebody means harm.

#![allow(clippy::unwrap_used, reason = "this is test code")]

mod build;

use build::{DEFLATED, END, STORED, ZSTD, Zip, file, gzip, header, padded, sealed, tar, zip, zstd};
use radmill_archive::{
    Contents, Fault, Format, Limits, Member, MemberStream, Place, list, read_member, recognize,
};

const LIMITS: Limits = Limits { members_max: 1_000, expansion_max: 200 };

fn listed(archive: &Vec<u8>) -> Result<Contents, Fault> {
    list(recognize(archive).unwrap().unwrap(), archive, &LIMITS)
}

/// All members with what reading them gives.
fn read(archive: &Vec<u8>) -> Vec<(String, Result<Vec<u8>, Fault>)> {
    let format = recognize(archive).unwrap().unwrap();
    let mut stream = MemberStream::new(format, std::io::Cursor::new(archive.clone()));
    let mut bytes_of = |member: &Member| match member.place {
        Place::Stream { offset } => stream.as_mut().unwrap().read(offset, member.bytes),
        _ => read_member(archive, member, 1 << 20),
    };
    let members = listed(archive).unwrap().members;
    members
        .iter()
        .map(|member| (String::from_utf8_lossy(&member.name).into_owned(), bytes_of(member)))
        .collect()
}

#[track_caller]
fn check_files(archive: &Vec<u8>, expected: &[(&str, &[u8])]) {
    assert_eq!(listed(archive).unwrap().fault, None);
    let expected: Vec<_> =
        expected.iter().map(|(name, bytes)| ((*name).to_owned(), Ok(bytes.to_vec()))).collect();
    assert_eq!(read(archive), expected);
}

const FILES: [(&str, &[u8]); 4] =
    [("b/second", b"2"), ("a", &[7; 3000]), ("empty", b""), ("../../etc/passwd", b"up")];

#[test]
fn every_kind_gives_its_files() {
    for method in [STORED, DEFLATED, ZSTD] {
        check_files(&zip(FILES, method), &FILES);
    }
    check_files(&tar(FILES), &FILES);
    check_files(&gzip(&tar(FILES)), &FILES);
    check_files(&zstd(&tar(FILES)), &FILES);
    // As parallel writers make them, and `cat`.
    let (first, second) = (tar(FILES), tar([("c", &b"3"[..])]));
    let more = [&FILES[..], &[("c", b"3")]].concat();
    check_files(&[gzip(&first), gzip(&second)].concat(), &more);
    check_files(&[zstd(&first), zstd(&second)].concat(), &more);
    check_files(&[first, second].concat(), &more);
}

#[test]
fn archives_are_recognized_by_content() {
    let check = |bytes: &[u8], expected| assert_eq!(recognize(&bytes.to_vec()).unwrap(), expected);
    let mut old = header(b"a", b'0', 0);
    old[257..265].fill(0);
    let mut dicom = tar(FILES);
    dicom[128..132].copy_from_slice(b"DICM");
    let dicom = [&sealed(*dicom.first_chunk().unwrap()), &dicom[512..]].concat();
    check(&sealed(old), Some(Format::Tar));
    check(&dicom, None);
    check(&gzip(b"no archive, but a compressed text"), None);
    check(&gzip(&[b'x'; 600]), None);
    check(&zstd(&[b'x'; 600]), None);
    check(&[0; 1024], None);
    check(b"", None);
    check(b"PK", None);
    check(&gzip(&tar(FILES))[..30], Some(Format::TarGzip));
    check(&zip(FILES, STORED)[..40], Some(Format::Zip));
}

/// Names of any length and bytes, links, devices and folders, as the writers in use write them.
#[test]
fn tar_has_many_dialects() {
    let long = format!("{}/name", "folder/".repeat(40));
    let pax = format!("{} path={long}\n", long.len() + 10);
    let mut prefixed = header(b"name", b'0', 1);
    prefixed[345..351].copy_from_slice(b"prefix");
    let mut binary = header(b"binary", b'0', 0);
    binary[124..136].copy_from_slice(b"\x80\0\0\0\0\0\0\0\0\0\0\x02");
    let sparse = b"22 GNU.sparse.major=1\n";
    let mut old_sparse = header(b"old sparse", b'S', 0);
    old_sparse[482] = 1;
    let blocks: Vec<Vec<u8>> = vec![
        header(b"pax_global_header", b'g', 12).to_vec(),
        padded(b"12 comment=x"),
        header(b"folder/", b'5', 0).to_vec(),
        file(&long, b"gnu"),
        header(b"PaxHeader", b'x', pax.len() as u64).to_vec(),
        padded(pax.as_bytes()),
        file("short", b"pax"),
        sealed(prefixed).to_vec(),
        padded(b"p"),
        sealed(binary).to_vec(),
        padded(b"bb"),
        // The length of a link is that of what it leads to.
        header(b"hard link", b'1', 4000).to_vec(),
        header(b"pipe", b'6', 0).to_vec(),
        header(b"PaxHeader", b'x', sparse.len() as u64).to_vec(),
        padded(sparse),
        file("sparse", b"s"),
        sealed(old_sparse).to_vec(),
        [0; 512].to_vec(),
        file("after", b"last"),
        END.to_vec(),
    ];
    let sparse = Err(Fault::Unsupported("a sparse file, whose holes were left out"));
    let expected = [
        (long.as_str(), Ok(&b"gnu"[..])),
        (&long, Ok(b"pax")),
        ("prefix/name", Ok(b"p")),
        ("binary", Ok(b"bb")),
        ("hard link", Err(Fault::SpecialFile)),
        ("pipe", Err(Fault::SpecialFile)),
        ("sparse", sparse),
        ("old sparse", sparse),
        ("after", Ok(b"last")),
    ];
    let expected: Vec<_> = expected.map(|(name, bytes)| (name.to_owned(), bytes.map(<[u8]>::to_vec))).into();
    let archive = blocks.concat();
    assert_eq!(listed(&archive).unwrap().fault, None);
    assert_eq!(read(&archive), expected);
    assert_eq!(read(&gzip(&archive)), expected);
}

/// What was read before stays, and the fault says that there was more.
#[test]
fn truncated_archives_say_so() {
    let whole = tar(FILES);
    for end in [513, 1024, 2000, 6000, whole.len() - 1024] {
        for archive in [whole[..end].to_vec(), zstd(&whole[..end]), gzip(&whole[..end])] {
            let contents = listed(&archive).unwrap();
            assert!(matches!(contents.fault, Some(Fault::Damaged(_))), "{end}");
            let n_whole = [("b/second", 1024), ("a", 4608), ("empty", 5120), ("", 6144)];
            let n_whole = n_whole.iter().filter(|(_, member_end)| *member_end <= end).count();
            assert_eq!(contents.members.len(), n_whole, "{end}");
        }
    }
    let (gzipped, zipped) = (gzip(&whole), zip(FILES, DEFLATED));
    for end in 20..gzipped.len() {
        let contents = listed(&gzipped[..end].to_vec()).unwrap();
        assert!(contents.fault.is_some(), "{end}");
    }
    for end in 4..zipped.len() {
        assert!(listed(&zipped[..end].to_vec()).is_err(), "{end}");
    }
}

#[test]
fn a_changed_byte_is_noticed() {
    let mut archive = gzip(&tar([("a", &[1; 10_000][..])]));
    let end = archive.len();
    archive[end - 6] ^= 1;
    assert!(matches!(listed(&archive).unwrap().fault, Some(Fault::Damaged(_))));
    let mut archive = zip([("a", &b"abc"[..])], STORED);
    archive[31] ^= 1;
    assert_eq!(read(&archive)[0].1, Err(Fault::Damaged("the checksum of the member does not fit")));
    let mut damaged = [tar([("a", &b"1"[..])])[..1024].to_vec(), file("b", b"2"), END.to_vec()].concat();
    damaged[1024] ^= 1;
    let contents = listed(&damaged).unwrap();
    assert_eq!((contents.members.len(), contents.fault.is_some()), (1, true));
}

/// Whatever stands where: never a panic, and never more than is there.
#[test]
fn any_damage_is_survived() {
    for archive in [zip(FILES, DEFLATED), zip(FILES, ZSTD), tar(FILES), gzip(&tar(FILES)), zstd(&tar(FILES))]
    {
        for at in 0..archive.len() {
            for value in [0, 0x7f, 0xff] {
                let mut changed = archive.clone();
                changed[at] = value;
                let Some(format) = recognize(&changed).unwrap() else { continue };
                let Ok(contents) = list(format, &changed, &LIMITS) else { continue };
                for member in &contents.members {
                    let _ = read_member(&changed, member, 1 << 20);
                }
            }
        }
    }
}

#[test]
fn zip_members_may_be_beyond_us() {
    let mut archive = Zip::default();
    archive.add(b"folder/", b"", STORED);
    archive.add(b"encrypted", b"x", STORED).flags = 1;
    archive.add(b"link", b"/etc/passwd", STORED).unix_mode = 0o120_777;
    archive.add(b"bzip2", b"x", 12);
    archive.add(b"\x81\xff", b"any bytes", STORED);
    archive.add(b"same", b"1", STORED);
    archive.add(b"same", b"2", STORED);
    let faults: Vec<_> = read(&archive.finish()).into_iter().map(|(_, bytes)| bytes.err()).collect();
    let bzip2 = Fault::Unsupported("compressed with bzip2");
    let expected = [Some(Fault::Encrypted), Some(Fault::SpecialFile), Some(bzip2), None, None, None];
    assert_eq!(faults, expected);
}

#[test]
fn a_directory_that_lies_is_not_believed() {
    let lie = |change: fn(&mut build::Entry)| {
        let mut archive = Zip::default();
        change(archive.add(b"a", &[9; 5000], DEFLATED));
        let archive = archive.finish();
        let n_members = listed(&archive)?.members.len();
        if n_members == 0 {
            return Err(Fault::Damaged("no member"));
        }
        Ok(read(&archive).remove(0).1.map(|bytes| bytes.len()))
    };
    assert_eq!(lie(|_| {}), Ok(Ok(5000)));
    let length = Ok(Err(Fault::Damaged("the member has another length than the directory says")));
    assert_eq!(lie(|entry| entry.bytes = 4000), length);
    assert_eq!(lie(|entry| entry.bytes = 6000), length);
    assert_eq!(lie(|entry| entry.bytes = 900_000), length);
    let nowhere = Ok(Err(Fault::Damaged("the member lies nowhere")));
    assert_eq!(lie(|entry| entry.header = 1), nowhere);
    assert_eq!(lie(|entry| entry.header = 70_000), nowhere);
    assert_eq!(lie(|entry| entry.stored_bytes = 70_000), nowhere);
    // A thousandfold is more than Deflate can.
    assert_eq!(
        lie(|entry| entry.bytes = 300 << 20),
        Err(Fault::OverLimit("it expands to more times its length than is allowed"))
    );
    // The highest number stands for one in a field that is missing.
    assert_eq!(lie(|entry| entry.bytes = u32::MAX).unwrap_err(), Fault::Damaged("no member"));
}

#[test]
fn bombs_are_refused() {
    // The same bytes for a thousand members.
    let mut archive = Zip::default();
    archive.add(b"a", &[0; 100_000], DEFLATED);
    let entry = archive.entries[0].clone();
    archive.entries.resize(900, entry);
    assert_eq!(listed(&archive.finish()).unwrap_err(), Fault::Damaged("its members overlap"));

    let zeros = vec![0; 300 << 20];
    let archive = zip([("a", &zeros[..])], DEFLATED);
    assert!(matches!(listed(&archive).unwrap_err(), Fault::OverLimit(_)));
    let archive = tar([("a", &zeros[..])]);
    assert!(listed(&archive).unwrap().fault.is_none(), "it takes all the room it has");
    for archive in [gzip(&archive), zstd(&archive)] {
        assert!(matches!(listed(&archive).unwrap_err(), Fault::OverLimit(_)));
    }
    // Nothing but an end, for ever: nobody reads it. What is a few records after the end is read, though.
    let archive = [tar(FILES), zeros].concat();
    check_files(&archive, &FILES);
    check_files(&gzip(&archive), &FILES);
    check_files(&[tar(FILES), vec![0; 1 << 20], tar(FILES)].concat(), &[FILES, FILES].concat());

    let names: Vec<String> = (0..1001).map(|name| name.to_string()).collect();
    let many = || names.iter().map(|name| (name.as_str(), &b""[..]));
    for archive in [zip(many(), STORED), tar(many()), gzip(&tar(many()))] {
        assert_eq!(listed(&archive).unwrap_err(), Fault::OverLimit("it has more members than are allowed"));
    }
}

/// Compressed, headers and names that are all alike take nothing; the list of them would.
#[test]
fn a_list_is_not_much_longer_than_its_archive() {
    let name = "n".repeat(30_000);
    let many: Vec<(&str, &[u8])> = vec![(&name, b""); 40];
    let n_members = |archive: &Vec<u8>| listed(archive).map(|contents| contents.members.len());
    let over = Err(Fault::OverLimit("it lists more than an archive of its length may"));
    let plain = tar(many.iter().copied());
    assert_eq!(n_members(&plain), Ok(40));
    assert_eq!(n_members(&zip(many.iter().copied(), STORED)), Ok(40));
    assert_eq!(n_members(&gzip(&plain)), over);
    assert_eq!(n_members(&zstd(&plain)), over);
    assert_eq!(n_members(&gzip(&tar(many.into_iter().take(2)))), Ok(2));
    assert_eq!(n_members(&zstd(&tar([("a", &b""[..]); 900]))), over);
    // Files that differ in nothing but their names are let through.
    let names: Vec<String> = (0..900).map(|number| format!("series/image{number:06}.dcm")).collect();
    let files = || names.iter().map(|name| (name.as_str(), &b""[..]));
    assert_eq!(n_members(&gzip(&tar(files()))), Ok(900));
    assert_eq!(n_members(&zstd(&tar(files()))), Ok(900));
}

#[test]
fn huge_numbers_reserve_nothing() {
    let huge = header(b"a", b'0', 0o77_777_777_777).to_vec();
    assert!(listed(&[huge, END.to_vec()].concat()).unwrap().fault.is_some());
    let long_name = header(b"././@LongLink", b'L', 0o77_777_777_777).to_vec();
    assert!(listed(&[long_name, END.to_vec()].concat()).is_err());
    let pax = b"30 size=18446744073709551615\n\n";
    let blocks = [header(b"x", b'x', 30).to_vec(), padded(pax), file("a", b"1"), END.to_vec()].concat();
    assert!(listed(&blocks).unwrap().fault.is_some());
    let mut archive = zip(FILES, STORED);
    let end = archive.len();
    // Entries in the directory, and its length.
    archive[end - 14..end - 10].fill(0xfe);
    assert!(listed(&archive).is_err());
}
