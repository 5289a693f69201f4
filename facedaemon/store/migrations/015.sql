-- A generation that was trained while photos were still to be analysed: how many faces there were, and how many were
-- expected in the end. NULL: nothing was still to come. The pass that analyses the rest trains it again.
ALTER TABLE generation ADD COLUMN faces INTEGER;
ALTER TABLE generation ADD COLUMN expected INTEGER;
