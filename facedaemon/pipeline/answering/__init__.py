"""What the commands and pages that answer do. They work while the daemon runs."""
