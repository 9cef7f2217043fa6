"""Running a `fototeca` command elsewhere: a process of its own, or a container."""

from fototeca.jobs.launcher import Job, JobState, JobStatus, Launcher, make_launcher

__all__ = ["Job", "JobState", "JobStatus", "Launcher", "make_launcher"]
