"""Drawn photographs of 1863 to 1991, whose tone, grain, sharpness, mounts and motifs change as those of film did."""
