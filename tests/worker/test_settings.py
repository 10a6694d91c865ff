from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planning.athlete import Autonomy
from worker.settings import CONFIDENTIAL, Settings, SettingsProblem, load_settings, variable

CONTRACT = {
    "HOME", "DATABASE_URL", "REDIS_URL", "SECRET_KEY", "PUBLIC_URL", "LISTEN", "CLOCK", "NOTIFY", "HORIZON_DAYS",
    "AUTONOMY", "STRAVA_CLIENT_ID", "STRAVA_CLIENT_SECRET", "STRAVA_API_URL", "STRAVA_OAUTH_URL", "STRAVA_USE",
    "GARMIN_API_URL", "GARMIN_PERSONAL_API_URL", "INTERVALS_API_URL", "WEATHER_API_URL", "CALENDAR_SETTLE_S",
}  # fmt: skip


def load(home, **variables):
    return load_settings(
        {"GOALWARD_HOME": str(home), **{f"GOALWARD_{k}": v for k, v in variables.items()}}
    )


def problem(home, **variables):
    with pytest.raises(SettingsProblem) as raised:
        load(home, **variables)
    return str(raised.value)


def test_every_setting_of_the_contract_exists_and_is_described():
    fields = Settings.model_fields
    assert {variable(name) for name in fields} >= {f"GOALWARD_{name}" for name in CONTRACT}
    assert all(field.description for field in fields.values())


def test_defaults(tmp_path):
    found = load(tmp_path)
    assert found.home == tmp_path
    assert found.database_url == f"sqlite:///{tmp_path}/goalward.db"
    assert (found.redis_url, found.secret_key, found.clock, found.strava_use) == (
        None,
        None,
        None,
        None,
    )
    assert (found.listen, found.horizon_days, found.autonomy) == (
        "127.0.0.1:8000",
        14,
        Autonomy.AUTO,
    )
    assert (found.notify, found.calendar_settle_s) == ((), 120.0)
    assert load_settings({}).home == Path("~/.local/share/goalward").expanduser()


def test_the_environment_is_the_argument_not_the_processs(tmp_path, monkeypatch):
    monkeypatch.setenv("GOALWARD_HORIZON_DAYS", "7")
    assert load(tmp_path).horizon_days == 14


def test_the_file_in_the_home_is_read_and_the_environment_wins(tmp_path):
    (tmp_path / "goalward.toml").write_text(
        'horizon_days = 10\nnotify = ["json://a", "json://b"]\nlisten = "0.0.0.0:80"\n'
    )
    found = load(tmp_path, LISTEN="127.0.0.1:81")
    assert found.horizon_days == 10
    assert found.notify == ("json://a", "json://b")
    assert found.listen == "127.0.0.1:81"


def test_values_are_understood(tmp_path):
    found = load(
        tmp_path, CLOCK="2026-05-01T08:00:00+02:00", NOTIFY="json://a, mailto://b\n ntfy://c",
        DATABASE_URL="postgres://u@h/n", PUBLIC_URL="https://x.example/", AUTONOMY="ask", HORIZON_DAYS=" 21 ",
    )  # fmt: skip
    assert found.clock == datetime(2026, 5, 1, 6, tzinfo=UTC)
    assert found.notify == ("json://a", "mailto://b", "ntfy://c")
    assert found.database_url == "postgresql://u@h/n"
    assert found.public_url == "https://x.example"
    assert (found.autonomy, found.horizon_days) == (Autonomy.ASK, 21)


def test_an_empty_variable_counts_as_unset(tmp_path):
    assert load(tmp_path, REDIS_URL="", CLOCK=" ").redis_url is None


