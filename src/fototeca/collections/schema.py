"""The schema of a collection's YAML, and finding it by name."""

import re
from collections.abc import Iterable
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Annotated, Any, Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, ValidationInfo, field_validator, model_validator

from fototeca.collections.recipe import Changes, Recipe
from fototeca.collections.selection import Selection
from fototeca.collections.years import Years
from fototeca.errors import CollectionError

Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")]


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class ImageLimits(_Strict):
    """What an image may be; anything else goes to quarantine with its reason."""

    modes: tuple[str, ...] = Field(default=("L", "RGB"), description="Pillow's modes, such as L for grey.")
    min_side: int = Field(default=32, ge=1, description="Shortest side accepted, in pixels.")
    max_pixels: int = Field(
        default=64_000_000, ge=1, description="Width times height accepted; larger ones are refused undecoded."
    )
    max_bytes: int = Field(default=64_000_000, ge=1, description="File size accepted.")


class Split(_Strict):
    """Shares of the images for training, validation and test, where the source gives no split."""

    train: float = Field(default=0.70, gt=0, lt=1)
    val: float = Field(default=0.15, gt=0, lt=1)
    test: float = Field(default=0.15, gt=0, lt=1)
    seed: int = 7

    @model_validator(mode="after")
    def _sums_to_one(self) -> Self:
        if abs(self.train + self.val + self.test - 1) > 1e-6:
            raise ValueError(f"train + val + test must be 1, not {self.train + self.val + self.test:g}")
        return self


class Checks(_Strict):
    """Bounds that validation holds a dataset to."""

    min_images: int = Field(default=50, ge=1, description="Images that a dataset must have at the least.")
    min_per_class: int = Field(default=2, ge=0, description="Training images a present class should have (a warning).")
    max_refused_share: float = Field(
        default=0.5, ge=0, le=1, description="Share of the source that may be refused before the run stops."
    )
    max_doubtful_share: float = Field(
        default=0.2, ge=0, le=1, description="Share of the images whose date may be doubtful (a warning)."
    )


class Training(_Strict):
    """Which networks compete, and where their recipes differ from the usual."""

    architectures: tuple[str, ...] = Field(min_length=1, description="Networks that compete, by name.")
    recipe: Changes = Field(default={}, description="Values of every network's recipe.")
    recipes: dict[str, Changes] = Field(default={}, description="Values of one network's recipe, by its name.")

    @model_validator(mode="after")
    def _recipes_hold(self) -> Self:
        for changes in (self.recipe, *self.recipes.values()):
            Recipe.model_validate(changes)
        return self


class Collection(_Strict):
    """An archive's images, its classes, and what is done with them."""

    name: Name
    title: str
    description: str = Field(description="What the images show and who uses the labels; shown in Airflow.")
    years: Years | None = Field(
        default=None,
        description="For archives of dated photographs: `earliest` and `latest` year, and `span`, the years of a "
        "class. They give the labels: 1863 to 1991 by 10 are 1860s to 1980s, to which 1990 and 1991 count as well, "
        "since a first or last span of which less than half lies in the range joins its neighbour.",
    )
    labels: tuple[str, ...] = Field(
        default=(),
        validate_default=True,
        description="Names of the classes; a name's place, from 0, is its id in label files. Left out where `years` "
        "gives them.",
    )
    extra_labels: tuple[str, ...] = Field(
        default=(), description="Classes that only some sources have: a dataset has them if it holds such images."
    )
    group: str | None = Field(
        default=None,
        description="Regular expression that finds the group (observation, series) in a file name, in its first "
        "parenthesis; images of one group share a split. Unset, each image is its own group.",
    )
    copy_suffix: str | None = Field(
        default=None,
        description="Regular expression of what an augmented copy's file stem has after the original's stem.",
    )
    images: ImageLimits = ImageLimits()
    split: Split = Split()
    checks: Checks = Checks()
    training: Training
    selection: Selection = Selection()

    @field_validator("labels")
    @classmethod
    def _labels_are_those_of_years(cls, labels: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        years: Years | None = info.data.get("years")
        if years is None:
            if len(labels) < 2:
                raise ValueError("a collection needs at least 2 labels, or `years`, which gives them")
            return labels
        if labels and labels != years.labels:
            raise ValueError(f"`years` gives the labels {', '.join(years.labels)}: leave `labels` out")
        return years.labels

    @model_validator(mode="after")
    def _names_differ(self) -> Self:
        if len(set(self.vocabulary)) != len(self.vocabulary):
            raise ValueError("labels and extra_labels must all differ")
        return self

    @model_validator(mode="after")
    def _expressions_compile(self) -> Self:
        for field, groups in (("group", 1), ("copy_suffix", 0)):
            pattern = getattr(self, field)
            try:
                if pattern is not None and re.compile(pattern).groups < groups:
                    raise ValueError(f"{field}: {pattern!r} needs a parenthesis around what names the group")
            except re.error as error:
                raise ValueError(f"{field}: {pattern!r} is no regular expression: {error}") from error
        return self

    @property
    def vocabulary(self) -> tuple[str, ...]:
        """Every label that an image of this collection may have."""
        return self.labels + self.extra_labels

    def classes(self, used: Iterable[str]) -> tuple[str, ...]:
        """The classes of a dataset that uses these labels, in the order of a network's outputs."""
        extra = set(used)
        return self.labels + tuple(label for label in self.extra_labels if label in extra)


def load_collection(name: str, folder: Path | None = None) -> Collection:
    """Read a collection by name, from `folder` or from those that come with Fototeca.

    Raises:
        CollectionError: no such collection, or its YAML is wrong; the message says where.
    """
    known = _find(folder)
    if name not in known:
        raise CollectionError(f"No collection is named {name!r}. There are: {', '.join(sorted(known))}.")
    return _parse(known[name], name)


def collection_names(folder: Path | None = None) -> list[str]:
    """Names of all collections, of which none is read."""
    return sorted(_find(folder))


def list_collections(folder: Path | None = None) -> list[Collection]:
    """All collections, by name."""
    return [_parse(file, name) for name, file in sorted(_find(folder).items())]


def _find(folder: Path | None) -> dict[str, Traversable]:
    own = {Path(f.name).stem: f for f in files(__package__).iterdir() if f.name.endswith(".yaml")}
    added = {f.stem: f for f in folder.glob("*.yaml")} if folder else {}
    return own | added


def _parse(file: Traversable, name: str) -> Collection:
    try:
        content: Any = yaml.safe_load(file.read_text(encoding="utf-8"))
        collection = Collection.model_validate(content)
    except (yaml.YAMLError, ValidationError) as error:
        raise CollectionError(f"{file}: {error}") from error
    if collection.name != name:
        raise CollectionError(f"{file}: says name: {collection.name}, but the file is called {name}.yaml.")
    return collection
