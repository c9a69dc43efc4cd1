"""How much a roll file may hold. A file is a stranger's: every loop over it ends at one of these figures."""

from __future__ import annotations

FILE_BYTES = 30 * 1024 * 1024
ROWS = 400_000  # rows with something in them; the largest estate that we know of has 100,000 homes
SHEET_ROWS = 1_048_576  # the last line that a spreadsheet program can show
COLUMNS = 200
LINE_CHARACTERS = 100_000  # one physical line of a text file
CELL_CHARACTERS = 200  # names, numbers and areas; notes have their own limit
NOTE_CHARACTERS = 1_000
HEADER_WITHIN_ROWS = 30  # title rows and empty rows above the header
FINDINGS = 200_000  # more than that is the wrong file, not a roll with mistakes
SHOWN_CHARACTERS = 60  # of a cell's value, in a finding

AREA_HUNDREDTHS = 100_000 * 100  # one home: 100,000 m2

ARCHIVE_ENTRIES = 2_000
ARCHIVE_BYTES = 200 * 1024 * 1024  # all parts of the workbook, unpacked
SHARED_TEXT_BYTES = 64 * 1024 * 1024  # the table of texts, the one part that has to be held in memory
ARCHIVE_RATIO = 200  # unpacked : packed, looked at only for parts above the next figure
ARCHIVE_RATIO_FROM_BYTES = 1024 * 1024
SHEETS = 100

PROGRESS_EVERY_ROWS = 1_000
