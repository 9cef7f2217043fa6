"""Pages that people look at: what was trained on what, how good it is, and where it errs.

`facts` is all that a page shows; `gather` reads it from the archive; `page` turns it into one HTML file.
"""
