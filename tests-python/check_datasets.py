"""Reads the Parquet files of images of a dataset as their users would: with Hugging Face's datasets.

Usage: python tests-python/check_datasets.py DATASET DATASET_WITH_FILES
"""

import hashlib
import sys
from pathlib import Path

import cv2
import datasets
import deltalake
import numpy as np
from PIL import Image

# The same source has another key in each dataset: the settings are part of the names of images.
KEY = ["sop_instance_uid", "frame_index"]


def pixels_of_files(dataset: Path) -> dict[tuple, np.ndarray]:
    """Every image with Pillow and with OpenCV, which have to agree with each other and with the row."""
    columns = [*KEY, "image_path", "image_sha256", "width", "height", "channels", "bit_depth", "sample_min", "sample_max"]
    rows = deltalake.DeltaTable(str(dataset / "manifest")).to_pyarrow_table(columns=columns).to_pylist()
    pixels, depths = {}, set()
    for row in rows:
        path = dataset / row["image_path"]
        with Image.open(path) as image:
            image.load()
            array = np.asarray(image)
        seen = cv2.imread(str(path), cv2.IMREAD_UNCHANGED)
        if row["channels"] == 3:
            seen = cv2.cvtColor(seen, cv2.COLOR_BGR2RGB)
        assert seen.dtype == (np.uint16 if row["bit_depth"] == 16 else np.uint8), path
        assert seen.shape[:2] == (row["height"], row["width"]), path
        assert np.array_equal(seen, array), f"Pillow and OpenCV differ: {path}"
        assert (seen.min(), seen.max()) == (row["sample_min"], row["sample_max"]), path
        depths.add((row["channels"], row["bit_depth"]))
        pixels[tuple(row[name] for name in KEY)] = array
    print(f"Pillow and OpenCV read {len(pixels)} files of {sorted(depths)} channels and bits, as the manifest says")
    return pixels


def main(dataset: Path, dataset_with_files: Path) -> None:
    expected = pixels_of_files(dataset_with_files)
    columns = [*KEY, "image_path", "image_offset_bytes", "image_length_bytes", "image_sha256", "split"]
    manifest = deltalake.DeltaTable(str(dataset / "manifest")).to_pyarrow_table(columns=columns).to_pylist()
    shards = sorted(str(path) for path in dataset.glob("images/*/*.parquet"))
    assert {row["image_path"] for row in manifest} == {str(Path(path).relative_to(dataset)) for path in shards}

    # Every row, and some as they stream in, without a cast: the files say which column holds images.
    rows = datasets.load_dataset("parquet", data_files=shards, split="train")
    assert isinstance(rows.features["image"], datasets.Image), rows.features["image"]
    assert len(rows) == len(expected), f"{len(rows)} rows and {len(expected)} files"
    for row in rows:
        key = tuple(row[name] for name in KEY)
        assert isinstance(row["image"], Image.Image), type(row["image"])
        assert np.array_equal(np.asarray(row["image"]), expected.pop(key)), key
    stream = datasets.load_dataset("parquet", data_files=shards, split="train", streaming=True)
    first = next(iter(stream))
    assert isinstance(first["image"], Image.Image) and first["image"].size == (first["width"], first["height"])

    # The bytes are those that the manifest says, which says where in the file they lie.
    as_bytes = rows.cast_column("image", datasets.Image(decode=False))
    embedded = {tuple(row[name] for name in KEY): row for row in as_bytes}
    for row in manifest:
        other = embedded.pop(tuple(row[name] for name in KEY))
        with open(dataset / row["image_path"], "rb") as file:
            file.seek(row["image_offset_bytes"])
            image = file.read(row["image_length_bytes"])
        assert image == other["image"]["bytes"], row["image_path"]
        assert hashlib.sha256(image).hexdigest() == row["image_sha256"], row["image_path"]
        assert other["image"]["path"].endswith(".png") and other["split"] == row["split"], other["image"]["path"]
    assert not embedded
    print(f"datasets reads {len(rows)} images of {len(shards)} Parquet files, equal to those in files")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
