-- 1: the failure may be gone without a change of the file, as when a right is given back
ALTER TABLE photo ADD COLUMN may_pass INTEGER NOT NULL DEFAULT 0;
-- since when the file is not there without anybody having said that it is gone; NULL where it is there, or known to be gone
ALTER TABLE photo ADD COLUMN absent_since REAL;

-- 1: facedaemon wrote this region; it is no human's
ALTER TABLE mark ADD COLUMN own INTEGER NOT NULL DEFAULT 0;
-- what was read before is read once more, to tell which those are
UPDATE photo SET metadata = NULL WHERE path IN (SELECT photo FROM ledger WHERE regions <> '[]');

-- The one table of what humans took a name from: what is not suggested, what the gallery learns from, what outlives the
-- rest of the state. The face's embedding is kept with it, so that copies and bursts are known whatever becomes of the photo.
ALTER TABLE rejection ADD COLUMN library_id TEXT;    -- the library's own id of the person; NULL where there is none
ALTER TABLE rejection ADD COLUMN mtime_ns INTEGER;   -- of the photo: folder and time tell bursts
ALTER TABLE rejection ADD COLUMN model TEXT;         -- that made the vector
ALTER TABLE rejection ADD COLUMN vector BLOB;        -- float16, length 1; NULL until the face was looked at

INSERT INTO rejection (content, path, x, y, w, h, person, evidence, decided)
    SELECT photo.content, photo.path, face.x, face.y, face.w, face.h, suggestion.person, 'set to unknown', suggestion.changed
    FROM suggestion JOIN face ON face.id = suggestion.face JOIN photo ON photo.id = face.photo
    WHERE suggestion.state = 'rejected' AND NOT EXISTS (
        SELECT 1 FROM rejection WHERE rejection.person = suggestion.person
            AND (rejection.content = photo.content OR rejection.path = photo.path));

DROP TRIGGER suggestion_rejected;
DROP TRIGGER rejected_suggestion_went;

CREATE TRIGGER rejection_came AFTER INSERT ON rejection
BEGIN
    INSERT INTO unlearned SELECT NEW.person WHERE NEW.person NOT IN unlearned;
END;

CREATE TRIGGER rejection_changed AFTER UPDATE OF person, vector, evidence ON rejection
WHEN (OLD.person, OLD.vector, OLD.evidence) IS NOT (NEW.person, NEW.vector, NEW.evidence)
BEGIN
    INSERT INTO unlearned SELECT OLD.person WHERE OLD.person NOT IN unlearned;
    INSERT INTO unlearned SELECT NEW.person WHERE NEW.person NOT IN unlearned;
END;

CREATE TRIGGER rejection_went AFTER DELETE ON rejection
BEGIN
    INSERT INTO unlearned SELECT OLD.person WHERE OLD.person NOT IN unlearned;
END;
