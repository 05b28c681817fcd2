"""Checks that de-identification leaves objects valid: each output against its own source.

    python check_validity.py INPUT OUTPUT UIDS.csv [KNOWN]

INPUT holds the sources, OUTPUT what `radmill deidentify` made of them, UIDS.csv the UIDs as `radmill crosswalk export`
gives them, KNOWN how many outputs are known to have a new error (0 if not said). Every output must open in pydicom with all its values, and dciodvfy of dicom3tools must find no error in it
that it does not find in the source too. Prints the new errors by kind, with one example of each; no value is printed.
"""

import collections
import concurrent.futures
import csv
import os
import pathlib
import re
import subprocess
import sys
import warnings

import pydicom

# What dciodvfy says of a file that it cannot follow: then it has not seen the other errors of the source.
UNREADABLE = ("Tag read failed", "dataset read failed", "Information Object Not found")

DCIODVFY = pathlib.Path(sys.executable).with_name("dciodvfy")


def sop_instance_uid(path: pathlib.Path) -> str | None:
    """The SOP Instance UID of the data set, or else of the file meta; None if pydicom cannot find one."""
    try:
        data = pydicom.dcmread(path, force=True, specific_tags=["SOPInstanceUID"], stop_before_pixels=True)
        return str(data.get("SOPInstanceUID") or data.file_meta.get("MediaStorageSOPInstanceUID") or "") or None
    except Exception:
        return None


def errors(path: pathlib.Path) -> collections.Counter:
    """What dciodvfy calls an error, without the values and without the numbers of items."""
    run = subprocess.run([DCIODVFY, "-new", path], capture_output=True, timeout=120)
    text = (run.stdout + run.stderr).decode("utf-8", "replace")
    found = collections.Counter()
    for line in text.splitlines():
        if line.startswith("Error"):
            line = re.sub(r"\[\d+\]", "[]", line)
            found[re.sub(r"(value is|\] =|same value as \w+ =|Character invalid for this VR =|dimensions) .*", r"\1 …", line)] += 1
    return found


def read_everything(path: pathlib.Path) -> str | None:
    """Reads every value at every level; the kind of fault, if there is one."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            for element in pydicom.dcmread(path).iterall():
                element.value
        return None
    except Exception as error:
        return type(error).__name__


def check(pair: tuple[pathlib.Path, pathlib.Path]) -> tuple[pathlib.Path, str | None, list[str]]:
    """An output and its source: fault of reading, kinds of error that are new."""
    output, source = pair
    fault = read_everything(output)
    before, after = errors(source), errors(output)
    if any(kind.endswith(UNREADABLE) or UNREADABLE[0] in kind for kind in before):
        return output, fault, []
    return output, fault, [kind for kind in after if kind not in before]


def main() -> int:
    sources, output_root, uids = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]), pathlib.Path(sys.argv[3])
    with uids.open(newline="", encoding="utf-8") as file:
        new_of_old = {row["id_old"]: row["id_new"] for row in csv.DictReader(file)}
    warnings.simplefilter("ignore")
    source_of_new = {}
    for path in sorted(path for path in sources.rglob("*") if path.is_file()):
        old = sop_instance_uid(path)
        if old is not None:
            # A registered UID is no one's own and stays.
            source_of_new.setdefault(new_of_old.get(old, old), []).append(path)
    outputs = sorted(path for path in output_root.rglob("*.dcm"))
    pairs, unknown = [], 0
    for output in outputs:
        candidates = source_of_new.get(output.stem, [])
        unknown += not candidates
        # Copies of an instance differ in encoding; an error that one of them has too is not new.
        pairs += [(output, source) for source in candidates]

    best: dict[pathlib.Path, tuple[str | None, list[str]]] = {}
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for output, fault, new in pool.map(check, pairs):
            if output not in best or len(new) < len(best[output][1]):
                best[output] = (fault, new)
    unreadable = collections.Counter(fault for fault, _ in best.values() if fault)
    kinds = collections.Counter(kind for _, new in best.values() for kind in new)
    example = {kind: output for output, (_, new) in best.items() for kind in new}
    for fault, n in unreadable.most_common():
        print(f"  {n} do not open in pydicom: {fault}")
    for kind, n in kinds.most_common():
        print(f"  {n} with a new error: {kind} (e.g. {example[kind].relative_to(output_root)})")
    n_worse = sum(bool(new) for _, new in best.values())
    print(
        f"  {len(outputs)} outputs, {unknown} without a source, {sum(unreadable.values())} that pydicom cannot read,"
        f" {n_worse} with an error that the source did not have"
    )
    n_known = int(sys.argv[4]) if len(sys.argv) > 4 else 0
    return 1 if unknown or unreadable or n_worse > n_known or not outputs else 0


if __name__ == "__main__":
    sys.exit(main())
