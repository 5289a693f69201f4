"""From the file system to paths worth a look."""
