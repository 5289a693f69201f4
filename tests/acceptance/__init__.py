"""The command as its users meet it: real processes, real photos, digiKam's own database."""
