"""Drawing sample landmarks of Mars, for whoever has no data at hand. They are drawn, and say so wherever they go."""

from fototeca.samples.sample import Sample, draw_sample

__all__ = ["Sample", "draw_sample"]
