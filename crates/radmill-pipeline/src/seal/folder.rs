//! Files that wait get their names, after that the folder is known to have them.
//!
//! A crash on the way leaves some files with their names and others waiting: none is wrong, and the same command
//! goes on. The report is written last; a job that has one is finished.

use std::collections::HashSet;
use std::path::PathBuf;

use radmill_store::{files_in, flush_published, read_source, remove_published, rename_published};

use super::{
    account, begin_settling, check_rejected, for_each_settled, is_untidy, read_report, tidy_up, write_report,
};
use crate::outcome::{Milled, Outcome};
use crate::plan::Plan;
use crate::records::{publish_lines, read_lines};
use crate::settle::{HeldInstance, Verdicts, conflict};
use crate::{JobError, Summary, dicom_file};

/// Seals a job whose segments are all complete.
pub(crate) fn seal(plan: &Plan) -> Result<Summary, JobError> {
    let verdicts = settle(plan)?;
    let summary = account(plan, &verdicts, &mut |settled| {
        settle_with_disk(plan, &mut settled.record.outcome);
        Ok(())
    })?;
    check_rejected(plan, &summary)?;
    summary.check(plan.n_sources())?;
    name_files(plan, &verdicts)?;
    write_report(plan, &summary)?;
    clean_up(plan)?;
    Ok(summary)
}

/// The summary of a job that was finished before; tidies up what a crash has left.
pub(crate) fn finish_again(plan: &Plan) -> Result<Summary, JobError> {
    let mut summary = read_report(plan)?;
    if is_untidy(plan) {
        clean_up(plan)?;
    }
    summary.already_finished = true;
    Ok(summary)
}

/// What becomes of each source beside what other jobs have put into the folder. What this one did before a crash does
/// not count: it is done again.
fn settle(plan: &Plan) -> Result<Verdicts, JobError> {
    let mut settling = begin_settling(plan)?;
    let own = instances_path(plan);
    for path in files_in(&plan.roots.instances(), "jsonl")? {
        if path != own {
            for instance in read_lines::<HeldInstance>(&path)? {
                let instance = instance?;
                if !plan.selection.replaced.has_token(&instance.source_token) {
                    settling.add_held(&instance);
                }
            }
        }
    }
    settling.settle()
}

/// A file that lies where this one is to go and that no job is known to have written: the first one stays.
fn settle_with_disk(plan: &Plan, outcome: &mut Outcome) {
    let Outcome::Milled(Milled { source_token, content_digest, dicom: Some(dicom), .. }) = &*outcome else {
        return;
    };
    let target = plan.roots.dataset.join(&dicom.path);
    if plan.selection.replaced.dicom_paths().contains(&dicom.path) {
        return;
    }
    // Once it has its name nothing waits any more: then the file is our own, from before an interruption.
    if target.exists() && plan.unsealed_file(source_token).exists() {
        let is_same = read_source(&target, dicom.bytes, dicom.bytes)
            .is_ok_and(|bytes| dicom_file::digest(&bytes) == *content_digest);
        *outcome = if is_same { Outcome::Duplicate } else { conflict() };
    }
}

/// Moves every file that stays to its final name, and notes which ones the folder has now.
fn name_files(plan: &Plan, verdicts: &Verdicts) -> Result<(), JobError> {
    let mut leaving: HashSet<&String> = plan.selection.replaced.dicom_paths().iter().collect();
    publish_lines(&instances_path(plan), |instances| {
        for_each_settled(plan, verdicts, &mut |mut settled| {
            settle_with_disk(plan, &mut settled.record.outcome);
            match settled.record.outcome {
                Outcome::Milled(milled) => {
                    name_file(plan, &milled)?;
                    if let Some(dicom) = &milled.dicom {
                        leaving.remove(&dicom.path);
                    }
                    instances.write(&HeldInstance::from(milled))
                }
                _ => Ok(()),
            }
        })?;
        leaving.iter().try_for_each(|path| remove_published(&plan.roots.dataset.join(path)))?;
        Ok(flush_published(&plan.roots.dataset)?)
    })?;
    forget_replaced(plan)
}

/// Takes what was replaced out of the lists of instances that other jobs have written.
fn forget_replaced(plan: &Plan) -> Result<(), JobError> {
    let replaced = &plan.selection.replaced;
    if replaced.is_empty() {
        return Ok(());
    }
    let own = instances_path(plan);
    for path in files_in(&plan.roots.instances(), "jsonl")? {
        if path != own {
            publish_lines(&path, |instances| {
                for instance in read_lines::<HeldInstance>(&path)? {
                    let instance = instance?;
                    if !replaced.has_token(&instance.source_token) {
                        instances.write(&instance)?;
                    }
                }
                Ok(())
            })?;
        }
    }
    Ok(())
}

fn name_file(plan: &Plan, milled: &Milled) -> Result<(), JobError> {
    let Some(dicom) = &milled.dicom else { return Ok(()) };
    let target = plan.roots.dataset.join(&dicom.path);
    if rename_published(&plan.unsealed_file(&milled.source_token), &target)? || target.exists() {
        return Ok(());
    }
    Err(JobError::Target(format!(
        "files that waited for their names in {} are gone; remove {} to begin the job anew",
        plan.roots.unsealed(&plan.plan_id).display(),
        plan.roots.segments(&plan.plan_id).display()
    )))
}

fn instances_path(plan: &Plan) -> PathBuf {
    plan.roots.instances().join(format!("{}.jsonl", plan.plan_id))
}

fn clean_up(plan: &Plan) -> Result<(), JobError> {
    // Only what lost to another source still waits.
    plan.roots.clear_unsealed(&plan.plan_id)?;
    tidy_up(plan)
}
