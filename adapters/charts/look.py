"""How a picture looks: sizes in points, colours that colour-blind people tell apart."""

from __future__ import annotations

from matplotlib import font_manager

# Okabe and Ito's palette, "Color Universal Design", 2008: told apart by everybody.
BLUE, ORANGE, GREEN = "#0072B2", "#E69F00", "#009E73"
INK, FAINT, RULE, PAPER, TILE = "#1d2430", "#5b6472", "#d9dde3", "#ffffff", "#f3f5f8"
TITLE, HEADING, TEXT, SMALL, VALUE = 23.0, 14.0, 12.5, 11.0, 26.0
WIDTH_IN, HEIGHT_IN, DPI = 12.8, 9.6, 125
# After the font that comes along: names in scripts that it lacks, where the machine has one.
_WANTED = (
    "DejaVu Sans",
    "Noto Sans CJK JP",
    "Noto Sans CJK SC",
    "Noto Sans Arabic",
    "Noto Sans Devanagari",
    "PingFang SC",
    "Hiragino Sans",
    "Microsoft YaHei",
    "Arial Unicode MS",
)


def fonts() -> list[str]:
    """Those that are here; asking matplotlib for others is a warning each time."""
    here = set(font_manager.get_font_names())
    return [one for one in _WANTED if one in here]


def cut(text: str, longest: int) -> str:
    """A name that leaves room for the bars."""
    text = " ".join(text.split())
    return text if len(text) <= longest else f"{text[: longest - 1].rstrip()}…"


def plain(text: str) -> str:
    """As it is: matplotlib would read mathematics between two dollar signs."""
    return text.replace("$", r"\$")
