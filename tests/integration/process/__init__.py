"""Whole processes: the command line, migrations, replicas, and kills."""
