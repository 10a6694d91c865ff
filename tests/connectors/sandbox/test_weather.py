"""The simulated weather service by plain requests."""

from datetime import timedelta

import requests

from tests.connectors.sandbox.conftest import TODAY


def get(control, name="forecast", **changes):
    query = {
        "latitude": "45.8",
        "longitude": "4.9",
        "start_date": TODAY.isoformat(),
        "end_date": TODAY.isoformat(),
        "hourly": "temperature_2m,dew_point_2m",
        **changes,
    }
    return requests.get(f"{control.weather_url}/v1/{name}", params=query, timeout=5)


def test_hours_of_a_day_the_same_each_time(control):
    told = get(control).json()
    assert told == get(control).json()
    hours = told["hourly"]
    assert len(hours["time"]) == len(hours["temperature_2m"]) == len(hours["dew_point_2m"]) == 24
    assert hours["time"][7] == "2026-11-23T07:00"
    assert all(
        dew < air for dew, air in zip(hours["dew_point_2m"], hours["temperature_2m"], strict=True)
    )


def test_the_middle_of_the_afternoon_is_warmest_and_summer_warmer_than_winter(control):
    def air(name, day):
        day = day.isoformat()
        return get(control, name, start_date=day, end_date=day).json()["hourly"]["temperature_2m"]

    assert max(air("forecast", TODAY)) == air("forecast", TODAY)[15]
    july = TODAY.replace(month=7, day=20)
    assert sum(air("archive", july)) > sum(air("forecast", TODAY)) + 24 * 5


def test_a_question_it_does_not_understand_is_a_400_with_the_reason(control):
    far = (TODAY + timedelta(days=30)).isoformat()
    for wrong in ({"end_date": far}, {"hourly": "wind"}, {"latitude": "north"}, {"start_date": ""}):
        answer = get(control, **wrong)
        assert answer.status_code == 400
        assert answer.json()["error"] is True
        assert answer.json()["reason"]


def test_it_keeps_what_it_was_asked_and_can_change_its_mind(control):
    before = get(control).json()["hourly"]["temperature_2m"][12]
    control.post("weather/warmer", by=5.0)
    after = get(control, latitude="45.77721").json()["hourly"]["temperature_2m"][12]
    assert 4.8 < after - before < 5.2
    asked = control.post("weather/asked")["asked"]
    assert [one["latitude"] for one in asked] == ["45.8", "45.77721"]
