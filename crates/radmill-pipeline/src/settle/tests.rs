use std::collections::HashMap;

use proptest::prelude::*;

use super::*;

/// The same decisions by strings and maps, all in memory: what settling has to agree with.
#[derive(Default)]
struct Oracle {
    holders: HashMap<String, Known>,
}

#[derive(Clone)]
struct Known {
    token: String,
    content: ContentDigest,
    first: (i32, String),
    is_live: bool,
}

impl Oracle {
    fn add_live(&mut self, key: &RowKey<'_>) {
        let new = Known {
            token: String::new(),
            content: ContentDigest::default(),
            first: (key.frame_index, key.image_path.to_owned()),
            is_live: true,
        };
        let known = self.holders.entry(key.sop_instance_uid.to_owned()).or_insert(new);
        if key.frame_index < known.first.0 {
            known.first = (key.frame_index, key.image_path.to_owned());
        }
        known.token = key.source_token.to_owned();
        known.content.add(key.frame_index, key.image_sha256);
    }

    fn settle(&mut self, outcome: &mut Outcome) -> Vec<String> {
        let Outcome::Milled(milled) = outcome else { return Vec::new() };
        let new = Known {
            token: milled.source_token.clone(),
            content: ContentDigest::from_text(&milled.content_digest),
            first: (0, milled.image_paths[0].clone()),
            is_live: false,
        };
        let Some(known) = self.holders.get(&milled.sop_instance_uid) else {
            self.holders.insert(milled.sop_instance_uid.clone(), new);
            return Vec::new();
        };
        let is_same = known.token == new.token || known.content == new.content;
        let files = milled.take_row_files();
        *outcome = if is_same { Outcome::Duplicate } else { conflict() };
        if known.first.1 == new.first.1 { Vec::new() } else { files }
    }

    fn stays(&self, key: &RowKey<'_>) -> bool {
        let known = self.holders.get(key.sop_instance_uid);
        known.is_some_and(|known| !known.is_live && known.token == key.source_token)
    }
}

/// A source of the job, or a row of the dataset: instance, token, pixels and image, and the frame.
type Given = (String, String, String, String, i32);

fn milled((uid, token, pixels, image, _): &Given) -> Outcome {
    let mut images = ContentDigest::default();
    images.add(0, pixels);
    Outcome::Milled(Milled {
        source_token: token.clone(),
        sop_instance_uid: uid.clone(),
        content_digest: images.to_text(),
        category: Some("CHEST".to_owned()),
        image_bytes: 1,
        image_paths: vec![image.clone()],
        dicom: None,
        is_blank: false,
        has_same_pixels: false,
    })
}

fn row((uid, token, pixels, image, frame_index): &Given) -> RowKey<'_> {
    RowKey {
        patient_id: None,
        series_instance_uid: None,
        sop_instance_uid: uid,
        frame_index: *frame_index,
        source_token: token,
        image_path: image,
        image_sha256: pixels,
    }
}

fn given(uid: &str, token: &str, pixels: &str, image: &str) -> Given {
    (uid.to_owned(), token.to_owned(), pixels.to_owned(), image.to_owned(), 0)
}

fn settle(sources: &[Given], live: &[Given], n_parts: usize) -> Verdicts {
    let folder = tempfile::tempdir().unwrap();
    let mut settling = Settling::with_parts(folder.path(), sources.len(), n_parts).unwrap();
    for (number, source) in sources.iter().enumerate() {
        settling.add_source(number, &milled(source));
    }
    live.iter().for_each(|given| settling.add_live(&row(given)));
    let verdicts = settling.settle().unwrap();
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    verdicts
}

/// Settles sources in order; gives each outcome in short, with the number of orphaned images.
fn check(live: &[Given], sources: &[(Given, &str, usize)]) {
    let given: Vec<Given> = sources.iter().map(|(given, ..)| given.clone()).collect();
    let verdicts = settle(&given, live, 3);
    for (number, (source, expected, n_orphans)) in sources.iter().enumerate() {
        let mut outcome = milled(source);
        let orphans = verdicts.apply(number, &mut outcome);
        let name = match &outcome {
            Outcome::Milled(_) => "milled",
            Outcome::Duplicate => "duplicate",
            Outcome::Rejected(rejection) => &rejection.reason,
            Outcome::Skipped { .. } => "skipped",
        };
        assert_eq!((name, orphans.len()), (*expected, *n_orphans), "{number}");
    }
}

