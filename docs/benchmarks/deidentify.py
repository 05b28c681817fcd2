#!/usr/bin/env python3
"""Header-only de-identification, DICOM in and DICOM out: radmill beside other tools, on one core, in one run.

    pip install pydicom==3.0.2 numpy==2.4.6 dicom_anonymizer==2.1.0 deid==0.4.13 dcm-anonymizer==0.5.0
    cargo install dicom-anonymization --version 0.3.1 --locked
    python docs/benchmarks/deidentify.py --radmill target/release/radmill

Makes two folders of synthetic CT files, 64 KB and 2 MB each, and gives them to every contestant in turn, several rounds,
each process bound to one core. The floor reads each file and writes it again. Start-up is the time of the same command
on a single file, and is taken off. Prints medians and their ratio to radmill and to the floor, as a Markdown table.
"""

import argparse
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

SIZES = {"64 KB": (64 << 10, 2000), "2 MB": (2 << 20, 200)}


# Contestants that are libraries, each run in a process of its own: this file with --run NAME IN OUT.


def pairs(source: str, target: str):
    os.makedirs(target, exist_ok=True)
    for entry in sorted(os.listdir(source)):
        yield os.path.join(source, entry), os.path.join(target, entry)


def run_floor(source: str, target: str) -> None:
    for path, out in pairs(source, target):
        with open(path, "rb") as file, open(out, "wb", buffering=0) as copy:
            copy.write(file.read())


def run_dicom_anonymizer(source: str, target: str) -> None:
    import pydicom
    from dicomanonymizer import simpledicomanonymizer as library

    actions = library.initialize_actions_2024b()
    for path, out in pairs(source, target):
        data = pydicom.dcmread(path)
        library.anonymize_dataset(data, base_rules_gen=lambda: dict(actions))
        data.save_as(out)


def run_deid(source: str, target: str) -> None:
    import deid.config
    import deid.dicom.parser
    import deid.logger
    from dicomanonymizer.dicom_anonymization_databases import dicomfields_2024b as table
    from pydicom.datadict import dictionary_VR, keyword_for_tag

    deid.logger.bot.level = 0
    # The library ships no recipe of the whole profile: one line for each attribute of the table.
    lines = ["FORMAT dicom", "%header"]
    listed = {tag for name in vars(table) if name.endswith("TAGS") for tag in getattr(table, name)}
    for tag in sorted(tag for tag in listed if len(tag) == 2 and tag[0] > 2):
        keyword = keyword_for_tag(tag)
        if keyword:
            is_uid = dictionary_VR(tag) == "UI"
            lines.append(f"REPLACE {keyword} deid_func:pydicom_uuid" if is_uid else f"REMOVE {keyword}")
    with tempfile.NamedTemporaryFile("w", suffix=".dicom", delete=False) as recipe:
        recipe.write("\n".join(lines) + "\n")
    recipe = deid.config.DeidRecipe(deid=recipe.name)
    for path, out in pairs(source, target):
        parser = deid.dicom.parser.DicomParser(path, recipe=recipe)
        parser.parse(remove_private=True)
        parser.dicom.save_as(out)


LIBRARIES = {"floor": run_floor, "dicom-anonymizer": run_dicom_anonymizer, "deid": run_deid}


# The files.


