//! Words and numbers for people.

use std::io::{self, Write};

use radmill_pipeline::{JobError, JobKind, Summary};
use radmill_store::is_url;

use crate::exit::Exit;

/// One sentence to standard error.
pub(crate) fn message(text: &str) {
    // If even standard error is closed there is nobody to tell.
    let _ = writeln!(io::stderr(), "radmill: {text}");
}

/// Says why a job stopped, and gives its exit code.
pub(crate) fn job_error(error: &JobError) -> Exit {
    let mut text = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(error) = cause {
        text += &format!(": {error}");
        cause = error.source();
    }
    message(&text);
    Exit::of(error)
}

/// What a job did, where the result is, what to do next.
pub(crate) fn summary(out: &mut dyn Write, kind: JobKind, summary: &Summary) -> io::Result<()> {
    if summary.already_finished {
        writeln!(out, "finished jobs have worked on all sources as they are; nothing was done again")?;
    }
    writeln!(out, "{:>12}  sources, {}", number(summary.n_sources), bytes(summary.source_bytes))?;
    if summary.changes.n_unchanged > 0 && !summary.already_finished {
        writeln!(out, "{:>12}    of them unchanged, not read again", number(summary.changes.n_unchanged))?;
    }
    writeln!(out, "{:>12}  milled into {}", number(summary.n_milled), made(kind, summary))?;
    if summary.changes.n_unchanged > 0 && kind == JobKind::Ingest && !summary.already_finished {
        writeln!(out, "{:>12}    of these images new", number(summary.n_new_images))?;
    }
    if summary.n_images_in_no_split > 0 {
        let n = number(summary.n_images_in_no_split);
        writeln!(out, "{n:>12}    images in no split, since they resemble images of another one")?;
    }
    if summary.n_same_pixels > 0 {
        let n = number(summary.n_same_pixels);
        writeln!(out, "{n:>12}    of them with the pixels of another instance")?;
    }
    writeln!(out, "{:>12}  rejected", number(summary.n_rejected))?;
    writeln!(out, "{:>12}  duplicates", number(summary.n_duplicates))?;
    writeln!(out, "{:>12}  skipped", number(summary.n_skipped))?;
    for (title, group) in [
        ("images per category", &summary.images_per_category),
        ("rejected by reason", &summary.rejected_by_reason),
        ("skipped by reason", &summary.skipped_by_reason),
    ] {
        if !group.is_empty() {
            writeln!(out, "\n{title}")?;
            counts(out, group.iter().map(|(name, n)| (name.as_str(), *n)))?;
        }
    }
    writeln!(out)?;
    match (kind, summary.version) {
        (JobKind::Ingest, Some(version)) => {
            writeln!(out, "dataset     {} (version {version})", summary.dataset.display())?;
        }
        (JobKind::Ingest, None) => writeln!(out, "dataset     none: no source became an image")?,
        (JobKind::Deidentify, _) => writeln!(out, "files       {}", summary.dataset.display())?,
    }
    if summary.n_rejected > 0 {
        writeln!(out, "quarantine  {}", summary.quarantine.display())?;
    }
    next_steps(out, kind, summary)
}

/// `1,234 images, 5.6 GB` or `12 DICOM files, 3.4 MB`, or both.
fn made(kind: JobKind, summary: &Summary) -> String {
    let images = format!("{} images, {}", number(summary.n_images), bytes(summary.image_bytes));
    let files = format!("{} DICOM files, {}", number(summary.n_dicom_files), bytes(summary.dicom_bytes));
    match kind {
        JobKind::Ingest if summary.n_dicom_files == 0 => images,
        JobKind::Ingest => format!("{images}, and {files}"),
        JobKind::Deidentify => files,
    }
}

