-- By what commands name a face (facedaemon/face_ids.py); copies of a photo share it.
ALTER TABLE face ADD COLUMN short_id TEXT NOT NULL DEFAULT '';
UPDATE face SET short_id = face_id((SELECT coalesce(content, hex(path)) FROM photo WHERE id = face.photo), x, y, w, h);
CREATE INDEX face_by_short_id ON face (short_id);
