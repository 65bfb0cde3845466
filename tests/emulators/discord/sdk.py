"""discord.py, imported in peace: it loads ``audioop``, deprecated until Python 3.13 drops it.

Where warnings are errors, tests import the library from here.
"""

import warnings

with warnings.catch_warnings():
    warnings.filterwarnings("ignore", "'audioop' is deprecated", DeprecationWarning)
    import discord
    from discord import app_commands, ui

__all__ = ["app_commands", "discord", "ui"]
