"""An OpenAI-compatible server for tests: strict about requests, scripted in its answers."""
