"""Slack: contacts and teams in a workspace, over Socket Mode or HTTP."""
