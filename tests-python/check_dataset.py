"""Opens a dataset with the tools researchers use and checks that they agree with each other and with the document.

    python check_dataset.py DATASET docs/manifest-format.md

Prints a line for each check and closes with 'N passed, N failed'. Knows nothing of radmill but the document.
"""

import collections
import getpass
import hashlib
import io
import pathlib
import re
import socket
import sys

import deltalake
import duckdb
import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq
from PIL import Image

EVIDENCE = pa.struct(
    [("source", pa.string()), ("rule", pa.string()), ("category", pa.string()), ("weight", pa.float64())]
)
# The type of a column: as the document writes it, in pyarrow, in DuckDB.
TYPES = {
    "string": (pa.string(), "VARCHAR"),
    "int32": (pa.int32(), "INTEGER"),
    "int64": (pa.int64(), "BIGINT"),
    "double": (pa.float64(), "DOUBLE"),
    "bool": (pa.bool_(), "BOOLEAN"),
    "date32": (pa.date32(), "DATE"),
    "list<string>": (pa.list_(pa.string()), "VARCHAR[]"),
    "list<double>": (pa.list_(pa.float64()), "DOUBLE[]"),
    "list<struct<source: string, rule: string, category: string, weight: double>>": (
        pa.list_(EVIDENCE),
        "STRUCT(source VARCHAR, rule VARCHAR, category VARCHAR, weight DOUBLE)[]",
    ),
    "map<string, string>": (pa.map_(pa.string(), pa.string()), "MAP(VARCHAR, VARCHAR)"),
}
SORT_COLUMNS = [
    "patient_id", "study_instance_uid", "series_instance_uid", "instance_number",
    "sop_instance_uid", "frame_index", "image_path", "source_token",
]  # fmt: skip


def documented_columns(document: str) -> dict[str, tuple[str, bool]]:
    """Name of every column of the document's tables with its type and whether it may be null."""
    columns = {}
    for line in document.splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if line.startswith("| `") and len(cells) == 6:
            columns[cells[0].strip("`")] = (cells[1].strip("`"), cells[5] != "never")
    assert len(columns) > 80, "the tables of the document were not found"
    return columns


def neutral(kind: pa.DataType) -> str:
    """A type without what readers are free to choose: names of list elements, large or view variants."""
    if pa.types.is_list(kind) or pa.types.is_large_list(kind):
        return f"list<{neutral(kind.value_type)}>"
    if pa.types.is_map(kind):
        return f"map<{neutral(kind.key_type)}, {neutral(kind.item_type)}>"
    if pa.types.is_struct(kind):
        return "struct<" + ", ".join(f"{field.name}: {neutral(field.type)}" for field in kind) + ">"
    if pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind):
        return "string"
    return str(kind)


class Dataset:
    """The dataset under test, opened once by each tool."""

    def __init__(self, root: str, document: str):
        self.root = pathlib.Path(root)
        self.manifest = self.root / "manifest"
        self.document = pathlib.Path(document).read_text(encoding="utf-8")
        self.columns = documented_columns(self.document)
        self.arrow = ds.dataset(str(self.manifest), format="parquet", partitioning="hive")
        self.delta = deltalake.DeltaTable(str(self.manifest))
        self.duck = duckdb.from_parquet(str(self.manifest / "category=*/*.parquet"), hive_partitioning=True)
        self.table = self.arrow.to_table()
        self.rows = self.table.select(
            ["category", "image_path", "image_offset_bytes", "image_length_bytes", "image_format", "image_sha256",
             "width", "height", "channels", "bit_depth", "sample_min", "sample_max",
             "sample_scale", "sample_offset", "sample_unit", "sample_error_max"]
        ).to_pylist()  # fmt: skip


def expect(found, wanted, what):
    assert found == wanted, f"{what}: found {found!r}, wanted {wanted!r}"


def check_there_are_rows(data: Dataset):
    assert data.table.num_rows > 0, "the manifest has no rows"


