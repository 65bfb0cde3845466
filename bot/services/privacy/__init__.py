"""What is known of one contact: handed out, forgotten, and let go when its time is over."""
