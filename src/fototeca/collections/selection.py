"""What a network must keep to before it may be put into service."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Share = Annotated[float, Field(ge=0, le=1)]


class Selection(BaseModel):
    """Bounds that every candidate is held to, the first one as well, and the one that its answers are held to."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    floors: dict[str, Share] = Field(
        default={}, description="Recall on validation that a class must have at the least, by its name."
    )
    max_recall_drop: Share = Field(
        default=0.1,
        description="By how much a class's recall may be lower than that of the network in force, where 20 images or "
        "more of the class were compared.",
    )
    max_latency_ms: float | None = Field(
        default=None, gt=0, description="Milliseconds that an image may take, as training measures it; unset, any."
    )
    max_bytes: int | None = Field(
        default=None, gt=0, description="Size that the exported network may have; unset, any."
    )
    threshold: Share = Field(
        default=0.9, description="Probability below which a label abstains: it is kept, and marked as a guess."
    )
