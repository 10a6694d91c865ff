"""The services, simulated over real HTTP, with a runner who runs: for the demo and for tests.

`connectors.sandbox.app.serve` is where to start; `connectors.sandbox.control.Control` steers it.
"""
