//! The pipeline file, the order of the stages, threads, segments, quarantine, accounting, sealing.
