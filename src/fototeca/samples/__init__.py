"""Drawing samples, for whoever has no data at hand. They are drawn, and say so wherever they go.

`mars` has landmarks of Mars, `photos` has dated photographs; `drawing` is what both share.
"""

from fototeca.samples.drawing import Draw, Sample
from fototeca.samples.mars.sample import draw_landmarks
from fototeca.samples.photos.sample import draw_photos

__all__ = ["SAMPLES", "Sample", "draw_landmarks", "draw_photos"]

SAMPLES: dict[str, Draw] = {"mars": draw_landmarks, "photos": draw_photos}
"""Draws the sample of a collection, by the collection's name."""
