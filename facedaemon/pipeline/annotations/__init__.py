"""What humans said of the faces of a photo: read from metadata, digiKam and the answers, matched to faces, decided."""
