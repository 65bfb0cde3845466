"""The control API: what a test sets up, does and reads. Slack has nothing like it."""
