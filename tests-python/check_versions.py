"""Makes a dataset of several versions and checks that all readers see each of them as `radmill versions` says.

    python check_versions.py RADMILL FIXTURES docs/versions.md

The examples of the document are run against it. Prints a line for each check and closes with 'N passed, N failed'.
"""

import collections
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

import deltalake
import duckdb
import polars as pl

PIPELINE = "version = 1\n[shards]\nsmall_files_max = 0\n"
OTHER = "version = 1\ncontributor = 'second'\n[shards]\nsmall_files_max = 0\n"


def radmill(program: str, *arguments) -> str:
    command = [program, *map(str, arguments)]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def make_versions(program: str, fixtures: pathlib.Path, folder: pathlib.Path) -> list[dict]:
    """Two batches of one hospital, the second of which merges shards of the first; then all of it with other settings."""
    first, other = folder / "first.toml", folder / "other.toml"
    first.write_text(PIPELINE)
    other.write_text(OTHER)
    batch = folder / "batch"
    shutil.copytree(fixtures / "hospital-d", batch)
    held_back = batch / "abdomen/CT0003.dcm"
    held_back.rename(folder / "held-back")
    ingest = ("ingest", batch, "--out", "dataset", "--pipeline")
    radmill(program, *ingest, first)
    (folder / "held-back").rename(held_back)
    radmill(program, *ingest, first)
    radmill(program, *ingest, other)
    return [json.loads(line) for line in radmill(program, "versions", "dataset", "--json").splitlines()]


def counts_by_reader(version: int) -> dict[str, collections.Counter]:
    table = deltalake.DeltaTable("dataset/manifest", version=version)
    files = table.file_uris()
    delta = table.to_pyarrow_table(columns=["category"]).column("category").to_pylist()
    duck = duckdb.read_parquet(files, hive_partitioning=True) if files else None
    polars = pl.scan_delta("dataset/manifest", version=version).select("category").collect()
    return {
        "deltalake": collections.Counter(delta),
        "DuckDB": collections.Counter(dict(duck.aggregate("category, count(*)").fetchall()) if duck else {}),
        "Polars": collections.Counter(polars["category"].to_list()),
    }


def check_every_reader_sees_every_version(versions: list[dict], _):
    for version in versions:
        for reader, counts in counts_by_reader(version["version"]).items():
            wanted = {category: n for category, n in version["rows_per_category"].items() if n}
            assert counts == wanted, f"{reader}, version {version['version']}: {counts} and not {wanted}"


def check_the_versions_are_what_the_jobs_were(versions: list[dict], _):
    kinds = [(v["operation"], v["rows_added"] > 0, v["rows_removed"] > 0) for v in versions]
    wanted = [
        ("create", False, False), ("append", True, False), ("append", True, False), ("replace", True, True),
    ]  # fmt: skip
    assert kinds == wanted, f"{kinds}"
    rows = 0
    for version in versions:
        rows += version["rows_added"] - version["rows_removed"]
        assert rows == version["rows"], f"version {version['version']}"
    removed = [version for version in versions if deltalake_removed(version["version"])]
    assert [version["version"] for version in removed] == [2, 3], "files leave by merging and by replacing"


def deltalake_removed(version: int) -> bool:
    log = pathlib.Path(f"dataset/manifest/_delta_log/{version:020}.json").read_text()
    return any("remove" in json.loads(line) for line in log.splitlines())


def check_a_frame_is_there_once_in_every_version(versions: list[dict], _):
    for version in versions[1:]:
        frames = pl.scan_delta("dataset/manifest", version=version["version"])
        frames = frames.select("sop_instance_uid", "frame_index").collect()
        assert not frames.is_duplicated().any(), f"version {version['version']}"


def check_deltalake_shows_the_operations(versions: list[dict], _):
    history = {entry["version"]: entry for entry in deltalake.DeltaTable("dataset/manifest").history()}
    found = [history[version["version"]]["operation"] for version in versions[1:]]
    assert found == ["WRITE", "MERGE", "MERGE"], f"{found}"


def check_the_examples_of_the_document_run(versions: list[dict], document: str):
    examples = re.findall(r"```python\n(.*?)```", document, re.DOTALL)
    assert len(examples) >= 3, "the examples were not found"
    for example in examples:
        names = {}
        exec(example, names)  # noqa: S102: that they run is what is checked
        n_rows = names["rows"].shape[0]
        wanted = versions[1]["rows"]
        assert n_rows == wanted, f"{n_rows} rows and not {wanted} in\n{example}"


def main() -> int:
    program, fixtures, document = (pathlib.Path(argument).resolve() for argument in sys.argv[1:4])
    document = document.read_text(encoding="utf-8")
    n_failed = n_passed = 0
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        versions = make_versions(str(program), fixtures, pathlib.Path(folder))
        for name, check in list(globals().items()):
            if not name.startswith("check_"):
                continue
            try:
                check(versions, document)
                n_passed += 1
                print(f"ok      {name[6:].replace('_', ' ')}")
            except Exception as error:  # noqa: BLE001: every failure is a line
                n_failed += 1
                print(f"FAILED  {name[6:].replace('_', ' ')}: {error}")
    print(f"{n_passed} passed, {n_failed} failed")
    return 1 if n_failed else 0


if __name__ == "__main__":
    sys.exit(main())
