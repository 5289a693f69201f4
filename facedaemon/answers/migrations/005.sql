-- Everybody who was named is asked for with each name that is typed.
CREATE INDEX answer_by_person ON answer (person, number, id, follows) WHERE kind IN ('confirm', 'draw');
