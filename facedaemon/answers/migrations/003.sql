-- 1: the face was confirmed as this person before; somebody looked at the name again and found it right.
ALTER TABLE answer ADD COLUMN checked INTEGER NOT NULL DEFAULT 0;
