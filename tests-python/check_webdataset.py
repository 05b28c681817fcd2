"""Reads the tar files of a dataset as their users would: with webdataset, and by single range reads.

Usage: python tests-python/check_webdataset.py DATASET
"""

import hashlib
import io
import sys
from pathlib import Path

import pyarrow.dataset as ds
import webdataset as wds
from PIL import Image

COLUMNS = ["image_path", "image_offset_bytes", "image_length_bytes", "image_sha256", "width", "height", "category"]


def main(dataset: Path) -> None:
    manifest = ds.dataset(dataset / "manifest", partitioning="hive", exclude_invalid_files=False)
    rows = manifest.to_table(columns=COLUMNS).to_pylist()
    assert rows, "no rows"
    wanted = {}
    for row in rows:
        with open(dataset / row["image_path"], "rb") as file:
            file.seek(row["image_offset_bytes"])
            image = file.read(row["image_length_bytes"])
        assert hashlib.sha256(image).hexdigest() == row["image_sha256"], row["image_path"]
        assert Image.open(io.BytesIO(image)).size == (row["width"], row["height"]), row["image_path"]
        wanted[row["image_path"], row["image_sha256"]] = row["category"]

    seen = {}
    tars = sorted(str(path) for path in dataset.glob("images/*/*.tar"))
    samples = wds.WebDataset(tars, shardshuffle=False).decode("pil")
    for sample in samples:
        facts, path = sample["json"], Path(sample["__url__"]).relative_to(dataset).as_posix()
        assert sample["png"].size == (facts["width"], facts["height"]), sample["__key__"]
        seen[path, facts["image_sha256"]] = facts["category"]
    assert seen == wanted, f"{len(seen)} samples and {len(wanted)} rows"
    print(f"webdataset reads {len(rows)} images of {len(tars)} tar files, as the manifest says")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
