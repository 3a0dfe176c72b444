//! Finds where JSON values begin and end in a stream, without holding more than one of them.

use crate::TableError;
use std::io::Read;

pub(super) struct Scanner<R> {
    input: R,
    buffer: Vec<u8>,
    start: usize,
    end: usize,
}

impl<R: Read> Scanner<R> {
    pub(super) fn new(input: R) -> Self {
        Self {
            input,
            buffer: vec![0; 64 << 10],
            start: 0,
            end: 0,
        }
    }

    /// The next byte that is not a space; a byte order mark counts as one.
    pub(super) fn peek(&mut self) -> Result<Option<u8>, TableError> {
        loop {
            match self.byte()? {
                Some(b' ' | b'\t' | b'\r' | b'\n' | 0xEF | 0xBB | 0xBF) => self.start += 1,
                other => return Ok(other),
            }
        }
    }

    pub(super) fn skip_one(&mut self) -> Result<(), TableError> {
        self.byte()?;
        self.start += 1;
        Ok(())
    }

    /// The key of the next member of the object we are in; `None`, and the object is left, at its end.
    pub(super) fn next_key(&mut self, most: usize) -> Result<Option<String>, TableError> {
        match self.peek()? {
            Some(b'}') => {
                self.start += 1;
                return Ok(None);
            }
            Some(b',') => {
                self.start += 1;
                self.peek()?;
            }
            _ => {}
        }
        let mut raw = Vec::new();
        if self.byte()? != Some(b'"') || !self.value(&mut raw, most)? {
            return Err(TableError::damaged(
                "a name in quotation marks was expected",
            ));
        }
        let key = serde_json::from_slice(&raw)
            .map_err(|error| TableError::damaged(format!("a name is not valid JSON ({error})")))?;
        if self.peek()? != Some(b':') {
            return Err(TableError::damaged(format!(
                "a colon was expected after \"{key}\""
            )));
        }
        self.start += 1;
        Ok(Some(key))
    }

    /// Whether another item of the list we are in follows; at its end the list is left.
    pub(super) fn next_item(&mut self) -> Result<bool, TableError> {
        match self.peek()? {
            Some(b']') => {
                self.start += 1;
                Ok(false)
            }
            Some(b',') => {
                self.start += 1;
                self.peek()?;
                Ok(true)
            }
            Some(_) => Ok(true),
            None => Err(TableError::damaged("the list of records does not end")),
        }
    }

    /// Whether the list that begins here begins with an object. Looks ahead without moving.
    pub(super) fn opens_records(&mut self) -> Result<bool, TableError> {
        // What has been read stays; a list whose first item is more than a buffer of spaces away is none of ours.
        self.buffer.copy_within(self.start..self.end, 0);
        self.end -= self.start;
        self.start = 0;
        while self.end < self.buffer.len() {
            let count = self.input.read(&mut self.buffer[self.end..])?;
            if count == 0 {
                break;
            }
            self.end += count;
        }
        Ok(self.buffer[1..self.end].trim_ascii_start().first() == Some(&b'{'))
    }

    /// Reads one value into `into`; `false` where it is larger than `most`, in which case it is only walked over.
    pub(super) fn value(&mut self, into: &mut Vec<u8>, most: usize) -> Result<bool, TableError> {
        let mut depth = 0_usize;
        let mut in_text = false;
        let mut escaped = false;
        let mut seen = 0_usize;
        self.peek()?;
        loop {
            if self.start == self.end && !self.fill()? {
                // A bare number may end with the file; anything else has been cut off.
                return if depth == 0 && !in_text && seen > 0 {
                    Ok(seen <= most)
                } else {
                    Err(TableError::damaged("it ends in the middle of a value"))
                };
            }
            let chunk = &self.buffer[self.start..self.end];
            let mut used = 0;
            let mut done = false;
            for &byte in chunk {
                if in_text {
                    used += 1;
                    match byte {
                        _ if escaped => escaped = false,
                        b'\\' => escaped = true,
                        b'"' => {
                            in_text = false;
                            done = depth == 0;
                        }
                        _ => {}
                    }
                } else {
                    match byte {
                        b'"' => in_text = true,
                        b'{' | b'[' => depth += 1,
                        b'}' | b']' if depth > 0 => {
                            depth -= 1;
                            done = depth == 0;
                        }
                        // The end of a bare number, true, false or null belongs to what follows.
                        b',' | b'}' | b']' | b' ' | b'\t' | b'\r' | b'\n' if depth == 0 => break,
                        _ => {}
                    }
                    used += 1;
                }
                if done {
                    break;
                }
            }
            let ended = done || used < chunk.len();
            seen += used;
            if seen <= most {
                into.extend_from_slice(&chunk[..used]);
            }
            self.start += used;
            if ended {
                return if seen == 0 {
                    Err(TableError::damaged("a value was expected"))
                } else {
                    Ok(seen <= most)
                };
            }
        }
    }

    fn byte(&mut self) -> Result<Option<u8>, TableError> {
        if self.start == self.end && !self.fill()? {
            return Ok(None);
        }
        Ok(Some(self.buffer[self.start]))
    }

    fn fill(&mut self) -> Result<bool, TableError> {
        self.start = 0;
        self.end = self.input.read(&mut self.buffer)?;
        Ok(self.end > 0)
    }
}
