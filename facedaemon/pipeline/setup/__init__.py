"""What must be there before a pass: models, a config that fits the machine, folders and what is beside them."""
