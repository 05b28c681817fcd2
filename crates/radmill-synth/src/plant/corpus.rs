//! A planted corpus: synthetic objects, real files, or both, with the checks beside them.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::*;
use crate::check::{checks_path_for, write_checks};
use crate::corpus::{CorpusOptions, Mix, plans};
use crate::file::Draft;
use crate::plan::{Kind, Pixels, Plan, Syntax};
use crate::read::trimmed;
use crate::score::in_parallel;
use crate::writer::{Encoding, FileParts, write_file};

/// What a planted corpus is to be made of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlantOptions {
    /// Everything follows from it.
    pub seed: u64,
    /// Synthetic objects to make.
    pub n_synthetic: usize,
    /// Folder of real files to plant into.
    pub real: Option<PathBuf>,
}

/// What was made.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Planted {
    /// Files written.
    pub n_files: usize,
    /// Checks noted.
    pub n_checks: usize,
    /// Real files that nothing was planted into, by reason; they are not copied.
    pub left_out: BTreeMap<&'static str, usize>,
}

/// A file before it is planted.
enum Source {
    Synthetic(Box<Plan>),
    Report(usize),
    Presentation(usize),
    Real(PathBuf, String),
}

type Made = Result<(String, Vec<u8>, Vec<Check>), &'static str>;

/// Writes a planted corpus below `folder` and its checks beside it ([`checks_path_for`]).
///
/// Works on all cores; what is written does not depend on how many these are.
/// Fails if the folder is there and not empty, or on what reading and writing fail on.
pub fn write_planted(options: &PlantOptions, folder: &Path) -> io::Result<Planted> {
    if folder.is_dir() && fs::read_dir(folder)?.next().is_some() {
        return Err(io::Error::new(io::ErrorKind::AlreadyExists, "the folder for the corpus is not empty"));
    }
    let sources = sources(options)?;
    let made = in_parallel(&sources, |source| plant(source, options.seed, folder))?;
    let (mut planted, mut checks) = (Planted::default(), Vec::new());
    for outcome in made {
        match outcome {
            Ok(of_file) => {
                planted.n_files += 1;
                checks.extend(of_file);
            }
            Err(reason) => *planted.left_out.entry(reason).or_default() += 1,
        }
    }
    for (index, check) in checks.iter_mut().enumerate() {
        check.id = index as u64 + 1;
    }
    planted.n_checks = checks.len();
    fs::create_dir_all(folder)?;
    write_checks(&checks_path_for(folder), &checks)?;
    Ok(planted)
}

/// Every eighth synthetic object is a report, every twelfth a presentation state; the rest are images.
fn sources(options: &PlantOptions) -> io::Result<Vec<Source>> {
    let n = options.n_synthetic;
    let mix = Mix { ct: 5, mr: 4, radiograph: 3, ultrasound: 0, mammogram: 1 };
    let corpus = CorpusOptions { seed: options.seed, n_files: n, shrink: 8, mix };
    let mut sources = Vec::new();
    for (index, plan) in plans(&corpus).into_iter().enumerate() {
        sources.push(match index % 24 {
            3 | 11 | 19 => Source::Report(index),
            5 | 17 => Source::Presentation(index),
            7 | 15 => Source::Synthetic(Box::new(ultrasound(plan, index))),
            22 => Source::Synthetic(Box::new(dose_report(plan, index))),
            _ => Source::Synthetic(Box::new(plan)),
        });
    }
    if let Some(real) = &options.real {
        let mut paths = Vec::new();
        list(real, &mut paths)?;
        paths.sort();
        for path in paths {
            let below = path.strip_prefix(real).unwrap_or(&path).to_string_lossy().replace('\\', "/");
            sources.push(Source::Real(path, below));
        }
    }
    Ok(sources)
}

fn ultrasound(plan: Plan, index: usize) -> Plan {
    let pixels =
        if index.is_multiple_of(2) { crate::fixtures::grey(8) } else { Pixels::Rgb { planar: false } };
    let (rows, columns) = (plan.rows.max(96), plan.columns.max(240));
    let path = format!("{}/US{index:05}", plan.path);
    Plan {
        kind: Kind::Us,
        pixels,
        rows,
        columns,
        syntax: Syntax::ExplicitLittle,
        path,
        oddities: &[],
        ..plan
    }
}

fn dose_report(plan: Plan, index: usize) -> Plan {
    let path = format!("{}/DR{index:05}", plan.path);
    let pixels = crate::fixtures::CT_12;
    Plan {
        kind: Kind::Ct,
        pixels,
        rows: 512,
        columns: 512,
        syntax: Syntax::ExplicitLittle,
        path,
        oddities: &[],
        ..plan
    }
}

fn list(folder: &Path, paths: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            list(&path, paths)?;
        } else {
            paths.push(path);
        }
    }
    Ok(())
}

