from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from worker.notify import NotTold, after_quiet_hours, problem_with, tell

PARIS = ZoneInfo("Europe/Paris")


def test_a_message_is_appended_to_the_file(tmp_path):
    file = tmp_path / "deep" / "told.txt"
    for n in (1, 2):
        tell([f"goalward-file://{file}"], title=f"Title {n} – é", body="Body\nof two lines")
    assert file.read_text("utf-8") == "".join(
        f"Title {n} – é\nBody\nof two lines\n\n" for n in (1, 2)
    )


def test_no_channel_is_no_error():
    tell([], title="t", body="b")


def test_an_unknown_channel_is_named_without_its_secret():
    with pytest.raises(NotTold) as told:
        tell(["nosuch://token-123@host"], title="t", body="b")
    assert "nosuch" in str(told.value)
    assert "token-123" not in str(told.value)


def test_a_file_that_cannot_be_written_is_not_told(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(NotTold):
        tell([f"goalward-file://{tmp_path}/file/below"], title="t", body="b")


def test_a_broken_channel_repeats_nothing_on_the_others(tmp_path):
    good, broken = tmp_path / "told.txt", "nosuch://host"
    problem = tell([f"goalward-file://{good}", broken], title="t", body="b")
    assert problem == "not accepted by nosuch"
    assert good.read_text("utf-8") == "t\nb\n\n"


def test_what_can_be_a_channel():
    assert problem_with("goalward-file:///tmp/x") is None
    assert problem_with("json://localhost") is None
    assert problem_with("goalward-file://") == "names no file"
    assert problem_with("what?") is not None


@pytest.mark.parametrize(
    ("now", "told_at"),
    [
        (datetime(2026, 5, 4, 10, tzinfo=UTC), datetime(2026, 5, 4, 10, tzinfo=UTC)),
        (datetime(2026, 5, 4, 20, tzinfo=UTC), datetime(2026, 5, 5, 5, tzinfo=UTC)),  # 22:00
        (datetime(2026, 5, 4, 1, tzinfo=UTC), datetime(2026, 5, 4, 5, tzinfo=UTC)),  # 03:00
        (datetime(2026, 5, 4, 5, tzinfo=UTC), datetime(2026, 5, 4, 5, tzinfo=UTC)),  # 07:00
    ],
)
def test_quiet_hours_are_the_athletes(now, told_at):
    assert after_quiet_hours(now, PARIS) == told_at
