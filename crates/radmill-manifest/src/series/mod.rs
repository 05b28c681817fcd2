//! Columns that need all rows of a series: filled as sorted rows pass on their way into shards, one series at a time.

mod rows;
mod stacks;

use std::collections::VecDeque;

use arrow_array::RecordBatch;

use crate::error::{During, ManifestError};
use crate::merge::Emit;
use crate::order::RowKey;
use crate::source::Origin;
pub(crate) use rows::PLACE_COLUMNS;
use rows::{DifferingValues, places_of, slices_of, with_places};
use stacks::{Place, place_slices};

/// Rows of a series that are held until its last one has come. Series of CT and MR have some thousands; one with more
/// has no places, so that memory has a bound.
const SERIES_ROWS_MAX: usize = 16_384;

/// Columns that tell repeated positions of a series apart, in the order in which they are tried: what is another
/// picture first, what is another moment later.
const DIFFERING: [&str; 12] = [
    "image_type",
    "echo_number",
    "echo_time_ms",
    "inversion_time_ms",
    "diffusion_b_value",
    "diffusion_gradient_orientation",
    "temporal_position_index",
    "trigger_time_ms",
    "flip_angle_degrees",
    "repetition_time_ms",
    "convolution_kernel",
    "acquisition_number",
];

/// The series that a merge has come through, as the rows tell before they are put together as batches.
#[derive(Default)]
pub(crate) struct SeriesRuns {
    patient_id: Option<String>,
    series_instance_uid: Option<String>,
    runs: VecDeque<Run>,
}

/// Rows of one series that follow each other. They come in the order of the manifest, which is by series.
struct Run {
    /// Rows that have no place yet.
    n_rows: usize,
    /// Whether rows came or went. If none did, the table has their places, maybe of more rows than come by here.
    is_changed: bool,
    /// No series, or one that is too long to be held.
    is_unplaced: bool,
}

impl SeriesRuns {
    /// Sees the next row in order, and whether it stays.
    pub(crate) fn see(&mut self, key: &RowKey<'_>, origin: Origin, is_kept: bool) {
        let series = (key.patient_id, key.series_instance_uid);
        if self.runs.is_empty() || series != (self.patient_id.as_deref(), self.series_instance_uid.as_deref())
        {
            self.patient_id = key.patient_id.map(str::to_owned);
            self.series_instance_uid = key.series_instance_uid.map(str::to_owned);
            let is_unplaced = key.series_instance_uid.is_none();
            self.runs.push_back(Run { n_rows: 0, is_changed: false, is_unplaced });
        }
        let Some(run) = self.runs.back_mut() else { return };
        run.n_rows += usize::from(is_kept);
        run.is_changed |= is_kept == (origin == Origin::Segment);
        run.is_unplaced |= run.n_rows > SERIES_ROWS_MAX;
    }
}

/// Batches that wait for their series to end.
#[derive(Default)]
pub(crate) struct SeriesPlaces {
    differing: DifferingValues,
    batches: VecDeque<RecordBatch>,
    /// Of the first rows of `batches`.
    places: VecDeque<Place>,
}

impl SeriesPlaces {
    /// Takes a batch of rows, all of which `runs` has seen, and gives on those that are complete, as they were cut.
    pub(crate) fn push(
        &mut self,
        batch: &RecordBatch,
        runs: &mut SeriesRuns,
        emit: &mut Emit<'_>,
    ) -> Result<(), ManifestError> {
        self.batches.push_back(batch.clone());
        self.settle(runs, false, emit)
    }

    /// Gives on what is left: no row comes any more.
    pub(crate) fn finish(&mut self, runs: &mut SeriesRuns, emit: &mut Emit<'_>) -> Result<(), ManifestError> {
        self.settle(runs, true, emit)
    }

    fn settle(
        &mut self,
        runs: &mut SeriesRuns,
        is_end: bool,
        emit: &mut Emit<'_>,
    ) -> Result<(), ManifestError> {
        while let Some(run) = runs.runs.front() {
            let is_complete = is_end || runs.runs.len() > 1;
            if !is_complete && !run.is_unplaced {
                break;
            }
            let places = self.places_of(run).during("place the slices of a series")?;
            self.places.extend(places);
            self.give_on(emit)?;
            if !is_complete {
                // The rows so far; what follows of the series has no place either.
                runs.runs[0].n_rows = 0;
                break;
            }
            runs.runs.pop_front();
        }
        Ok(())
    }

    /// The places of the next `run.n_rows` rows.
    fn places_of(&mut self, run: &Run) -> Result<Vec<Place>, arrow_schema::ArrowError> {
        if run.is_unplaced {
            return Ok(vec![Place::default(); run.n_rows]);
        }
        let mut slices = Vec::new();
        let mut places = Vec::with_capacity(run.n_rows);
        let (mut skipped, mut n_left) = (self.places.len(), run.n_rows);
        for batch in &self.batches {
            let start = skipped.min(batch.num_rows());
            skipped -= start;
            let n = n_left.min(batch.num_rows() - start);
            n_left -= n;
            if n == 0 {
                continue;
            }
            let part = batch.slice(start, n);
            if run.is_changed {
                slices.extend(slices_of(&part, &mut self.differing)?);
            } else {
                places.extend(places_of(&part)?);
            }
        }
        if !run.is_changed {
            return Ok(places);
        }
        let present: Vec<_> = slices.iter().flatten().cloned().collect();
        let mut placed = place_slices(&present).into_iter();
        let place = |slice: &Option<_>| slice.as_ref().and_then(|_| placed.next()).unwrap_or_default();
        Ok(slices.iter().map(place).collect())
    }

    fn give_on(&mut self, emit: &mut Emit<'_>) -> Result<(), ManifestError> {
        while let Some(batch) = self.batches.front() {
            let n_rows = batch.num_rows();
            if n_rows > self.places.len() {
                break;
            }
            let places: Vec<Place> = self.places.drain(..n_rows).collect();
            emit(&with_places(batch, &places).during("place the slices of a series")?)?;
            self.batches.pop_front();
        }
        Ok(())
    }
}
