-- The review page shows the open suggestions of one person after the other, the surest first.
CREATE INDEX suggestion_open_by_person ON suggestion (person, confidence) WHERE state = 'open';