def check_pyarrow_sees_the_documented_columns(data: Dataset):
    found = {field.name: neutral(field.type) for field in data.arrow.schema}
    expect(found, {name: neutral(TYPES[kind][0]) for name, (kind, _) in data.columns.items()}, "schema")


def check_deltalake_sees_the_documented_columns_in_order(data: Dataset):
    schema = pa.schema(data.delta.schema().to_arrow())
    found = [(field.name, neutral(field.type), field.nullable) for field in schema]
    wanted = [(name, neutral(TYPES[kind][0]), nullable) for name, (kind, nullable) in data.columns.items()]
    expect(found, wanted, "schema")


def check_duckdb_sees_the_documented_columns(data: Dataset):
    found = {
        name: str(kind).replace('"', "") for name, kind in zip(data.duck.columns, data.duck.types, strict=True)
    }
    expect(found, {name: TYPES[kind][1] for name, (kind, _) in data.columns.items()}, "schema")


def check_polars_sees_the_documented_columns(data: Dataset):
    for frame in polars_frames(data):
        expect(set(frame.collect_schema().names()), set(data.columns), "columns")
        frame.collect()


def polars_frames(data: Dataset) -> list[pl.LazyFrame]:
    pattern = str(data.manifest / "category=*/*.parquet")
    return [pl.scan_delta(str(data.manifest)), pl.scan_parquet(pattern, hive_partitioning=True)]


def check_all_count_the_same_rows_in_every_category(data: Dataset):
    wanted = collections.Counter(data.table.column("category").to_pylist())
    by_category = "category, count(*)"
    expect(dict(data.duck.aggregate(by_category).fetchall()), wanted, "DuckDB")
    for frame in polars_frames(data):
        expect(dict(frame.group_by("category").len().collect().iter_rows()), wanted, "Polars")
    delta = data.delta.to_pyarrow_table(columns=["category"])
    expect(collections.Counter(delta.column("category").to_pylist()), wanted, "deltalake")


def check_what_is_never_null_is_never_null(data: Dataset):
    for name, (_, nullable) in data.columns.items():
        n_nulls = data.table.column(name).null_count
        assert nullable or n_nulls == 0, f"{name} has {n_nulls} nulls"


def check_a_frame_of_an_instance_is_there_once(data: Dataset):
    names = data.table.select(["sop_instance_uid", "frame_index"]).to_pylist()
    twice = [name for name, n_rows in collections.Counter(tuple(row.values()) for row in names).items() if n_rows > 1]
    expect(twice, [], "frames that are there more than once")


def check_shards_are_named_by_their_hash_and_sorted(data: Dataset):
    shards = sorted(data.manifest.glob("category=*/*.parquet"))
    assert shards, "there are no shards"
    for shard in shards:
        digest = hashlib.sha256(shard.read_bytes()).hexdigest()[:16]
        assert re.fullmatch(rf"part-\d{{5}}-{digest}\.parquet", shard.name), f"{shard.name} has the hash {digest}"
        rows = pq.ParquetFile(shard).read(columns=SORT_COLUMNS).to_pylist()
        keys = [[sort_key(row[name]) for name in SORT_COLUMNS] for row in rows]
        assert keys == sorted(keys), f"{shard.name} is not sorted"


def sort_key(value):
    """Null first, text by its bytes."""
    return (value is not None, value.encode() if isinstance(value, str) else value or 0)


def check_the_table_lists_exactly_the_shards(data: Dataset):
    found = sorted(pathlib.Path(uri.removeprefix("file://")).resolve() for uri in data.delta.file_uris())
    expect(found, sorted(path.resolve() for path in data.manifest.glob("category=*/*.parquet")), "shards")


def check_versions_can_be_read(data: Dataset):
    assert data.delta.version() >= 1, "nothing has been committed"
    empty = deltalake.DeltaTable(str(data.manifest), version=0)
    expect(empty.to_pyarrow_table(columns=["category"]).num_rows, 0, "rows of version 0")


