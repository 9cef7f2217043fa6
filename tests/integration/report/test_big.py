import time, tracemalloc, resource
import numpy as np
from tests.integration.report.conftest import *
from fototeca.steps.report import write_report
from fototeca.steps.describe import describe
from fototeca.collections.recipe import Recipe


def test_big(context):
    N = 50000
    images = []
    contents = [draw(i % 8, i) for i in range(64)]
    for i in range(N):
        c = contents[i % 64]
        images.append(
            (row(i, c, name=f"ESP_{i:06d}.jpg", split=SPLITS[i // 8 % 5], label=CLASSES[i % 8], group=f"g{i // 8}"), c)
        )
    import tests.integration.report.conftest as k

    rows = put_dataset(context, "mars", CLASSES, images)
    del images
    p = np.random.default_rng(0).dirichlet(np.ones(8), N).astype(np.float32)
    put_run(context, "mars", CNN, rows, p, Recipe())
    del rows
    m0 = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    t = time.time()
    r = write_report(context, "mars", candidates=[CNN])
    print("report", time.time() - t, Path(r.pages[0]).stat().st_size)
    t = time.time()
    d = describe(context, "mars", curve=False)
    print("describe", time.time() - t, Path(d.path).stat().st_size)
    print("rss grew", (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - m0) / 1e3, "MB")


from pathlib import Path
