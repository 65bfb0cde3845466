"""The repositories of `bot.ports.store`, a module for each subject.

Statements are built once, on import, from the tables alone; they run on SQLite and PostgreSQL
alike.
"""
