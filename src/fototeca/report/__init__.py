"""Pages that people look at: what the images are, what was trained on them, how good it is, and where it errs.

`facts` is all that a run's page and a comparison show; `gather` reads it from the archive; `page` turns it into HTML
files that need nothing else, and `card` into a model card. `data` does the same for the page about a dataset.
"""
