//! Decoding alone: every frame of a folder, by modality, transfer syntax and size, in CPU time of this thread.

use std::collections::BTreeMap;
use std::error::Error;
use std::path::Path;
use std::time::Duration;

use bytes::Bytes;
use radmill_dicom::{EncodedPixels, Limits, parse};
use radmill_pipeline::LimitsSection;
use radmill_store::{list_sources, read_source};
use rustix::time::{ClockId, clock_gettime};

/// Frames that are alike.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Kind {
    transfer_syntax: String,
    modality: String,
    rows: u32,
    columns: u32,
    samples_per_pixel: u16,
    bits_allocated: u16,
}

/// Files of one kind, and the least time that all of their frames took.
struct Group {
    pixels: Vec<EncodedPixels>,
    n_frames: u32,
    n_failed: u32,
    sample_bytes: u64,
    best: Duration,
}

/// Reads all files first, then decodes each group `repeat` times; prints a line for each.
pub(crate) fn measure(folder: &Path, repeat: u32) -> Result<(), Box<dyn Error>> {
    let limits = Limits::from(&LimitsSection::default());
    let listing = list_sources(folder)?;
    let mut groups = BTreeMap::new();
    for source in &listing.sources {
        let path = listing.root.join(&source.relative);
        let bytes = read_source(&path, source.bytes, limits.file_bytes_max)?;
        add(&mut groups, Bytes::from(bytes), &limits);
    }
    println!("transfer_syntax,modality,size,bits_allocated,frames,failed,mb,cpu_s,mb_per_cpu_s");
    for (kind, group) in &mut groups {
        for _ in 0..repeat.max(1) {
            group.best = group.best.min(decode_all(group));
        }
        let (megabytes, seconds) = (group.sample_bytes as f64 / 1e6, group.best.as_secs_f64());
        println!(
            "{},{},{}x{}x{},{},{},{},{megabytes:.2},{seconds:.6},{:.0}",
            kind.transfer_syntax,
            kind.modality,
            kind.columns,
            kind.rows,
            kind.samples_per_pixel,
            kind.bits_allocated,
            group.n_frames,
            group.n_failed,
            megabytes / seconds.max(1e-9),
        );
    }
    Ok(())
}

fn add(groups: &mut BTreeMap<Kind, Group>, file: Bytes, limits: &Limits) {
    // What is no DICOM file, or has no pixels, is nothing to decode.
    let Ok(instance) = parse(file, limits) else { return };
    let Some(pixels) = instance.pixels else { return };
    let Ok(description) = pixels.description() else { return };
    let kind = Kind {
        transfer_syntax: instance.source.transfer_syntax.clone(),
        modality: instance
            .data
            .text(dicom_dictionary_std::tags::MODALITY)
            .map(|text| text.to_string())
            .unwrap_or_default(),
        rows: description.rows,
        columns: description.columns,
        samples_per_pixel: description.samples_per_pixel,
        bits_allocated: description.bits_allocated,
    };
    let n_frames = description.n_frames;
    let frame_bytes = u64::from(description.rows)
        * u64::from(description.columns)
        * u64::from(description.samples_per_pixel)
        * u64::from(description.bits_allocated.div_ceil(8));
    let group = groups.entry(kind).or_insert(Group {
        pixels: Vec::new(),
        n_frames: 0,
        n_failed: 0,
        sample_bytes: 0,
        best: Duration::MAX,
    });
    group.n_frames += n_frames;
    group.sample_bytes += frame_bytes * u64::from(n_frames);
    group.pixels.push(pixels);
}

fn decode_all(group: &mut Group) -> Duration {
    let start = cpu_time();
    group.n_failed = 0;
    for pixels in &group.pixels {
        let n_frames = pixels.description().map_or(0, |description| description.n_frames);
        for frame_index in 0..n_frames {
            match pixels.decode_frame(frame_index) {
                Ok(frame) => drop(std::hint::black_box(frame)),
                Err(_) => group.n_failed += 1,
            }
        }
    }
    cpu_time().saturating_sub(start)
}

/// What this thread has used of a processor.
fn cpu_time() -> Duration {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    Duration::new(time.tv_sec.unsigned_abs(), u32::try_from(time.tv_nsec).unwrap_or(0))
}