def make_corpus(folder: pathlib.Path, n_files: int, file_bytes: int) -> None:
    """Synthetic CT slices with about 150 elements, nested ones and private ones among them."""
    import numpy
    import pydicom
    from pydicom.dataset import Dataset, FileMetaDataset
    from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian

    def code(value: str, scheme: str, meaning: str) -> Dataset:
        item = Dataset()
        item.CodeValue, item.CodingSchemeDesignator, item.CodeMeaning = value, scheme, meaning
        return item

    folder.mkdir(parents=True)
    columns = 256
    rows = (file_bytes - 6_000) // (2 * columns)
    random = numpy.random.default_rng(7)
    for index in range(n_files):
        study = index // 50
        data = Dataset()
        data.file_meta = FileMetaDataset()
        data.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
        data.SOPClassUID = data.file_meta.MediaStorageSOPClassUID = CTImageStorage
        data.SOPInstanceUID = data.file_meta.MediaStorageSOPInstanceUID = f"2.999.{study}.1.{index}"
        data.StudyInstanceUID, data.SeriesInstanceUID = f"2.999.{study}", f"2.999.{study}.1"
        data.FrameOfReferenceUID = f"2.999.{study}.9"
        data.SpecificCharacterSet = "ISO_IR 100"
        data.PatientName, data.PatientID = f"Zqexample^Name{study}", f"ZQ{study:06}"
        data.PatientBirthDate, data.PatientSex, data.PatientAge = "19570102", "F", "066Y"
        data.PatientAddress, data.PatientTelephoneNumbers = "1 Example Street", "555 0100"
        data.OtherPatientNames, data.PatientComments = "Zqother^Name", "seen by Dr Zqexample"
        data.ReferringPhysicianName = data.OperatorsName = data.PerformingPhysicianName = "Zqdoctor^Name"
        data.InstitutionName, data.InstitutionAddress = "Zq Hospital", "2 Example Street"
        data.StationName, data.DeviceSerialNumber = "ZQCT01", "12345"
        data.Manufacturer, data.ManufacturerModelName, data.SoftwareVersions = "ACME", "Slicer 64", "1.2"
        data.AccessionNumber, data.StudyID = f"ZQA{study}", f"ZQS{study}"
        data.StudyDescription, data.SeriesDescription = "CT chest abdomen", "axial 1.25 mm"
        data.ProtocolName, data.BodyPartExamined, data.Modality = "Thorax", "CHEST", "CT"
        data.ImageType = ["ORIGINAL", "PRIMARY", "AXIAL"]
        for keyword in ("StudyDate", "SeriesDate", "AcquisitionDate", "ContentDate", "InstanceCreationDate"):
            setattr(data, keyword, "20240301")
        for keyword in ("StudyTime", "SeriesTime", "AcquisitionTime", "ContentTime", "InstanceCreationTime"):
            setattr(data, keyword, "101112.123456")
        data.SeriesNumber, data.InstanceNumber, data.AcquisitionNumber = 1, index, 1
        data.KVP, data.XRayTubeCurrent, data.ExposureTime, data.SliceThickness = 120, 200, 500, 1.25
        data.DataCollectionDiameter, data.ReconstructionDiameter = 500, 350
        data.GantryDetectorTilt, data.TableHeight, data.RotationDirection = 0, 150, "CW"
        data.FilterType, data.ConvolutionKernel, data.PatientPosition = "BODY", "STANDARD", "HFS"
        data.ImagePositionPatient, data.ImageOrientationPatient = [0, 0, index], [1, 0, 0, 0, 1, 0]
        data.PixelSpacing, data.SliceLocation = [0.7, 0.7], index
        data.RescaleIntercept, data.RescaleSlope, data.WindowCenter, data.WindowWidth = -1024, 1, 40, 400
        request = Dataset()
        request.ScheduledProcedureStepDescription = "CT chest"
        request.RequestedProcedureID, request.ScheduledProcedureStepID = "ZQ1", "ZQ2"
        request.RequestedProcedureCodeSequence = [code("P1", "99ZQ", "CT chest"), code("P2", "99ZQ", "CT abdomen")]
        data.RequestAttributesSequence = [request]
        data.ProcedureCodeSequence = [code("P1", "99ZQ", "CT chest")]
        data.AnatomicRegionSequence = [code("51185008", "SCT", "Chest")]
        references = []
        for number in range(8):
            reference = Dataset()
            reference.ReferencedSOPClassUID = CTImageStorage
            reference.ReferencedSOPInstanceUID = f"2.999.{study}.2.{number}"
            reference.PurposeOfReferenceCodeSequence = [code("121311", "DCM", "Localizer")]
            references.append(reference)
        data.ReferencedImageSequence = references
        block = data.private_block(0x0009, "ZQ EXAMPLE", create=True)
        for element in range(0x01, 0x19):
            block.add_new(element, "LO", f"Zqprivate {element}")
        data.Rows, data.Columns, data.SamplesPerPixel = rows, columns, 1
        data.PhotometricInterpretation = "MONOCHROME2"
        data.BitsAllocated, data.BitsStored, data.HighBit, data.PixelRepresentation = 16, 12, 11, 0
        data.PixelData = random.integers(0, 4096, (rows, columns), dtype=numpy.uint16).tobytes()
        pydicom.dcmwrite(folder / f"{index:05}.dcm", data, enforce_file_format=True)


# The measurement.


