import re
import subprocess
import sys
from importlib.metadata import EntryPoint

import pytest

from connectors.contract import check_connector
from connectors.registry import (
    GROUP,
    UnknownConnector,
    connector,
    connectors,
    find,
)


def point(name, value):
    return EntryPoint(name, value, GROUP)


def test_ours_are_found_and_keep_the_contract():
    found = connectors()
    assert {"strava", "garmin", "files"} <= found.keys()
    for one in found.values():
        check_connector(one)


def test_each_of_ours_states_its_tier():
    for name in ("strava", "garmin"):
        words = sys.modules[type(connector(name)).__module__].__doc__
        assert re.search(r"Tier: (bronze|silver|gold)\.", words), name


def test_a_broken_one_is_named_and_does_not_stop_the_others():
    found = find(
        [
            point("strava", "connectors.strava:CONNECTOR"),
            point("lost", "no_such_package:CONNECTOR"),
            point("other", "connectors.garmin:CONNECTOR"),
            point("thing", "connectors.ports:MARKER"),
        ]
    )
    assert list(found.connectors) == ["strava"]
    assert found.problems.keys() == {"lost", "other", "thing"}
    assert "no_such_package" in found.problems["lost"]
    assert "'other'" in found.problems["other"]


def test_an_unknown_name_is_answered_with_what_there_is():
    with pytest.raises(UnknownConnector, match="did you mean 'strava'"):
        connector("stravva")
    with pytest.raises(UnknownConnector, match="garmin"):
        connector("xyz")


def test_finding_connectors_imports_no_client_library():
    code = (
        "import sys\n"
        "from connectors.registry import connectors\n"
        "assert connectors()\n"
        "heavy = {'stravalib', 'garminconnect', 'requests', 'curl_cffi', 'garmin_fit_sdk'}\n"
        "print(sorted(heavy & sys.modules.keys()))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
