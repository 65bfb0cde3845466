"""Rendering: pure functions from the core's values to Slack's payloads, never over its limits."""
