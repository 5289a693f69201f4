-- The id of the answer that this one repeats for the same face in an edited picture; it counts only as long as that one.
ALTER TABLE answer ADD COLUMN follows TEXT;
