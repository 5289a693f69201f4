-- The last other name that humans gave to this face: when all of a person's faces have another one, it was renamed.
ALTER TABLE face ADD COLUMN former_person TEXT;
CREATE INDEX face_by_former_person ON face (former_person, person) WHERE former_person IS NOT NULL;
