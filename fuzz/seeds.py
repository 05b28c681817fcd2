#!/usr/bin/env python3
"""Head starts for the targets: small frames of DICOM files, in the form that each target takes.

    pip install pydicom==3.0.2
    python fuzz/seeds.py FOLDER fuzz/corpus

Nothing but encoded pixels is taken, no attribute that names anybody; the corpus is not part of the repository all the same.
"""

import hashlib
import os
import sys

import pydicom
from pydicom.encaps import generate_frames

BYTES_MAX = 1 << 16
JPEG = {"50", "51", "53", "55", "57", "70"}
PHOTOMETRIC = ["MONOCHROME2", "MONOCHROME1", "PALETTE COLOR", "RGB", "YBR_FULL", "YBR_FULL_422", "YBR_ICT", "YBR_RCT", "XYB"]
# As in the target `decode_frame`.
SYNTAXES = (
    "1.98 5 8.1 4.50 4.51 4.55 4.57 4.70 4.80 4.81 4.90 4.91 4.92 4.93 "
    "4.201 4.202 4.203 4.110 4.111 4.112 4.100 4.102 4.107 4.52"
).split()


def seeds(dataset, uid):
    """Target and bytes of each seed of a file."""
    short = uid.removeprefix("1.2.840.10008.1.2.")
    rows, columns, bits = dataset.Rows, dataset.Columns, dataset.BitsAllocated
    photometric = PHOTOMETRIC.index(dataset.PhotometricInterpretation)
    flags = dataset.PixelRepresentation | dataset.get("PlanarConfiguration", 0) << 1
    if uid in ("1.2.840.10008.1.2", "1.2.840.10008.1.2.1") and max(rows, columns) < 256 and photometric < 6:
        allocated = [1, 8, 12, 16, 32, 64].index(bits)
        n_frames = min(int(dataset.get("NumberOfFrames", 1) or 1), 16)
        head = [rows, columns, photometric, allocated, dataset.BitsStored, dataset.HighBit, flags, n_frames]
        yield "native", bytes(head) + dataset.PixelData
    if short not in SYNTAXES:
        return
    n_frames = int(dataset.get("NumberOfFrames", 1) or 1)
    frame = next(generate_frames(dataset.PixelData, number_of_frames=n_frames))
    last = uid.split(".")[-1]
    if last in JPEG:
        lossless = any(frame[i : i + 2] == b"\xff\xc3" for i in range(min(len(frame), 2000)))
        yield ("jpeg_lossless" if lossless else "jpeg_dct"), frame
    elif last in ("80", "81"):
        yield "jpeg_ls", frame
    elif last in ("110", "112") and max(rows, columns) < 256:
        yield "jpeg_xl", bytes([rows, columns, dataset.SamplesPerPixel == 3, dataset.BitsStored - 1]) + frame
    elif short == "5" and max(rows, columns) < 256:
        kind = (dataset.SamplesPerPixel == 3) | [1, 8, 16, 32].index(bits) << 1 | (flags & 1) << 3
        yield "rle", bytes([rows, columns, kind, 0]) + frame
    allocated = {8: 0, 16: 1, 32: 2}.get(bits, 3)
    head = [SYNTAXES.index(short), rows >> 8, rows & 255, columns >> 8, columns & 255, photometric]
    yield "decode_frame", bytes(head + [allocated, dataset.BitsStored, dataset.HighBit, flags, 1, 0]) + frame


def main():
    folder, out = sys.argv[1:]
    counts = {}
    for parent, _, files in os.walk(folder):
        for name in files:
            try:
                dataset = pydicom.dcmread(os.path.join(parent, name), force=True)
                found = list(seeds(dataset, str(dataset.file_meta.TransferSyntaxUID)))
            except Exception:
                continue  # damaged, or without pixels
            for target, data in found:
                if len(data) <= BYTES_MAX:
                    os.makedirs(os.path.join(out, target), exist_ok=True)
                    with open(os.path.join(out, target, hashlib.sha256(data).hexdigest()[:16]), "wb") as file:
                        file.write(data)
                    counts[target] = counts.get(target, 0) + 1
    print(counts)


if __name__ == "__main__":
    main()
