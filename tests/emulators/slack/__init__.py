"""A stand-in for Slack: stateful, strict, and able to fail on demand."""
