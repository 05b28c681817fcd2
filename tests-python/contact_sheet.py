"""Makes a contact sheet of a dataset: a few images of each category, to be looked at.

Usage: python tests-python/contact_sheet.py DATASET SHEET.png [IMAGES_PER_CATEGORY]

Takes images that are as they are displayed (pipelines/display-512.toml), one per series, first frames only.
"""

import sys
from pathlib import Path

import pyarrow.dataset as ds
from PIL import Image, ImageDraw

TILE = 128
LABEL = 14


def main(dataset: Path, sheet_path: Path, per_category: int) -> None:
    columns = ["category", "series_instance_uid", "image_path", "frame_index", "modality"]
    rows = ds.dataset(dataset / "manifest", partitioning="hive").to_table(columns=columns).to_pylist()
    by_category: dict[str, list[dict]] = {}
    seen = set()
    for row in sorted(rows, key=lambda row: (row["category"], row["image_path"])):
        series = row["series_instance_uid"] or row["image_path"]
        if series not in seen and row["frame_index"] == 0:
            seen.add(series)
            by_category.setdefault(row["category"], []).append(row)
    sheet = Image.new("RGB", (per_category * TILE, len(by_category) * (TILE + LABEL)), (24, 24, 24))
    draw = ImageDraw.Draw(sheet)
    for line, (category, members) in enumerate(by_category.items()):
        top = line * (TILE + LABEL)
        modalities = ", ".join(sorted({row["modality"] or "none" for row in members}))
        draw.text((4, top + 1), f"{category}  {len(members)} series, {modalities}", fill=(220, 220, 220))
        for column, row in enumerate(members[:per_category]):
            image = Image.open(dataset / row["image_path"]).convert("RGB")
            image.thumbnail((TILE - 4, TILE - 4))
            sheet.paste(image, (column * TILE + 2, top + LABEL))
    sheet.save(sheet_path)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]) if len(sys.argv) > 3 else 6)
