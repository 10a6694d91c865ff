from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.contract import check_connector, check_unreachable, check_weather_source
from connectors.errors import RateLimited, Refused, Unavailable
from connectors.ports import Link
from connectors.sandbox.app import Options, serve
from connectors.sandbox.control import Control
from connectors.tokens import MemoryTokens
from connectors.weather import CONNECTOR
from connectors.weather.service import days_of
from planning.weather import Place, RunningHours
from tests.connectors.linked import NOW, TODAY, count
from tests.sizes import FIXED, examples

LYON = Place.near(45.7772, 4.8559)
FIRST, LAST = TODAY - timedelta(days=3), TODAY + timedelta(days=10)


def test_the_contract_is_kept(source):
    check_connector(CONNECTOR)
    check_weather_source(source, LYON, FIRST, LAST)


def test_a_row_a_day_from_first_to_last(source):
    told = source.weather(LYON, FIRST, LAST)
    assert [one.day for one in told] == [FIRST + timedelta(days=n) for n in range(14)]
    for one in told:
        assert (one.source, one.place) == ("weather", LYON)
        assert -15 < one.dew_point_c < one.temperature_c < 30
        assert one.temperature_c == round(one.temperature_c, 1)


def test_one_question_for_all_days(control, source):
    source.weather(LYON, FIRST, LAST)
    assert count(control, "weather GET") == count(control, "weather GET /v1/forecast") == 1


def test_what_is_long_ago_is_asked_of_the_archive(control, source):
    assert len(source.weather(LYON, date(2020, 1, 1), date(2020, 1, 5))) == 5
    assert count(control, "weather GET /v1/archive") == 1


@pytest.fixture(scope="module")
def station():
    """One for all examples."""
    with (
        serve(machine_now=lambda: NOW, options=Options(today=TODAY)) as url,
        Control(url) as control,
        CONNECTOR.open(Link({"weather_api_url": control.weather_url}, MemoryTokens()), NOW) as use,
    ):
        yield control, use.weather


@given(st.floats(-90, 90), st.floats(-180, 180))
@settings(max_examples=examples(30), derandomize=FIXED, deadline=None)
def test_no_finer_place_than_a_tenth_of_a_degree_leaves_the_machine(station, latitude, longitude):
    """Even one that was not rounded before: proved by what the service was asked."""
    control, source = station
    source.weather(Place(latitude, longitude), FIRST, FIRST)
    asked = control.post("weather/asked")["asked"][-1]
    for name, exact in (("latitude", latitude), ("longitude", longitude)):
        whole, _, digits = asked.pop(name).partition(".")
        rounded = float(f"{whole}.{digits}")
        assert len(digits) == 1
        assert abs(rounded - exact) < 0.0501
        assert whole != "-0" or rounded < 0
    assert asked.keys() == {"start_date", "end_date", "hourly", "timezone"}


def test_the_mean_is_of_the_hours_at_which_the_athlete_runs(link):
    def warmth(hours):
        mine = replace(link, settings={**link.settings, "weather_hours": hours})
        with CONNECTOR.open(mine, NOW) as opened:
            return opened.weather.weather(LYON, FIRST, FIRST)[0].temperature_c

    assert warmth("") == warmth("7-9") == warmth("nonsense")
    assert warmth("4-6") < warmth("7-9") < warmth("13-15")


HOURS = RunningHours()


def hourly(**series):
    times = [f"2026-11-23T{hour:02}:00" for hour in range(24)]
    return {"hourly": {"time": times, **series}}


def test_the_worked_mean():
    (one,) = days_of(
        hourly(temperature_2m=[float(n) for n in range(24)], dew_point_2m=[1.0] * 24), LYON, HOURS
    )
    assert (one.temperature_c, one.dew_point_c) == (8.0, 1.0)  # of 7, 8 and 9 o'clock


def test_hours_without_a_value_are_left_out_and_days_without_one_too():
    air = [None] * 24
    assert days_of(hourly(temperature_2m=air, dew_point_2m=air), LYON, HOURS) == []
    air[8] = 11.0
    (one,) = days_of(hourly(temperature_2m=air, dew_point_2m=[None] * 24), LYON, HOURS)
    assert (one.temperature_c, one.dew_point_c) == (11.0, None)
    assert days_of(hourly(temperature_2m=air), LYON, HOURS)[0].dew_point_c is None


@pytest.mark.parametrize(
    "told",
    [
        None,
        [],
        {},
        {"hourly": None},
        {"hourly": {"time": []}},
        hourly(temperature_2m=[1.0]),
        hourly(temperature_2m=["warm"] * 24),
        hourly(temperature_2m=[True] * 24),
        hourly(temperature_2m=[291.0] * 24),  # Kelvin
        hourly(temperature_2m=[float("nan")] * 24),
        hourly(temperature_2m=[1.0] * 24, dew_point_2m=[1.0]),
        {"hourly": {"time": ["noon"], "temperature_2m": [1.0]}},
    ],
)
def test_what_has_another_shape_is_for_later(told):
    with pytest.raises(Unavailable):
        days_of(told, LYON, HOURS)


# Faults


def ask(source):
    return source.weather(LYON, FIRST, LAST)


@pytest.mark.parametrize(("retry_after", "wait_s"), [(90, 90.0), (None, 60.0)])
def test_a_pause_is_kept_to(control, source, retry_after, wait_s):
    control.fault("weather", status=429, retry_after=retry_after)
    with pytest.raises(RateLimited) as told:
        ask(source)
    assert told.value.retry_after_s == wait_s


@pytest.mark.parametrize("kind", ["status", "timeout_before", "timeout_after"])
def test_trouble_is_for_later(control, source, kind):
    control.fault("weather", kind, times=9)
    with pytest.raises(Unavailable):
        ask(source)


def test_a_slow_answer_is_waited_for(control, source):
    control.fault("weather", "slow", delay_s=0.2)
    assert ask(source)


def test_an_answer_that_is_no_weather_is_for_later(control, source):
    control.fault("weather", status=200, body={"hello": "world"})
    with pytest.raises(Unavailable):
        ask(source)


def test_a_wrong_question_is_refused_with_the_services_reason(source):
    with pytest.raises(Refused, match="out of allowed range"):
        source.weather(LYON, TODAY, TODAY + timedelta(days=40))


def test_without_an_address_there_is_no_weather():
    with pytest.raises(Refused, match="WEATHER_API_URL"), CONNECTOR.open(Link({}, MemoryTokens()), NOW):  # fmt: skip
        pass


def test_a_service_that_is_away_is_told():
    nowhere = Link({"weather_api_url": "http://127.0.0.1:9"}, MemoryTokens())
    with CONNECTOR.open(nowhere, NOW) as away:
        check_unreachable(lambda: ask(away.weather))
