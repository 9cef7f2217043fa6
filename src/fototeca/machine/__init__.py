"""The services of a single machine, all under one folder (`.fototeca`), and the main job on them."""

from fototeca.machine.environment import environment
from fototeca.machine.lifecycle import ServiceState, start, status, stop

__all__ = ["ServiceState", "environment", "start", "status", "stop"]
