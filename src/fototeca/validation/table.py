"""The manifest as a table that checks can be written on: a column for each thing that is counted across rows."""

import pandas as pd
import pyarrow as pa

COLUMNS = ["id", "name", "original", "group", "label", "split", "synthetic", "width", "height", "mode", "phash"]
COLUMNS += ["shard", "offset"]
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
    rows["training_label"] = rows["label"].where(rows["split"] == "train")
    rows["training_images_of_label"] = rows.groupby("training_label")["name"].transform("count")
    for column, key in {"id": "id", "original": "original", "group": "group", "look": ["phash", "label"]}.items():
        rows[f"splits_of_{column}"] = rows.groupby(key)["split"].transform("nunique")
    return rows
