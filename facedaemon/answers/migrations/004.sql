-- What was answered about the faces of a page is looked up by their pictures; answers about no picture (a rename, one that
-- takes another back) have none.
CREATE INDEX answer_by_content ON answer (content, position);
