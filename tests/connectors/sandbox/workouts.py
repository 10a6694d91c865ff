"""Workouts as they are sent to Garmin."""

RUNNING = {"sportTypeId": 1, "sportTypeKey": "running"}
OPEN = {"workoutTargetTypeId": 1, "workoutTargetTypeKey": "no.target"}
PACE = {"workoutTargetTypeId": 6, "workoutTargetTypeKey": "pace.zone"}
HEART = {"workoutTargetTypeId": 4, "workoutTargetTypeKey": "heart.rate.zone"}
TIME = {"conditionTypeId": 2, "conditionTypeKey": "time"}
DISTANCE = {"conditionTypeId": 3, "conditionTypeKey": "distance"}
LAP = {"conditionTypeId": 1, "conditionTypeKey": "lap.button"}
TIMES = {"conditionTypeId": 7, "conditionTypeKey": "iterations"}
KINDS = {"warmup": 1, "cooldown": 2, "interval": 3, "recovery": 4, "rest": 5, "repeat": 6}


def step(order, kind="interval", *, until=TIME, value=300.0, target=OPEN, **more):
    return {
        "type": "ExecutableStepDTO",
        "stepOrder": order,
        "stepType": {"stepTypeId": KINDS[kind], "stepTypeKey": kind},
        "endCondition": until,
        "endConditionValue": value,
        "targetType": target,
        **more,
    }


def repeat(order, times, steps, *, until=TIMES):
    return {
        "type": "RepeatGroupDTO",
        "stepOrder": order,
        "stepType": {"stepTypeId": 6, "stepTypeKey": "repeat"},
        "numberOfIterations": times,
        "endCondition": until,
        "endConditionValue": times,
        "workoutSteps": steps,
    }


def workout(*steps, name="A run", description=None):
    segment = {"segmentOrder": 1, "sportType": RUNNING, "workoutSteps": list(steps)}
    return {
        "workoutName": name,
        "description": description,
        "sportType": RUNNING,
        "estimatedDurationInSecs": 1,
        "workoutSegments": [segment],
    }


def intervals(ident, *, name="5 x 1 km"):
    work = step(
        3, until=DISTANCE, value=1000, target=PACE, targetValueOne=3.9216, targetValueTwo=4.1667
    )
    return workout(
        step(1, "warmup", value=900),
        repeat(2, 5, [work, step(4, "recovery", value=120)]),
        step(5, "cooldown", until=LAP, value=None),
        name=name,
        description=f"Relaxed arms [goalward:{ident}]",
    )
