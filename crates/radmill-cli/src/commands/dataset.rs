//! What commands that read files of a dataset have in common.

use std::path::Path;

use radmill_pipeline::JobError;
use radmill_store::is_url;

/// Refuses a dataset in a bucket, for commands that read all files.
pub(super) fn check_on_disk(dataset: &Path) -> Result<(), JobError> {
    if !is_url(dataset) {
        return Ok(());
    }
    let dataset = dataset.display();
    Err(JobError::Target(format!(
        "{dataset} is in a bucket, and this command reads from a disk: download the dataset to a folder, as \
         `aws s3 sync`, `azcopy copy` and `gcloud storage cp` do, and give it that"
    )))
}
