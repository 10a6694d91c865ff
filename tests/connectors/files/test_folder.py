"""A watched folder: what is listed, what is left for later, what is handed on unread."""

import io
import os
import zipfile
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest

from connectors.errors import Refused, Unavailable
from connectors.files import CONNECTOR
from connectors.files import decode as decoding
from connectors.files.decode import LARGEST_BYTES
from connectors.ports import ActivityRef, Link, OriginalFile
from tests.connectors.files.made import fit_file

FIT = fit_file(seconds=30)
NOW = datetime(2026, 11, 22, 8, tzinfo=UTC)


class NoTokens:
    """For a connector without sign-in."""


@contextmanager
def opened(folder, now=NOW):
    with CONNECTOR.open(Link({"folder": str(folder)}, NoTokens()), now) as use:
        yield use.activities


def put(path, content=FIT, *, age_s=60.0):
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(content)
    os.utime(path, (NOW.timestamp() - age_s,) * 2)
    return path


def listed(folder, now=NOW):
    with opened(folder, now) as source:
        return source.changes(None)


def names(folder, now=NOW):
    return [ref.external_id for ref in listed(folder, now).refs]


def test_recordings_are_listed_and_the_tag_moves_with_the_file(tmp_path):
    path = put(tmp_path / "new" / "a.fit")
    put(tmp_path / "notes.txt", b"hello")
    (tmp_path / "broken.fit").symlink_to(tmp_path / "nowhere")
    (ref,) = listed(tmp_path).refs
    assert ref.external_id == "new/a.fit"
    assert listed(tmp_path).refs == (ref,)
    put(path, FIT + b"more")
    assert listed(tmp_path).refs[0].tag != ref.tag


def test_a_file_is_handed_on_unread(tmp_path):
    put(tmp_path / "a.fit", b"no fit at all")
    with opened(tmp_path) as source:
        recorded = source.activity(ActivityRef("a.fit", "t"))
    assert recorded.file == OriginalFile("a.fit", b"no fit at all")
    assert recorded.is_bare
    assert recorded.record.external_id == "a.fit"


@pytest.mark.parametrize("age_s", [0, 29, -29])
def test_a_file_that_may_still_be_written_is_left_for_the_next_look(tmp_path, age_s):
    put(tmp_path / "old.fit")
    put(tmp_path / "new.fit", age_s=age_s)
    page = listed(tmp_path)
    assert [ref.external_id for ref in page.refs] == ["old.fit"]
    assert page.again_after_s == 30
    later = listed(tmp_path, NOW + timedelta(seconds=60))
    assert len(later.refs) == 2
    assert later.again_after_s is None


@pytest.mark.parametrize("age_s", [31, 1e9, -31, -1e9])
def test_a_file_with_a_strange_time_is_not_waited_for(tmp_path, age_s):
    put(tmp_path / "a.fit", age_s=age_s)
    assert names(tmp_path) == ["a.fit"]


def test_what_is_wrong_is_said(tmp_path):
    with opened(tmp_path) as source:
        assert source.activity(ActivityRef("gone.fit")) is None
        with pytest.raises(Refused, match="outside"):
            source.activity(ActivityRef("../../etc/passwd"))
    with opened(tmp_path / "unplugged") as source, pytest.raises(Unavailable, match="not there"):
        source.changes(None)


def test_a_file_too_large_for_a_recording_is_refused_unread(tmp_path):
    with (tmp_path / "export.zip").open("wb") as file:
        file.truncate(LARGEST_BYTES + 1)  # a hole: it takes no room
    with opened(tmp_path) as source, pytest.raises(Refused, match="goalward import"):
        source.activity(ActivityRef("export.zip"))


def test_an_archive_that_unpacks_to_more_than_a_recording_is_refused(tmp_path):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for n in range(3):
            archive.writestr(f"{n}.txt", bytes(LARGEST_BYTES // 2 - 1 + n))
    refused = decoding.decode(OriginalFile("bomb.zip", packed.getvalue()))
    assert "goalward import" in refused.reason
