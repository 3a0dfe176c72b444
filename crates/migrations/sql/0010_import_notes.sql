-- What a careful reader of an import's result should know beside its counts, a sentence a line.
ALTER TABLE imports ADD COLUMN notes TEXT
