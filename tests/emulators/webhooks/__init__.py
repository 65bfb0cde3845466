"""A strict receiver of Standard Webhooks that can fail on purpose."""
