-- How the photo was displayed when it was looked at, where that is not what its file says.
ALTER TABLE photo ADD COLUMN stated INTEGER;                  -- EXIF orientation that a library or sidecar states; NULL for none
ALTER TABLE photo ADD COLUMN turn INTEGER NOT NULL DEFAULT 0; -- quarters, clockwise, beyond it: faces are upright only so
-- what sidecars state is read once more
UPDATE photo SET metadata = NULL;
