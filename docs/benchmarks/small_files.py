"""Makes many small MR files, to measure what a file costs whatever is in it.

Usage: python docs/benchmarks/small_files.py FOLDER N

Needs pydicom and numpy. Forty slices a series, eight series a patient; pixels differ in some places.
"""

import io
import random
import sys
from pathlib import Path

import numpy as np
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian

SIDE = 96
PER_FOLDER = 500
PER_SERIES = 40
PER_PATIENT = 320


def uid(level: int, number: int) -> str:
    return f"1.2.826.0.1.3680043.99.{level}.{10_000_000 + number}"


def template() -> bytes:
    dataset = Dataset()
    dataset.SOPClassUID = "1.2.840.10008.5.1.4.1.1.4"
    dataset.SOPInstanceUID = uid(1, 0)
    dataset.SeriesInstanceUID = uid(2, 0)
    dataset.StudyInstanceUID = uid(3, 0)
    dataset.Modality, dataset.Manufacturer, dataset.BodyPartExamined = "MR", "SIEMENS", "BRAIN"
    dataset.PatientID, dataset.PatientName = "PATIENT00000000", "Synthetic^Patient"
    dataset.StudyDate, dataset.StudyDescription, dataset.SeriesDescription = "20200101", "MR brain", "T2 tra"
    dataset.ImagePositionPatient, dataset.ImageOrientationPatient = [0, 0, 0], [1, 0, 0, 0, 1, 0]
    dataset.PixelSpacing, dataset.SliceThickness = [1, 1], 3
    dataset.Rows = dataset.Columns = SIDE
    dataset.SamplesPerPixel, dataset.PhotometricInterpretation = 1, "MONOCHROME2"
    dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit, dataset.PixelRepresentation = 16, 12, 11, 0
    ramp = np.add.outer(np.arange(SIDE), np.arange(SIDE)).astype("<u2") * 8
    dataset.PixelData = ramp.tobytes()
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    dataset.file_meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID
    file = io.BytesIO()
    dataset.save_as(file, enforce_file_format=True)
    return file.getvalue()


def main(folder: Path, n_files: int) -> None:
    bytes_of_one, noise = template(), random.Random(1)
    first_sample = len(bytes_of_one) - 2 * SIDE * SIDE
    for number in range(n_files):
        file = bytes_of_one.replace(b"PATIENT00000000", b"PATIENT%08d" % (number // PER_PATIENT))
        for level, one_per in [(1, 1), (2, PER_SERIES), (3, PER_PATIENT)]:
            file = file.replace(uid(level, 0).encode(), uid(level, number // one_per).encode())
        file = bytearray(file)
        for _ in range(200):
            file[first_sample + 2 * noise.randrange(SIDE * SIDE)] = noise.randrange(256)
        path = folder / f"{number // PER_FOLDER:04}" / f"{number:06}.dcm"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(file)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
