//! Images in tar files, and of some frames: any image is one range read, whatever the threads, and the next job keeps it.

#![allow(clippy::unwrap_used, reason = "this is test code")]

mod common;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use common::{contents, files_below, fixtures, ingest, run, same_key};
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::record::Field;

/// Where the image of each row lies: file, first byte, length; by its digest and frame.
fn places(dataset: &Path) -> BTreeMap<(String, i32), (String, usize, usize)> {
    let mut places = BTreeMap::new();
    for (name, bytes) in files_below(dataset) {
        if !name.starts_with("manifest/category") {
            continue;
        }
        let reader = SerializedFileReader::new(bytes::Bytes::from(bytes)).unwrap();
        for row in reader.get_row_iter(None).unwrap() {
            let fields: BTreeMap<String, Field> = row.unwrap().into_columns().into_iter().collect();
            let text = |name: &str| match &fields[name] {
                Field::Str(text) => text.clone(),
                other => panic!("{name} is {other}"),
            };
            let number = |name: &str| match fields[name] {
                Field::Long(number) => usize::try_from(number).unwrap(),
                ref other => panic!("{name} is {other}"),
            };
            let Field::Int(frame) = fields["frame_index"] else { panic!("a number") };
            let place = (text("image_path"), number("image_offset_bytes"), number("image_length_bytes"));
            // Equal images of several instances lie in several places.
            let key = (format!("{} {}", text("image_sha256"), text("sop_instance_uid")), frame);
            assert_eq!(places.insert(key, place), None);
        }
    }
    places
}

fn pipeline(folder: &Path, images: &str) -> String {
    let path = folder.join("images.toml");
    std::fs::write(&path, format!("version = 1\n[images]\n{images}\n")).unwrap();
    path.to_str().unwrap().to_owned()
}

#[test]
fn images_in_tar_files_are_the_same_images() {
    check_packed("tar");
}

#[test]
fn images_in_parquet_files_are_the_same_images() {
    check_packed("parquet");
}

fn check_packed(layout: &str) {
    let folder = tempfile::tempdir().unwrap();
    let key = same_key(folder.path());
    let pipeline = pipeline(folder.path(), &format!("layout = \"{layout}\""));
    let files = folder.path().join("files");
    let summary = ingest(&fixtures(), &files, &["--key", &key]);
    let expected: BTreeMap<_, _> = places(&files)
        .into_iter()
        .map(|(image, (path, ..))| (image, std::fs::read(files.join(path)).unwrap()))
        .collect();

    let [one, two, eight] = ["1", "2", "8"].map(|threads| {
        let dataset = folder.path().join(format!("packed-{threads}"));
        let options = ["--key", &key, "--threads", threads, "--pipeline", &pipeline];
        let packed = ingest(&fixtures(), &dataset, &options);
        assert_eq!(packed["n_images"], summary["n_images"]);
        let places = places(&dataset);
        assert!(places.keys().eq(expected.keys()));
        for (image, (path, offset, length)) in &places {
            assert!(path.starts_with("images/") && path.ends_with(layout), "{path}");
            let file = std::fs::read(dataset.join(path)).unwrap();
            assert!(file[*offset..offset + length] == expected[image], "{image:?}");
        }
        assert!(run(&[&"verify", &dataset]).status.success());
        let names: BTreeSet<String> = files_below(&dataset).into_keys().collect();
        assert!(
            !names.iter().any(|name| name.ends_with(".png") || name.starts_with(".unsealed")),
            "{names:?}"
        );
        // A second job finds what is there, and leaves it.
        let before = contents(&dataset);
        let copy = folder.path().join("copy");
        if !copy.exists() {
            std::fs::create_dir(&copy).unwrap();
            let (name, bytes) = files_below(&fixtures()).into_iter().next().unwrap();
            std::fs::write(copy.join(name.replace('/', "-")), bytes).unwrap();
        }
        assert_eq!(ingest(&copy, &dataset, &options)["n_images"], 0);
        assert!(before == contents(&dataset));
        before
    });
    assert!(one == two && one == eight);
}

