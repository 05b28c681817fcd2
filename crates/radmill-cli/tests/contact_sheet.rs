//! The contact sheet of the fixtures: a picture with a line for each category, and a fault where an image is gone.

#![allow(clippy::unwrap_used, reason = "this is test code")]

mod common;

use common::{assert_fault, fixtures, ingest, run, stdout};

#[test]
fn every_category_has_its_line() {
    let folder = tempfile::tempdir().unwrap();
    let (dataset, sheet) = (folder.path().join("set"), folder.path().join("sheet.png"));
    let summary = ingest(&fixtures(), &dataset, &[]);
    let n_categories = summary["images_per_category"].as_object().unwrap().len();
    let draw = || run(&[&"contact-sheet", &dataset, &"--out", &sheet, &"--per-category", &"4"]);

    let output = draw();
    assert!(output.status.success(), "{output:?}");
    assert!(stdout(&output).contains(&format!("images of {n_categories} categories")), "{output:?}");
    let file = std::io::BufReader::new(std::fs::File::open(&sheet).unwrap());
    let mut reader = png::Decoder::new(file).read_info().unwrap();
    let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
    let info = reader.next_frame(&mut pixels).unwrap();
    assert_eq!(info.height as usize % n_categories, 0);
    // Somewhere in each line there is more than background and grey words.
    for line in pixels.chunks_exact(pixels.len() / n_categories) {
        let mut levels: Vec<u8> = line.to_vec();
        levels.sort_unstable();
        levels.dedup();
        assert!(levels.len() > 8, "{} levels", levels.len());
    }

    let images = dataset.join("images");
    std::fs::remove_dir_all(&images).unwrap();
    assert_fault(&draw(), 6, &["could not be read"]);
    assert_fault(&run(&[&"contact-sheet", &folder.path().join("none")]), 6, &["none", "no dataset"]);
}