@pytest.mark.parametrize(
    ("name", "value", "remedy"),
    [
        ("CLOCK", "2026-05-01T08:00:00", "timezone"),
        ("CLOCK", "yesterday", "date"),
        ("LISTEN", "8000", "HOST:PORT"),
        ("LISTEN", "localhost:99999", "HOST:PORT"),
        ("HORIZON_DAYS", "29", "less than or equal to 28"),
        ("HORIZON_DAYS", "two weeks", "integer"),
        ("AUTONOMY", "yes", "'auto', 'ask' or 'never'"),
        ("STRAVA_USE", "some", "'full', 'trigger' or 'off'"),
        ("STRAVA_CLIENT_ID", "abc", "digits"),
        ("PUBLIC_URL", "example.org", "http"),
        ("CALENDAR_SETTLE_S", "-1", "greater than or equal to 0"),
        ("DATABASE_URL", "mysql://root:hunter2@h/n", "sqlite:///PATH"),
        ("REDIS_URL", "http://:hunter2@h", "redis://"),
        ("SECRET_KEY", "hunter2", "at least 16"),
    ],
)
def test_a_wrong_value_is_named_with_the_remedy(tmp_path, name, value, remedy):
    said = problem(tmp_path, **{name: value})
    assert said.startswith(f"GOALWARD_{name}")
    assert remedy in said
    assert "hunter2" not in said  # passwords are not repeated
    assert len(said.splitlines()) == 1


def test_every_problem_is_said_at_once(tmp_path):
    said = problem(tmp_path, LISTEN="x", AUTONOMY="y", HORIZON_DAYS="z").splitlines()
    assert [line.split()[0] for line in said] == [
        "GOALWARD_LISTEN",
        "GOALWARD_HORIZON_DAYS",
        "GOALWARD_AUTONOMY",
    ]


def test_a_wrong_value_in_the_file_is_named_by_the_files_word(tmp_path):
    (tmp_path / "goalward.toml").write_text("horizon_days = 99\nhorizon_day = 3\n")
    said = problem(tmp_path).splitlines()
    assert said[0].startswith("horizon_days in goalward.toml is 99")
    assert said[1] == "horizon_day in goalward.toml is no setting. Did you mean horizon_days?"


def test_a_broken_file_is_said_to_be_broken(tmp_path):
    (tmp_path / "goalward.toml").write_text("listen = ")
    assert "goalward.toml in the home cannot be read" in problem(tmp_path)


def test_a_misspelt_variable_is_refused_with_the_nearest_name(tmp_path):
    assert (
        problem(tmp_path, DATABSE_URL="x")
        == "GOALWARD_DATABSE_URL is no setting. Did you mean GOALWARD_DATABASE_URL?"
    )


def test_a_variable_like_no_other_is_only_told(tmp_path):
    assert load(tmp_path, EXAMPLES="9").unknown == ("GOALWARD_EXAMPLES",)
    assert load(tmp_path).unknown == ()


def test_connectors_are_told_of_services_only(tmp_path):
    found = load(
        tmp_path,
        SECRET_KEY="k" * 20,
        STRAVA_CLIENT_SECRET="s",
        STRAVA_CLIENT_ID="12",
        GARMIN_API_URL="http://127.0.0.1:1/",
    )
    assert found.for_connectors() == {
        "strava_client_id": "12",
        "strava_client_secret": "s",
        "strava_api_url": "https://www.strava.com/api/v3",
        "strava_oauth_url": "https://www.strava.com/oauth",
        "garmin_api_url": "http://127.0.0.1:1",
        "garmin_partner_backfill_months": "12",
    }


def test_secrets_do_not_show(tmp_path):
    shown = repr(load(tmp_path, SECRET_KEY="hunter2" * 3, STRAVA_CLIENT_SECRET="hunter2"))
    assert "hunter2" not in shown


def test_what_holds_secrets_is_confidential():
    secret = {
        name
        for name, field in Settings.model_fields.items()
        if "SecretStr" in str(field.annotation)
    }
    assert secret <= CONFIDENTIAL


@settings(deadline=None, derandomize=True, max_examples=60)
@given(
    st.dictionaries(st.sampled_from(sorted(CONTRACT - {"HOME"})), st.text(max_size=20), max_size=4)
)
def test_any_text_gives_settings_or_a_problem_that_names_a_variable(tmp_path_factory, variables):
    said = ""
    try:
        load("/nonexistent", **variables)
    except SettingsProblem as error:
        said = str(error)
    assert all(line.startswith("GOALWARD_") for line in said.splitlines())
