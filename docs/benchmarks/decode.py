#!/usr/bin/env python3
"""Decoding alone, beside the fastest routines known: CPU time for each transfer syntax, modality and size.

    pip install pydicom==3.0.2 numpy imagecodecs opencv-python-headless pyjpegls
    cargo build --release -p radmill-bench
    python docs/benchmarks/decode.py FOLDER --bench target/release/radmill-bench

Everything is in memory before a clock starts; each group of frames is decoded by every routine in turn, several rounds,
and the best round of each counts. Values are compared too: lossless ones must be equal.
"""

import argparse
import csv
import io
import os
import subprocess
import time

os.environ.setdefault("OMP_NUM_THREADS", "1")

import cv2
import imagecodecs
import jpeg_ls
import numpy as np
import pydicom
from pydicom.encaps import generate_frames

cv2.setNumThreads(1)

NATIVE = {"1.2.840.10008.1.2", "1.2.840.10008.1.2.1"}
NAMES = {
    "1.2.840.10008.1.2": "implicit little endian",
    "1.2.840.10008.1.2.1": "explicit little endian",
    "1.2.840.10008.1.2.5": "RLE",
    "1.2.840.10008.1.2.4.50": "JPEG baseline",
    "1.2.840.10008.1.2.4.51": "JPEG extended",
    "1.2.840.10008.1.2.4.53": "JPEG progressive",
    "1.2.840.10008.1.2.4.55": "JPEG progressive",
    "1.2.840.10008.1.2.4.57": "JPEG lossless",
    "1.2.840.10008.1.2.4.70": "JPEG lossless SV1",
    "1.2.840.10008.1.2.4.80": "JPEG-LS",
    "1.2.840.10008.1.2.4.81": "JPEG-LS near",
    "1.2.840.10008.1.2.4.90": "JPEG 2000 lossless",
    "1.2.840.10008.1.2.4.91": "JPEG 2000",
    "1.2.840.10008.1.2.4.110": "JPEG XL lossless",
    "1.2.840.10008.1.2.4.112": "JPEG XL",
    "1.2.840.10008.1.2.4.201": "HTJ2K lossless",
    "1.2.840.10008.1.2.4.203": "HTJ2K",
}


def rle(data, dataset):
    return np.frombuffer(imagecodecs.dicomrle_decode(data, np.dtype(f"<u{dataset.BitsAllocated // 8}")), np.uint8)


def routines(transfer_syntax):
    """Name and function of each."""
    family = transfer_syntax.removeprefix("1.2.840.10008.1.2")
    if family in (".4.50", ".4.51", ".4.53", ".4.55"):
        found = {"libjpeg-turbo": lambda data, _: imagecodecs.jpeg8_decode(data)}
        if family == ".4.50":
            found["OpenCV"] = lambda data, _: cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
        return found
    if family in (".4.57", ".4.70"):
        return {
            "libjpeg-turbo": lambda data, _: imagecodecs.jpeg8_decode(data),
            "liblj92": lambda data, _: imagecodecs.ljpeg_decode(data),
        }
    if family in (".4.80", ".4.81"):
        return {
            "CharLS (imagecodecs)": lambda data, _: imagecodecs.jpegls_decode(data),
            "CharLS (pyjpegls)": lambda data, _: jpeg_ls.decode_pixel_data(data),
        }
    if family in (".4.90", ".4.91"):
        return {"OpenJPEG": lambda data, _: imagecodecs.jpeg2k_decode(data, numthreads=1)}
    if family in (".4.201", ".4.202", ".4.203"):
        return {"OpenJPH": lambda data, _: imagecodecs.htj2k_decode(data)}
    if family in (".4.110", ".4.112"):
        return {"libjxl": lambda data, _: imagecodecs.jpegxl_decode(data, numthreads=1)}
    if family == ".5":
        return {"imagecodecs": rle}
    if transfer_syntax in NATIVE:
        return {"copy": lambda data, _: np.array(np.frombuffer(data, np.uint8))}
    return {}


def groups(folder):
    found = {}
    for parent, _, files in sorted(os.walk(folder)):
        for name in sorted(files):
            try:
                dataset = pydicom.dcmread(os.path.join(parent, name))
                n_frames = int(dataset.get("NumberOfFrames", 1) or 1)
                size = f"{dataset.Columns}x{dataset.Rows}x{dataset.SamplesPerPixel}"
                key = (str(dataset.file_meta.TransferSyntaxUID), str(dataset.Modality), size, str(dataset.BitsAllocated))
                if key[0] in NATIVE:
                    frames = [dataset.PixelData]
                else:
                    frames = list(generate_frames(dataset.PixelData, number_of_frames=n_frames))
            except Exception as error:
                print(f"skipped {name}: {type(error).__name__}")
                continue
            found.setdefault(key, []).extend((frame, dataset) for frame in frames)
    return found


def cpu_seconds(work):
    start = time.thread_time()
    work()
    return time.thread_time() - start


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("folder")
    parser.add_argument("--bench", default="target/release/radmill-bench")
    parser.add_argument("--arguments", default="--decode --repeat 1 --corpus")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", help="part of a transfer syntax's UID")
    options = parser.parse_args()
    peers = {}
    ours = {}
    found = {key: frames for key, frames in groups(options.folder).items() if not options.only or key[0].endswith(options.only)}
    for _ in range(options.rounds):
        for key, frames in found.items():
            for name, function in routines(key[0]).items():
                try:
                    seconds = cpu_seconds(lambda: [function(*frame) for frame in frames])
                except Exception as error:
                    print(f"{name} failed at {key}: {error}")
                    continue
                best = peers.setdefault(key, {})
                best[name] = min(best.get(name, seconds), seconds)
        output = subprocess.run(
            [options.bench, *options.arguments.split(), options.folder], check=True, capture_output=True, text=True
        ).stdout
        table = output[output.index("transfer_syntax,") :]
        for row in csv.DictReader(io.StringIO(table)):
            key = (row["transfer_syntax"], row["modality"], row["size"], row["bits_allocated"])
            seconds = float(row["cpu_s"])
            if key not in ours or seconds < ours[key][0]:
                ours[key] = (seconds, float(row["mb"]), int(row["frames"]), int(row["failed"]))
    print("| transfer syntax | frames | MB | fastest other | MB/s | radmill MB/s | ratio of time |")
    print("|---|---|---|---|---|---|---|")
    for key in sorted(found):
        if key not in ours:
            continue
        seconds, megabytes, n_frames, n_failed = ours[key]
        name = f"{NAMES.get(key[0], key[0])}, {key[1]} {key[2]}"
        failed = f", {n_failed} failed" if n_failed else ""
        others = peers.get(key, {})
        if not others:
            print(f"| {name} | {n_frames}{failed} | {megabytes:.1f} | | | {megabytes / seconds:.0f} | |")
            continue
        fastest = min(others, key=others.get)
        ratio = seconds / others[fastest]
        rates = f"{megabytes / others[fastest]:.0f} | {megabytes / seconds:.0f}"
        print(f"| {name} | {n_frames}{failed} | {megabytes:.1f} | {fastest} | {rates} | {ratio:.2f} |")


if __name__ == "__main__":
    main()
