import io
import sys
import zipfile
from subprocess import run

import pytest

from connectors.files import walk
from connectors.files.decode import decode
from tests.connectors.files.made import fit_file, tcx_file

FIT, TCX = fit_file(seconds=30), tcx_file()


def archive(**files):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in files.items():
            made.writestr(name.replace("_dot_", ".").replace("_in_", "/"), content)
    return packed.getvalue()


def found(*paths, below):
    return {entry.path.removeprefix(f"{below}/"): entry.read() for entry in walk(paths)}


def test_files_folders_and_archives_in_archives(tmp_path):
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "b.tcx").write_bytes(TCX)
    (tmp_path / "a.fit").write_bytes(FIT)
    inner = archive(x_dot_fit=FIT)
    (tmp_path / "export.zip").write_bytes(
        archive(activities_in_1_dot_fit=FIT, part_dot_zip=inner, __MACOSX_in_1_dot_fit=b"x")
    )
    files = found(tmp_path, below=tmp_path)
    assert list(files) == [
        "a.fit",
        "export.zip/activities/1.fit",
        "export.zip/part.zip/x.fit",
        "sub/b.tcx",
    ]
    assert [file.content for file in files.values()] == [FIT, FIT, FIT, TCX]
    assert files["export.zip/activities/1.fit"].name == "1.fit"


def test_nothing_is_read_before_it_is_asked_for(tmp_path):
    path = tmp_path / "a.fit"
    path.write_bytes(b"old")
    (found,) = walk([tmp_path])
    path.write_bytes(FIT)
    assert found.read().content == FIT


def test_a_damaged_archive_is_one_file_that_is_refused(tmp_path):
    whole = archive(a_dot_fit=FIT)
    (tmp_path / "x.zip").write_bytes(whole[:200])
    (file,) = found(tmp_path, below=tmp_path).values()
    assert "archive is damaged" in decode(file).reason


def test_a_damaged_member_is_an_error_of_its_own(tmp_path):
    whole = bytearray(archive(a_dot_fit=FIT, b_dot_fit=FIT))
    whole[60] ^= 0xFF
    (tmp_path / "x.zip").write_bytes(whole)
    first, second = (attempted(entry) for entry in walk([tmp_path / "x.zip"]))
    assert "a.fit" in str(first)
    assert second.content == FIT


def attempted(entry):
    try:
        return entry.read()
    except OSError as error:
        return error


def test_a_missing_path_is_an_error_when_it_is_opened(tmp_path):
    (found,) = walk([tmp_path / "gone.fit"])
    with pytest.raises(FileNotFoundError):
        found.read()


def test_importing_the_connector_imports_no_library_of_a_format():
    told = run(
        [sys.executable, "-c", "import connectors.files, sys; print(*sys.modules)"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert not {"garmin_fit_sdk", "gpxpy", "connectors.files.sessions"} & set(told.stdout.split())
