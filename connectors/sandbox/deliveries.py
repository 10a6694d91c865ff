"""How services tell of what happened: beside whatever else goes on, and again until 200 comes."""

import asyncio
from collections.abc import Callable

import requests


class Unheard(Exception):
    """There is nobody to be told any more."""


class Deliveries:
    """Those under way. Anything but exactly 200 is a failure, 204 too."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[None]] = set()

    def begin(
        self,
        ask: Callable[[], requests.Response],
        attempts: list[int | None],
        *,
        most: int,
        retry_s: float,
    ) -> None:
        """`ask`, at most so many times; it may raise Unheard. Each status is put into `attempts`,
        None for no answer in time.
        """
        task = asyncio.get_running_loop().create_task(_deliver(ask, attempts, most, retry_s))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def settled(self) -> None:
        """When everything was delivered, or given up."""
        # To wait for what is done already gives nobody else a turn, nor it one to be discarded.
        while under_way := [task for task in self._tasks if not task.done()]:
            await asyncio.gather(*under_way, return_exceptions=True)

    async def close(self) -> None:
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)


async def _deliver(
    ask: Callable[[], requests.Response], attempts: list[int | None], most: int, retry_s: float
) -> None:
    for attempt in range(most):
        if attempt:
            await asyncio.sleep(retry_s)
        try:
            status = (await asyncio.to_thread(ask)).status_code
        except requests.RequestException:
            status = None
        except Unheard:
            return
        attempts.append(status)
        if status == 200:
            return
