"""What humans confirmed in digiKam: its database, read only unless the config says otherwise."""
