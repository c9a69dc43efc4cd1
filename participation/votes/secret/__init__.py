"""Secret elections: who has voted and what was voted never meet (docs/threat-model.md, docs/decisions/0006).

`shares`, `board_key`      the election board's key, made and kept offline, and its 2-of-3 shares
`sealing`                  a ballot sealed to the board's key, and the tracker of a sealed ballot
`hopper`                   until closing: one envelope per elector under a key outside the database
`box_file`, `opening`      the box as a file; opening it offline; the board's signed figures
`drafting`, `casting`, `closing`, `result`   what the site does, in the order of a vote
"""
