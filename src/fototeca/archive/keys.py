"""The key layout of the bucket: every key that Fototeca reads or writes is made here.

uploads/<collection>/…                            the drop zone; users own it, it is only read
archive/<collection>/shards/<sha256>.tar          original bytes, immutable
archive/<collection>/datasets/<version>/          manifest.parquet, dataset.json, validation.json, pages
archive/<collection>/log/<n>.json                 which dataset version came when, append-only
archive/<collection>/quarantine/…                 what was refused, with the reason
models/<collection>/<architecture>/<run>/         SavedModel, metrics, history, report; result.json last
models/<collection>/verdicts/                     which network won on which dataset, and why
models/<collection>/comparison-<dataset>.html     the page about that
weights/<architecture>/<sha256>/                  weights that networks begin with; weights.json last
serving/<collection>/<version>/                   promoted SavedModels; complete.json last
serving/<collection>/ledger/<n>.json              who was promoted or rolled back, append-only
predictions/<collection>/<date>/<batch>/          Parquet parts
predictions/<collection>/commits/<n>.json         which parts count, append-only
"""

SERVED = "serving/"


def uploads(collection: str) -> str:
    return f"uploads/{collection}/"


def shard(collection: str, sha256: str) -> str:
    return f"archive/{collection}/shards/{sha256}.tar"


def dataset(collection: str, version: str, name: str = "") -> str:
    return f"archive/{collection}/datasets/{version}/{name}"


def dataset_log(collection: str) -> str:
    return f"archive/{collection}/log/"


def quarantine(collection: str, name: str = "") -> str:
    return f"archive/{collection}/quarantine/{name}"


def model(collection: str, architecture: str, run: str, name: str = "") -> str:
    return f"models/{collection}/{architecture}/{run}/{name}"


def served_collection(collection: str) -> str:
    return f"{SERVED}{collection}/"


def models(collection: str) -> str:
    return f"models/{collection}/"


def verdict(collection: str, dataset: str, comparison: str) -> str:
    return f"models/{collection}/verdicts/{dataset}-{comparison}.json"


def comparison(collection: str, dataset: str) -> str:
    return f"models/{collection}/comparison-{dataset}.html"


def weights(architecture: str = "", sha256: str = "", name: str = "") -> str:
    return "/".join(["weights", *filter(None, (architecture, sha256)), name])


def served(collection: str, version: int, name: str = "") -> str:
    return f"serving/{collection}/{version}/{name}"


def ledger(collection: str) -> str:
    return f"serving/{collection}/ledger/"


def predictions(collection: str, date: str, batch: str, name: str = "") -> str:
    return f"predictions/{collection}/{date}/{batch}/{name}"


def prediction_log(collection: str) -> str:
    return f"predictions/{collection}/commits/"