/// Plants one file and writes it.
fn plant(source: &Source, seed: u64, folder: &Path) -> io::Result<Result<Vec<Check>, &'static str>> {
    let made: Made = match source {
        Source::Synthetic(plan) => Ok(image(plan, seed)),
        Source::Report(index) => Ok(object(*index, seed, "reports", reports::report_data(), Sower::report)),
        Source::Presentation(index) => {
            let data = reports::presentation_data();
            Ok(object(*index, seed, "presentations", data, Sower::presentation))
        }
        Source::Real(path, below) => real(&fs::read(path)?, below, seed),
    };
    Ok(match made {
        Ok((path, bytes, checks)) => {
            let target = folder.join(path);
            if let Some(parent) = target.parent() {
                fs::create_dir_all(parent)?;
            }
            fs::write(target, bytes)?;
            Ok(checks)
        }
        Err(reason) => Err(reason),
    })
}

fn image(plan: &Plan, seed: u64) -> (String, Vec<u8>, Vec<Check>) {
    let draft = Draft::new(plan, seed);
    let file =
        ReadFile { preamble: draft.preamble, meta: draft.meta, data: draft.data, encoding: draft.encoding };
    let original = file.data.clone();
    let path = format!("synthetic/{}", plan.path);
    let label = format!("patient {}", plan.patient.index);
    let mut sower = sower(file, plan.patient.charset, &label, &path, seed);
    sower.everything(&original);
    match plan.kind {
        Kind::Us => sower.burn_above_region(),
        Kind::Ct if plan.rows == 512 => sower.burn_dose_report(),
        _ => sower.pixels_stay(),
    }
    finish(sower, path)
}

/// An object that is made here and has no pixels.
fn object(
    index: usize,
    seed: u64,
    folder: &str,
    mut data: DataSet,
    fill: fn(&mut Sower),
) -> (String, Vec<u8>, Vec<Check>) {
    let path = format!("synthetic/{folder}/{index:06}.dcm");
    let mut rng = Rng::new(seed, &path);
    let charset = ground::charset(&data, &mut rng).unwrap_or(Charset::Ascii);
    set_charset(&mut data, charset);
    let mut meta = DataSet::default();
    meta.bytes((0x0002, 0x0001), b"OB", [0, 1]);
    meta.bytes((0x0002, 0x0002), b"UI", data.value((0x0008, 0x0016)).unwrap_or_default());
    meta.text((0x0002, 0x0010), b"UI", "1.2.840.10008.1.2.1");
    meta.text((0x0002, 0x0012), b"UI", "2.999.1");
    let original = data.clone();
    let encoding = Encoding::ExplicitLittle;
    let file = ReadFile { preamble: Some([0; 128]), meta: Some(meta), data, encoding };
    let mut sower = sower(file, charset, &path, &path, seed);
    fill(&mut sower);
    sower.everything(&original);
    finish(sower, path)
}

fn real(bytes: &[u8], below: &str, seed: u64) -> Made {
    let mut file = ground::read(bytes).map_err(ground::LeftOut::name)?;
    let path = format!("real/{below}");
    let text = |tag| file.data.value(tag).map(trimmed).unwrap_or_default();
    let who = [text((0x0010, 0x0020)), text((0x0010, 0x0010)), text((0x0020, 0x000d))].concat();
    let label = format!("real {}", String::from_utf8_lossy(&who));
    let charset = match ground::charset(&file.data, &mut Rng::new(seed, &label)) {
        Some(charset) => {
            set_charset(&mut file.data, charset);
            charset
        }
        None => Charset::Ascii,
    };
    let original = file.data.clone();
    let mut sower = sower(file, charset, &label, &path, seed);
    sower.everything(&original);
    sower.pixels_stay();
    Ok(finish(sower, path))
}

fn set_charset(data: &mut DataSet, charset: Charset) {
    match charset.defined_term() {
        Some(term) => data.text((0x0008, 0x0005), b"CS", term),
        None => data.remove((0x0008, 0x0005)),
    }
}

fn sower(file: ReadFile, charset: Charset, label: &str, path: &str, seed: u64) -> Sower {
    let person = Person::new(seed, &format!("{label} {charset:?}"), charset);
    Sower::new(file, charset, person, Rng::new(seed, path))
}

impl Sower {
    /// All that every kind of object gets.
    fn everything(&mut self, original: &DataSet) {
        self.identity();
        self.nested();
        self.listed(60);
        self.private();
        self.around();
        self.remains(original);
    }
}

fn finish(mut sower: Sower, path: String) -> (String, Vec<u8>, Vec<Check>) {
    sower.withdraw_names();
    let Sower { file, mut checks, .. } = sower;
    let instance = file.data.value((0x0008, 0x0018)).map(trimmed).unwrap_or_default();
    let instance = String::from_utf8_lossy(instance).into_owned();
    for check in &mut checks {
        check.file.clone_from(&path);
        check.sop_instance_uid.clone_from(&instance);
    }
    let parts = FileParts {
        preamble: file.preamble,
        meta: file.meta.as_ref(),
        data: &file.data,
        encoding: file.encoding,
    };
    (path, write_file(&parts), checks)
}
