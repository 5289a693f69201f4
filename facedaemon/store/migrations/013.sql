-- Each face that was looked at for groups of faces that nobody named. Group numbers are never used twice: what a user has
-- read of one must not come to mean another.
CREATE TABLE grouped_face (
    face INTEGER PRIMARY KEY REFERENCES face (id) ON DELETE CASCADE,
    number INTEGER,                  -- of the group; NULL: alone
    guess INTEGER NOT NULL           -- 1: too poor to tell surely
) STRICT;

CREATE INDEX grouped_face_by_number ON grouped_face (number) WHERE number IS NOT NULL;

-- a face that was embedded again is looked at again
CREATE TRIGGER grouped_face_embedded AFTER UPDATE OF vector ON embedding WHEN OLD.vector IS NOT NEW.vector
BEGIN
    DELETE FROM grouped_face WHERE face = NEW.face;
END;
