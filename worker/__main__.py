"""`python -m worker` is `goalward`."""

from worker.cli import main

main()
