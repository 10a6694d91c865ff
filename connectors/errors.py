"""The four things that can go wrong with a service.

ServiceError
  Unavailable        try later: network, time-out, 5xx
  RateLimited        snooze for `retry_after_s`
  SignInNeeded       stop this connection, tell the athlete once
  Refused            this will never work: bury, with the reason
"""


class ServiceError(Exception):
    """Something a service did. `str(error)` is a sentence a person can act on."""


class Unavailable(ServiceError):
    """Try later. `applied` is False when the request certainly had no effect."""

    def __init__(self, message: str, *, applied: bool | None = None) -> None:
        super().__init__(message)
        self.applied = applied


class RateLimited(ServiceError):
    def __init__(self, message: str, *, retry_after_s: float) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s


class SignInNeeded(ServiceError):
    """The stored tokens no longer work. `remedy` is the command that mends it."""

    def __init__(self, message: str, *, remedy: str) -> None:
        super().__init__(message)
        self.remedy = remedy


class Refused(ServiceError):
    """The service will not do this, however often it is asked."""
