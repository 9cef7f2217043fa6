"""The manifest as a table that checks can be written on: a column for each thing that is counted across rows."""

import pandas as pd
import pyarrow as pa

from fototeca.collections.splits import DOUBTFUL, SPLITS

COLUMNS = ["id", "name", "original", "group", "label", "split", "synthetic", "width", "height", "mode", "phash"]
COLUMNS += ["shard", "offset", "year", "year_low", "year_high"]
"""Columns of the manifest that the checks need."""


def prepare(manifest: pa.Table, refused: int, duplicates: int) -> pd.DataFrame:
    """The manifest's rows, with the columns that checks are written on added.

    Args:
        manifest: the manifest's COLUMNS, one row per image.
        refused: how many files of the source were refused.
        duplicates: how many files of the source were copies of others, byte by byte.
    """
    rows = manifest.to_pandas()
    rows["label"] = rows["label"].where(rows["label"] != "", None)
    source = len(rows) + refused + duplicates
    rows["refused_share"] = refused / source if source else 0.0
    rows["short_side"] = rows[["width", "height"]].min(axis="columns")
    rows["pixels"] = rows["width"].astype("int64") * rows["height"]
    for split in SPLITS:
        rows[f"{split}_label"] = rows["label"].where(rows["split"] == split)
    rows["training_images_of_label"] = rows.groupby("train_label")["name"].transform("count")
    off = {"early": rows["year_low"] - rows["year"], "late": rows["year"] - rows["year_high"]}
    rows["years_off"] = pd.DataFrame(off).max(axis="columns")
    rows["doubtful_share"] = (rows["split"] == DOUBTFUL).mean()
    certain = rows[["id", "original", "group", "phash", "label", "split"]].replace({"split": {DOUBTFUL: None}})
    for column, key in {"id": "id", "original": "original", "group": "group", "look": ["phash", "label"]}.items():
        rows[f"splits_of_{column}"] = certain.groupby(key)["split"].transform("nunique")
    return rows
