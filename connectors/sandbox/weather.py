"""Simulated: a weather service in the shape of open-meteo's."""

from collections.abc import Iterator

from starlette.routing import BaseRoute

from connectors.sandbox.webhooks import Webhooks
from connectors.sandbox.world import World


class WeatherStation:
    def __init__(self, world: World, webhooks: Webhooks) -> None:
        self._world = world
        self._webhooks = webhooks

    def routes(self) -> Iterator[BaseRoute]:
        """What the service answers."""
        yield from ()

    def steering(self) -> Iterator[BaseRoute]:
        """What `Control.post("weather/...")` can do to it."""
        yield from ()
