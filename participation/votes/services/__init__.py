"""The verbs of a vote, one file a subject, in the order in which a vote lives.

drafting -> noticing (freezes the roll) -> casting, correcting -> closing (preliminary count)
-> objecting -> closing (final result).  Services flush and never commit; each appends what
it did to the record in the same transaction.
"""
