"""The smallest platform there is: channels that remember every post, in a process of its own."""
