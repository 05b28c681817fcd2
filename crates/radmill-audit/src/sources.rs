//! The source files: what they say, and how they are found again.

use std::io::BufReader;
use std::path::Path;

use rayon::prelude::*;

use crate::audit::Watch;
use crate::error::AuditError;
use crate::identity::extract::{Extractor, Identity};
use crate::index::IndexBuilder;
use crate::link::{KeyReader, Keys};
use crate::list;
use crate::read::tag::TagPath;
use crate::read::walk::{Element, Visitor, Walked, walk};

/// Sources read between two merges: bounds what is held besides the index.
const BATCH: usize = 2048;

/// The listing of the sources; a source is its position in it.
pub(crate) struct Sources {
    files: Vec<list::Listed>,
}

/// What reading all sources gave.
pub(crate) struct SourceFacts {
    pub(crate) builder: IndexBuilder,
    pub(crate) keys: Vec<(u32, Keys)>,
    pub(crate) n_dicom: u64,
    /// Sources whose end could not be reached: identifiers behind that point are not known.
    pub(crate) n_broken: u64,
    /// Sources that cannot be opened or read.
    pub(crate) n_unreadable: u64,
}

impl Sources {
    /// # Errors
    ///
    /// Fails if the input is absent or a folder of it cannot be listed.
    pub(crate) fn list(root: &Path) -> Result<Sources, AuditError> {
        Ok(Sources { files: list::files(root).map_err(AuditError::Source)? })
    }

    pub(crate) fn len(&self) -> usize {
        self.files.len()
    }

    /// The path relative to the input, for those who may see it.
    pub(crate) fn shown_path(&self, source: u32) -> Option<String> {
        self.files.get(source as usize).map(|file| file.relative.join("/"))
    }

    /// Reads every source once.
    pub(crate) fn read(&self, with_pixels: bool, watch: &Watch<'_>) -> Result<SourceFacts, AuditError> {
        let mut facts = SourceFacts {
            builder: IndexBuilder::default(),
            keys: Vec::new(),
            n_dicom: 0,
            n_broken: 0,
            n_unreadable: 0,
        };
        for (batch_index, batch) in self.files.chunks(BATCH).enumerate() {
            let read: Vec<Option<(Walked, Both)>> = batch
                .par_iter()
                .map(|file| {
                    let mut both = Both::new(with_pixels);
                    let walked = walk_file(file, &mut both);
                    watch.one_done();
                    walked.map(|walked| (walked, both))
                })
                .collect();
            watch.check()?;
            for (index, read) in read.into_iter().enumerate() {
                let source = u32::try_from(batch_index * BATCH + index).map_err(|_| AuditError::TooMany)?;
                let Some((walked, both)) = read else {
                    facts.n_unreadable += 1;
                    continue;
                };
                if walked == Walked::NotDicom {
                    continue;
                }
                facts.n_dicom += 1;
                facts.n_broken += u64::from(walked == Walked::Broken);
                facts.builder.add(source, &both.extractor.finish());
                facts.keys.push((source, both.keys.finish()));
            }
        }
        Ok(facts)
    }

    /// Reads the header of one source again.
    pub(crate) fn identity(&self, source: u32) -> Option<Identity> {
        let mut extractor = Extractor::default();
        walk_file(self.files.get(source as usize)?, &mut extractor)?;
        Some(extractor.finish())
    }
}

fn walk_file(file: &list::Listed, visitor: &mut dyn Visitor) -> Option<Walked> {
    let walked = walk(BufReader::with_capacity(1 << 16, file.open().ok()?), visitor).ok()?;
    (walked != Walked::NotDicom || !file.is_nested_archive()).then_some(walked)
}

/// Two visitors on one walk.
struct Both {
    extractor: Extractor,
    keys: KeyReader,
}

impl Both {
    fn new(with_pixels: bool) -> Both {
        Both { extractor: Extractor::default(), keys: KeyReader::new(with_pixels) }
    }
}

impl Visitor for Both {
    fn stop_before(&mut self, path: &TagPath) -> bool {
        self.keys.stop_before(path)
    }

    fn element(&mut self, element: &Element<'_>) {
        self.extractor.element(element);
        self.keys.element(element);
    }

    fn bulk(&mut self, path: &TagPath, start: bool, bytes: &[u8]) {
        self.keys.bulk(path, start, bytes);
    }
}
