-- One name in several spellings (combined letters, white space of several kinds) is one person: `names.clean_name`, which the
-- connection knows. What humans said in either spelling holds for both.
ALTER TABLE mark ADD COLUMN spelling TEXT;  -- the name as it stands there; NULL where that is `person`

CREATE INDEX mark_by_person ON mark (person) WHERE person IS NOT NULL;

UPDATE mark SET spelling = person, person = clean_name(person) WHERE person <> clean_name(person);
UPDATE rejection SET person = clean_name(person) WHERE person <> clean_name(person);
UPDATE face SET person = clean_name(person) WHERE person <> clean_name(person);

-- of two suggestions for one face that become one, the one about which more was decided stays
CREATE TEMP TABLE spelled AS
    SELECT id, face, clean_name(person) AS name,
        CASE state WHEN 'rejected' THEN 4 WHEN 'accepted' THEN 3 WHEN 'open' THEN 2 ELSE 1 END AS weight
    FROM suggestion;
CREATE INDEX temp.spelled_by_face ON spelled (face, name);
DELETE FROM suggestion WHERE id IN (
    SELECT one.id FROM spelled AS one JOIN spelled AS other
        ON other.face = one.face AND other.name = one.name AND (other.weight, -other.id) > (one.weight, -one.id));
DROP TABLE spelled;
UPDATE suggestion SET person = clean_name(person) WHERE person <> clean_name(person);

-- metadata is read by other rules than before: what counts is read once more
UPDATE photo SET metadata = NULL;
