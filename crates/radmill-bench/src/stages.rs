//! The stages one after the other, on one thread, each over the whole corpus.

use std::error::Error;
use std::path::Path;
use std::time::{Duration, Instant};

use bytes::Bytes;
use radmill_anatomy::{Clues, Taxonomy, classify};
use radmill_deid::{DeidentifiedInstance, Policy, SiteKey, deidentify};
use radmill_dicom::{Limits, parse};
use radmill_image::{NormalizeOptions, encode_png, normalize};
use radmill_pipeline::{LimitsSection, PipelineFile};
use radmill_store::{list_sources, publish_deferred, read_source};

/// What one pass took, by stage.
#[derive(Clone, Copy, Default)]
struct Times {
    read: Duration,
    parse: Duration,
    classify: Duration,
    deidentify: Duration,
    decode: Duration,
    normalize: Duration,
    encode: Duration,
    write: Duration,
}

/// How much went through.
#[derive(Clone, Copy, Default)]
struct Amounts {
    n_files: u64,
    n_images: u64,
    source_bytes: u64,
    sample_bytes: u64,
    image_bytes: u64,
}

/// Prints a table of the best of `repeat` passes.
pub(crate) fn measure(corpus: &Path, out: &Path, repeat: u32) -> Result<(), Box<dyn Error>> {
    let mut best: Option<Times> = None;
    let mut amounts = Amounts::default();
    for _ in 0..repeat.max(1) {
        let (times, passed) = pass(corpus, out)?;
        std::fs::remove_dir_all(out)?;
        best = Some(best.map_or(times, |best| best.least(times)));
        amounts = passed;
    }
    if let Some(times) = best {
        print(&times, &amounts);
    }
    Ok(())
}

fn pass(corpus: &Path, out: &Path) -> Result<(Times, Amounts), Box<dyn Error>> {
    std::fs::create_dir_all(out)?;
    let listing = list_sources(corpus)?;
    let limits = Limits::from(&LimitsSection::default());
    let taxonomy = Taxonomy::builtin();
    let (policy, key) = (Policy::basic(), SiteKey::from_bytes([7; 32]));
    let (mut times, mut amounts) = (Times::default(), Amounts::default());
    for source in &listing.sources {
        let path = listing.root.join(&source.relative);
        let bytes = timed(&mut times.read, || read_source(&path, source.bytes, limits.file_bytes_max))?;
        amounts.n_files += 1;
        amounts.source_bytes += bytes.len() as u64;
        let Ok(instance) = timed(&mut times.parse, || parse(Bytes::from(bytes), &limits)) else { continue };
        timed(&mut times.classify, || classify(&taxonomy, &Clues::of(&instance)));
        let Ok(instance) = timed(&mut times.deidentify, || deidentify(instance, &policy, &key)) else {
            continue;
        };
        frames(&instance, out, &mut times, &mut amounts)?;
    }
    Ok((times, amounts))
}

fn frames(
    instance: &DeidentifiedInstance,
    out: &Path,
    times: &mut Times,
    amounts: &mut Amounts,
) -> Result<(), Box<dyn Error>> {
    let PipelineFile { normalize: section, .. } = PipelineFile::parse("version = 1")?;
    let options = NormalizeOptions::from(&section);
    let Some(Ok(pixels)) = instance.pixel_description() else { return Ok(()) };
    let frame_bytes = u64::from(pixels.rows)
        * u64::from(pixels.columns)
        * u64::from(pixels.samples_per_pixel)
        * u64::from(pixels.bits_allocated.div_ceil(8));
    for frame_index in 0..pixels.n_frames {
        // `normalize` decodes as well, so decoding is measured by itself and taken off.
        let mut decode = Duration::ZERO;
        let Some(Ok(_)) = timed(&mut decode, || instance.decode_frame(frame_index)) else { continue };
        let mut both = Duration::ZERO;
        let Ok(image) = timed(&mut both, || normalize(instance, frame_index, "UNCATEGORIZED", &options))
        else {
            continue;
        };
        times.decode += decode;
        times.normalize += both.saturating_sub(decode);
        let mut encoded = Vec::new();
        timed(&mut times.encode, || encode_png(&image, &mut encoded))?;
        let target = out.join(format!("{}.png", amounts.n_images));
        timed(&mut times.write, || {
            publish_deferred(&target, &out.join("staging"), |file| file.write_all(&encoded))
        })?;
        amounts.n_images += 1;
        amounts.sample_bytes += frame_bytes;
        amounts.image_bytes += encoded.len() as u64;
    }
    Ok(())
}

fn timed<T>(total: &mut Duration, work: impl FnOnce() -> T) -> T {
    let start = Instant::now();
    let result = work();
    *total += start.elapsed();
    result
}

impl Times {
    fn least(self, other: Times) -> Times {
        Times {
            read: self.read.min(other.read),
            parse: self.parse.min(other.parse),
            classify: self.classify.min(other.classify),
            deidentify: self.deidentify.min(other.deidentify),
            decode: self.decode.min(other.decode),
            normalize: self.normalize.min(other.normalize),
            encode: self.encode.min(other.encode),
            write: self.write.min(other.write),
        }
    }
}

fn print(times: &Times, amounts: &Amounts) {
    println!(
        "{} files, {:.1} MB; {} images, {:.1} MB decoded, {:.1} MB encoded; one thread, best pass",
        amounts.n_files,
        megabytes(amounts.source_bytes),
        amounts.n_images,
        megabytes(amounts.sample_bytes),
        megabytes(amounts.image_bytes)
    );
    println!("{:<12} {:>9} {:>8} {:>11} {:>10}  of", "stage", "s", "share", "files/s", "MB/s");
    let rows = [
        ("read", times.read, amounts.source_bytes, "source"),
        ("parse", times.parse, amounts.source_bytes, "source"),
        ("classify", times.classify, amounts.source_bytes, "source"),
        ("deidentify", times.deidentify, amounts.source_bytes, "source"),
        ("decode", times.decode, amounts.sample_bytes, "decoded"),
        ("normalize", times.normalize, amounts.sample_bytes, "decoded"),
        ("encode", times.encode, amounts.sample_bytes, "decoded"),
        ("write", times.write, amounts.image_bytes, "encoded"),
    ];
    let total: Duration = rows.iter().map(|(_, time, ..)| *time).sum();
    for (name, time, bytes, of) in rows {
        let seconds = time.as_secs_f64().max(1e-9);
        println!(
            "{name:<12} {seconds:>9.3} {:>7.1}% {:>11.0} {:>10.0}  {of}",
            100.0 * seconds / total.as_secs_f64().max(1e-9),
            amounts.n_files as f64 / seconds,
            megabytes(bytes) / seconds
        );
    }
    let seconds = total.as_secs_f64().max(1e-9);
    println!(
        "{:<12} {seconds:>9.3} {:>7.1}% {:>11.0} {:>10.0}  source",
        "sum",
        100.0,
        amounts.n_files as f64 / seconds,
        megabytes(amounts.source_bytes) / seconds
    );
}

fn megabytes(bytes: u64) -> f64 {
    bytes as f64 / 1e6
}
