"""The same on Slack, Discord and the console, and from one to the other."""