def check_the_log_says_nothing_about_this_machine(data: Dataset):
    words = ["file://", str(data.root.resolve()), str(pathlib.Path.home()), getpass.getuser(), socket.gethostname()]
    for log in sorted((data.manifest / "_delta_log").iterdir()):
        content = log.read_bytes().decode(errors="replace")
        # Shorter words are found by chance.
        found = [word for word in words if len(word) > 4 and word in content]
        expect(found, [], log.name)


def image_bytes(data: Dataset, row: dict) -> bytes:
    with open(data.root / row["image_path"], "rb") as file:
        file.seek(row["image_offset_bytes"])
        return file.read(row["image_length_bytes"])


def check_every_image_is_there_with_its_hash(data: Dataset):
    for row in data.rows:
        digest = hashlib.sha256(image_bytes(data, row)).hexdigest()
        expect(digest, row["image_sha256"], row["image_path"])


def check_every_image_is_as_its_row_says(data: Dataset):
    modes = {"L": (1, 8), "I;16": (1, 16), "RGB": (3, 8)}
    for row in data.rows:
        image = Image.open(io.BytesIO(image_bytes(data, row)))
        samples = np.asarray(image)
        found = (image.format.lower(), image.size, modes[image.mode], samples.min(), samples.max())
        wanted = (
            row["image_format"],
            (row["width"], row["height"]),
            (row["channels"], row["bit_depth"]),
            row["sample_min"],
            row["sample_max"],
        )
        expect(found, wanted, row["image_path"])
        expect(image.info.keys() & {"Comment", "Author", "Description", "Title"}, set(), "text in the image")


def check_modality_values_can_be_restored(data: Dataset):
    for row in data.rows:
        scale, offset, error_max = row["sample_scale"], row["sample_offset"], row["sample_error_max"]
        together = {value is None for value in (scale, offset, error_max)}
        assert len(together) == 1, f"{row['image_path']}: scale, offset and error are not null together"
        if scale is None:
            continue
        assert scale != 0 and error_max >= 0, row["image_path"]
        samples = np.asarray(Image.open(io.BytesIO(image_bytes(data, row)))).astype(np.float64)
        restored = samples * scale + offset
        ends = sorted(sample * scale + offset for sample in (row["sample_min"], row["sample_max"]))
        expect((restored.min(), restored.max()), tuple(ends), row["image_path"])
        if row["sample_unit"] == "HU":
            # -32768 is what pads CT images outside the field of view; metal is cut off far below 2^16.
            assert -(2**16) <= restored.min() and restored.max() < 2**17, row["image_path"]


def check_the_snippets_of_the_document_run(data: Dataset):
    snippets = re.findall(r"```python\n(.*?)```", data.document, flags=re.DOTALL)
    assert len(snippets) >= 5, "the snippets were not found"
    for snippet in snippets:
        exec(compile(snippet, "snippet", "exec"), {"dataset": str(data.root)})


def main(root: str, document: str) -> int:
    data = Dataset(root, document)
    n_passed = n_failed = 0
    for name, check in sorted(globals().items()):
        if not name.startswith("check_"):
            continue
        title = name.removeprefix("check_").replace("_", " ")
        try:
            check(data)
        except Exception as error:  # One failure must not hide the others.
            n_failed += 1
            print(f"FAILED  {title}\n        {type(error).__name__}: {str(error)[:2000]}")
        else:
            n_passed += 1
            print(f"passed  {title}")
    n_images = len(data.rows)
    print(f"{n_images} images in {len(set(row['category'] for row in data.rows))} categories")
    print(f"{n_passed} passed, {n_failed} failed")
    return 1 if n_failed else 0


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit("usage: check_dataset.py DATASET docs/manifest-format.md")
    sys.exit(main(sys.argv[1], sys.argv[2]))
