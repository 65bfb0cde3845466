"""Discord, emulated: gateway, REST, interactions and CDN for a real discord.py client.

Strict where Discord is: permissions, limits, rate limits, intents, expiries, and the official
OpenAPI document. ``app.Emulator`` runs it in the process, ``python -m tests.emulators.discord``
as one of its own, ``client.Discord`` drives it from a test.
"""