#[test]
fn the_first_source_of_an_instance_stays() {
    check(
        &[],
        &[
            (given("u1", "a", "p", "a-0"), "milled", 0),
            (given("u2", "b", "p", "b-0"), "milled", 0),
            (given("u1", "a", "p", "a-0"), "duplicate", 0),
            (given("u1", "re-encoded", "p", "re-encoded-0"), "duplicate", 1),
            (given("u1", "c", "q", "c-0"), "sop_instance_conflict", 1),
            (given("u1", "c", "q", "c-0"), "sop_instance_conflict", 1),
            (given("u2", "b", "p", "b-0"), "duplicate", 0),
        ],
    );
    let sources = [given("u1", "a", "p", "a-0"), given("u1", "c", "q", "c-0")];
    let verdicts = settle(&sources, &[], 1);
    assert!(verdicts.stays(&row(&sources[0])));
    assert!(!verdicts.stays(&row(&sources[1])));
}

#[test]
fn what_the_dataset_has_stays_as_it_is() {
    let live = [given("u1", "a", "p", "a-0"), given("u2", "b", "other size", "older-pipeline-0")];
    check(
        &live,
        &[
            (given("u1", "a", "p", "a-0"), "duplicate", 0),
            (given("u1", "c", "q", "c-0"), "sop_instance_conflict", 1),
            (given("u2", "b", "p", "b-0"), "duplicate", 1),
            (given("u3", "d", "p", "d-0"), "milled", 0),
        ],
    );
    let verdicts = settle(&live[..1], &live, 1);
    assert!(!verdicts.stays(&row(&live[0])), "it has a row already");
}

#[test]
fn what_the_folder_has_stays_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let mut settling = Settling::begin(folder.path(), 3).unwrap();
    let file = |token: &str, digest: &str| HeldInstance {
        sop_instance_uid: "u1".to_owned(),
        source_token: token.to_owned(),
        content_digest: digest.to_owned(),
    };
    for (number, source) in
        [given("u1", "a", "p", ""), given("u1", "b", "q", ""), given("u2", "c", "q", "")].iter().enumerate()
    {
        settling.add_source(number, &milled(source));
    }
    // The last that was written counts.
    settling.add_held(&file("b", "older"));
    settling.add_held(&file("a", "newer"));
    let verdicts = settling.settle().unwrap();
    assert!(!verdicts.verdict(0).stays && !verdicts.verdict(0).is_conflict);
    assert!(verdicts.verdict(1).is_conflict);
    assert!(verdicts.verdict(2).stays);
}

#[test]
fn sources_without_an_instance_are_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let mut settling = Settling::begin(folder.path(), 2).unwrap();
    settling.add_source(0, &Outcome::Skipped { reason: "not_dicom".to_owned() });
    settling.add_source(1, &Outcome::Skipped { reason: "not_dicom".to_owned() });
    let verdicts = settling.settle().unwrap();
    let mut outcome = Outcome::Skipped { reason: "not_dicom".to_owned() };
    assert!(verdicts.apply(1, &mut outcome).is_empty());
    assert_eq!(outcome, Outcome::Skipped { reason: "not_dicom".to_owned() });
}

prop_compose! {
    /// Few of everything, so that everything meets.
    fn any_given()(uid in 0..6, token in 0..4, pixels in 0..3, image in 0..4, frame_index in 0..3) -> Given {
        let text = |letter: &str, number: i32| format!("{letter}{number}");
        (text("u", uid), text("t", token), text("p", pixels), text("i", image), frame_index)
    }
}

proptest! {
    #[test]
    fn settling_in_parts_is_settling_in_memory(
        sources in prop::collection::vec(any_given(), 0..40),
        live in prop::collection::vec(any_given(), 0..12),
        n_parts in 1_usize..9,
    ) {
        let verdicts = settle(&sources, &live, n_parts);
        let mut oracle = Oracle::default();
        live.iter().for_each(|given| oracle.add_live(&row(given)));
        for (number, source) in sources.iter().enumerate() {
            let (mut outcome, mut expected) = (milled(source), milled(source));
            let orphans = verdicts.apply(number, &mut outcome);
            prop_assert_eq!(&orphans, &oracle.settle(&mut expected));
            if let Outcome::Milled(milled) = &mut outcome {
                // Another test is about this.
                milled.has_same_pixels = false;
            }
            prop_assert_eq!(outcome, expected);
        }
        for source in &sources {
            prop_assert_eq!(verdicts.stays(&row(source)), oracle.stays(&row(source)));
        }
    }
}

