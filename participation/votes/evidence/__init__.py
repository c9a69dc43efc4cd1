"""The evidence of a vote as one file, from which a stranger confirms the result (docs/evidence.md, verifier/).

    bundle.py    what goes into the file, in which order     archive.py   the file itself: a ZIP sealed by its hash
    shown.py     what the site shows now                     roll.py      the frozen roll, sealed and as it counts
    openings.py  what opens the sealed entries               making.py    small ones at once, large ones beside the pages
"""
