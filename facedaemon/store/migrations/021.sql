-- Faces that changed since the groups of unnamed faces were last brought up to date: a pass looks at these alone, not at
-- all faces. Whatever changes a face writes it down, in the same transaction.
CREATE TABLE grouping_change (
    id INTEGER PRIMARY KEY,
    face INTEGER NOT NULL,           -- may be deleted by now
    number INTEGER                   -- of the group that lost it, where its row in grouped_face is gone already
) STRICT;

INSERT INTO grouping_change (face) SELECT id FROM face;

CREATE TRIGGER grouping_face_came AFTER INSERT ON face
BEGIN
    INSERT INTO grouping_change (face) VALUES (NEW.id);
END;

CREATE TRIGGER grouping_face_changed AFTER UPDATE OF state, is_face ON face
WHEN (OLD.state, OLD.is_face) IS NOT (NEW.state, NEW.is_face)
BEGIN
    INSERT INTO grouping_change (face) VALUES (NEW.id);
END;

-- before: its row in grouped_face is deleted with it
CREATE TRIGGER grouping_face_went BEFORE DELETE ON face
BEGIN
    INSERT INTO grouping_change (face, number) SELECT face, number FROM grouped_face
        WHERE face = OLD.id AND guess = 0 AND number IS NOT NULL;
END;

CREATE TRIGGER grouping_photo_changed AFTER UPDATE OF model, missing, failure ON photo
WHEN (OLD.model, OLD.missing, OLD.failure) IS NOT (NEW.model, NEW.missing, NEW.failure)
BEGIN
    INSERT INTO grouping_change (face) SELECT id FROM face WHERE photo = NEW.id;
END;

-- a face that was embedded again is looked at again
DROP TRIGGER grouped_face_embedded;
CREATE TRIGGER grouped_face_embedded AFTER UPDATE OF vector ON embedding WHEN OLD.vector IS NOT NEW.vector
BEGIN
    INSERT INTO grouping_change (face) VALUES (NEW.face);
    INSERT INTO grouping_change (face, number) SELECT face, number FROM grouped_face
        WHERE face = NEW.face AND guess = 0 AND number IS NOT NULL;
    DELETE FROM grouped_face WHERE face = NEW.face;
END;