/// JPEG is near what PNG has exactly, in every layout, and everything that reads images reads it.
#[test]
fn images_in_jpeg_are_near_those_in_png() {
    let folder = tempfile::tempdir().unwrap();
    let key = same_key(folder.path());
    let made = |name: &str, images: &str| {
        let (dataset, path) = (folder.path().join(name), folder.path().join(format!("{name}.toml")));
        let text = format!("version = 1\n[normalize]\noutput = \"display8\"\n[images]\n{images}\n");
        std::fs::write(&path, text).unwrap();
        ingest(&fixtures(), &dataset, &["--key", &key, "--pipeline", path.to_str().unwrap()]);
        let output = run(&[&"verify", &dataset]);
        assert!(output.status.success(), "{output:?}");
        // By instance: the digests of the images are others.
        let instance = |key: &str| key.split_once(' ').unwrap().1.to_owned();
        let images = places(&dataset).into_iter().map(|((key, frame), (path, offset, length))| {
            let file = std::fs::read(dataset.join(path)).unwrap();
            ((instance(&key), frame), file[offset..offset + length].to_vec())
        });
        (images.collect::<BTreeMap<_, _>>(), dataset)
    };
    let (exact, _) = made("png", "");
    let (in_files, dataset) = made("jpeg", "format = \"jpeg\"");
    assert!(in_files.keys().eq(exact.keys()));
    for (key, jpeg) in &in_files {
        let samples = jpeg_decoder::Decoder::new(&jpeg[..]).decode().unwrap();
        let mut reader = png::Decoder::new(std::io::Cursor::new(&exact[key])).read_info().unwrap();
        let mut expected = vec![0; reader.output_buffer_size().unwrap()];
        reader.next_frame(&mut expected).unwrap();
        assert_eq!(samples.len(), expected.len());
        let squares = samples.iter().zip(&expected).map(|(a, b)| f64::from(a.abs_diff(*b)).powi(2));
        let mean = squares.sum::<f64>() / samples.len() as f64;
        // 30 dB; fixtures have text and noise.
        assert!(mean < 65.0, "{key:?}: {mean}");
    }
    assert!(places(&dataset).into_values().all(|(path, ..)| path.ends_with(".jpeg")));
    let sheet = folder.path().join("sheet.png");
    let output = run(&[&"contact-sheet", &dataset, &"--out", &sheet]);
    assert!(output.status.success(), "{output:?}");

    for layout in ["tar", "parquet"] {
        let (packed, _) = made(layout, &format!("layout = \"{layout}\"\nformat = \"jpeg\"\nquality = 90"));
        assert!(packed == in_files, "{layout}");
    }
    let (coarse, _) = made("coarse", "format = \"jpeg\"\nquality = 30");
    let bytes = |images: &BTreeMap<_, Vec<u8>>| images.values().map(Vec::len).sum::<usize>();
    assert!(bytes(&coarse) < bytes(&in_files));
}

#[test]
fn the_chosen_frames_have_rows_and_survive_the_next_job() {
    let folder = tempfile::tempdir().unwrap();
    let all = folder.path().join("all");
    ingest(&fixtures(), &all, &[]);
    let n_of = |dataset: &Path| places(dataset).len();
    let most = places(&all).into_keys().map(|(_, frame)| frame).max().unwrap();
    assert!(most > 1, "a fixture has several frames");

    for (frames, is_kept) in
        [("\"middle\"", (|_| true) as fn(i32) -> bool), ("{ every = 2 }", |frame| frame % 2 == 0)]
    {
        let pipeline = pipeline(folder.path(), &format!("frames = {frames}"));
        let dataset = folder.path().join(format!("set-{}", frames.len()));
        ingest(&fixtures(), &dataset, &["--pipeline", &pipeline]);
        assert!(places(&dataset).keys().all(|(_, frame)| is_kept(*frame)), "{frames}");
        assert!(n_of(&dataset) < n_of(&all));
        // The same sources under other names are duplicates, and take no image with them.
        let renamed = folder.path().join(format!("renamed-{}", frames.len()));
        std::fs::create_dir(&renamed).unwrap();
        for (name, bytes) in files_below(&fixtures()) {
            std::fs::write(renamed.join(name.replace('/', "-")), bytes).unwrap();
        }
        assert_eq!(ingest(&renamed, &dataset, &["--pipeline", &pipeline])["n_images"], 0);
        for (path, ..) in places(&dataset).values() {
            assert!(dataset.join(path).is_file(), "{path}");
        }
    }
}

/// Equal sources in two input folders give files of equal names: what the rows of the first one name has to stay.
#[test]
fn the_same_sources_from_elsewhere_take_nothing_away() {
    let folder = tempfile::tempdir().unwrap();
    let key = same_key(folder.path());
    let pipeline = pipeline(folder.path(), "layout = \"tar\"\n[dicom]\nwrite = true");
    let more = ["--key", &key, "--pipeline", &pipeline];
    let dataset = folder.path().join("set");
    let input = fixtures().join("hospital-a");
    let first = ingest(&input, &dataset, &more);
    assert!(first["n_dicom_files"].as_u64().unwrap() > 0);
    let before = contents(&dataset);
    let copy = folder.path().join("copy");
    for (name, bytes) in files_below(&input) {
        std::fs::create_dir_all(copy.join(&name).parent().unwrap()).unwrap();
        std::fs::write(copy.join(name), bytes).unwrap();
    }
    let second = ingest(&copy, &dataset, &more);
    assert_eq!(second["n_milled"], 0);
    assert!(before == contents(&dataset));
}
