//! Files that are sent in parts are seen whole or not at all.

use std::fs;
use std::path::{Path, PathBuf};

use super::{Target, assert_done, assert_same, common, fixtures, ingest, killed_at_change, same_key, server};

/// Rows and columns of an image that is longer than a part, because it does not compress.
const SIDE: u16 = 2800;

/// Two images of noise.
fn noise(folder: &Path) -> PathBuf {
    let input = folder.join("noise");
    fs::create_dir_all(&input).unwrap();
    let template = fs::read(fixtures().join("physics/qa.dcm")).unwrap();
    let place = |tag: &[u8]| template.windows(tag.len()).position(|bytes| bytes == tag).unwrap();
    let pixel_data = place(b"\xe0\x7f\x10\x00OW");
    let (rows, columns) = (place(b"\x28\x00\x10\x00US"), place(b"\x28\x00\x11\x00US"));
    let uid = place(b"\x08\x00\x18\x00UI");
    let uid_end = uid + 8 + usize::from(template[uid + 6]);
    for number in 1..=2_u8 {
        let mut file = template[..pixel_data + 8].to_vec();
        for side in [rows, columns] {
            file[side + 8..side + 10].copy_from_slice(&SIDE.to_le_bytes());
        }
        let digit = (uid..uid_end).rev().find(|&at| file[at].is_ascii_digit()).unwrap();
        file[digit] = b'0' + number;
        let n_samples = usize::from(SIDE) * usize::from(SIDE);
        file.extend(u32::try_from(2 * n_samples).unwrap().to_le_bytes());
        let mut state = u64::from(number);
        for _ in 0..n_samples {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            file.extend(u16::try_from(state >> 52).unwrap().to_le_bytes());
        }
        fs::write(input.join(format!("{number}.dcm")), file).unwrap();
    }
    input
}

#[test]
fn what_is_sent_in_parts_is_seen_whole_or_not_at_all() {
    for layout in ["files", "tar", "parquet"] {
        let Some(first) = Target::new(&format!("large-{layout}-0")) else { return };
        let input = noise(first.path());
        let pipeline = first.path().join("pipeline.toml");
        fs::write(&pipeline, format!("version = 1\n[images]\nlayout = \"{layout}\"\n")).unwrap();
        let pipeline = ["--pipeline", pipeline.to_str().unwrap()];
        let disk = first.path().join("disk");
        ingest(&input, &disk, &[&["--key", &same_key(first.path())], &pipeline[..]].concat());
        let expected = common::contents(&disk);
        assert!(expected.values().any(|bytes| bytes.len() > 8 << 20), "{layout}: nothing takes two parts");

        for n_changes in 1.. {
            let target = Target::new(&format!("large-{layout}-{n_changes}")).unwrap();
            let job = || {
                let mut job = target.command("ingest", &input);
                job.args(pipeline);
                job
            };
            let was_killed = killed_at_change(job(), n_changes);
            for (name, bytes) in server::contents(&target.bucket) {
                assert!(expected.get(&name) == Some(&bytes), "{name} is there before it is whole");
            }
            assert_done(&job().output().unwrap());
            assert_same(&expected, &target.objects());
            if !was_killed {
                assert!(n_changes > 6, "{layout}: parts are counted");
                break;
            }
        }
    }
}
