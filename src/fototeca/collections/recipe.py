"""The recipe: everything that decides how a network is trained, apart from the dataset and the network itself."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

Task = Literal["classification", "regression", "distribution"]
"""What a network answers: a class; a year; or a year as the expectation of a distribution over years."""
Augmentation = Literal["rotate90", "flip", "mirror", "shift", "brightness", "contrast", "crop", "blur", "grain", "grey"]
Schedule = Literal["cosine", "one_cycle", "constant"]
Balance = Literal["none", "class_weights", "sampling"]
Loss = Literal["cross_entropy", "focal"]


def _switch(value: Any) -> Any:
    """YAML takes an unquoted on and off for true and false."""
    return {True: "on", False: "off"}[value] if isinstance(value, bool) else value


Epochs = Annotated[int, Field(ge=0, le=1000)]


class Recipe(BaseModel):
    """How a network is trained. Each value may be set for an architecture, for a collection, or for one run."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    task: Task = Field(
        default="classification",
        description="What the network answers: a class, a year (regression), or a year as the expectation of a "
        "distribution over years.",
    )
    weights: str = Field(
        default="none",
        min_length=1,
        description="What the body begins with: none, wheel, imagenet, archive:<digits> (of `fototeca weights list`), "
        "a file, or an s3:// key; what can't be had ends the run before it begins.",
    )
    frozen_epochs: Epochs = Field(
        default=0, description="Epochs in which only the head learns, on features that are computed once and kept."
    )
    frozen_learning_rate: float = Field(default=1e-3, gt=0, le=1, description="Highest rate while the body is frozen.")
    epochs: Epochs = Field(default=12, description="At most so many epochs in which all of the network learns.")
    patience: int = Field(
        default=4, ge=1, le=1000, description="Epochs without a lower validation loss, after which training stops."
    )
    keep: Literal["best", "last"] = Field(
        default="best",
        description="Which weights are kept: of the epoch with the lowest validation loss, or of the last one, which "
        "is better where validation has few groups.",
    )
    batch_size: int = Field(default=32, ge=1, le=4096, description="Images per step.")
    learning_rate: float = Field(default=1e-3, gt=0, le=1, description="Highest rate while all of the network learns.")
    layer_decay: float = Field(
        default=1.0,
        gt=0,
        le=1,
        description="Factor of the rate of the body's first layer; those between have rates between. The head's is 1.",
    )
    schedule: Schedule = Field(
        default="cosine",
        description="How the rate changes: a short rise and a long fall along a cosine, one cycle (a rise over a third "
        "of the steps, then a fall to next to nothing), or constant.",
    )
    weight_decay: float = Field(default=0.0, ge=0, le=1, description="Share of each weight that AdamW takes away.")
    loss: Loss = Field(default="cross_entropy", description="Cross-entropy, or focal: easy images count less.")
    label_smoothing: float = Field(
        default=0.0, ge=0, lt=0.5, description="Share of the truth that is spread over all classes."
    )
    balance: Balance = Field(
        default="none",
        description="What is done for rare classes: nothing, their images count more, or are drawn more often.",
    )
    balance_power: float = Field(
        default=0.5, ge=0, le=1, description="How far: 1 makes all classes equal, 0.5 goes half the way."
    )
    augmentations: tuple[Augmentation, ...] = Field(
        default=(), description="Random changes of training images that leave their label true."
    )
    views: Literal[1, 2, 8] = Field(
        default=1,
        description="Turned and mirrored views of an image whose answers are averaged: 8 where nothing is up, "
        "2 (the image and its mirror image) elsewhere; each takes as long as an image.",
    )
    frozen_views: Annotated[int, Field(ge=1, le=8)] = Field(
        default=1, description="Turned and mirrored views of each training image on which the frozen phase learns."
    )
    feature_cache: bool = Field(
        default=True, description="Keep what the frozen body makes of each image; the results are the same without."
    )
    mixed_precision: Annotated[Literal["auto", "on", "off"], BeforeValidator(_switch)] = Field(
        default="auto", description="Compute in 16 bits: auto does it on a GPU."
    )
    seed: int = Field(default=7, ge=0, description="Of everything random.")


Changes = dict[str, Any]
"""Some values of a recipe, by name."""
