"""The desk of most tests. It needs nothing of Baton, and so goes with an older one too."""

DESK = """
[[team]]
name = "support"
workspace = "console"
channel = "support"
members = ["console:alice", "console:bob"]
supervisors = ["console:alice"]
notify = ["console:bob"]
[team.inactivity]
warn_after = "20h"
close_after = "24h"
warning = "Still there?"
closing = "Closed for now."
[[team]]
name = "billing"
workspace = "console"
channel = "billing"
members = ["console:dana"]
[[channel]]
workspace = "console"
channel = "dm"
team = "support"
[[channel]]
workspace = "console"
channel = "lobby"
team = "support"
[[rule]]
name = "refunds"
when.keyword = ["refund"]
priority = "high"
team = "billing"
[admin]
members = ["console:alice"]
"""
