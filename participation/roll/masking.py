"""Names as the public may see them."""

from __future__ import annotations


def masked(name: str) -> str:
    """'王小明' -> '王**', 'Jane Doe' -> 'J** D**': enough to recognise oneself, too little to learn a name."""
    words = name.split()
    if len(words) > 1:
        return " ".join(word[:1] + "**" for word in words)
    return name[:1] + "*" * max(1, len(name) - 1) if len(name) <= 4 else name[:1] + "**"
