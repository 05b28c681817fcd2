use std::io;
use std::process::ExitCode;

use radmill_pipeline::JobError;

use crate::report;

/// Exit codes. A promise: scripts rely on them; `docs/operations.md` lists them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    /// Everything asked for was done. Rejected sources lie in quarantine and are counted in the summary.
    Done = 0,
    /// A fault of radmill. If a summary was printed, the job was finished all the same and the fault cost single
    /// sources, which lie in quarantine as `internal_error`.
    Internal = 1,
    // 2 is a wrong command line; clap exits with it.
    /// The pipeline file, or a file it names, is wrong.
    Pipeline = 3,
    /// There is no usable site key.
    Key = 4,
    /// The input cannot be read.
    Source = 5,
    /// The target cannot be written: permissions, disk full, or no dataset.
    Target = 6,
    /// Too many sources were rejected.
    TooManyRejected = 7,
    /// Another job is writing to the dataset.
    Busy = 8,
    /// The file that was asked about cannot be milled, or not decoded.
    NotMillable = 9,
    /// The audit found what identifies somebody.
    Leaks = 10,
    /// The score of a de-identified folder is below what was asked for.
    ScoreTooLow = 11,
    /// Something is wrong with a dataset that was verified.
    NotIntact = 12,
    /// Parts of a job have not been mapped yet.
    Unmapped = 13,
    /// Interrupted; the same command goes on where it stopped.
    Interrupted = 130,
}

impl Exit {
    pub(crate) fn of(error: &JobError) -> Exit {
        match error {
            JobError::Pipeline { .. } => Exit::Pipeline,
            JobError::Key(_) => Exit::Key,
            JobError::Source(_) | JobError::Input(_) | JobError::NoPrivateRoot { .. } => Exit::Source,
            JobError::Target(_) | JobError::Store(_) | JobError::Manifest(_) => Exit::Target,
            JobError::TooManyRejected { .. } => Exit::TooManyRejected,
            JobError::Busy => Exit::Busy,
            JobError::Unmapped { .. } => Exit::Unmapped,
            JobError::Interrupted => Exit::Interrupted,
            JobError::Internal(_) => Exit::Internal,
        }
    }

    /// Standard output could not be written. A reader that has seen enough (`| head`) is no fault.
    pub(crate) fn from_output_error(error: &io::Error) -> Exit {
        if error.kind() == io::ErrorKind::BrokenPipe {
            return Exit::Done;
        }
        report::message(&format!("cannot write to standard output: {}", error.kind()));
        Exit::Target
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> ExitCode {
        ExitCode::from(exit as u8)
    }
}
