"""Deliveries end, also where the last of them is done and has not been put away yet."""

import asyncio
import threading

import requests

from connectors.sandbox.deliveries import Deliveries, Unheard


def answer(status):
    told = requests.Response()
    told.status_code = status
    return told


async def begun(deliveries, attempts, *statuses, most=3):
    """A delivery that has just ended."""
    left = list(statuses)

    def ask():
        if not left:
            raise Unheard
        return answer(left.pop(0))

    deliveries.begin(ask, attempts, most=most, retry_s=0.0)
    (task,) = deliveries._tasks
    while not task.done():  # noqa: ASYNC110 - each turn is looked at
        await asyncio.sleep(0)


def within(seconds, coroutine):
    """A loop that never gives up its turn would stop a test as well: it has a thread of its own."""
    done = []
    thread = threading.Thread(target=lambda: done.append(asyncio.run(coroutine)), daemon=True)
    thread.start()
    thread.join(seconds)
    assert done, "it never ends"


def test_it_is_settled_as_soon_as_the_last_one_is_done():
    attempts = []

    async def live():
        deliveries = Deliveries()
        await begun(deliveries, attempts, 500, 200)
        await deliveries.settled()

    within(10, live())
    assert attempts == [500, 200]


def test_where_nobody_is_left_it_is_given_up():
    attempts = []

    async def live():
        deliveries = Deliveries()
        await begun(deliveries, attempts, 500)
        await deliveries.settled()

    within(10, live())
    assert attempts == [500]


def test_so_many_times_and_no_more():
    attempts = []

    async def live():
        deliveries = Deliveries()
        await begun(deliveries, attempts, 500, 204, 500, 200)
        await deliveries.settled()
        await deliveries.close()

    within(10, live())
    assert attempts == [500, 204, 500]
