"""Agents and their models, against servers that speak OpenAI's interfaces."""
