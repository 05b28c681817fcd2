"""Opens a dataset from which a patient has withdrawn with the tools researchers use.

    python check_withdrawal.py DATASET TOKEN

The newest version reads everywhere with the same rows, none of them the patient's; older versions are gone and say so.
"""

import pathlib
import sys

import deltalake
import duckdb
import polars as pl
import pyarrow.dataset as ds


def main(root: str, token: str) -> int:
    manifest = pathlib.Path(root) / "manifest"
    delta = deltalake.DeltaTable(str(manifest))
    shards = str(manifest / "category=*/*.parquet")
    patients = {
        "deltalake": delta.to_pyarrow_dataset().to_table(columns=["patient_id"]).column(0).to_pylist(),
        "pyarrow": ds.dataset(str(manifest), partitioning="hive").to_table(["patient_id"]).column(0).to_pylist(),
        "polars": pl.scan_delta(str(manifest)).select("patient_id").collect().to_series().to_list(),
        "duckdb": [
            row[0]
            for row in duckdb.sql(f"SELECT patient_id FROM read_parquet('{shards}', hive_partitioning=true)").fetchall()
        ],
    }
    for name, found in patients.items():
        assert found and token not in found, f"{name} finds the patient, or nobody"
        assert sorted(found) == sorted(patients["deltalake"]), f"{name} finds other rows"
    for version in range(delta.version()):
        try:
            deltalake.DeltaTable(str(manifest), version=version)
        except deltalake.exceptions.DeltaError as error:
            assert "log" in str(error), error
        else:
            raise AssertionError(f"version {version} can still be opened")
    print(f"{len(patients['deltalake'])} rows in {len(patients)} readers, {delta.version()} older versions gone")
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
