"""Reads the JPEG files of a dataset as their users would: with Pillow and with OpenCV.

Usage: python tests-python/check_jpeg.py DATASET DATASET_WITH_PNG
"""

import sys
from pathlib import Path

import cv2
import deltalake
import numpy as np
from PIL import Image

KEY = ["sop_instance_uid", "frame_index"]
# Of quality 90; fixtures have text and noise, which JPEG likes least.
PSNR_MIN = 30.0


def images(dataset: Path, wanted_format: str) -> dict[tuple, np.ndarray]:
    """Every image with Pillow and with OpenCV, which have to agree with each other and with the row."""
    columns = [*KEY, "image_path", "image_format", "width", "height", "channels", "bit_depth"]
    rows = deltalake.DeltaTable(str(dataset / "manifest")).to_pyarrow_table(columns=columns).to_pylist()
    pixels = {}
    for row in rows:
        path = dataset / row["image_path"]
        assert row["image_format"] == wanted_format and path.suffix == f".{wanted_format}", path
        with Image.open(path) as image:
            assert image.format == wanted_format.upper() and not image.getexif(), path
            assert image.mode == {1: "L", 3: "RGB"}[row["channels"]], path
            array = np.asarray(image)
        seen = cv2.imread(str(path), cv2.IMREAD_UNCHANGED)
        if row["channels"] == 3:
            seen = cv2.cvtColor(seen, cv2.COLOR_BGR2RGB)
        assert seen.dtype == np.uint8 and row["bit_depth"] == 8, path
        assert seen.shape[:2] == (row["height"], row["width"]), path
        # Two builds of libjpeg may round the inverse transform another way.
        assert np.abs(seen.astype(int) - array).max() <= (0 if wanted_format == "png" else 2), path
        pixels[tuple(row[name] for name in KEY)] = array
    return pixels


def psnr(found: np.ndarray, wanted: np.ndarray) -> float:
    error = np.mean((found.astype(float) - wanted) ** 2)
    return np.inf if error == 0 else 10 * np.log10(255**2 / error)


def main(dataset: Path, dataset_with_png: Path) -> None:
    exact, near = images(dataset_with_png, "png"), images(dataset, "jpeg")
    assert near and near.keys() == exact.keys(), f"{len(near)} and {len(exact)} images"
    worst = min((psnr(near[key], exact[key]), key) for key in near)
    assert worst[0] >= PSNR_MIN, worst
    print(f"Pillow and OpenCV read {len(near)} JPEG files, the worst {worst[0]:.1f} dB from the PNG")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