def contestants(options: argparse.Namespace, work: pathlib.Path) -> dict[str, list[str]]:
    this = [sys.executable, os.path.abspath(__file__), "--run"]
    key = ["--key", str(work / "site.key"), "--threads", "1"]
    commands = {
        "floor: read and write": [*this, "floor", "{in}", "{out}"],
        "radmill, profile basic": [options.radmill, "deidentify", "{in}", "--out", "{out}", "--profile", "basic", *key],
        "radmill, profile research": [
            options.radmill, "deidentify", "{in}", "--out", "{out}", "--profile", "research", *key,
        ],
        "dicom-anonymization (Rust)": [options.dcmanon, "anonymize", "-r", "--continue", "-i", "{in}", "-o", "{out}"],
        "dicom-anonymizer (Python)": [*this, "dicom-anonymizer", "{in}", "{out}"],
        "dcm-anonymizer (Python)": [
            str(pathlib.Path(sys.executable).with_name("dcm-anon")), "{in}", "{out}", "--quiet",
        ],
        "deid (Python)": [*this, "deid", "{in}", "{out}"],
    }  # fmt: skip
    return {name: command for name, command in commands.items() if shutil.which(command[0])}


def measure(command: list[str], source: pathlib.Path, target: pathlib.Path, cpu: int) -> tuple[float, float, int]:
    """Wall seconds, CPU seconds, and files written."""
    for folder in (target, target.with_name(target.name + ".private")):
        shutil.rmtree(folder, ignore_errors=True)
    if "dcmanon" in command[0]:
        target.mkdir()
    command = [part.format(**{"in": source, "out": target}) for part in command]
    before, start = os.times(), time.perf_counter()
    subprocess.run(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, preexec_fn=lambda: os.sched_setaffinity(0, {cpu})
    )
    wall, after = time.perf_counter() - start, os.times()
    cpu_s = after.children_user - before.children_user + after.children_system - before.children_system
    written = sum(path.is_file() and path.suffix == ".dcm" for path in target.rglob("*")) if target.exists() else 0
    return wall, cpu_s, written


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--radmill", default="target/release/radmill")
    parser.add_argument("--dcmanon", default="dcmanon")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--cpu", type=int, default=0, help="the core that every contestant is bound to")
    parser.add_argument("--run", nargs=3, metavar=("NAME", "IN", "OUT"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.run:
        name, source, target = options.run
        LIBRARIES[name](source, target)
        return
    with tempfile.TemporaryDirectory() as folder:
        work = pathlib.Path(folder)
        subprocess.run([options.radmill, "key", "new", str(work / "site.key")], check=True, stdout=subprocess.DEVNULL)
        commands = contestants(options, work)
        make_corpus(work / "one", 1, 64 << 10)
        for size, (file_bytes, n_files) in SIZES.items():
            source = work / size.replace(" ", "")
            make_corpus(source, n_files, file_bytes)
            times: dict[str, list[tuple[float, float]]] = {name: [] for name in commands}
            n_written = {}
            for _ in range(options.rounds):
                for name, command in commands.items():
                    one_wall, one_cpu, _ = measure(command, work / "one", work / "out", options.cpu)
                    wall, cpu_s, n_written[name] = measure(command, source, work / "out", options.cpu)
                    per_file = 1e6 / (n_files - 1)
                    times[name].append(((wall - one_wall) * per_file, (cpu_s - one_cpu) * per_file))
            report(size, n_files, times, n_written)


def report(size: str, n_files: int, times: dict[str, list[tuple[float, float]]], n_written: dict[str, int]) -> None:
    wall = {name: statistics.median(wall for wall, _ in rounds) for name, rounds in times.items()}
    cpu = {name: statistics.median(cpu for _, cpu in rounds) for name, rounds in times.items()}
    base, floor = "radmill, profile basic", "floor: read and write"
    print(f"\n{n_files} files of {size}, one core\n")
    print("| | µs a file | CPU µs a file | times radmill | times the floor | files written |")
    print("|---|---|---|---|---|---|")
    for name in times:
        row = [name, f"{wall[name]:.0f}", f"{cpu[name]:.0f}", f"{wall[name] / wall[base]:.1f}"]
        print("| " + " | ".join([*row, f"{wall[name] / wall[floor]:.1f}", str(n_written[name])]) + " |", flush=True)


if __name__ == "__main__":
    main()
