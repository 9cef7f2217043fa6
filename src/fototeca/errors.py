"""Every error that Fototeca raises on purpose.

The two roots state policy, not place: whether trying the same again can help.

    FototecaError
    ├── PermanentError                  trying again gives the same answer
    │   ├── SettingsError               a setting is missing or contradicts another
    │   ├── CollectionError             a collection's YAML is wrong, or names nothing
    │   ├── SourceError                 what was given to ingest can't be read as a source
    │   ├── InvalidDataset              a critical check of the dataset failed
    │   ├── WeightsUnavailable          the weights that a network begins with can't be had
    │   ├── TrainingFailed              a network can't be trained on this dataset
    │   ├── NothingToDeploy             no candidate is good enough, or none exists
    │   ├── ModelRejected               the server can't load or run a model
    │   ├── RequestRefused              the server says that a request itself is wrong
    │   ├── DiskFull                    a disk of this machine has no room left
    │   └── ServiceFailed               a local service ended, or never became ready
    └── RetryableError                  trying again later may help
        ├── ArchiveUnavailable          object storage does not answer
        ├── ServingUnavailable          the model server does not answer, or not yet
        ├── OrchestratorUnavailable     Airflow's API does not answer
        ├── JobLost                     a job's process ended without a result
        └── Conflict                    somebody else wrote the same record first

Exit statuses follow sysexits.h: 65 wrong data, 69 service failed, 75 try again later, 78 configuration.
"""

from typing import ClassVar


class FototecaError(Exception):
    """Root of all errors raised on purpose; `exit_status` is what the command line ends with."""

    exit_status: ClassVar[int] = 1


class PermanentError(FototecaError):
    """Trying the same again gives the same answer: somebody has to change something first."""

    exit_status = 65


class RetryableError(FototecaError):
    """Trying the same again later may succeed."""

    exit_status = 75


class SettingsError(PermanentError):
    """A setting is missing, malformed or contradicts another."""

    exit_status = 78


class CollectionError(PermanentError):
    """A collection's YAML is wrong, or no collection has that name."""

    exit_status = 78


class SourceError(PermanentError):
    """What was given to ingest is absent, or can't be read as a folder, zip, CSV or prefix."""


class InvalidDataset(PermanentError):
    """A critical check of the dataset failed, or it was never checked."""


class WeightsUnavailable(PermanentError):
    """The weights that a network shall begin with can't be had, are damaged, or don't fit it."""


class TrainingFailed(PermanentError):
    """A network can't be trained on this dataset with this recipe."""


class NothingToDeploy(PermanentError):
    """No candidate exists, or none is better than the baseline."""


class ModelRejected(PermanentError):
    """The model server could not load a version, or its answers differ from training's."""


class RequestRefused(PermanentError):
    """The model server says that a request itself is wrong."""


class DiskFull(PermanentError):
    """A disk of this machine has no room left."""


class ServiceFailed(PermanentError):
    """A service of this machine ended or never became ready."""

    exit_status = 69


class ArchiveUnavailable(RetryableError):
    """Object storage can't be reached, or answered with a fault of its own."""


class ServingUnavailable(RetryableError):
    """The model server can't be reached, is overloaded, or does not serve the version yet."""


class OrchestratorUnavailable(RetryableError):
    """Airflow's API can't be reached, or answered with a fault of its own."""


class JobLost(RetryableError):
    """A job's process ended without leaving a result."""


class Conflict(RetryableError):
    """Somebody else wrote the same record first; what they wrote stands."""
