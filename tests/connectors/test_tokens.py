import json
import threading

import pytest

from connectors.errors import Refused
from connectors.tokens import MemoryTokens, fresh, read_token_file


def test_good_tokens_are_used_as_they_are():
    store = MemoryTokens({"t": "1"})
    assert fresh(store, lambda _: True, lambda _: pytest.fail("renewed")) == {"t": "1"}


def test_renewed_tokens_are_stored_before_they_are_used():
    store = MemoryTokens({"t": "1"})
    used = fresh(store, lambda kept: kept["t"] == "2", lambda old: {"t": str(int(old["t"]) + 1)})
    assert used == store.read() == {"t": "2"}


def test_many_at_once_renew_once():
    """All find the tokens worn before the first of them gets the lock."""
    store, renewals, barrier = MemoryTokens({"t": "old"}), [], threading.Barrier(8)
    looked = threading.local()

    def good(kept):
        if not hasattr(looked, "once"):
            looked.once = True
            barrier.wait()
        return kept["t"] == "new"

    def renew(_):
        renewals.append(1)
        return {"t": "new"}

    def work():
        assert fresh(store, good, renew) == {"t": "new"}

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert renewals == [1]


def test_a_token_file_is_read_from_itself_or_its_folder(tmp_path):
    (tmp_path / "t.json").write_text(json.dumps({"a": "x", "n": 5, "none": None}))
    expected = {"a": "x", "n": "5"}
    assert read_token_file(tmp_path, name="t.json") == expected
    assert read_token_file(tmp_path / "t.json", name="other") == expected


@pytest.mark.parametrize(("content", "reason"), [("{", "not JSON"), ("[]", "no JSON object")])
def test_what_is_no_token_file_is_refused_in_words(tmp_path, content, reason):
    (tmp_path / "t.json").write_text(content)
    with pytest.raises(Refused, match=reason):
        read_token_file(tmp_path, name="t.json")


def test_a_file_that_is_not_there_is_refused_by_name(tmp_path):
    with pytest.raises(Refused, match=r"absent\.json cannot be read"):
        read_token_file(tmp_path / "absent.json", name="t.json")
