//! Large sources are read in pieces, so that memory is taken for the frames at work and not for the file.

use std::io;

use radmill_dicom::SourceFile;
use radmill_store::OpenSource;
use sha2::{Digest, Sha256};

/// Sources of this length and more, in bytes.
pub(crate) const BYTES_MIN: u64 = 8 << 20;

/// What one takes of the budget for sources, in bytes: what comes before its pixel data and behind them, twice.
pub(crate) const BUDGET_BYTES: u64 = 64 << 20;

pub(crate) struct InPieces(pub(crate) OpenSource);

impl SourceFile for InPieces {
    fn bytes(&self) -> u64 {
        self.0.bytes()
    }

    fn read_exact_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<()> {
        self.0.read_exact_at(buffer, offset)
    }
}

/// The digest of the whole file.
pub(crate) fn digest(file: &dyn SourceFile) -> io::Result<[u8; 32]> {
    let mut digest = Sha256::new();
    let mut piece = vec![0; 1 << 18];
    let mut at = 0;
    while at < file.bytes() {
        let n = usize::try_from(file.bytes() - at).map_or(piece.len(), |rest| rest.min(piece.len()));
        file.read_exact_at(&mut piece[..n], at)?;
        digest.update(&piece[..n]);
        at += n as u64;
    }
    Ok(digest.finalize().into())
}

#[cfg(test)]
mod tests {
    use std::path::Path;
    use std::sync::atomic::AtomicBool;

    use radmill_store::{SourceReader, for_each_file_below};

    use crate::line::Line;
    use crate::outcome::{Outcome, Setback};
    use crate::plan::{Plan, PlanOptions};
    use crate::{Input, JobKind, PipelineSource, Redo};

    /// A job over the fixtures of a hospital, whose sources are small.
    fn plan(dataset: &Path) -> Plan {
        let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/dicom/hospital-a");
        let options = PlanOptions {
            kind: JobKind::Ingest,
            input: Input::Path(fixtures),
            dataset: dataset.to_owned(),
            private: None,
            pipeline: PipelineSource::Default,
            key: None,
            n_threads: Some(1),
            redo: Redo::Changed,
            part: None,
        };
        Plan::new(&options, &AtomicBool::new(false)).unwrap()
    }

    fn n_images(dataset: &Path) -> usize {
        let mut n_images = 0;
        for_each_file_below(&dataset.join("images"), &mut |_| {
            n_images += 1;
            Ok(())
        })
        .unwrap();
        n_images
    }

    #[test]
    fn a_source_that_changes_meanwhile_is_rejected_and_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let plan = plan(&folder.path().join("set"));
        let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
        let line = Line::new(&plan, &pool);
        let reader = SourceReader::new(&plan.listing, 0..plan.listing.sources.len());
        let mut n_images_made = 0;
        for index in 0..plan.listing.sources.len() {
            let open = || reader.turn(index, || false).unwrap().open().unwrap();
            let changed = line.take_in_pieces(open(), || false, &mut None);
            assert_eq!(n_images(&plan.roots.dataset), n_images_made, "what was made is taken back");
            match line.take_in_pieces(open(), || true, &mut None) {
                Ok(Some(mapped)) => {
                    let Outcome::Milled(milled) = mapped.outcome else { panic!("not milled") };
                    n_images_made += milled.image_paths.len();
                    let Err(Setback::Reject(rejection)) = changed else { panic!("not rejected") };
                    assert_eq!(rejection.reason, "unreadable");
                }
                // To be read whole, or rejected in any case.
                other => assert_eq!(other.is_ok(), changed.is_ok()),
            }
        }
        assert!(n_images_made > 5, "{n_images_made}");
        assert_eq!(n_images(&plan.roots.dataset), n_images_made);
    }
}