/// Sources with the same pixels as the dataset, or as a source before them, by their numbers. Rows of a file have its
/// number before them.
fn same_pixels(sources: &[Outcome], live: &[(u32, Given)], n_parts: usize) -> Vec<usize> {
    let folder = tempfile::tempdir().unwrap();
    let mut settling = Settling::with_parts(folder.path(), sources.len(), n_parts).unwrap();
    for (number, outcome) in sources.iter().enumerate() {
        settling.add_source(number, outcome);
    }
    for file in live.chunk_by(|a, b| a.0 == b.0) {
        settling.begin_live_file();
        file.iter().for_each(|(_, given)| settling.add_live(&row(given)));
    }
    let verdicts = settling.settle().unwrap();
    let is_noted = |number: &usize| {
        let mut outcome = sources[*number].clone();
        verdicts.apply(*number, &mut outcome);
        matches!(outcome, Outcome::Milled(milled) if milled.has_same_pixels)
    };
    (0..sources.len()).filter(is_noted).collect()
}

fn frame(uid: &str, pixels: &str, frame_index: i32) -> Given {
    (uid.to_owned(), uid.to_owned(), pixels.to_owned(), String::new(), frame_index)
}

#[test]
fn equal_pixels_of_other_instances_are_noted() {
    let one = |uid, pixels| milled(&given(uid, uid, pixels, uid));
    let mut blank = one("u6", "p");
    let mut two_frames = one("u7", "");
    if let (Outcome::Milled(blank), Outcome::Milled(two_frames)) = (&mut blank, &mut two_frames) {
        blank.is_blank = true;
        let mut content = ContentDigest::default();
        content.add(0, "p");
        content.add(1, "p");
        two_frames.content_digest = content.to_text();
    }
    let again = one("u1", "p");
    let sources = [one("u1", "p"), again, one("u2", "q"), one("u3", "p"), one("u4", "p"), blank, two_frames];
    let n = |live: &[(u32, Given)]| same_pixels(&sources, live, 3);
    assert_eq!(n(&[]), [3, 4]);
    assert_eq!(n(&[(0, frame("u9", "q", 0))]), [2, 3, 4]);
    assert_eq!(n(&[(0, frame("u1", "p", 0))]), [3, 4], "the dataset has the first one");
    // An instance of two frames, in one file or at the edges of two.
    for files in [[0, 0, 0, 0], [0, 1, 1, 1], [0, 0, 1, 1], [0, 0, 0, 1], [0, 1, 2, 3]] {
        let rows = [frame("u8", "x", 0), frame("u9", "p", 0), frame("u9", "p", 1), frame("v", "y", 0)];
        let live: Vec<_> = files.into_iter().zip(rows).collect();
        assert_eq!(n(&live), [3, 4, 6], "{files:?}");
    }
}

proptest! {
    #[test]
    fn comparing_pixels_in_parts_is_comparing_them_in_memory(
        sources in prop::collection::vec((0..1000, 0..30), 0..60),
        live in prop::collection::vec((0..3_u32, 1000..2000, 0..30), 0..20),
        n_parts in 1_usize..9,
    ) {
        let text = |number: &i32| number.to_string();
        let outcomes: Vec<Outcome> = sources
            .iter()
            .map(|(uid, pixels)| milled(&given(&text(uid), &text(uid), &text(pixels), &text(uid))))
            .collect();
        let rows: Vec<(u32, Given)> = live
            .iter()
            .enumerate()
            .map(|(index, (file, uid, pixels))| (*file, frame(&format!("{uid}-{index}"), &text(pixels), 0)))
            .collect();
        let mut seen: Vec<i32> = live.iter().map(|(.., pixels)| *pixels).collect();
        let mut uids = Vec::new();
        let mut expected = Vec::new();
        for (number, (uid, pixels)) in sources.iter().enumerate() {
            if uids.contains(uid) {
                continue;
            }
            uids.push(*uid);
            if seen.contains(pixels) {
                expected.push(number);
            }
            seen.push(*pixels);
        }
        prop_assert_eq!(same_pixels(&outcomes, &rows, n_parts), expected);
    }
}