fn next_steps(out: &mut dyn Write, kind: JobKind, summary: &Summary) -> io::Result<()> {
    let has_output = match kind {
        JobKind::Ingest => summary.version.is_some(),
        JobKind::Deidentify => summary.n_milled + summary.n_duplicates > 0,
    };
    if has_output || summary.n_rejected > 0 {
        writeln!(out, "\nnext")?;
    }
    if has_output && kind == JobKind::Ingest {
        let manifest = summary.dataset.join("manifest");
        writeln!(
            out,
            "  look:   python -c \"import polars; print(polars.scan_delta('{}').head(5).collect())\"",
            manifest.display()
        )?;
    }
    if summary.n_rejected > 0 {
        writeln!(out, "  see why a file was rejected: radmill explain FILE")?;
    }
    if has_output && is_url(&summary.dataset) {
        writeln!(out, "  keep a copy of the private folder, which holds the site key, and never share it")?;
    } else if let (true, Some(name)) = (has_output, summary.dataset.file_name()) {
        writeln!(
            out,
            "  share {0}; never share {0}.private, which holds the site key (keep a copy of it)",
            name.display()
        )?;
    }
    Ok(())
}

/// Names with their counts, the most frequent first.
pub(crate) fn counts<'a>(
    out: &mut (impl Write + ?Sized),
    group: impl Iterator<Item = (&'a str, u64)>,
) -> io::Result<()> {
    let mut group: Vec<(&str, u64)> = group.collect();
    group.sort_by_key(|(_, n)| std::cmp::Reverse(*n));
    for (name, n) in group {
        writeln!(out, "{:>12}  {name}", number(n))?;
    }
    Ok(())
}

/// Milliseconds since 1970 as `2026-01-31T23:59:59Z`.
pub(crate) fn utc_time(time_ms: i64) -> String {
    let seconds = time_ms.div_euclid(1000);
    let (days, second) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));
    // Years that begin in March have their odd day at the end; 719,468 days lie between 0000-03-01 and 1970-01-01.
    let day = days + 719_468;
    let (era, day_of_era) = (day.div_euclid(146_097), day.rem_euclid(146_097));
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day_of_month = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    let year = era * 400 + year_of_era + i64::from(month <= 2);
    let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
    format!("{year:04}-{month:02}-{day_of_month:02}T{hour:02}:{minute:02}:{second:02}Z")
}

/// `1234567` as `1,234,567`.
pub(crate) fn number(n: u64) -> String {
    let digits = n.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A length in the largest decimal unit that keeps a digit before the point.
pub(crate) fn bytes(n: u64) -> String {
    const UNITS: [&str; 6] = ["B", "kB", "MB", "GB", "TB", "PB"];
    let mut value = n as f64;
    let mut unit = 0;
    while value >= 999.5 && unit + 1 < UNITS.len() {
        value /= 1000.0;
        unit += 1;
    }
    if unit == 0 { format!("{n} B") } else { format!("{value:.1} {}", UNITS[unit]) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped() {
        for (n, expected) in [(0, "0"), (999, "999"), (1000, "1,000"), (1_234_567, "1,234,567")] {
            assert_eq!(number(n), expected);
        }
    }

    #[test]
    fn times_are_dates_of_the_calendar() {
        for (time_ms, expected) in [
            (0, "1970-01-01T00:00:00Z"),
            (951782399999, "2000-02-28T23:59:59Z"),
            (951782400000, "2000-02-29T00:00:00Z"),
            (1709251199999, "2024-02-29T23:59:59Z"),
            (4102444800000, "2100-01-01T00:00:00Z"),
            (-1, "1969-12-31T23:59:59Z"),
            (1798761599000, "2026-12-31T23:59:59Z"),
        ] {
            assert_eq!(utc_time(time_ms), expected);
        }
    }

    #[test]
    fn lengths_have_a_fitting_unit() {
        for (n, expected) in [(0, "0 B"), (999, "999 B"), (1000, "1.0 kB"), (165_185_672, "165.2 MB")] {
            assert_eq!(bytes(n), expected);
        }
    }
}
