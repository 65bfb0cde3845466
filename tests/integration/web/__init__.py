"""What is served: the console, the API, metrics, health; and webhooks."""
