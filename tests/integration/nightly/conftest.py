"""A model server beside the bucket, with what it serves."""

from tests.integration.serving.conftest import exported as exported
from tests.integration.serving.conftest import exported_dated as exported_dated
from tests.integration.serving.conftest import live as live
from tests.integration.serving.conftest import make_server as make_server
from tests.integration.serving.conftest import models as models
from tests.integration.serving.conftest import server as server
from tests.integration.serving.conftest import train as train
from tests.integration.serving.conftest import train_dated as train_dated
