//! Makes synthetic DICOM corpora with planted identifiers and an answer key.
