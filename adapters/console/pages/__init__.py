"""The pages: each reads the store in one go and shows what it found."""
